"""What a source of frames is."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from cameratokeyboard.datatypes import Frame


class FrameSource(Protocol):
    """Frames in capture order, from a camera, a file, a folder or an address.

    Nothing is opened before ``__enter__``. ``read`` may block for as long as a frame takes to
    arrive and is therefore called off the event loop.
    """

    @property
    def description(self) -> str:
        """What a person would call this source, for messages."""
        ...

    @property
    def live(self) -> bool:
        """True when frames that are not taken in time are lost (a camera)."""
        ...

    @property
    def status(self) -> str:
        """One line for the person while frames stay away ("reconnecting ..."), "" otherwise."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def read(self) -> Frame | None:
        """The next frame (for a live source: the newest one), or None at the end.

        Raises SourceError when the source broke off and could not be had back.
        """
        ...
