"""Typing through the program ``wtype``: Wayland compositors with a virtual keyboard (wlroots)."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

from cameratokeyboard.errors import OutputError

#: XKB's names of our special keys.
XKB_NAMES = {
    "backspace": "BackSpace",
    "enter": "Return",
    "tab": "Tab",
    "space": "space",
    "escape": "Escape",
    "delete": "Delete",
    "insert": "Insert",
    "home": "Home",
    "end": "End",
    "page_up": "Prior",
    "page_down": "Next",
    "left": "Left",
    "right": "Right",
    "up": "Up",
    "down": "Down",
    "menu": "Menu",
    **{f"f{n}": f"F{n}" for n in range(1, 13)},
}
_MODIFIER_NAMES = {"ctrl": "ctrl", "alt": "alt", "win": "logo", "shift": "shift"}
_TIME_LIMIT_S = 5.0


def run_program(arguments: Sequence[str]) -> str:
    """Run a program to its end; returns "" or what it complained of."""
    try:
        done = subprocess.run(
            list(arguments), capture_output=True, text=True, timeout=_TIME_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    return done.stderr.strip() or f"exit code {done.returncode}"


class WtypeTyper:
    """One short run of ``wtype`` for each piece of text or key."""

    def __init__(self, program: str, run: Callable[[Sequence[str]], str] = run_program) -> None:
        self._program = program
        self._run = run

    @property
    def name(self) -> str:
        """The mechanism."""
        return "wtype"

    def open(self) -> None:
        """Try it with a modifier on its own, which writes nothing."""
        self._call("-M", "shift", "-m", "shift")

    def write(self, text: str) -> None:
        """Type characters."""
        if text:
            self._call("--", text)

    def tap(self, key: str, modifiers: tuple[str, ...] = ()) -> None:
        """Press and release a key; ``wtype`` lets everything go when it ends."""
        names = [_MODIFIER_NAMES[m] for m in modifiers]
        down = [part for name in names for part in ("-M", name)]
        up = [part for name in reversed(names) for part in ("-m", name)]
        self._call(*down, "-k", XKB_NAMES.get(key) or _xkb_character(key), *up)

    def close(self) -> None:
        """Nothing is held between runs."""

    def _call(self, *arguments: str) -> None:
        problem = self._run([self._program, *arguments])
        if problem:
            raise OutputError(f"typing into other applications: wtype fails: {problem}")


def _xkb_character(character: str) -> str:
    """XKB takes letters and digits by themselves and any other character as U+code point."""
    if character.isascii() and character.isalnum():
        return character
    return f"U{ord(character):04X}"
