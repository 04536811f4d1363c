"""What a user interface is: one class with two calls to feed it and one to ask it."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from cameratokeyboard.datatypes import (
    Detections,
    Fingers,
    Frame,
    KeyPress,
    Layout,
    MatPose,
    State,
)


@dataclass(frozen=True, eq=False)
class UIData:
    """All that may be drawn for one frame; everything in px of ``frame``.

    presses: keys that went down in this frame. held: names of keys that are down now.
    fps: frames processed per second, compute_ms: time spent on this frame. recording: True while
    frames are written to a file. message: one line for the person, "" for none.
    """

    frame: Frame
    detections: Detections
    mat: MatPose | None
    fingers: Fingers
    state: State
    layout: Layout
    presses: tuple[KeyPress, ...] = ()
    held: frozenset[str] = frozenset()
    fps: float = 0.0
    compute_ms: float = 0.0
    recording: bool = False
    message: str = ""


class UI(Protocol):
    """Shows what the camera sees and what was typed; swappable."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def update_data(self, data: UIData) -> None:
        """Draw one processed frame."""
        ...

    def update_text(self, text: str) -> None:
        """Show the text written so far."""
        ...

    def closed(self) -> bool:
        """Handle pending input of the window; True once the person asked to leave."""
        ...
