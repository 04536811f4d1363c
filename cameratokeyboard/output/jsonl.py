"""Events as JSON lines, one object a line, each written out at once."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from cameratokeyboard.datatypes import FINGER_NAMES, KeyPress, KeyRelease, State, TextEdit
from cameratokeyboard.errors import OutputError

#: Decimals kept: 1 ms and 0.1 mm are below what a camera resolves.
_TIME_DECIMALS = 3
_MM_DECIMALS = 1
_CONFIDENCE_DECIMALS = 2


class JsonLinesSink:
    """Writes events to a file, or to standard output for ``-``.

    The file is written in place, not moved there at the end: others read it while it grows.
    Only ASCII is written, so that any console encoding does. Raises OutputError when the file
    cannot be written; a reader of standard output that goes away raises BrokenPipeError.
    """

    def __init__(self, target: str, stdout: TextIO | None = None) -> None:
        self._target = target
        self._stdout = stdout
        self._stream: TextIO | None = None

    def __enter__(self) -> Self:
        if self._target == "-":
            self._stream = self._stdout or sys.stdout
            return self
        try:
            self._stream = Path(self._target).open("w", encoding="ascii", newline="\n")
        except OSError as error:
            raise OutputError(
                f"--events {self._target}: expected a file that can be written: "
                f"{error.strerror or error}"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        stream, self._stream = self._stream, None
        if stream is not None and self._target != "-":
            with contextlib.suppress(OSError):
                stream.close()

    def press(self, press: KeyPress) -> None:
        """A key went down. A repeat of a held key says so by ``"repeat": true``."""
        event: dict[str, Any] = {
            "type": "press",
            "t": _number(press.t_s, _TIME_DECIMALS),
            "emitted": _number(press.emitted_s, _TIME_DECIMALS),
            "key": press.key,
            "text": press.text,
            "finger": _finger(press.finger),
            "x_mm": _number(press.xy_mm[0], _MM_DECIMALS),
            "y_mm": _number(press.xy_mm[1], _MM_DECIMALS),
            "confidence": _number(press.confidence, _CONFIDENCE_DECIMALS),
        }
        if press.repeat:
            event["repeat"] = True
        self._write(event)

    def release(self, release: KeyRelease) -> None:
        """A key went up."""
        self._write(
            {
                "type": "release",
                "t": _number(release.t_s, _TIME_DECIMALS),
                "emitted": _number(release.emitted_s, _TIME_DECIMALS),
                "key": release.key,
                "finger": _finger(release.finger),
            }
        )

    def edit(self, edit: TextEdit, emitted_s: float) -> None:
        """The text was corrected; ``t`` is the moment at which that was decided."""
        self._write(
            {
                "type": "edit",
                "t": _number(emitted_s, _TIME_DECIMALS),
                "delete": edit.delete,
                "insert": edit.insert,
            }
        )

    def state(self, state: State, t_s: float) -> None:
        """What can be seen has changed."""
        self._write({"type": "state", "t": _number(t_s, _TIME_DECIMALS), "state": state.value})

    def text(self, text: str) -> None:
        """The whole text; the last line."""
        self._write({"type": "text", "text": text})

    def _write(self, event: dict[str, Any]) -> None:
        if self._stream is None:
            raise OutputError(f"--events {self._target}: an event came while it is not open")
        line = json.dumps(event, separators=(",", ":"), allow_nan=False)
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except BrokenPipeError:
            if self._target == "-":
                # What is buffered can go nowhere; without this Python complains at exit.
                with contextlib.suppress(OSError, ValueError):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            raise
        except OSError as error:
            raise OutputError(
                f"--events {self._target}: cannot be written any more: {error.strerror or error}"
            ) from error


def _number(value: float, decimals: int) -> float | None:
    """Rounded; None (JSON null) for what is not known, since JSON has no NaN."""
    value = float(value)
    return round(value, decimals) + 0.0 if math.isfinite(value) else None


def _finger(finger: int) -> str | None:
    return FINGER_NAMES[finger] if 0 <= finger < len(FINGER_NAMES) else None
