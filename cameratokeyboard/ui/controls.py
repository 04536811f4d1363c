"""The window's buttons and the settings panel, by pygame-gui."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pygame
import pygame_gui
from pygame_gui.elements import UIButton, UIDropDownMenu, UILabel, UIWindow

from cameratokeyboard.ui import theme
from cameratokeyboard.ui.base import RequestKind, UIOptions, UIRequest

BAR_HEIGHT = 52
_GAP = 8


@dataclass(frozen=True)
class Flags:
    """What is on: as told by the program, not as last clicked."""

    paused: bool = False
    typing: bool = False
    recording: bool = False
    mirror: bool = False


@dataclass(frozen=True)
class _Button:
    """name, its key, the text when off and on, and the request that it makes (None: local)."""

    name: str
    shortcut: int
    hint: str
    off: str
    on: str
    kind: RequestKind | None


_BUTTONS = (
    _Button("pause", pygame.K_p, "P", "Pause", "Go on", RequestKind.PAUSE),
    _Button("clear", pygame.K_l, "L", "Clear", "Clear", RequestKind.CLEAR),
    _Button("copy", pygame.K_c, "C", "Copy", "Copy", None),
    _Button("typing", pygame.K_t, "T", "Type: off", "Type: on", RequestKind.TYPE_INTO_OS),
    _Button("recording", pygame.K_r, "R", "Record", "Stop rec.", RequestKind.RECORD),
    _Button("mirror", pygame.K_m, "M", "Mirror", "Unmirror", None),
    _Button("settings", pygame.K_s, "S", "Settings", "Settings", None),
    _Button("quit", pygame.K_q, "Q", "Quit", "Quit", None),
)
_TIPS = {
    "pause": "Stop looking for presses, or go on",
    "clear": "Forget the text",
    "copy": "Copy the text to the clipboard",
    "typing": "Type into other applications: the window that has the focus gets the text",
    "recording": "Write the camera's pictures to a file, until pressed again",
    "mirror": "Show the picture mirrored; recognition does not change",
    "settings": "Layout, keystroke detection, correction",
    "quit": "Close the program",
}
_SETTING_NAMES = {
    RequestKind.LAYOUT: "Layout",
    RequestKind.KEYSTROKE: "Keystrokes",
    RequestKind.CORRECT: "Correction",
}


class Controls:
    """Turns clicks and keys into requests and into ``on_local(name)`` for copy, mirror, quit."""

    def __init__(
        self, size_wh: tuple[int, int], options: UIOptions, on_local: Callable[[str], None]
    ) -> None:
        self._options = options
        self._on_local = on_local
        self._manager: Any = pygame_gui.UIManager(size_wh, enable_live_theme_updates=False)
        self._manager.get_theme().load_theme(theme.gui_theme())
        self._flags = Flags()
        self._requests: list[UIRequest] = []
        self._current = dict(options.current)
        self._panel: Any = None
        self._menus: dict[Any, RequestKind] = {}
        self._shown = [b for b in _BUTTONS if self._wanted(b)]
        self._buttons: dict[str, Any] = {}
        self._build(size_wh)

    def handle(self, event: Any) -> None:
        """Take in one event of the window."""
        self._manager.process_events(event)
        if event.type == pygame_gui.UI_BUTTON_PRESSED:
            for button in self._shown:
                if event.ui_element is self._buttons[button.name]:
                    self._act(button)
        elif event.type == pygame_gui.UI_DROP_DOWN_MENU_CHANGED:
            self._choose(event.ui_element, str(event.text))
        elif event.type == pygame_gui.UI_WINDOW_CLOSE and event.ui_element is self._panel:
            self._panel, self._menus = None, {}
        elif event.type == pygame.KEYDOWN and not getattr(event, "repeat", False):
            self._key(event)

    def set_flags(self, flags: Flags) -> None:
        """Show what is on."""
        if flags == self._flags:
            return
        self._flags = flags
        for button in self._shown:
            on = bool(getattr(flags, button.name, False))
            element = self._buttons[button.name]
            element.set_text(button.on if on else button.off)
            mark = {"recording": "@recording", "typing": "@typing", "pause": "@paused"}
            if button.name in mark:
                wanted = mark[button.name] if self._is_on(button) else None
                element.change_object_id(pygame_gui.core.ObjectID(class_id=wanted, object_id=None))

    def take_requests(self) -> list[UIRequest]:
        """What was asked for since the last call."""
        taken, self._requests = self._requests, []
        return taken

    def resize(self, size_wh: tuple[int, int]) -> None:
        """Lay the buttons out for another window size."""
        self._manager.set_window_resolution(size_wh)
        for element in self._buttons.values():
            element.kill()
        if self._panel is not None:
            self._panel.kill()
            self._panel, self._menus = None, {}
        self._build(size_wh)
        flags, self._flags = self._flags, Flags()
        self.set_flags(flags)

    def draw(self, surface: Any, elapsed_s: float) -> None:
        """Advance hover and tool tips, and draw."""
        self._manager.update(elapsed_s)
        self._manager.draw_ui(surface)

    def close(self) -> None:
        """Let go of all elements."""
        self._manager.clear_and_reset()

    def _wanted(self, button: _Button) -> bool:
        if button.name == "settings":
            return bool(self._choices())
        return button.kind is None or button.kind in self._options.requests

    def _build(self, size_wh: tuple[int, int]) -> None:
        width, height = size_wh
        count = len(self._shown)
        room = (width - _GAP * (count + 1)) / max(count, 1)
        each = min(room, 150)
        left = (width - each * count - _GAP * (count - 1)) / 2
        for number, button in enumerate(self._shown):
            x = left + number * (each + _GAP)
            rect = pygame.Rect(round(x), height - BAR_HEIGHT + 8, round(each), BAR_HEIGHT - 16)
            self._buttons[button.name] = UIButton(
                rect,
                button.off,
                self._manager,
                tool_tip_text=f"{_TIPS[button.name]} (key {button.hint})",
            )

    def _is_on(self, button: _Button) -> bool:
        names = {"pause": "paused"}
        return bool(getattr(self._flags, names.get(button.name, button.name), False))

    def _key(self, event: Any) -> None:
        if event.key == pygame.K_ESCAPE and self._panel is not None:
            self._toggle_panel()
            return
        if event.mod & (pygame.KMOD_ALT | pygame.KMOD_META):
            return
        for button in self._shown:
            if event.key == button.shortcut:
                self._act(button)

    def _act(self, button: _Button) -> None:
        if button.name == "settings":
            self._toggle_panel()
        elif button.kind is None:
            self._on_local(button.name)
        elif button.kind is RequestKind.CLEAR:
            self._requests.append(UIRequest(button.kind, True))
        else:
            self._requests.append(UIRequest(button.kind, not self._is_on(button)))

    def _choices(self) -> list[tuple[RequestKind, tuple[str, ...]]]:
        found = (
            (RequestKind.LAYOUT, self._options.layouts),
            (RequestKind.KEYSTROKE, self._options.keystrokes),
            (RequestKind.CORRECT, ("off", "on")),
        )
        return [(k, names) for k, names in found if k in self._options.requests and names]

    def _toggle_panel(self) -> None:
        if self._panel is not None:
            self._panel.kill()
            self._panel, self._menus = None, {}
            return
        choices = self._choices()
        width, row = 340, 48
        size = (width, 60 + row * len(choices))
        window = self._manager.window_resolution
        rect = pygame.Rect((0, 0), size)
        rect.center = (window[0] // 2, window[1] // 2 - 60)
        self._panel = UIWindow(rect, self._manager, window_display_title="Settings")
        for number, (kind, names) in enumerate(choices):
            y = 12 + number * row
            UILabel(pygame.Rect(10, y, 100, 34), _SETTING_NAMES[kind], self._manager, self._panel)
            start = self._current.get(kind, names[0])
            listed: list[str | tuple[str, str]] = [*names] if start in names else [start, *names]
            menu = UIDropDownMenu(
                listed, start, pygame.Rect(116, y, 180, 34), self._manager, self._panel
            )
            self._menus[menu] = kind

    def _choose(self, element: Any, value: str) -> None:
        kind = self._menus.get(element)
        if kind is not None and self._current.get(kind) != value:
            self._current[kind] = value
            self._requests.append(UIRequest(kind, value))
