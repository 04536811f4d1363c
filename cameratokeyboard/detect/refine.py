"""Steady points: what the pixels did since the last frame, fused with what the network says.

A network's keypoint jitters by about half a pixel from frame to frame even on a finger that lies
still, and jitter is what costs keystrokes. Optical flow measures the motion of a finger that hardly
moves to a few hundredths of a pixel, errs by a share of a larger motion, and drifts when it is
summed up. Each point is therefore carried along by the flow and corrected by the network's as in a
Kalman filter: what is known of a finger adds up while it lies still and is doubted after it moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import (
    MARKER,
    Detections,
    FloatArray,
    Frame,
    ImageArray,
    MatPose,
)
from cameratokeyboard.detect.base import Detector

#: How much the flow's error of a frame adds to a point's doubt, in the network's own error: while
#: the finger lies still, and for a motion by one (smaller) side of its box a frame. At 0.15 a still
#: point is the mean of about ten frames. Chosen on rendered clips.
STILL_ERROR, MOTION_ERROR = 0.15, 12.0
#: The gap, as a share of the box's smaller side, at which the network is believed entirely.
TRUST_GAP = 0.45
#: Flow is believed when it leads back to within this of where it came from, px.
MAX_RETURN_PX = 0.8
#: Frames further apart than this share nothing.
MAX_STEP_S = 0.2
#: A finger that the network misses is carried on by the flow alone for this many frames.
MAX_COAST = 3
#: Confidence of a carried finger falls to this share a frame.
COAST_FADE = 0.7
#: A finger that was not this sure is not carried on.
COAST_CONFIDENCE = 0.5
#: Two fingers closer than this share of a box are one.
_SAME_SHARE = 0.5
_WINDOW = (17, 17)
_LEVELS = 3
_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.01)
#: Room around the boxes in which flow is computed, px.
_ROOM = 40
#: Where flow is measured: along contact -> joint, and across, as shares of that and of the width.
_PROBES = np.array([[0.3, 0.0], [0.55, 0.0], [0.8, 0.0], [0.5, -0.2], [0.5, 0.2]])


@dataclass(frozen=True, eq=False)
class _Memory:
    """The last frame. grey: (H, W). found: as reported. coasted: (N,) frames since it was seen.
    doubt: (N,) variance of the points, 1 being that of the network's."""

    grey: ImageArray
    t_s: float
    found: Detections
    coasted: NDArray[np.int64]
    doubt: FloatArray


class SteadyDetector:
    """Wraps a detector whose frames come in the order of time."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._memory: _Memory | None = None

    def reset(self) -> None:
        """Forget the last frame."""
        self._memory = None

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        """Detections whose keypoints are steadied; px of the frame."""
        found = self._detector.detect(frame, region_px, mat)
        grey = np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY), np.uint8)
        memory = self._memory
        coasted, doubt = np.zeros(len(found), np.int64), np.ones(len(found))
        if memory is not None and memory.grey.shape == grey.shape:
            step = frame.t_s - memory.t_s
            if 0 < step <= MAX_STEP_S:
                found, coasted, doubt = _fuse(memory, found, grey)
        self._memory = _Memory(grey, frame.t_s, found, coasted, doubt)
        return found


def _fuse(
    memory: _Memory, found: Detections, grey: ImageArray
) -> tuple[Detections, NDArray[np.int64], FloatArray]:
    """This frame's detections with steadied keypoints and the carried ones appended, the frames
    since each was seen, and its doubt."""
    tracked = np.flatnonzero(
        (memory.found.class_id != MARKER) & (memory.found.keypoints[:, 0, 2] > 0)
    )
    seen, doubt = np.zeros(len(found), np.int64), np.ones(len(found))
    if not len(tracked):
        return found, seen, doubt
    last = memory.found.select(tracked)
    moved, believed = flow(memory.grey, grey, last)
    carried = last.keypoints[:, :, :2] + moved[:, None]
    pairs = _pairs(last, carried[:, 0], found)
    keypoints = found.keypoints.copy()
    for old, new in pairs:
        if believed[old]:
            side = float(np.min(found.xyxy[new, 2:] - found.xyxy[new, :2]))
            doubted = carried_doubt(float(memory.doubt[tracked[old]]), moved[old], side)
            points = found.keypoints[new, :, :2]
            keypoints[new, :, :2], doubt[new] = blend(carried[old], points, side, doubted)
    steady = Detections(found.xyxy, found.class_id, found.confidence, keypoints, found.image_wh)
    lost = np.ones(len(tracked), bool)
    lost[[old for old, _ in pairs]] = False
    coasting = memory.coasted[tracked] + 1
    sure = (last.confidence >= COAST_CONFIDENCE * COAST_FADE ** (coasting - 1)) & believed
    keep = np.flatnonzero(lost & sure & (coasting <= MAX_COAST) & _alone(carried[:, 0], found))
    return (
        _append(steady, last, moved, keep),
        np.concatenate([seen, coasting[keep]]),
        np.concatenate([doubt, memory.doubt[tracked][keep] + 1.0]),
    )


def carried_doubt(doubt: float, moved: FloatArray, side: float) -> float:
    """The variance of a point that flow carried by (2,) px; side: the box's smaller side, px."""
    motion = float(np.linalg.norm(moved)) / max(side, 1.0)
    return doubt + STILL_ERROR**2 + (MOTION_ERROR * motion) ** 2


def blend(
    carried: FloatArray, seen: FloatArray, side: float, doubt: float
) -> tuple[FloatArray, float]:
    """Fuse carried and seen keypoints, (K, 2) px each; returns them and the first one's doubt.

    side: the box's smaller side, px. doubt: variance of the carried ones, that of the seen being 1.
    """
    least = doubt / (doubt + 1.0)
    gap = np.linalg.norm(seen - carried, axis=1, keepdims=True) / max(side, 1.0)
    share = least + (1 - least) * np.clip(gap / TRUST_GAP, 0, 1) ** 2
    fused: FloatArray = np.where(
        np.isfinite(seen + carried), carried + share * (seen - carried), seen
    )
    # The gain of a Kalman filter is also the variance that it leaves.
    return fused, float(share[0, 0]) if np.isfinite(share[0, 0]) else 1.0


def flow(
    before: ImageArray, after: ImageArray, found: Detections
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """How far each detection's fingertip moved between two grey frames.

    Returns (N, 2) px and (N,) whether it can be believed.
    """
    probes = _probe_points(found)
    low = np.maximum(np.floor(found.xyxy[:, :2].min(axis=0)).astype(int) - _ROOM, 0)
    high = np.ceil(found.xyxy[:, 2:].max(axis=0)).astype(int) + _ROOM
    cut = np.s_[low[1] : high[1], low[0] : high[0]]
    first, second = np.ascontiguousarray(before[cut]), np.ascontiguousarray(after[cut])
    start = (probes.reshape(-1, 1, 2) - low).astype(np.float32)
    there, ok_there = _lucas_kanade(first, second, start)
    back, ok_back = _lucas_kanade(second, first, there)
    shape = probes.shape[:2]
    error = np.linalg.norm(back - start, axis=-1)
    good = (ok_there & ok_back & (error <= MAX_RETURN_PX)).reshape(shape)
    steps = (there - start).reshape(*shape, 2)
    moved = np.zeros((len(found), 2))
    for index in range(len(found)):
        if good[index].any():
            moved[index] = np.median(steps[index][good[index]], axis=0)
    return moved, good.sum(axis=1) >= 2


def _lucas_kanade(
    before: ImageArray, after: ImageArray, points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(P, 1, 2) px where the points went, and (P, 1) whether they were found."""
    there, status, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points, None, winSize=_WINDOW, maxLevel=_LEVELS, criteria=_STOP
    )  # type: ignore[call-overload,unused-ignore]
    return (
        np.asarray(there, np.float32).reshape(-1, 1, 2),
        np.asarray(status).reshape(-1, 1) > 0,
    )


def _probe_points(found: Detections) -> FloatArray:
    """(N, P, 2) px: places on each fingertip, from its keypoints."""
    contact = found.keypoints[:, 0, :2].astype(float)
    centre = ((found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2).astype(float)
    joint = found.keypoints[:, 2, :2].astype(float)
    side = np.min(found.xyxy[:, 2:] - found.xyxy[:, :2], axis=1)
    usable = (found.keypoints[:, 2, 2] > 0) & np.all(np.isfinite(joint), axis=1)
    usable &= np.linalg.norm(joint - contact, axis=1) > 0.3 * side
    end = np.where(usable[:, None], joint, 2 * centre - contact)
    along = end - contact
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / length
    width = (found.xyxy[:, 2] - found.xyxy[:, 0])[:, None]
    points: FloatArray = (
        contact[:, None]
        + _PROBES[None, :, :1] * along[:, None]
        + _PROBES[None, :, 1:] * (across * width)[:, None]
    )
    return points


def _pairs(last: Detections, carried: FloatArray, found: Detections) -> list[tuple[int, int]]:
    """(old, new) indices of one and the same finger, nearest first, each once."""
    hands = np.flatnonzero((found.class_id != MARKER) & (found.keypoints[:, 0, 2] > 0))
    if not len(hands):
        return []
    seen = found.keypoints[hands, 0, :2]
    distance = np.linalg.norm(carried[:, None] - seen[None], axis=2)
    side = np.min(found.xyxy[hands, 2:] - found.xyxy[hands, :2], axis=1)
    near = distance <= _SAME_SHARE * side[None]
    pairs: list[tuple[int, int]] = []
    for flat in np.argsort(np.where(near, distance, np.inf), axis=None):
        old, new = divmod(int(flat), len(hands))
        if not near[old, new]:
            break
        near[old, :] = False
        near[:, new] = False
        pairs.append((old, int(hands[new])))
    return pairs


def _alone(points: FloatArray, found: Detections) -> NDArray[np.bool_]:
    """(N,) whether a carried contact point lies in no box of a finger that the network sees."""
    boxes = found.xyxy[found.class_id != MARKER]
    inside = np.all(
        (points[:, None] >= boxes[None, :, :2]) & (points[:, None] <= boxes[None, :, 2:]), axis=2
    )
    alone: NDArray[np.bool_] = ~inside.any(axis=1)
    return alone


def _append(
    found: Detections, last: Detections, moved: FloatArray, keep: NDArray[np.intp]
) -> Detections:
    """Add the carried detections."""
    shift = moved[keep].astype(np.float32)
    keypoints = last.keypoints[keep].copy()
    keypoints[:, :, :2] += shift[:, None]
    limits = np.array([*found.image_wh, *found.image_wh], np.float32)
    return Detections(
        xyxy=np.concatenate(
            [found.xyxy, np.clip(last.xyxy[keep] + np.tile(shift, 2), 0, limits)]
        ).astype(np.float32),
        class_id=np.concatenate([found.class_id, last.class_id[keep]]),
        confidence=np.concatenate([found.confidence, last.confidence[keep] * COAST_FADE]),
        keypoints=np.concatenate([found.keypoints, keypoints]),
        image_wh=found.image_wh,
    )
