"""What can press keys for other applications."""

from __future__ import annotations

from typing import Protocol

#: Keys that are tapped rather than written, by the names that layouts use.
SPECIAL_KEYS = frozenset(
    {
        "backspace",
        "enter",
        "tab",
        "space",
        "escape",
        "delete",
        "insert",
        "home",
        "end",
        "page_up",
        "page_down",
        "left",
        "right",
        "up",
        "down",
        "menu",
        *(f"f{n}" for n in range(1, 13)),
    }
)
#: Modifiers in the order in which they are pressed (and, reversed, released).
MODIFIERS = ("ctrl", "alt", "win", "shift")


class Typer(Protocol):
    """Presses keys; always releases what it pressed, also when something fails in between."""

    @property
    def name(self) -> str:
        """The mechanism, for messages."""
        ...

    def open(self) -> None:
        """Get ready. Raises OutputError or MissingExtraError that say what to do."""
        ...

    def write(self, text: str) -> None:
        """Type characters; none of them is a control character."""
        ...

    def tap(self, key: str, modifiers: tuple[str, ...] = ()) -> None:
        """Press and release a key of SPECIAL_KEYS or a single character, under modifiers."""
        ...

    def close(self) -> None:
        """Let every key go and give the mechanism back."""
        ...
