"""Touches on keys, made to order."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import KeyPress, KeyRelease, Layout, TouchDown, TouchUp
from cameratokeyboard.keyboard.touch import TouchKeyboard


def centre(layout: Layout, name: str) -> tuple[float, float]:
    index = [key.name for key in layout.keys].index(name)
    x, y = layout.centres_mm()[index]
    return float(x), float(y)


def down(
    layout: Layout,
    name: str,
    t_s: float,
    finger: int = 3,
    offset: tuple[float, float] = (0.0, 0.0),
    sd_mm: float = 1.0,
) -> TouchDown:
    """A touch at a key's centre plus an offset in mm."""
    x, y = centre(layout, name)
    place = (x + offset[0], y + offset[1])
    return TouchDown(finger, t_s, t_s + 0.1, place, np.eye(2) * sd_mm**2, 0.9)


def up(t_s: float, finger: int = 3, vanished: bool = False) -> TouchUp:
    return TouchUp(finger, t_s, t_s + 0.1, vanished)


def tap(keyboard: TouchKeyboard, name: str, t_s: float, finger: int = 3) -> list[KeyPress]:
    """Press and release a key; the presses it caused."""
    events = keyboard.update([down(keyboard.layout, name, t_s, finger)], t_s + 0.03)
    events += keyboard.update([up(t_s + 0.08, finger)], t_s + 0.1)
    return presses(events)


def presses(events: list[KeyPress | KeyRelease]) -> list[KeyPress]:
    return [event for event in events if isinstance(event, KeyPress)]


def releases(events: list[KeyPress | KeyRelease]) -> list[KeyRelease]:
    return [event for event in events if isinstance(event, KeyRelease)]


def written(events: list[KeyPress | KeyRelease]) -> str:
    return "".join(press.text for press in presses(events))
