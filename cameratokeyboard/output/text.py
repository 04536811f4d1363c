"""The text on standard output: as it grows in a terminal, once at the end in a pipe."""

from __future__ import annotations

import contextlib
import sys
from types import TracebackType
from typing import Self, TextIO

from cameratokeyboard.datatypes import KeyPress, KeyRelease, State, TextEdit


class TextSink:
    """Writes what is typed.

    In a terminal characters come as they are typed, and backspaces and corrections take back what
    is on the current line. Into a pipe or file the text is written once, at the end.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._given = stream
        self._stream: TextIO = sys.stdout if stream is None else stream
        self._live = False
        self._line = ""

    def __enter__(self) -> Self:
        self._stream = sys.stdout if self._given is None else self._given
        self._live = bool(self._stream.isatty())
        self._line = ""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def press(self, press: KeyPress) -> None:
        """A key went down."""
        if press.key == "backspace" and not press.text:
            self._change(1, "")
        elif press.text:
            self._change(0, press.text)

    def release(self, release: KeyRelease) -> None:
        """Nothing is written by letting go."""

    def edit(self, edit: TextEdit, emitted_s: float) -> None:
        """The text was corrected."""
        self._change(edit.delete, edit.insert)

    def state(self, state: State, t_s: float) -> None:
        """What can be seen is no text."""

    def text(self, text: str) -> None:
        """The whole text, once, at the end."""
        if self._live:
            # What is on screen may be off where an edit reached over a line's start.
            last = text.rpartition("\n")[2]
            self._write("\n" if last == self._line else f"\n{text}\n")
        else:
            self._write(f"{text}\n")

    def _change(self, delete: int, insert: str) -> None:
        if not self._live:
            return
        delete = min(delete, len(self._line))
        self._line = self._line[: len(self._line) - delete] + insert
        self._write("\b \b" * delete + insert)
        self._line = self._line.rpartition("\n")[2]

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        with contextlib.suppress(ValueError):  # closed: nobody reads any more
            self._stream.write(text.encode(encoding, "replace").decode(encoding, "replace"))
            self._stream.flush()
