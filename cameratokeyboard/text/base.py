"""What turns keys into text."""

from __future__ import annotations

from typing import Protocol

from cameratokeyboard.datatypes import KeyPress, TextEdit


class TextEditor(Protocol):
    """Holds the text written so far."""

    @property
    def text(self) -> str:
        """The whole text."""
        ...

    def press(self, press: KeyPress) -> list[TextEdit]:
        """Apply one key press; the edits it caused, in order, raw ones before corrections."""
        ...

    def advance(self, now_s: float) -> list[TextEdit]:
        """Edits that are due by the passing of time alone."""
        ...

    def finish(self, now_s: float) -> list[TextEdit]:
        """Edits of what is still open at the end of the stream."""
        ...
