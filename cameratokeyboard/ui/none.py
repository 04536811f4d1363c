"""No user interface: for scripts, tests and servers."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from cameratokeyboard.ui.base import UIData, UIRequest


class NoUI:
    """Shows nothing, asks for nothing and never closes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def update_data(self, data: UIData) -> None:
        """Nothing to draw on."""

    def update_text(self, text: str) -> None:
        """Nothing to write on."""

    def update_message(self, message: str) -> None:
        """Nobody to tell."""

    def requests(self) -> list[UIRequest]:
        """Nobody asks."""
        return []

    @property
    def has_focus(self) -> bool:
        """There is no window that could."""
        return False

    def closed(self) -> bool:
        """Never."""
        return False
