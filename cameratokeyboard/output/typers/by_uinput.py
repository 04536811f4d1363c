"""Typing through a virtual keyboard of the Linux kernel: any desktop, Wayland's too."""

from __future__ import annotations

import logging
import time
from typing import Any

from cameratokeyboard.errors import MissingExtraError, OutputError

_log = logging.getLogger(__name__)

#: How long a desktop may need to notice a new keyboard (assumption, generous).
_SETTLE_S = 0.5
UINPUT_DEVICE = "/dev/uinput"
UINPUT_ADVICE = (
    "allow this user to make a virtual keyboard: "
    """echo 'KERNEL=="uinput", GROUP="input", MODE="0660"' | """
    "sudo tee /etc/udev/rules.d/60-uinput.rules; sudo usermod -aG input $USER; sudo modprobe "
    "uinput; then restart the computer"
)

#: Key codes' names of the characters of a US keyboard, plain and with shift.
_PLAIN = {
    **{c: f"KEY_{c.upper()}" for c in "abcdefghijklmnopqrstuvwxyz0123456789"},
    " ": "KEY_SPACE",
    "-": "KEY_MINUS",
    "=": "KEY_EQUAL",
    "[": "KEY_LEFTBRACE",
    "]": "KEY_RIGHTBRACE",
    "\\": "KEY_BACKSLASH",
    ";": "KEY_SEMICOLON",
    "'": "KEY_APOSTROPHE",
    "`": "KEY_GRAVE",
    ",": "KEY_COMMA",
    ".": "KEY_DOT",
    "/": "KEY_SLASH",
}
_SHIFTED = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./", strict=True))
_SPECIAL = {
    "backspace": "KEY_BACKSPACE",
    "enter": "KEY_ENTER",
    "tab": "KEY_TAB",
    "space": "KEY_SPACE",
    "escape": "KEY_ESC",
    "delete": "KEY_DELETE",
    "insert": "KEY_INSERT",
    "home": "KEY_HOME",
    "end": "KEY_END",
    "page_up": "KEY_PAGEUP",
    "page_down": "KEY_PAGEDOWN",
    "left": "KEY_LEFT",
    "right": "KEY_RIGHT",
    "up": "KEY_UP",
    "down": "KEY_DOWN",
    "menu": "KEY_COMPOSE",
    **{f"f{n}": f"KEY_F{n}" for n in range(1, 13)},
    "ctrl": "KEY_LEFTCTRL",
    "alt": "KEY_LEFTALT",
    "win": "KEY_LEFTMETA",
    "shift": "KEY_LEFTSHIFT",
}


def key_codes(character: str) -> tuple[str, ...] | None:
    """Names of the key codes that write ``character`` on a US keyboard, shift first; or None."""
    if character in _PLAIN:
        return (_PLAIN[character],)
    base = _SHIFTED.get(character) or (character.lower() if character.isascii() else "")
    return ("KEY_LEFTSHIFT", _PLAIN[base]) if base in _PLAIN else None


class UinputTyper:
    """Presses the keys of a US keyboard; the system's layout must be US for the text to be right.

    device: an ``evdev.UInput`` or what behaves as one; made in ``open`` unless given.
    """

    def __init__(self, device: Any = None, settle_s: float = _SETTLE_S) -> None:
        self._device = device
        self._settle_s = settle_s
        self._codes: Any = None
        self._down: list[int] = []
        self._left_out: set[str] = set()

    @property
    def name(self) -> str:
        """The mechanism."""
        return "uinput"

    def open(self) -> None:
        """Make the virtual keyboard."""
        try:
            import evdev
        except ImportError as error:
            raise MissingExtraError("typing under Wayland", "typing") from error
        self._codes = evdev.ecodes.ecodes
        if self._device is not None:
            return
        names = {*_PLAIN.values(), *_SPECIAL.values()}
        try:
            self._device = evdev.UInput(
                {evdev.ecodes.EV_KEY: [self._codes[name] for name in names]},
                name="Camera to Keyboard",
            )
        except (OSError, evdev.UInputError) as error:
            raise OutputError(
                f"typing into other applications: {UINPUT_DEVICE} cannot be used ({error}); "
                f"{UINPUT_ADVICE}"
            ) from error
        time.sleep(self._settle_s)

    def write(self, text: str) -> None:
        """Type what a US keyboard can; anything else is left out, with one warning each."""
        for character in text:
            names = key_codes(character)
            if names is not None:
                self._chord(names)
            else:
                self._leave_out(character)

    def tap(self, key: str, modifiers: tuple[str, ...] = ()) -> None:
        """Press and release a key under modifiers."""
        names = (_SPECIAL[key],) if key in _SPECIAL else key_codes(key)
        if names is None:
            self._leave_out(key)
        else:
            self._chord((*(_SPECIAL[m] for m in modifiers), *names))

    def close(self) -> None:
        """Let every key go and take the virtual keyboard away."""
        if self._device is not None:
            self._release_all()
            self._device.close()
            self._device = None

    def _leave_out(self, character: str) -> None:
        if character not in self._left_out:
            self._left_out.add(character)
            _log.warning("'%s' is on no US keyboard, so uinput cannot type it", character)

    def _chord(self, names: tuple[str, ...]) -> None:
        try:
            for name in names:
                self._down.append(self._codes[name])
                self._send(self._down[-1], 1)
        finally:
            self._release_all()

    def _release_all(self) -> None:
        while self._down:
            self._send(self._down.pop(), 0)

    def _send(self, code: int, value: int) -> None:
        self._device.write(self._codes["EV_KEY"], code, value)
        self._device.syn()
