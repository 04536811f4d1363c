"""Where events go besides the screen."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from cameratokeyboard.datatypes import KeyPress, KeyRelease, State, TextEdit


class Sink(Protocol):
    """Receives the pipeline's events. Sinks are context managers and write nothing before entry."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def press(self, press: KeyPress) -> None:
        """A key went down."""
        ...

    def release(self, release: KeyRelease) -> None:
        """A key went up."""
        ...

    def edit(self, edit: TextEdit, emitted_s: float) -> None:
        """The text was corrected (plain typing arrives as presses)."""
        ...

    def state(self, state: State, t_s: float) -> None:
        """What can be seen has changed."""
        ...

    def text(self, text: str) -> None:
        """The whole text, once, at the end."""
        ...
