"""The terminal as user interface: one line that is rewritten, or plain lines in a pipe."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

from cameratokeyboard.datatypes import State
from cameratokeyboard.ui.base import UIData, UIRequest
from cameratokeyboard.ui.wording import (
    TYPING,
    WAITING,
    cell_width,
    printable,
    state_message,
    tail,
)

#: The line is rewritten at most this often, so that it neither flickers nor costs time.
_REDRAW_S = 0.1
#: Columns assumed where the terminal does not say.
_FALLBACK_COLUMNS = 80


class TerminalUI:
    """Status and the end of the text on one line of a terminal.

    Where ``stream`` is no terminal, each change of state becomes a line, and the text comes once,
    at the end. Nothing is written to standard output, which belongs to events.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        columns: Callable[[], int] | None = None,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._columns = columns or _terminal_columns
        self._tty = False
        self._text = ""
        self._status = WAITING
        self._figures = ""
        self._message = ""
        self._shown = ""
        self._drawn_s = float("-inf")

    def __enter__(self) -> Self:
        self._tty = bool(self._stream.isatty())
        self._text, self._status, self._shown, self._message = "", WAITING, "", ""
        if self._tty and sys.platform == "win32":
            os.system("")  # switches the console to understand escape sequences
        self._draw(force=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._tty:
            self._draw(force=True)
            self._write("\n")
        if self._text:
            self._write(f"{self._text}\n")

    def update_data(self, data: UIData) -> None:
        """Show state and figures of this frame."""
        ready = data.state in (State.VALID, State.MISSING_THUMBS) and not data.paused
        self._status = TYPING if data.typing and ready else state_message(data.state, data.paused)
        if data.message:
            self._status = f"{data.message} - {self._status}"
        if data.recording:
            self._status = f"[REC] {self._status}"
        self._figures = f"{data.fps:.0f} fps, {data.compute_ms:.0f} ms"
        self._message = ""
        self._draw()

    def update_text(self, text: str) -> None:
        """Show the end of the text."""
        self._text = text
        self._draw()

    def update_message(self, message: str) -> None:
        """Show a line in place of the state."""
        self._message = message
        self._draw()

    def requests(self) -> list[UIRequest]:
        """A terminal has no controls; Ctrl-C ends the program."""
        return []

    @property
    def has_focus(self) -> bool:
        """A program cannot know whether its terminal has the focus."""
        return False

    def closed(self) -> bool:
        """Never by itself."""
        self._draw()
        return False

    def _draw(self, force: bool = False) -> None:
        status = self._message or self._status
        if not self._tty:
            if status != self._shown:
                self._shown = status
                self._write(f"{status}\n")
            return
        now = self._clock()
        if not force and now - self._drawn_s < _REDRAW_S:
            return
        line = self._line(printable(status))
        if line == self._shown and not force:
            return
        self._shown, self._drawn_s = line, now
        # Erasing only what lies behind the new text keeps the line from flickering.
        self._write(f"\r{line}\x1b[K")

    def _line(self, status: str) -> str:
        width = max(self._columns() - 1, 10)
        head = f"{status} | {self._figures} | " if self._figures else f"{status} | "
        room = width - cell_width(head)
        if room < 12:  # a narrow terminal: the text is worth more than the figures
            return tail(f"{status} | {printable(self._text)}", width)
        return head + tail(printable(self._text), room)

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        safe = text.encode(encoding, "replace").decode(encoding, "replace")
        try:
            self._stream.write(safe)
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            pass  # the terminal has gone; the run may still matter to the sinks


def _terminal_columns() -> int:
    return shutil.get_terminal_size((_FALLBACK_COLUMNS, 24)).columns
