"""Looking at a single picture: there is no frame before it, and time for more than one look."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import Detections, FloatArray, Frame
from cameratokeyboard.detect.focus import join
from cameratokeyboard.detect.yolo import YoloDetector

#: Finds of the first look that are too weak to report may still say where to look again.
_HINT_SHARE = 0.5
#: Room around the finds for the second look, as a share of their width and at least of the frame's.
_MARGIN, _MIN_MARGIN = 0.1, 0.04
#: A second look has to show things this much larger to be worth it.
_MIN_GAIN = 1.15


class PictureDetector:
    """Looks at the whole picture, then again at the part with mat and hands, from near.

    sure_from: thresholds by channel of the finds that say where to look again; the detector's own
    unless given, which a measurement with lower thresholds does to look where the program looks.
    """

    def __init__(
        self, detector: YoloDetector, sure_from: tuple[float, ...] | None = None
    ) -> None:
        self._detector = detector
        hints = tuple(t * _HINT_SHARE for t in sure_from or detector.info.thresholds)
        self._scout = detector.wider().with_thresholds(hints)

    def detect(self, frame: Frame, region_px: FloatArray | None = None) -> Detections:
        """Everything in the picture, or in ``region_px`` (4,) xyxy of it; px of the picture."""
        wide = self._scout.detect(frame, region_px)
        sure = self._sure(wide)
        if not len(wide):
            return sure
        region = _around(wide, frame.size_wh)
        size = region[2:] - region[:2]
        if np.max(size / np.array(frame.size_wh)) * _MIN_GAIN > 1 and region_px is None:
            area = float(np.prod(size / np.array(frame.size_wh)))
            if area * _MIN_GAIN**2 > 1:
                return sure
        return join(self._detector.detect(frame, region), sure, region)

    def _sure(self, found: Detections) -> Detections:
        limits = np.ones(3)
        for class_id, limit in zip(
            self._detector.info.class_ids, self._detector.info.thresholds, strict=True
        ):
            limits[class_id] = limit
        return found.select(found.confidence >= limits[found.class_id])


def _around(found: Detections, image_wh: tuple[int, int]) -> FloatArray:
    low, high = found.xyxy[:, :2].min(axis=0), found.xyxy[:, 2:].max(axis=0)
    room = max(float(high[0] - low[0]) * _MARGIN, image_wh[0] * _MIN_MARGIN)
    region = np.concatenate([low - room, high + room]).astype(float)
    clipped: FloatArray = np.clip(region, 0, np.array([*image_wh, *image_wh], float))
    return clipped
