"""What decides that a finger typed."""

from __future__ import annotations

from typing import Protocol

from cameratokeyboard.datatypes import Fingers, TouchDown, TouchUp


class KeystrokeDetector(Protocol):
    """Turns ten trajectories into touches. Pure in time: all time comes with the fingers."""

    def update(self, fingers: Fingers) -> list[TouchDown | TouchUp]:
        """The touches decided at this frame, in the order of their ``t_s``.

        A TouchDown of a finger is always followed by a TouchUp of it before its next TouchDown;
        a finger that vanishes, a jump in time or a new ``generation`` ends its touch.
        """
        ...

    def flush(self, t_s: float) -> list[TouchDown | TouchUp]:
        """Decide what is still open at the end of the stream and release every finger."""
        ...

    def reset(self) -> None:
        """Forget everything, also what was adapted to the person."""
        ...
