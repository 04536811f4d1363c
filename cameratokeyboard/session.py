"""What a running program consists of, and how a person may change it while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cameratokeyboard.datatypes import Frame, Layout
from cameratokeyboard.output.base import Sink
from cameratokeyboard.pipeline import Event, Pipeline, Step
from cameratokeyboard.ui.base import UIRequest


@dataclass(frozen=True)
class Status:
    """What the UI shows besides the picture: see ``UIData``."""

    recording: bool = False
    message: str = ""
    paused: bool = False
    typing: bool = False


class Session(Protocol):
    """The loop's view of the program. All calls come one after another, never two at once."""

    @property
    def layout(self) -> Layout:
        """The keyboard in force."""
        ...

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """Where events go, entered."""
        ...

    @property
    def text(self) -> str:
        """The text written so far."""
        ...

    @property
    def status(self) -> Status:
        """What is being done besides typing."""
        ...

    def step(self, frame: Frame) -> Step:
        """Process one frame; called off the event loop."""
        ...

    def handle(self, request: UIRequest, t_s: float) -> tuple[Event, ...]:
        """Do what the person asked for; events that follow from it at ``t_s``."""
        ...

    def finish(self, t_s: float) -> tuple[Event, ...]:
        """Decide what is open at the end of the stream and let every key go."""
        ...


class PlainSession:
    """A fixed pipeline and fixed sinks; requests are ignored."""

    def __init__(self, pipeline: Pipeline, layout: Layout, sinks: tuple[Sink, ...] = ()) -> None:
        self._pipeline = pipeline
        self.layout = layout
        self.sinks = sinks
        self.status = Status()

    @property
    def text(self) -> str:
        """The text written so far."""
        return self._pipeline.text

    def step(self, frame: Frame) -> Step:
        """Process one frame."""
        return self._pipeline.step(frame)

    def handle(self, request: UIRequest, t_s: float) -> tuple[Event, ...]:
        """Nothing can be changed here."""
        return ()

    def finish(self, t_s: float) -> tuple[Event, ...]:
        """Decide what is open and let every key go."""
        return self._pipeline.finish(t_s)
