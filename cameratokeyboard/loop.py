"""The running loop: frames in, events out, with capture and computing off the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from cameratokeyboard.capture.base import FrameSource
from cameratokeyboard.datatypes import Frame, KeyPress, KeyRelease, TextEdit
from cameratokeyboard.output.base import Sink
from cameratokeyboard.pipeline import Event, Step
from cameratokeyboard.session import Session
from cameratokeyboard.ui.base import UI, UIData

_T = TypeVar("_T")

#: How often the window is asked for input while no frame comes.
_POLL_S = 1 / 60
#: Weight of the newest frame in the frame rate shown.
_FPS_WEIGHT = 0.1


@dataclass
class RunReport:
    """What a run did: frames processed, computing time of each in ms, the text, the clock.

    first_frame_s: seconds from the call of ``run`` to the first processed frame, None without one.
    """

    frames: int = 0
    compute_ms: list[float] = field(default_factory=list)
    text: str = ""
    first_frame_s: float | None = None
    wall_s: float = 0.0


async def run(source: FrameSource, session: Session, ui: UI) -> RunReport:
    """Process the source to its end, or until the UI is closed.

    The source, the UI and the session's sinks must have been entered. Reading waits in one thread
    and computing in another; the loop itself only hands results on, so that the UI stays awake.
    """
    started = time.perf_counter()
    report = RunReport()
    shown = _Shown()
    last_t_s = 0.0
    loop = asyncio.get_running_loop()
    reader = ThreadPoolExecutor(1, "c2k-read")
    computer = ThreadPoolExecutor(1, "c2k-compute")
    try:
        reading = loop.run_in_executor(reader, source.read)
        while (frame := await _while_open(reading, ui, source)) is not None:
            reading = loop.run_in_executor(reader, source.read)
            for request in ui.requests():
                _tell_events(session.sinks, session.handle(request, frame.t_s), frame.t_s)
            timed = await _while_open(loop.run_in_executor(computer, _timed, session, frame), ui)
            if timed is None:
                break
            step, compute_ms = timed
            last_t_s = frame.t_s
            report.frames += 1
            report.compute_ms.append(compute_ms)
            if report.first_frame_s is None:
                report.first_frame_s = time.perf_counter() - started
            _tell(session.sinks, step)
            ui.update_data(shown.data(step, session, compute_ms, time.perf_counter()))
            ui.update_text(session.text)
    finally:
        # A read may hang until the source is closed by whoever opened it; a step always ends.
        reader.shutdown(wait=False, cancel_futures=True)
        computer.shutdown(wait=True, cancel_futures=True)
        _tell_events(session.sinks, session.finish(last_t_s), last_t_s)
        report.text = session.text
        ui.update_text(report.text)
        for sink in session.sinks:
            sink.text(report.text)
    report.wall_s = time.perf_counter() - started
    return report


async def _while_open(
    future: asyncio.Future[_T], ui: UI, source: FrameSource | None = None
) -> _T | None:
    """The future's result, with the UI's input handled meanwhile; None once the UI is closed.

    source: when given, what it says of itself is shown while the result is awaited.
    """
    while True:
        if ui.closed():
            return None
        done, _ = await asyncio.wait({future}, timeout=_POLL_S)
        if done:
            return future.result()
        if source is not None:
            ui.update_message(source.status)


def _timed(session: Session, frame: Frame) -> tuple[Step, float]:
    before = time.perf_counter()
    step = session.step(frame)
    return step, (time.perf_counter() - before) * 1000


def _tell(sinks: Sequence[Sink], step: Step) -> None:
    if step.state_change is not None:
        for sink in sinks:
            sink.state(step.state_change, step.frame.t_s)
    _tell_events(sinks, step.events, step.frame.t_s)


def _tell_events(sinks: Sequence[Sink], events: Sequence[Event], now_s: float) -> None:
    for event in events:
        for sink in sinks:
            if isinstance(event, KeyPress):
                sink.press(event)
            elif isinstance(event, KeyRelease):
                sink.release(event)
            elif isinstance(event, TextEdit) and event.correction:
                sink.edit(event, now_s)


class _Shown:
    """Keeps what the UI shows beyond one frame: held keys and the frame rate."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._fps = 0.0
        self._last_s: float | None = None

    def data(self, step: Step, session: Session, compute_ms: float, now_s: float) -> UIData:
        presses = []
        for event in step.events:
            if isinstance(event, KeyPress):
                presses.append(event)
                self._held.add(event.key)
            elif isinstance(event, KeyRelease):
                self._held.discard(event.key)
        if self._last_s is not None and now_s > self._last_s:
            rate = 1 / (now_s - self._last_s)
            self._fps = rate if not self._fps else self._fps + _FPS_WEIGHT * (rate - self._fps)
        self._last_s = now_s
        status = session.status
        if status.paused:
            self._held.clear()
        return UIData(
            frame=step.frame,
            detections=step.detections,
            mat=step.mat,
            fingers=step.fingers,
            state=step.state,
            layout=session.layout,
            presses=tuple(presses),
            held=frozenset(self._held),
            fps=self._fps,
            compute_ms=compute_ms,
            recording=status.recording,
            message=status.message,
            paused=status.paused,
            typing=status.typing,
        )
