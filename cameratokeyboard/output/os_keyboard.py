"""Types into whatever application has the focus, as a keyboard would."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from cameratokeyboard.datatypes import KeyPress, KeyRelease, Layout, State, TextEdit
from cameratokeyboard.errors import OutputError
from cameratokeyboard.output.typers.base import MODIFIERS, SPECIAL_KEYS, Typer
from cameratokeyboard.output.typers.choose import open_typer

#: Modifiers that make a shortcut out of a key; shift and AltGr only choose the character.
_SHORTCUT = frozenset({"ctrl", "alt", "win"})
_TAPPED_CHARACTERS = {"\n": "enter", "\t": "tab"}
_ROLES = frozenset({"backspace", "enter", "tab"})
#: How long the keys that are still to be typed at exit may take.
_DRAIN_S = 3.0

Action = Callable[[Typer], None]


class OsKeyboardSink:
    """Turns key presses into keys of the operating system.

    A thread of its own types, so that a slow desktop never holds up the loop; each key is pressed
    and let go at once (repeats arrive as presses), so none can get stuck. Corrections take back
    only characters that this sink wrote without a break. Nothing is typed while ``held_back()``: a
    window of this very program has the focus, or the person switched typing off.

    opener: gives the opened way of typing; raises OutputError that says what to do. Errors met
    later are raised at the next event.
    """

    def __init__(
        self,
        layout: Layout,
        held_back: Callable[[], bool] = lambda: False,
        opener: Callable[[], Typer] = open_typer,
    ) -> None:
        self._layout = layout
        self._held_back = held_back
        self._opener = opener
        self._actions: queue.SimpleQueue[Action | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._typer: Typer | None = None
        self._error: Exception | None = None
        self._give_up = threading.Event()
        self._own = 0

    @property
    def way(self) -> str:
        """Name of the mechanism in use, "" while closed."""
        return self._typer.name if self._typer is not None else ""

    def __enter__(self) -> Self:
        self._typer = self._opener()
        self._actions = queue.SimpleQueue()
        self._error, self._own = None, 0
        self._give_up.clear()
        self._thread = threading.Thread(
            target=self._work, args=(self._typer, self._actions), name="c2k-type", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread is None:
            return
        if kind is not None:
            self._give_up.set()  # after a failure nothing more goes into somebody's window
        self._actions.put(None)
        self._thread.join(_DRAIN_S)
        if self._thread.is_alive():
            self._give_up.set()
            self._thread.join(_DRAIN_S)
        self._thread, self._typer = None, None
        if kind is None:
            self._raise()

    def press(self, press: KeyPress) -> None:
        """Type what this press means: a shortcut, a key such as backspace, or characters."""
        if not self._may_type():
            return
        special = self._special(press.key)
        if press.modifiers & _SHORTCUT:
            key = special or self._plain(press.key)
            modifiers = tuple(m for m in MODIFIERS if m in press.modifiers)
            if key:
                self._own = 0  # whatever it does, the text may no longer end where it did
                self._actions.put(lambda typer: typer.tap(key, modifiers))
        elif special:
            self._tap(special, ("shift",) if "shift" in press.modifiers else ())
        elif press.text:
            self._insert(press.text)

    def release(self, release: KeyRelease) -> None:
        """Every key was let go when it was pressed."""
        self._raise()

    def edit(self, edit: TextEdit, emitted_s: float) -> None:
        """Take back what was corrected, if it can still stand before the cursor, and type anew."""
        if not self._may_type() or edit.delete > self._own:
            return
        for _ in range(edit.delete):
            self._actions.put(lambda typer: typer.tap("backspace"))
        self._own -= edit.delete
        self._insert(edit.insert)

    def state(self, state: State, t_s: float) -> None:
        """What can be seen is no text."""

    def text(self, text: str) -> None:
        """Everything was typed as it came."""

    def _may_type(self) -> bool:
        self._raise()
        if self._thread is None:
            raise OutputError("typing into other applications: a key came while it is not open")
        if self._held_back():
            self._own = 0
            return False
        return True

    def _tap(self, key: str, modifiers: tuple[str, ...]) -> None:
        if key == "backspace":
            self._own, modifiers = max(self._own - 1, 0), ()
        elif key in ("enter", "tab") and not modifiers:
            self._own += 1
        elif key != "space":
            self._own = 0
        self._actions.put(lambda typer: typer.tap(key, modifiers))

    def _insert(self, text: str) -> None:
        self._own += len(text)
        plain = ""
        for character in text:
            tapped = _TAPPED_CHARACTERS.get(character)
            if tapped is None:
                plain += character if character.isprintable() else ""
                continue
            self._write(plain)
            self._actions.put(lambda typer, key=tapped: typer.tap(key))  # type: ignore[misc]
            plain = ""
        self._write(plain)

    def _write(self, text: str) -> None:
        if text:
            self._actions.put(lambda typer: typer.write(text))

    def _special(self, key: str) -> str:
        """Name of the special key that ``key`` is, "" for one that writes characters."""
        box = self._layout.by_name.get(key)
        if box is not None and box.role in _ROLES:
            return box.role
        writes = box is not None and box.legends[0] != ""
        return key if key in SPECIAL_KEYS and key != "space" and not writes else ""

    def _plain(self, key: str) -> str:
        """The character a shortcut means: that of the bare key."""
        if key == "space":
            return "space"
        box = self._layout.by_name.get(key)
        legend = box.legends[0] if box is not None else ""
        return legend if len(legend) == 1 else ""

    def _work(self, typer: Typer, actions: queue.SimpleQueue[Action | None]) -> None:
        try:
            while (action := actions.get()) is not None and not self._give_up.is_set():
                action(typer)
        except Exception as error:  # kept for the next event, which raises it
            self._error = error
        finally:
            typer.close()

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise OutputError(f"typing into other applications stopped: {error}") from error
