"""Two-step looking: find mat and hands in the whole frame, then look closely where they are.

A fingertip on the network's input is as large as the region that is looked at is small, so a region
around mat and hands gives better points for the same time. The region stands still as long as it
can: each move changes how pixels fall into the network's input, and the points jump a little.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from cameratokeyboard.datatypes import MARKER, BoolArray, Detections, FloatArray, Frame, MatPose
from cameratokeyboard.detect.base import Detector

#: How often the whole frame is looked at beside the region, for hands or markers that come in.
WHOLE_EVERY_S = 2.0
#: The whole frame is looked at in every frame again after this long without any find.
LOST_AFTER_S = 0.5
#: What was seen this recently is kept in the region, so that a hand may leave for a moment.
REMEMBER_S = 3.0
#: Room around the finds, as shares of their common width: sideways, and up and down.
_MARGIN_X, _MARGIN_Y = 0.05, 0.08
#: The same where only markers are known: hands will come from above or below.
_HANDLESS_MARGIN_Y = 0.25
#: Finds may come this close to the region's edge (share of the finds' width) before it grows.
_MIN_MARGIN = 0.02
#: The region shrinks when it is this many times larger than what is wanted.
_SHRINK_RATIO = 1.8
#: A region that covers this share of the frame is not worth it.
_WHOLE_SHARE = 0.85
#: Finds below this share of the finds' median confidence do not steer the region.
_STEERING_SHARE = 0.5


class FocusDetector:
    """Steers another detector to a region around mat and hands.

    wide: looks at whole frames; the same detector when there is none.
    """

    def __init__(self, detector: Detector, wide: Detector | None = None) -> None:
        self._detector = detector
        self._wide = wide or detector
        self.reset()

    def reset(self) -> None:
        """Forget where mat and hands were."""
        self._region: FloatArray | None = None
        self._recent: deque[tuple[float, FloatArray]] = deque()
        self._image_wh: tuple[int, int] | None = None
        self._last_whole_s = -np.inf
        self._last_find_s = -np.inf
        self._last_s = -np.inf

    @property
    def region_px(self) -> FloatArray | None:
        """(4,) xyxy px of the region that is looked at, None while it is the whole frame."""
        return None if self._region is None else self._region.copy()

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        """Look at the region in which mat and hands were last, or all over while they are lost.

        Calls have to come in the order of time. A ``region_px`` overrules for this one call.
        """
        if region_px is not None:
            return self._detector.detect(frame, region_px)
        if frame.size_wh != self._image_wh or frame.t_s < self._last_s:
            self.reset()
            self._image_wh = frame.size_wh
        self._last_s = frame.t_s
        found = self._look(frame)
        self._steer(found, frame)
        return found

    def _look(self, frame: Frame) -> Detections:
        region = self._region
        whole_is_due = frame.t_s - self._last_whole_s >= WHOLE_EVERY_S
        if region is None:
            self._last_whole_s = frame.t_s
            wide = self._wide.detect(frame)
            region = self._wanted(wide, frame.size_wh)
            if region is None or _covers(region, frame.size_wh):
                return wide
            return join(self._detector.detect(frame, region), wide, region)
        near = self._detector.detect(frame, region)
        if not whole_is_due or _covers(region, frame.size_wh):
            return near
        self._last_whole_s = frame.t_s
        return join(near, self._wide.detect(frame), region)

    def _steer(self, found: Detections, frame: Frame) -> None:
        wanted = self._wanted(found, frame.size_wh)
        if wanted is None:
            if frame.t_s - self._last_find_s > LOST_AFTER_S:
                self._region = None
                self._recent.clear()
            return
        self._last_find_s = frame.t_s
        self._recent.append((frame.t_s, wanted))
        while frame.t_s - self._recent[0][0] > REMEMBER_S:
            self._recent.popleft()
        union = _union(np.array([box for _, box in self._recent]))
        if self._region is None:
            self._region = union
        elif not _contains(self._region, _bounds(found), frame.size_wh):
            self._region = _union(np.array([self._region, union]))
        elif _area(self._region) > _SHRINK_RATIO * _area(union):
            self._region = union

    def _wanted(self, found: Detections, image_wh: tuple[int, int]) -> FloatArray | None:
        """The finds with room around them, None when there are none."""
        bounds = _bounds(found)
        if bounds is None:
            return None
        handless = bool(np.all(found.class_id == MARKER))
        width = bounds[2] - bounds[0]
        across = width * _MARGIN_X
        upright = width * (_HANDLESS_MARGIN_Y if handless else _MARGIN_Y)
        grown = bounds + np.array([-across, -upright, across, upright])
        limits = np.array([*image_wh, *image_wh], float)
        clipped: FloatArray = np.clip(grown, 0, limits)
        return clipped


def join(near: Detections, wide: Detections, region: FloatArray) -> Detections:
    """The finds in the region as seen from near, and those outside it as seen from afar."""
    rest = wide.select(~within(wide, region))
    return Detections(
        xyxy=np.concatenate([near.xyxy, rest.xyxy]),
        class_id=np.concatenate([near.class_id, rest.class_id]),
        confidence=np.concatenate([near.confidence, rest.confidence]),
        keypoints=np.concatenate([near.keypoints, rest.keypoints]),
        image_wh=near.image_wh,
    )


def within(found: Detections, region: FloatArray) -> BoolArray:
    """(N,) whether a find's middle lies in the region (4,) xyxy."""
    centre = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2
    inside: BoolArray = np.all((centre >= region[:2]) & (centre <= region[2:]), axis=1)
    return inside


def _bounds(found: Detections) -> FloatArray | None:
    if not len(found):
        return None
    sure = found.confidence >= _STEERING_SHARE * np.median(found.confidence)
    return _union(found.xyxy[sure].astype(float))


def _union(boxes: FloatArray) -> FloatArray:
    joined: FloatArray = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
    return joined


def _area(box: FloatArray) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))


def _covers(region: FloatArray, image_wh: tuple[int, int]) -> bool:
    return _area(region) >= _WHOLE_SHARE * image_wh[0] * image_wh[1]


def _contains(region: FloatArray, bounds: FloatArray | None, image_wh: tuple[int, int]) -> bool:
    """Whether the finds lie in the region with room to spare, or reach the frame's own edge."""
    if bounds is None:
        return True
    room = (bounds[2] - bounds[0]) * _MIN_MARGIN
    limits = np.array(image_wh, float)
    low_fits = (bounds[:2] - room >= region[:2]) | (region[:2] <= 0)
    high_fits = (bounds[2:] + room <= region[2:]) | (region[2:] >= limits)
    return bool(np.all(low_fits) and np.all(high_fits))
