"""The window: live picture with what is recognised, the text and the controls, by pygame."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import numpy as np
import pygame

from cameratokeyboard.datatypes import State
from cameratokeyboard.errors import OutputError
from cameratokeyboard.ui import theme
from cameratokeyboard.ui.base import UIData, UIOptions, UIRequest
from cameratokeyboard.ui.controls import BAR_HEIGHT, Controls, Flags
from cameratokeyboard.ui.overlay import Overlay
from cameratokeyboard.ui.textpanel import TextPanel
from cameratokeyboard.ui.viewport import Viewport
from cameratokeyboard.ui.wording import (
    TYPING,
    TYPING_HELD,
    WAITING,
    printable,
    state_message,
    wrap,
)

_STATUS_HEIGHT = 44
_MARGIN = 8
_SMALLEST_WH = (640, 480)
#: Share of the window's height that the text gets, and its limits in px.
_TEXT_SHARE, _TEXT_LOW, _TEXT_HIGH = 0.2, 96, 200
#: The window is drawn at most this often and, for tool tips and notices, at least this often.
_DRAW_S, _REFRESH_S = 1 / 60, 1 / 4
_BANNER_LINES = 3
#: How long a short notice ("copied") stays.
_NOTICE_S = 2.5
#: Darkness of a picture that is not live any more.
_DIM = 0.35


class PygameUI:
    """The window. Every call returns within a few ms; drawing happens in ``closed``.

    All calls come from the main thread: window systems want it so. ``clock`` gives s that grow.
    """

    def __init__(
        self, options: UIOptions | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._options = options or UIOptions()
        self._clock = clock
        self._mirror = self._options.mirror
        self._screen: Any = None
        self._controls: Controls | None = None
        self._overlay = Overlay()
        self._panel: TextPanel | None = None
        self._letterings: dict[int, theme.Lettering] = {}
        self._data: UIData | None = None
        self._text = ""
        self._message = ""
        self._notice = ("", float("-inf"))
        self._dirty = True
        self._closed = False
        self._drawn_s = float("-inf")

    def __enter__(self) -> Self:
        try:
            pygame.display.init()
            pygame.font.init()
            size = tuple(
                max(a, b) for a, b in zip(self._options.size_wh, _SMALLEST_WH, strict=True)
            )
            pygame.display.set_caption(self._options.title)
            pygame.display.set_icon(_icon())
            _check_visible(pygame.display.get_driver())
            self._screen = pygame.display.set_mode(size, pygame.RESIZABLE)
        except (pygame.error, OutputError) as error:
            pygame.display.quit()
            raise OutputError(
                f"the window cannot be opened ({error}); expected a graphical session; "
                f"use --ui terminal where there is none"
            ) from error
        self._letterings = {n: theme.Lettering(n) for n in (theme.SMALL, theme.BODY, theme.LARGE)}
        self._panel = TextPanel()
        self._overlay = Overlay()
        self._controls = Controls(self._screen.get_size(), self._options, self._local)
        self._closed, self._dirty = False, True
        self._draw(self._clock())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._controls is not None:
            self._controls.close()
        self._controls = self._panel = self._screen = self._data = None
        self._letterings = {}
        self._overlay = Overlay()
        pygame.font.quit()
        pygame.display.quit()

    def update_data(self, data: UIData) -> None:
        """Show this frame and what was recognised in it."""
        self._data = data
        self._message = ""
        for press in data.presses:
            self._overlay.press(press.key, data.frame.t_s)
        self._dirty = True

    def update_text(self, text: str) -> None:
        """Show the text written so far."""
        if text != self._text and self._panel is not None:
            self._text = text
            self._panel.set_text(text)
            self._dirty = True

    def update_message(self, message: str) -> None:
        """Show a line while no frame comes; the last picture is darkened."""
        self._dirty = self._dirty or message != self._message
        self._message = message

    def requests(self) -> list[UIRequest]:
        """What was asked for with buttons, keys and the settings panel."""
        return self._controls.take_requests() if self._controls is not None else []

    @property
    def has_focus(self) -> bool:
        """True while keys of the operating system go to this window."""
        return self._screen is not None and bool(pygame.key.get_focused())

    def closed(self) -> bool:
        """Handle the window's events and draw when something changed."""
        if self._screen is None or self._controls is None:
            return True
        for event in pygame.event.get():
            self._handle(event)
        now = self._clock()
        since = now - self._drawn_s
        if (self._dirty and since >= _DRAW_S) or since >= _REFRESH_S:
            self._draw(now)
        return self._closed

    def save_picture(self, path: str) -> None:
        """Write what the window shows to a PNG file."""
        pygame.image.save(self._screen, path)

    def _handle(self, event: Any) -> None:
        assert self._controls is not None
        assert self._panel is not None
        if event.type == pygame.QUIT:
            self._closed = True
        elif event.type == pygame.VIDEORESIZE:
            self._screen = pygame.display.get_surface()
            self._controls.resize(self._screen.get_size())
        elif event.type == pygame.MOUSEWHEEL:
            self._panel.scroll(event.y)
        elif event.type == pygame.KEYDOWN and event.key in (pygame.K_PAGEUP, pygame.K_PAGEDOWN):
            self._panel.scroll(3 if event.key == pygame.K_PAGEUP else -3)
        self._controls.handle(event)
        self._dirty = True

    def _local(self, name: str) -> None:
        """What a button does that needs nobody else."""
        if name == "quit":
            self._closed = True
        elif name == "mirror":
            self._mirror = not self._mirror
        elif name == "copy":
            self._copy()

    def _copy(self) -> None:
        try:
            pygame.scrap.put_text(self._text)
            said = "Copied to the clipboard" if self._text else "There is no text to copy yet"
        except (pygame.error, UnicodeError) as error:
            said = f"The clipboard cannot be used: {error}"
        self._notice = (said, self._clock() + _NOTICE_S)

    def _draw(self, now: float) -> None:
        assert self._controls is not None
        assert self._panel is not None
        width, height = self._screen.get_size()
        text_height = round(min(max(height * _TEXT_SHARE, _TEXT_LOW), _TEXT_HIGH))
        picture = pygame.Rect(0, _STATUS_HEIGHT, width, 0)
        picture.height = max(height - _STATUS_HEIGHT - text_height - BAR_HEIGHT, 1)
        self._screen.fill(theme.BACKGROUND)
        self._draw_picture(picture)
        self._draw_status(pygame.Rect(0, 0, width, _STATUS_HEIGHT), now)
        text = pygame.Rect(_MARGIN, picture.bottom + 6, width - 2 * _MARGIN, text_height - 6)
        self._panel.draw(self._screen, text)
        data = self._data
        self._controls.set_flags(
            Flags(data.paused, data.typing, data.recording, self._mirror)
            if data is not None
            else Flags(mirror=self._mirror)
        )
        self._controls.draw(self._screen, min(max(now - self._drawn_s, 0.0), 0.2))
        pygame.display.flip()
        self._dirty, self._drawn_s = False, now

    def _draw_picture(self, area: pygame.Rect) -> None:
        data = self._data
        if data is None:
            line = self._letterings[theme.LARGE].render(self._message or WAITING, theme.MUTED)
            self._screen.blit(line, line.get_rect(center=area.center))
            return
        place = (area.x, area.y, area.width, area.height)
        viewport = Viewport.fit(data.frame.size_wh, place, self._mirror)
        stale = bool(self._message)
        pixels = viewport.picture(data.frame.image, _DIM if stale else 1.0)
        # The surface shares the array's memory, which stays alive until it is copied here.
        shown = pygame.image.frombuffer(pixels.data, viewport.rect[2:], "BGR")
        self._screen.blit(shown, viewport.rect[:2])
        if not stale:
            self._overlay.draw(self._screen, data, viewport)
        if data.recording:
            pygame.draw.rect(self._screen, theme.RECORD, pygame.Rect(viewport.rect), 3)
        if data.message:
            self._draw_banner(area, data.message)

    def _draw_banner(self, area: pygame.Rect, message: str) -> None:
        """What the program has to say, over the picture's lower edge."""
        lettering = self._letterings[theme.BODY]
        lines = wrap(printable(message), area.width - 6 * _MARGIN, lettering.width)[:_BANNER_LINES]
        height = lettering.height * len(lines) + _MARGIN
        plate = pygame.Surface((area.width, height), pygame.SRCALPHA)
        plate.fill((*theme.BACKGROUND, 215))
        for number, line in enumerate(lines):
            image = lettering.render(line, theme.TEXT)
            y = _MARGIN // 2 + number * lettering.height
            plate.blit(image, image.get_rect(midtop=(area.width // 2, y)))
        self._screen.blit(plate, (area.left, area.bottom - height))

    def _draw_status(self, area: pygame.Rect, now: float) -> None:
        right = self._draw_figures(area)
        text, colour = self._status(now)
        middle = area.centery
        pygame.draw.circle(self._screen, colour, (22, middle), 7)
        lettering = self._letterings[theme.LARGE]
        if lettering.width(text) > right - 40 - _MARGIN:
            lettering = self._letterings[theme.BODY]
        line = lettering.render(text, theme.TEXT)
        room = pygame.Rect(0, 0, max(right - 40 - _MARGIN, 0), line.get_height())
        self._screen.blit(line, line.get_rect(midleft=(40, middle)), room)

    def _status(self, now: float) -> tuple[str, theme.Colour]:
        """The line to show and the colour of its dot."""
        notice, until = self._notice
        if now < until:
            return printable(notice), theme.GOOD
        data = self._data
        if self._message or data is None:
            return printable(self._message or WAITING), theme.WARN if self._message else theme.MUTED
        ready = data.state in (State.VALID, State.MISSING_THUMBS) and not data.paused
        if data.typing and ready:
            return (TYPING_HELD, theme.WARN) if self.has_focus else (TYPING, theme.GOOD)
        text = state_message(data.state, data.paused)
        return text, theme.WARN if data.paused else theme.STATE_COLOURS[data.state]

    def _draw_figures(self, area: pygame.Rect) -> int:
        """Rates at the right of the status line; returns the x at which they begin."""
        data = self._data
        if data is None:
            return area.right
        width, height = data.frame.size_wh
        figures = f"{data.fps:.0f} fps   {data.compute_ms:.0f} ms   {width}\u00d7{height}"
        line = self._letterings[theme.BODY].render(figures, theme.MUTED)
        place = line.get_rect(midright=(area.right - 14, area.centery))
        self._screen.blit(line, place)
        if not data.recording:
            return int(place.left)
        mark = self._letterings[theme.BODY].render("REC", theme.RECORD)
        spot = mark.get_rect(midright=(place.left - 18, area.centery))
        self._screen.blit(mark, spot)
        pygame.draw.circle(self._screen, theme.RECORD, (spot.left - 13, area.centery), 7)
        return int(spot.left - 26)


def _check_visible(driver: str) -> None:
    """Without a display SDL draws into nowhere; nobody could see or close that window."""
    if driver in ("offscreen", "dummy") and not os.environ.get("SDL_VIDEODRIVER"):
        raise OutputError("there is no display")


def _icon() -> Any:
    """A small keyboard, drawn here so that no file is needed."""
    icon = pygame.Surface((32, 32), pygame.SRCALPHA)
    pygame.draw.rect(icon, theme.PANEL, (1, 6, 30, 20), border_radius=4)
    for row, column in np.ndindex(2, 5):
        pygame.draw.rect(icon, theme.KEY, (4 + 5 * column, 10 + 5 * row, 4, 4))
    pygame.draw.rect(icon, theme.GOOD, (9, 20, 14, 4))
    return icon
