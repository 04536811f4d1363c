"""The display, and the permission to type into other applications."""

from __future__ import annotations

import os
from collections.abc import Callable

from cameratokeyboard.doctor.base import Finding, ok, warn
from cameratokeyboard.errors import C2KError
from cameratokeyboard.output.typers.base import Typer

_TYPING = "typing into other applications"


def check_display(start: Callable[[], str]) -> Finding:
    """A window can be opened. start: opens the video system and gives its name."""
    try:
        driver = start()
    except Exception as error:  # SDL's errors reach us as pygame's own kind
        advice = "start this in a graphical session; without one use --ui terminal"
        return warn("display", f"no window can be opened: {error}", advice)
    if driver in ("dummy", "offscreen"):
        advice = "start this in a graphical session; without one use --ui terminal"
        return warn("display", f"none that can be seen ({driver})", advice)
    return ok("display", driver)


def start_display() -> str:
    """Open pygame's video system for a moment; its name."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame

    pygame.display.init()
    try:
        return str(pygame.display.get_driver())
    finally:
        pygame.display.quit()


def check_typing(opener: Callable[[], Typer]) -> Finding:
    """Text can be typed into other applications; nothing is typed here."""
    try:
        typer = opener()
    except C2KError as error:
        return warn(
            _TYPING,
            str(error).removeprefix(f"{_TYPING}: "),
            "only needed for --type-into-os; everything else works without it",
        )
    name = typer.name
    typer.close()
    return ok(_TYPING, f"by {name}")
