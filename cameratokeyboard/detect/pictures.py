"""Looking at a single picture: there is no frame before it, and time for more than one look."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER, Detections, FloatArray, Frame, MatPose
from cameratokeyboard.detect.decode import sides_of
from cameratokeyboard.detect.focus import join, within
from cameratokeyboard.detect.fusion import fuse
from cameratokeyboard.detect.yolo import YoloDetector

#: Finds of the first look that are too weak to report may still say where to look again.
_HINT_SHARE = 0.5
#: Looks report finds down to this share of the thresholds: two weak finds support each other.
_WEAK_SHARE = 0.25
#: Room around the finds for the second look, as a share of their width and at least of the frame's.
_MARGIN, _MIN_MARGIN = 0.15, 0.04
#: The second look shows the typical fingertip with this side, px of the network's input: smaller
#: ones lose thumbs and markers, in larger ones skin looks less and less like that of training.
#: Chosen from 12, 15, 18, 22, 27 and 33 on rendered pictures.
_TIP_PX = 18.0
#: Least and most pixels of the second look, as shares of the budget.
_LEAST, _MOST = 0.35, 3.0


class PictureDetector:
    """Looks at the whole picture, then at the part with mat and hands at the scale that suits best.

    What both looks see counts more than what only one does. weakest: finds are reported from this
    confidence by channel, the detector's thresholds unless given; a measurement passes lower ones
    and still looks where the program looks.
    """

    def __init__(self, detector: YoloDetector, weakest: tuple[float, ...] | None = None) -> None:
        self._limits = weakest or detector.info.thresholds
        self._hints = tuple(t * _HINT_SHARE for t in detector.info.thresholds)
        weak = (
            min(low, _WEAK_SHARE * t)
            for low, t in zip(self._limits, detector.info.thresholds, strict=True)
        )
        self._near = detector.with_thresholds(tuple(weak))
        self._wide = self._near.wider()

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        """Everything in the picture, or in ``region_px`` (4,) xyxy of it; px of the picture."""
        wide = self._wide.detect(frame, region_px)
        hints = self._from(wide, self._hints)
        if not len(hints):
            return self._from(wide, self._limits)
        region = _around(hints, frame.size_wh)
        if region_px is not None:
            region[:2] = np.maximum(region[:2], region_px[:2])
            region[2:] = np.minimum(region[2:], region_px[2:])
        near = self._near.with_budget(self._budget(hints, region)).detect(frame, region)
        seen_twice = fuse([near, wide.select(within(wide, region))])
        return self._from(join(seen_twice, wide, region), self._limits)

    def _budget(self, hints: Detections, region: FloatArray) -> int:
        """Pixels of a look at ``region`` in which fingertips have the side that suits best."""
        tips = hints.xyxy[hints.class_id == FINGER]
        usual = self._near.budget_px
        if not len(tips):
            return usual
        side = float(np.median(sides_of(tips)))
        area = float(np.prod(region[2:] - region[:2])) * (_TIP_PX / side) ** 2
        return round(float(np.clip(area, _LEAST * usual, _MOST * usual)))

    def _from(self, found: Detections, limits: tuple[float, ...]) -> Detections:
        floor = np.full(3, 1.1)
        floor[list(self._near.info.class_ids)] = limits
        return found.select(found.confidence >= floor[found.class_id])


def _around(found: Detections, image_wh: tuple[int, int]) -> FloatArray:
    low, high = found.xyxy[:, :2].min(axis=0), found.xyxy[:, 2:].max(axis=0)
    room = max(float(high[0] - low[0]) * _MARGIN, image_wh[0] * _MIN_MARGIN)
    region = np.concatenate([low - room, high + room]).astype(float)
    clipped: FloatArray = np.clip(region, 0, np.array([*image_wh, *image_wh], float))
    return clipped
