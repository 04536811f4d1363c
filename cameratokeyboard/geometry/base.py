"""What tells where the mat lies."""

from __future__ import annotations

from typing import Protocol

from cameratokeyboard.datatypes import Detections, Frame, MatPose


class MatLocator(Protocol):
    """Turns marker detections into the pose of the mat, with a memory of earlier frames."""

    def update(self, frame: Frame, detections: Detections) -> MatPose | None:
        """The mat's pose at this frame, or None while it is not known."""
        ...

    def reset(self) -> None:
        """Forget everything seen so far."""
        ...
