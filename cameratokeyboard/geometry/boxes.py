"""Measuring markers by the detector's boxes, for pictures in which their edges do not show."""

from __future__ import annotations

import cv2
import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray, ImageArray
from cameratokeyboard.geometry.homography import apply_homography, facing, quad_homographies
from cameratokeyboard.geometry.markers import MARKER_COUNT, AnchorPrior, MarkerFit, MarkerModel

#: A box belongs to a marker when their centres are nearer than this share of the marker's size.
_MATCH = 0.5
#: Uncertainty of a refined or raw box centre: a fixed part in px and a part of the box's size.
_CENTRE_SD_PX, _CENTRE_SD_SHARE = 0.6, 0.03
#: A dark patch is taken for the marker when it covers this much of its box and shifts it this far.
_MIN_FILL, _MAX_FILL, _MAX_SHIFT = 0.35, 1.6, 0.35
#: Markers of this size, px, are cleared of thin lines.
_OPENED_FROM_PX = 20.0
#: Grey levels between a marker and the paper around it, at least.
_MIN_CONTRAST = 20.0


def predicted_boxes(mm_to_px: FloatArray, model: MarkerModel) -> FloatArray:
    """(4, 4) xyxy px around each marker by the homography."""
    corners = apply_homography(mm_to_px, model.corners)
    result: FloatArray = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    return result


def match_boxes(mm_to_px: FloatArray, model: MarkerModel, boxes: FloatArray) -> list[int]:
    """Index of the box that shows each marker, or -1; a box serves one marker."""
    expected = predicted_boxes(mm_to_px, model)
    size = np.maximum(expected[:, 2:] - expected[:, :2], 6.0)
    middle = (expected[:, :2] + expected[:, 2:]) / 2
    result = [-1] * MARKER_COUNT
    if len(boxes) == 0 or not np.all(np.isfinite(expected)):
        return result
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    away = np.abs(centres[None] - middle[:, None]) / size[:, None]
    ratio = (boxes[:, 2:] - boxes[:, :2])[None] / size[:, None]
    distance = away.max(axis=2)
    distance[(ratio < 0.5).any(axis=2) | (ratio > 2.0).any(axis=2)] = np.inf
    for _ in range(MARKER_COUNT):
        marker, box = np.unravel_index(int(distance.argmin()), distance.shape)
        if distance[marker, box] > _MATCH:
            break
        result[int(marker)] = int(box)
        distance[marker, :] = np.inf
        distance[:, box] = np.inf
    return result


def fit_boxes(
    image: ImageArray, model: MarkerModel, mm_to_px: FloatArray, boxes: FloatArray
) -> MarkerFit | None:
    """Move a homography onto the matching boxes' centres; None when fewer than three match."""
    matched = match_boxes(mm_to_px, model, boxes)
    seen = np.array([index >= 0 for index in matched])
    if seen.sum() < 3:
        return None
    anchors = apply_homography(mm_to_px, model.centres)
    offset = anchors - _box_middles(mm_to_px, model)
    variance = np.full(MARKER_COUNT, np.inf)
    for marker in np.flatnonzero(seen):
        box = boxes[matched[marker]]
        anchors[marker] = refined_centre(image, box) + offset[marker]
        variance[marker] = _box_sd_px(box) ** 2
    matrix = quad_homographies(model.centres, anchors[None])[0]
    if not np.all(np.isfinite(matrix)):
        return None
    return MarkerFit(
        anchors_px=anchors,
        mm_to_px=facing(matrix, model.centres),
        information=np.diag(np.repeat(1.0 / variance, 2)),
        seen=seen,
        by_edges=np.zeros(MARKER_COUNT, bool),
        noise_px=float(np.sqrt(variance[seen].mean())),
    )


def box_prior(
    image: ImageArray,
    model: MarkerModel,
    mm_to_px: FloatArray,
    boxes: FloatArray,
    wanted: BoolArray,
    loose_px: float,
) -> AnchorPrior:
    """What the homography and the boxes that match it say of the anchors.

    wanted: (4,) bool, markers whose boxes are looked at. loose_px: uncertainty of the others.
    """
    anchors = apply_homography(mm_to_px, model.centres)
    sd = np.full(MARKER_COUNT, loose_px)
    measured = np.zeros(MARKER_COUNT, bool)
    if wanted.any() and len(boxes):
        offset = anchors - _box_middles(mm_to_px, model)
        for marker, index in enumerate(match_boxes(mm_to_px, model, boxes)):
            if index >= 0 and wanted[marker]:
                anchors[marker] = refined_centre(image, boxes[index]) + offset[marker]
                sd[marker], measured[marker] = _box_sd_px(boxes[index]), True
    return AnchorPrior(anchors, sd, measured)


def refined_centre(image: ImageArray, box: FloatArray) -> FloatArray:
    """(2,) px: middle of the dark patch in a box (xyxy), or the box's own middle without one."""
    patch = dark_patch(image, box)
    middle: FloatArray = (box[:2] + box[2:]) / 2
    return middle if patch is None else patch


def dark_patch(image: ImageArray, box: FloatArray) -> FloatArray | None:
    """(2,) px: middle of a dark patch that fills a box (xyxy) on a brighter ground, or None."""
    size = np.maximum(box[2:] - box[:2], 2.0)
    height, width = image.shape[:2]
    x0, y0 = np.clip(np.floor(box[:2] - 0.25 * size), 0, (width, height)).astype(int)
    x1, y1 = np.clip(np.ceil(box[2:] + 0.25 * size), 0, (width, height)).astype(int)
    if x1 - x0 < 6 or y1 - y0 < 6:
        return None
    grey = cv2.cvtColor(np.ascontiguousarray(image[y0:y1, x0:x1]), cv2.COLOR_BGR2GRAY)
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    chosen = dark > 0
    if not chosen.any() or chosen.all():
        return None
    if float(grey[~chosen].mean()) - float(grey[chosen].mean()) < _MIN_CONTRAST:
        return None
    if size.min() >= _OPENED_FROM_PX:
        # A frame or line that touches the marker is thinner than the marker and falls away.
        kernel = np.ones((3, 3) if size.min() < 2 * _OPENED_FROM_PX else (5, 5), np.uint8)
        dark = cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel)
    contours, _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    moments = cv2.moments(hull)
    fill = moments["m00"] / float(size.prod())
    if not _MIN_FILL < fill < _MAX_FILL:
        return None
    centre = np.array([moments["m10"], moments["m01"]]) / moments["m00"] + np.array([x0, y0])
    near = np.all(np.abs(centre - (box[:2] + box[2:]) / 2) < _MAX_SHIFT * size)
    return centre if near else None


def _box_sd_px(box: FloatArray) -> float:
    size = float((box[2:] - box[:2]).mean())
    return float(np.hypot(_CENTRE_SD_PX, _CENTRE_SD_SHARE * size))


def _box_middles(mm_to_px: FloatArray, model: MarkerModel) -> FloatArray:
    expected = predicted_boxes(mm_to_px, model)
    result: FloatArray = (expected[:, :2] + expected[:, 2:]) / 2
    return result
