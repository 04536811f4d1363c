"""The recognised text: wrapped, scrolled to its end, with a cursor."""

from __future__ import annotations

from typing import Any

import pygame

from cameratokeyboard.ui import theme
from cameratokeyboard.ui.wording import printable

_MARGIN = 14
_CURSOR = 2
_HINT = "What you type on the paper appears here."


class TextPanel:
    """Shows the end of a text of any length; the wheel or Page Up scrolls back.

    Wrapping is kept for the part of the text that did not change, so that a long text costs no
    more than a short one.
    """

    def __init__(self, size: int = theme.LARGE) -> None:
        self._lettering = theme.Lettering(size)
        self._hint = theme.Lettering(theme.BODY)
        self._text = ""
        self._width = 0
        self._starts: list[int] = [0]
        self._back = 0

    @property
    def line_count(self) -> int:
        """Lines the text takes at the width it was last drawn at."""
        return len(self._starts)

    @property
    def scrolled_back(self) -> int:
        """Lines hidden below the panel; 0 at the end of the text."""
        return self._back

    def set_text(self, text: str) -> None:
        """Show this text, at its end."""
        if text == self._text:
            return
        same = _common_prefix(self._text, text)
        self._text = text
        self._back = 0
        self._wrap_from(same)

    def scroll(self, lines: int) -> None:
        """Go back (positive) or forward by lines."""
        self._back = min(max(self._back + lines, 0), max(len(self._starts) - 1, 0))

    def draw(self, surface: Any, area: pygame.Rect) -> None:
        """Draw into ``area`` of the window."""
        pygame.draw.rect(surface, theme.PANEL, area, border_radius=8)
        inner = area.inflate(-2 * _MARGIN, -_MARGIN)
        if inner.width < 10 or inner.height < 10:
            return
        if inner.width != self._width:
            self._width = inner.width
            self._wrap_from(0)
        if not self._text:
            surface.blit(self._hint.render(_HINT, theme.MUTED), inner.topleft)
            return
        before = surface.get_clip()
        surface.set_clip(inner)
        self._draw_lines(surface, inner)
        surface.set_clip(before)
        self._draw_position(surface, area, self._rows(inner))

    def _rows(self, inner: pygame.Rect) -> int:
        return max(inner.height // self._lettering.height, 1)

    def _draw_lines(self, surface: Any, inner: pygame.Rect) -> None:
        rows = self._rows(inner)
        self._back = min(self._back, max(len(self._starts) - rows, 0))
        last = len(self._starts) - self._back
        first = max(last - rows, 0)
        y = inner.top
        for number in range(first, last):
            line = self._line(number)
            image = self._lettering.render(line, theme.TEXT) if line else None
            if image is not None:
                surface.blit(image, (inner.left, y))
            if number == len(self._starts) - 1:
                x = inner.left + (image.get_width() if image is not None else 0) + 1
                cursor = pygame.Rect(x, y + 3, _CURSOR, self._lettering.height - 6)
                pygame.draw.rect(surface, theme.GOOD, cursor)
            y += self._lettering.height

    def _draw_position(self, surface: Any, area: pygame.Rect, rows: int) -> None:
        """A thin bar at the right that says which part of a long text is shown."""
        total = len(self._starts)
        if total <= rows:
            return
        track = pygame.Rect(area.right - 8, area.top + 8, 4, area.height - 16)
        length = max(track.height * rows // total, 12)
        hidden = total - rows
        top = track.top + (track.height - length) * (hidden - self._back) // hidden
        pygame.draw.rect(surface, theme.LINE, (track.left, top, 4, length), border_radius=2)

    def _line(self, number: int) -> str:
        start = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._text)
        return _shown(self._text[start:end])

    def _wrap_from(self, position: int) -> None:
        """Wrap anew from the line before the one that holds ``position``."""
        while len(self._starts) > 1 and self._starts[-1] >= position:
            self._starts.pop()
        if len(self._starts) > 1:
            self._starts.pop()  # a shorter word may fit onto the line before
        if not self._starts:
            self._starts = [0]
        room = max(self._width, 40) - _CURSOR - 2
        start = self._starts[-1]
        while (end := self._line_end(start, room)) is not None:
            self._starts.append(end)
            start = end

    def _line_end(self, start: int, room: int) -> int | None:
        """Where the line that begins at ``start`` ends; None when it holds the rest."""
        used, space = 0, None
        for position in range(start, len(self._text)):
            character = self._text[position]
            if character == "\n":
                return position + 1
            used += self._lettering.width(_shown(character))
            if used > room and position > start and not character.isspace():
                return space if space is not None else position
            if character.isspace():
                space = position + 1
        return None


def _shown(text: str) -> str:
    return printable(text.replace("\n", "").replace("\t", "    "))


def _common_prefix(first: str, second: str) -> int:
    if second.startswith(first):
        return len(first)
    for position, (a, b) in enumerate(zip(first, second, strict=False)):
        if a != b:
            return position
    return min(len(first), len(second))
