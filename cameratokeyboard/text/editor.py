"""The raw editor: each key press becomes text at once, nothing is guessed."""

from __future__ import annotations

from cameratokeyboard.datatypes import KeyPress, Layout, TextEdit
from cameratokeyboard.text.graphemes import last_grapheme_length

#: With one of these in force a press is a shortcut for the application and writes nothing.
SHORTCUT_MODIFIERS = frozenset({"ctrl", "alt", "win"})


class RawEditor:
    """Applies key presses at the end of a text, as a plain text field does.

    layout: tells which keys delete; without it only a key named ``backspace`` does.
    """

    def __init__(self, layout: Layout | None = None) -> None:
        keys = layout.keys if layout is not None else ()
        self._deleting = {key.name for key in keys if key.role == "backspace"} | {"backspace"}
        self._text = ""

    @property
    def text(self) -> str:
        """The whole text."""
        return self._text

    def press(self, press: KeyPress) -> list[TextEdit]:
        """Apply one press; returns the one edit it caused, or none for keys that write nothing."""
        if press.modifiers & SHORTCUT_MODIFIERS:
            return []
        if press.key in self._deleting:
            return self._delete_one(press.t_s)
        if not press.text:
            return []
        self._text += press.text
        return [TextEdit(press.t_s, 0, press.text)]

    def advance(self, now_s: float) -> list[TextEdit]:
        """Nothing happens by the passing of time alone."""
        return []

    def finish(self, now_s: float) -> list[TextEdit]:
        """Nothing is open in raw text."""
        return []

    def apply(self, edit: TextEdit) -> None:
        """Carry out an edit that was decided elsewhere."""
        self._text = self._text[: len(self._text) - edit.delete] + edit.insert

    def _delete_one(self, t_s: float) -> list[TextEdit]:
        length = last_grapheme_length(self._text)
        if length == 0:
            return []
        self._text = self._text[:-length]
        return [TextEdit(t_s, length, "")]
