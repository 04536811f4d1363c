"""Detections that may be fingertips, cleaned: finite, on or near the mat, each finger once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import (
    FINGER,
    THUMB,
    BoolArray,
    Detections,
    FloatArray,
)
from cameratokeyboard.fingers.plane import WorkPlane

#: No more than these are looked at; ten fingers and a few false alarms are all that can matter.
MAX_CANDIDATES = 16
#: Two detections nearer than this are the same fingertip: half of the 14-16 mm that a fingertip is
#: wide, less what two crossing fingers need.
_SAME_TIP_MM = 5.5
_SAME_TIP_OVERLAP = 0.65


@dataclass(frozen=True, eq=False)
class Candidates:
    """N possible fingertips, the most confident ones, as parallel arrays.

    u: (N, 2) work plane. px: (N, 2). is_thumb: (N,) bool. confidence: (N,). box_wh_px: (N, 2).
    direction_px: (N, 2) unit vector joint -> tip, NaN when unknown.
    """

    u: FloatArray
    px: FloatArray
    is_thumb: BoolArray
    confidence: FloatArray
    box_wh_px: FloatArray
    direction_px: FloatArray

    def __len__(self) -> int:
        return len(self.confidence)


def find_candidates(
    detections: Detections, plane: WorkPlane, reach_u: FloatArray | None, min_confidence: float
) -> Candidates:
    """Pick the possible fingertips.

    reach_u: (4,) x0 y0 x1 y1 of the part of the work plane where typing fingers can be, None for
    anywhere.
    """
    px = np.asarray(detections.contact_px, float)
    boxes = np.asarray(detections.xyxy, float)
    with np.errstate(invalid="ignore"):
        wh = boxes[:, 2:] - boxes[:, :2]
    confidence = np.asarray(detections.confidence, float)
    usable = np.isin(detections.class_id, (FINGER, THUMB)) & (confidence >= min_confidence)
    usable &= np.isfinite(px).all(axis=1) & np.isfinite(boxes).all(axis=1) & (wh > 0).all(axis=1)
    u = np.full_like(px, np.nan)
    u[usable] = plane.to_u(px[usable])
    if reach_u is not None:
        with np.errstate(invalid="ignore"):
            usable &= (u >= reach_u[:2]).all(axis=1) & (u <= reach_u[2:]).all(axis=1)
    rows = np.flatnonzero(usable)
    rows = rows[np.argsort(-confidence[rows], kind="stable")][: 4 * MAX_CANDIDATES]
    rows = rows[_distinct(u[rows], boxes[rows])][:MAX_CANDIDATES]
    return Candidates(
        u[rows],
        px[rows],
        np.asarray(detections.class_id)[rows] == THUMB,
        confidence[rows],
        wh[rows],
        _directions(detections, rows),
    )


def _distinct(u: FloatArray, boxes: FloatArray) -> list[int]:
    """Rows to keep, in order, so that no kept row repeats an earlier one."""
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.maximum(high - low, 0.0).prod(axis=2)
    overlap = shared / np.minimum(areas[:, None], areas[None])
    near = ((u[:, None] - u[None]) ** 2).sum(axis=2) < _SAME_TIP_MM**2
    same = np.tril(near | (overlap > _SAME_TIP_OVERLAP), -1)
    if not same.any():
        return list(range(len(u)))
    kept: list[int] = []
    for row in range(len(u)):
        if not same[row, kept].any():
            kept.append(row)
    return kept


def _directions(detections: Detections, rows: np.ndarray) -> FloatArray:
    keypoints = np.asarray(detections.keypoints, float)[rows]
    vector = keypoints[:, 1, :2] - keypoints[:, 2, :2]
    length = np.hypot(vector[:, 0], vector[:, 1])
    known = (keypoints[:, 1:, 2] > 0).all(axis=1) & np.isfinite(length) & (length > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        directions: FloatArray = np.where(known[:, None], vector / length[:, None], np.nan)
    return directions
