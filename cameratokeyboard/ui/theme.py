"""Colours and fonts of the window."""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib import resources
from typing import Any

import pygame

from cameratokeyboard.datatypes import State

_log = logging.getLogger(__name__)

Colour = tuple[int, int, int]

BACKGROUND: Colour = (16, 19, 24)
PANEL: Colour = (27, 32, 40)
LINE: Colour = (54, 62, 75)
TEXT: Colour = (233, 237, 243)
MUTED: Colour = (150, 161, 178)
GOOD: Colour = (64, 201, 162)
WARN: Colour = (245, 184, 61)
RECORD: Colour = (232, 64, 70)
KEY: Colour = (222, 234, 255)
FLASH: Colour = (64, 201, 162)

#: One colour for each finger, the same on both hands (labels tell the hand); chosen from the
#: palette of Okabe and Ito (2008), which people with any colour vision can tell apart.
_BY_FINGER: tuple[Colour, ...] = (
    (204, 121, 167),
    (86, 180, 233),
    (240, 228, 66),
    (230, 159, 0),
    (0, 200, 140),
)
FINGER_COLOURS: tuple[Colour, ...] = (*_BY_FINGER, *reversed(_BY_FINGER))

STATE_COLOURS = {
    State.INITIALIZING: MUTED,
    State.MISSING_MARKERS: WARN,
    State.MISSING_FINGERS: WARN,
    State.MISSING_THUMBS: GOOD,
    State.VALID: GOOD,
}

#: pygame-gui brings these for its translations; between them they cover most scripts.
_PACKAGED_FONTS = (
    "NotoSansSC-Regular.otf",
    "NotoSansJP-Regular.otf",
    "NotoSansKR-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansGeorgian-Regular.ttf",
)
#: Fonts of the system to look for when a character is in none of those; scalable fonts only.
_FALLBACK_FONTS = (
    "dejavusans",
    "notosanssymbols2",
    "notosanssymbols",
    "notosanscjkjp",
    "segoeuisymbol",
    "segoeui",
    "yugothic",
    "applesymbols",
    "arialunicodems",
)
_MISSING = "\u25a1"
#: Never assigned to a character, so every font shows its sign for what it lacks.
_NO_CHARACTER = "\uffff"
#: Size that fits NotoSans' look at one height unit of the window.
SMALL, BODY, LARGE = 13, 16, 22


def packaged_font(name: str, size: int) -> Any:
    """A font that pygame-gui brings along; None where this version has no such file."""
    try:
        with resources.as_file(resources.files("pygame_gui.data") / name) as path:
            return pygame.font.Font(str(path), size)
    except (ModuleNotFoundError, FileNotFoundError, pygame.error):
        return None


def system_font(name: str, size: int) -> Any:
    """A font of the operating system; None where it is not installed or cannot be used."""
    path = pygame.font.match_font(name)
    if path is None:
        return None
    try:
        return pygame.font.Font(path, size)
    except (pygame.error, OSError) as error:
        _log.debug("font %s cannot be used: %s", path, error)
        return None


class Lettering:
    """Renders any text at one size: characters the font lacks come from others, or as a box."""

    def __init__(self, size: int) -> None:
        self._size = size
        first = packaged_font("NotoSans-Regular.ttf", size)
        self._fonts: list[Any] = [first or pygame.font.Font(None, size)]
        self._pending = [*_PACKAGED_FONTS, *_FALLBACK_FONTS]
        self._choice: dict[str, int] = {}
        self._glyph_width = lru_cache(maxsize=4096)(self._measure)

    @property
    def height(self) -> int:
        """Line height in px."""
        return int(self._fonts[0].get_linesize())

    def width(self, text: str) -> int:
        """Width of a line in px (by single characters, as ``render`` sets them in runs)."""
        return sum(self._glyph_width(c) for c in text)

    def render(self, text: str, colour: Colour) -> Any:
        """The line as a surface with transparent background."""
        runs = self._runs(text)
        pieces = [self._fonts[n].render(part, True, colour) for n, part in runs if part]
        if len(pieces) == 1:
            return pieces[0]
        size = (
            sum(p.get_width() for p in pieces),
            max((p.get_height() for p in pieces), default=1),
        )
        line = pygame.Surface((max(size[0], 1), size[1]), pygame.SRCALPHA)
        x = 0
        for piece in pieces:
            line.blit(piece, (x, size[1] - piece.get_height()))
            x += piece.get_width()
        return line

    def _measure(self, character: str) -> int:
        number = self._font_of(character)
        shown = character if number >= 0 else _MISSING
        return int(self._fonts[max(number, 0)].size(shown)[0])

    def _runs(self, text: str) -> list[tuple[int, str]]:
        runs: list[tuple[int, str]] = []
        for character in text:
            number = self._font_of(character)
            shown = character if number >= 0 else _MISSING
            number = max(number, 0)
            if runs and runs[-1][0] == number:
                runs[-1] = (number, runs[-1][1] + shown)
            else:
                runs.append((number, shown))
        return runs

    def _font_of(self, character: str) -> int:
        """Index of the first font that has the character, -1 when none has."""
        if character not in self._choice:
            self._choice[character] = self._search(character)
        return self._choice[character]

    def _search(self, character: str) -> int:
        if character.isascii():
            return 0 if character.isprintable() else -1
        number = 0
        while number < len(self._fonts) or self._load_next():
            if _has(self._fonts[number], character):
                return number
            number += 1
        return -1

    def _load_next(self) -> bool:
        """Load one more font, only now that a character asks for it; False when none is left."""
        while self._pending:
            name = self._pending.pop(0)
            font = (
                packaged_font(name, self._size)
                if name in _PACKAGED_FONTS
                else system_font(name, self._size)
            )
            if font is not None:
                self._fonts.append(font)
                return True
        return False


def _has(font: Any, character: str) -> bool:
    """Whether a font has a character: pygame does not say, but draws one box for all others."""
    try:
        return _pixels(font, character) != _pixels(font, _NO_CHARACTER)
    except (pygame.error, UnicodeError, ValueError):
        return False


def _pixels(font: Any, character: str) -> bytes:
    return pygame.image.tobytes(font.render(character, False, TEXT), "RGBA")


def gui_theme() -> dict[str, Any]:
    """The theme of pygame-gui's controls."""
    colours = {
        "dark_bg": "#1b2028",
        "normal_bg": "#2a323e",
        "hovered_bg": "#364152",
        "active_bg": "#2f6f60",
        "selected_bg": "#2f6f60",
        "disabled_bg": "#20262f",
        "normal_border": "#3d4756",
        "hovered_border": "#5b687c",
        "active_border": "#40c9a2",
        "selected_border": "#40c9a2",
        "disabled_border": "#2a323e",
        "normal_text": "#e9edf3",
        "hovered_text": "#ffffff",
        "active_text": "#ffffff",
        "selected_text": "#ffffff",
        "disabled_text": "#6b7687",
    }
    shape = {"shape": "rounded_rectangle", "shape_corner_radius": "6", "border_width": "1"}
    shape["shadow_width"] = "0"
    recording = {f"{state}_bg": "#a3262c" for state in ("normal", "hovered", "active", "selected")}
    typing = {f"{state}_bg": "#8a6414" for state in ("normal", "hovered", "active", "selected")}
    return {
        "defaults": {"colours": colours, "misc": shape},
        "@recording": {"colours": recording},
        "@typing": {"colours": typing},
        "@paused": {"colours": typing},
    }
