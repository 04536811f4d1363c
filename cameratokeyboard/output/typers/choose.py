"""Which way of typing this computer offers."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping

from cameratokeyboard.errors import C2KError, OutputError
from cameratokeyboard.output.typers.base import Typer
from cameratokeyboard.output.typers.by_pynput import PynputTyper
from cameratokeyboard.output.typers.by_uinput import UINPUT_ADVICE, UINPUT_DEVICE, UinputTyper
from cameratokeyboard.output.typers.by_wtype import WtypeTyper


def is_wayland(environment: Mapping[str, str]) -> bool:
    """True in a Wayland session, where X11's way reaches only some windows."""
    kind = environment.get("XDG_SESSION_TYPE", "").lower()
    return kind == "wayland" or (kind != "x11" and bool(environment.get("WAYLAND_DISPLAY")))


def candidates(
    platform: str = sys.platform,
    environment: Mapping[str, str] | None = None,
    *,
    which: Callable[[str], str | None] = shutil.which,
    may_write: Callable[[str], bool] = lambda path: os.access(path, os.W_OK),
) -> list[Typer]:
    """Ways to try on this computer, best first.

    Raises OutputError, with what to do, when there is none.
    """
    environment = os.environ if environment is None else environment
    if platform != "linux" or not is_wayland(environment):
        return [PynputTyper()]
    found: list[Typer] = []
    program = which("wtype")
    if program:
        found.append(WtypeTyper(program))
    if may_write(UINPUT_DEVICE):
        found.append(UinputTyper())
    if not found:
        raise OutputError(
            f"typing into other applications: under Wayland this needs the program wtype (Sway, "
            f"Hyprland and the like; run: sudo apt install wtype) or {UINPUT_DEVICE} (any "
            f"desktop; {UINPUT_ADVICE}); neither is there. Or log in to an X11 session"
        )
    return found


def open_typer(found: list[Typer] | None = None) -> Typer:
    """The first way that works, opened.

    Raises the last one's error, which says what to do, when none does.
    """
    typers = candidates() if found is None else found
    for typer in typers[:-1]:
        try:
            typer.open()
            return typer
        except C2KError:
            typer.close()
    typers[-1].open()
    return typers[-1]
