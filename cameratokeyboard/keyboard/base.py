"""What turns touches into keys."""

from __future__ import annotations

from typing import Protocol

from cameratokeyboard.datatypes import KeyPress, KeyRelease, TouchDown, TouchUp


class Keyboard(Protocol):
    """A layout with its modifiers, held keys and repeat."""

    def update(
        self, touches: list[TouchDown | TouchUp], now_s: float
    ) -> list[KeyPress | KeyRelease]:
        """Key events of these touches, and repeats of held keys that are due at ``now_s``."""
        ...

    def release_all(self, now_s: float) -> list[KeyRelease]:
        """Let every held key go, as when the hands or the mat are lost."""
        ...
