"""What gives detections their finger's name."""

from __future__ import annotations

from typing import Protocol

from cameratokeyboard.datatypes import Detections, Fingers, Frame, MatPose


class FingerTracker(Protocol):
    """Follows the ten fingers from frame to frame."""

    def update(self, frame: Frame, detections: Detections, mat: MatPose | None) -> Fingers:
        """The ten named fingers at this frame. Without a mat no positions in mm are known."""
        ...

    def reset(self) -> None:
        """Forget every trajectory."""
        ...
