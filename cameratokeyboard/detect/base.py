"""What a detector is."""

from __future__ import annotations

from typing import Protocol

from cameratokeyboard.datatypes import Detections, FloatArray, Frame, MatPose


class Detector(Protocol):
    """Finds fingertips, thumbs and markers in a frame."""

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        """Look at the whole frame, or only at ``region_px`` (4,) xyxy of it.

        mat: where the mat was known to lie last, None while it is not known; it helps those who can
        use it. The result is always in px of the whole frame.
        """
        ...
