"""From a YOLOv8 network's raw output to boxes, classes and keypoints, in numpy.

Each object is reported by several neighbouring cells of the network. The usual suppression keeps
the best of them and throws the others away; their weighted mean is steadier from frame to frame
(their errors are partly independent, and the best cell changes as an object moves), so the kept
detection takes its place from all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import (
    FINGER,
    KEYPOINT_NAMES,
    THUMB,
    BoolArray,
    FloatArray,
    IntArray,
)
from cameratokeyboard.detect.modelinfo import ModelInfo
from cameratokeyboard.errors import ModelError

#: Two boxes of one class that overlap more than this are one object.
SAME_OBJECT_IOU = 0.5
#: A finger and a thumb that overlap more than this are one object under two names.
TWO_NAMES_IOU = 0.65
#: Candidates that overlap the kept one more than this have a vote on its place.
VOTE_IOU = 0.65
#: Voters have at least this share of the kept one's confidence.
VOTE_SHARE = 0.3
MAX_CANDIDATES = 600
_KEYPOINTS = len(KEYPOINT_NAMES)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Detections in px of the network's input, N of them, most confident first.

    xyxy: (N, 4). class_id: (N,) index into CLASS_NAMES. confidence: (N,). keypoints: (N, 3, 3) x,
    y, visibility; NaN, NaN, 0 where the model gives none.
    """

    xyxy: FloatArray
    class_id: IntArray
    confidence: FloatArray
    keypoints: FloatArray


def decode(
    raw: NDArray[np.float32],
    info: ModelInfo,
    thresholds: tuple[float, ...] | None = None,
) -> Candidates:
    """Read a raw output.

    raw: (1, 4 + classes + keypoints * dims, N): box centre and size in input px, class scores
    0..1, keypoints in input px with visibility 0..1. thresholds: by channel, the model's own unless
    given. Raises ModelError when the output's shape does not fit what the model says of itself.
    """
    if raw.ndim != 3 or raw.shape[1] != info.channels:
        raise ModelError(
            f"the model's output has shape {tuple(raw.shape)}; expected (1, {info.channels}, N) "
            f"for {len(info.names)} classes and {info.keypoints} keypoints; export the model again"
        )
    table = raw[0].T
    classes = len(info.names)
    limits = np.array(info.thresholds if thresholds is None else thresholds, np.float32)
    scores = table[:, 4 : 4 + classes]
    channel = scores.argmax(axis=1)
    confidence = scores[np.arange(len(scores)), channel]
    likely = np.flatnonzero(confidence >= limits[channel] * VOTE_SHARE)
    likely = likely[np.argsort(-confidence[likely], kind="stable")][:MAX_CANDIDATES]
    rows = table[likely]
    found = Candidates(
        xyxy=_corners(rows[:, :4]),
        class_id=np.array(info.class_ids)[channel[likely]],
        confidence=confidence[likely].astype(np.float32),
        keypoints=_keypoints(rows[:, 4 + classes :], info),
    )
    return suppress(found, limits[channel[likely]])


def suppress(found: Candidates, limits: FloatArray) -> Candidates:
    """Merge candidates of one object; ``limits``: (N,) the confidence each must reach to stay."""
    overlap = iou(found.xyxy, found.xyxy)
    same, one, rivals = one_object(found.class_id, overlap)
    hides = one | rivals
    alive = found.confidence >= limits
    keep: list[int] = []
    for index in range(len(found.class_id)):
        if alive[index]:
            keep.append(index)
            alive[index + 1 :] &= ~hides[index, index + 1 :]
    xyxy, keypoints = found.xyxy.copy(), found.keypoints.copy()
    for index in keep:
        votes = same[index] & (overlap[index] > VOTE_IOU)
        votes &= found.confidence >= VOTE_SHARE * found.confidence[index]
        weights = found.confidence[votes] ** 2
        weights = weights / weights.sum()
        xyxy[index] = weights @ found.xyxy[votes]
        keypoints[index] = np.tensordot(weights, found.keypoints[votes], axes=1)
    return Candidates(xyxy[keep], found.class_id[keep], found.confidence[keep], keypoints[keep])


def one_object(class_id: IntArray, overlap: FloatArray) -> tuple[BoolArray, BoolArray, BoolArray]:
    """(N, N) each: of one class; one object of that class; one part of a hand under two names.

    class_id: (N,). overlap: (N, N) intersection over union.
    """
    same = class_id[:, None] == class_id[None, :]
    hands = np.isin(class_id, (FINGER, THUMB))
    rivals = (hands[:, None] & hands[None, :]) & (overlap > TWO_NAMES_IOU)
    return same, same & (overlap > SAME_OBJECT_IOU), rivals


def sides_of(xyxy: FloatArray) -> FloatArray:
    """(N,) geometric mean of the two sides of (N, 4) boxes, each at least 1 px."""
    sides = np.maximum(xyxy[:, 2:] - xyxy[:, :2], 1.0).astype(float)
    return np.asarray(np.sqrt(sides[:, 0] * sides[:, 1]))


def iou(first: FloatArray, second: FloatArray) -> FloatArray:
    """(N, M) intersection over union of (N, 4) and (M, 4) xyxy boxes."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(np.clip(b[:, 2:] - b[:, :2], 0, None), axis=1) for b in (first, second)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    result: FloatArray = shared / np.maximum(union, 1e-9)
    return result


def _corners(xywh: FloatArray) -> FloatArray:
    half = xywh[:, 2:4] / 2
    return np.concatenate([xywh[:, :2] - half, xywh[:, :2] + half], axis=1)


def _keypoints(rows: FloatArray, info: ModelInfo) -> FloatArray:
    """(N, 3, 3) keypoints in this project's order; what the model lacks is NaN, NaN, 0."""
    result = np.full((len(rows), _KEYPOINTS, 3), np.nan, np.float32)
    result[:, :, 2] = 0
    if info.keypoints and len(rows):
        given = rows.reshape(len(rows), info.keypoints, info.keypoint_dims)
        result[:, : info.keypoints, :2] = given[:, :, :2]
        visible = given[:, :, 2] if info.keypoint_dims == 3 else 1.0
        result[:, : info.keypoints, 2] = visible
    return result
