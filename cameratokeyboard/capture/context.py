"""What sources have in common: they open when entered and close when left."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class ContextSource(ABC):
    """A source that closes the same way however its block ends; it can be entered again."""

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    @property
    def status(self) -> str:
        """What goes on while no frames come; nothing for sources that need not wait."""
        return ""

    @abstractmethod
    def _open(self) -> None:
        """Make ``read`` give the first frame. Raises SourceError, and then leaves nothing open."""

    @abstractmethod
    def _close(self) -> None:
        """Let everything go; ``read`` gives None from now on."""
