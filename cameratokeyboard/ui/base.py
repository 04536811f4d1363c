"""What a user interface is: one class with two calls to feed it and one to ask it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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


class RequestKind(StrEnum):
    """What a person may ask for in a window; the type of ``UIRequest.value`` is in brackets."""

    PAUSE = "pause"  # (bool) stop or go on with looking for presses
    CLEAR = "clear"  # (True) forget the text
    TYPE_INTO_OS = "type_into_os"  # (bool)
    RECORD = "record"  # (bool) start or stop to write frames to a file
    LAYOUT = "layout"  # (str) name of a layout
    KEYSTROKE = "keystroke"  # (str) name of a strategy
    CORRECT = "correct"  # (str) "off" or "on"


@dataclass(frozen=True)
class UIRequest:
    """Something the person asked for; whoever runs the loop does it, or says why not."""

    kind: RequestKind
    value: bool | str


@dataclass(frozen=True)
class UIOptions:
    """What a UI is told once: window size in px, and what may be chosen in its settings.

    requests: the kinds somebody will listen to; controls of other kinds are not shown.
    layouts, keystrokes: names to choose from. current: names in force at the start, by kind.
    """

    title: str = "Camera to Keyboard"
    size_wh: tuple[int, int] = (1280, 720)
    mirror: bool = False
    requests: frozenset[RequestKind] = frozenset()
    layouts: tuple[str, ...] = ()
    keystrokes: tuple[str, ...] = ()
    current: tuple[tuple[RequestKind, str], ...] = ()


@dataclass(frozen=True, eq=False)
class UIData:
    """All that may be drawn for one frame; everything in px of ``frame``.

    presses: keys that went down in this frame. held: names of keys that are down now.
    fps: frames processed per second, compute_ms: time spent on this frame. recording: True while
    frames are written to a file. message: one line for the person, "" for none. paused: presses are
    not looked for. typing: text goes to other applications as well.
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
    paused: bool = False
    typing: bool = False


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

    def update_message(self, message: str) -> None:
        """Show a line while no frame comes ("reconnecting to camera 0"); "" takes it away."""
        ...

    def requests(self) -> list[UIRequest]:
        """What the person asked for since the last call, oldest first."""
        ...

    @property
    def has_focus(self) -> bool:
        """True while what is typed into the operating system would land in this very UI."""
        ...

    def closed(self) -> bool:
        """Handle pending input of the window; True once the person asked to leave."""
        ...
