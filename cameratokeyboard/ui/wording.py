"""What a person is told, and how text is made safe to show."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from cameratokeyboard.datatypes import FINGER_NAMES, State

#: What each state means for the person: what to do, or that all is well.
STATE_MESSAGES = {
    State.INITIALIZING: "Looking for the mat ...",
    State.MISSING_MARKERS: "Show all four markers: move the camera or the mat, or add light",
    State.MISSING_FINGERS: "Mat found. Put your hands on it, fingertips in view",
    State.MISSING_THUMBS: "Ready to type. For space, show your thumbs as well",
    State.VALID: "Ready: type on the paper",
}

WAITING = "Waiting for the first picture ..."
PAUSED = "Paused: presses are not looked for"
TYPING = "Typing into other windows: click into the one that should get the text"
TYPING_HELD = "This window has the focus, so nothing is typed elsewhere: click into another one"


def state_message(state: State, paused: bool = False) -> str:
    """The line to show: a pause, or what the view lacks, or that all is well."""
    return PAUSED if paused else STATE_MESSAGES[state]


def finger_label(finger: int, short: bool = False) -> str:
    """``left_index`` as ``L index``, or as ``Li`` where there is little room."""
    side, _, name = FINGER_NAMES[finger].partition("_")
    return f"{side[0].upper()}{name[0]}" if short else f"{side[0].upper()} {name}"


def printable(text: str) -> str:
    """One line without control or broken characters: newline and tab get a visible sign."""
    signs = {"\n": "\u23ce", "\t": "\u21e5", "\r": ""}
    return "".join(
        signs.get(c, "\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c) for c in text
    )


def cell_width(text: str) -> int:
    """Columns that ``text`` takes in a terminal: two for wide characters, none for combining."""
    return sum(_cells(c) for c in text)


def tail(text: str, columns: int) -> str:
    """The end of ``text`` that fits into so many columns, led by an ellipsis when cut."""
    if cell_width(text) <= columns:
        return text
    room, start = columns - 1, len(text)
    while start > 0 and _cells(text[start - 1]) <= room:
        start -= 1
        room -= _cells(text[start])
    return "\u2026" + text[start:] if columns > 0 else ""


def wrap(text: str, room: int, width: Callable[[str], int]) -> list[str]:
    """``text`` in lines of at most ``room``, broken at spaces; a longer word stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
