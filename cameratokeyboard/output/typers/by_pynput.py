"""Typing through pynput: Windows, macOS and X11."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from typing import Any

from cameratokeyboard.errors import MissingExtraError, OutputError

_log = logging.getLogger(__name__)

#: pynput's names where they differ from ours.
_NAMES = {"escape": "esc", "win": "cmd"}


class PynputTyper:
    """Types characters as such, so the system's own keyboard layout does not matter."""

    def __init__(self) -> None:
        self._keyboard: Any = None
        self._controller: Any = None
        self._down: list[Any] = []

    @property
    def name(self) -> str:
        """The mechanism."""
        return "pynput"

    def open(self) -> None:
        """Load pynput and check that the system lets us type."""
        if sys.platform == "linux" and not os.environ.get("DISPLAY"):
            raise OutputError(
                "typing into other applications: expected an X11 display in DISPLAY, and there is "
                "none; start this in a graphical session"
            )
        try:
            from pynput import keyboard
        except ImportError as error:
            if isinstance(error, ModuleNotFoundError):
                raise MissingExtraError("typing into other applications", "typing") from error
            raise OutputError(
                f"typing into other applications: pynput does not start: {error}"
            ) from error
        _check_mac_permission()
        try:
            self._controller = keyboard.Controller()
        except Exception as error:  # pynput passes on whatever its platform part raises
            raise OutputError(
                f"typing into other applications: no keyboard can be had from the system: {error}"
            ) from error
        self._keyboard = keyboard

    def write(self, text: str) -> None:
        """Type characters; one that this system cannot type is left out."""
        for character in text:
            try:
                self._press(character)
            except self._keyboard.Controller.InvalidKeyException:
                continue
            finally:
                self._release_all()

    def tap(self, key: str, modifiers: tuple[str, ...] = ()) -> None:
        """Press and release a key under modifiers."""
        keys = [self._key(name) for name in (*modifiers, key)]
        if None in keys:
            _log.warning("this system has no key '%s' to press", key)
            return
        try:
            for each in keys:
                self._press(each)
        except self._keyboard.Controller.InvalidKeyException:
            _log.warning("this system has no key '%s' to press", key)
        finally:
            self._release_all()

    def close(self) -> None:
        """Let every key go."""
        if self._controller is not None:
            self._release_all()
            self._controller = None

    def _key(self, name: str) -> Any:
        if len(name) == 1:
            return name
        return getattr(self._keyboard.Key, _NAMES.get(name, name), None)

    def _press(self, key: Any) -> None:
        self._down.append(key)
        self._controller.press(key)

    def _release_all(self) -> None:
        while self._down:
            key = self._down.pop()
            try:
                self._controller.release(key)
            except self._keyboard.Controller.InvalidKeyException:
                continue  # it could not be pressed either


def _check_mac_permission() -> None:
    """macOS drops the keys of a program without the Accessibility grant, without a word."""
    if sys.platform != "darwin":
        return
    try:
        services = importlib.import_module("HIServices")
    except ImportError:
        return
    if not services.AXIsProcessTrusted():
        raise OutputError(
            "typing into other applications: macOS does not allow it yet; open System Settings > "
            "Privacy & Security > Accessibility, switch on the program that runs this (Terminal, "
            "iTerm, ...), then start it again"
        )
