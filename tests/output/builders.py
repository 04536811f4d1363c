"""Stand-ins for what presses keys."""

from __future__ import annotations

import threading

from cameratokeyboard.errors import OutputError


class FakeTyper:
    """Keeps the text a window would hold, and every shortcut; fails on characters in ``bad``."""

    name = "fake"

    def __init__(self, bad: str = "") -> None:
        self.window = ""
        self.shortcuts: list[tuple[str, ...]] = []
        self.closed = threading.Event()
        self.bad = bad
        self.gate = threading.Event()
        self.gate.set()

    def open(self) -> None:
        pass

    def write(self, text: str) -> None:
        self.gate.wait(10)
        for character in text:
            if character in self.bad:
                raise OutputError(f"cannot type {character}")
            self.window += character

    def tap(self, key: str, modifiers: tuple[str, ...] = ()) -> None:
        self.gate.wait(10)
        if modifiers:
            self.shortcuts.append((*modifiers, key))
        elif key == "backspace":
            self.window = self.window[:-1]
        else:
            self.window += {"enter": "\n", "tab": "\t"}.get(key, f"<{key}>")

    def close(self) -> None:
        self.closed.set()
