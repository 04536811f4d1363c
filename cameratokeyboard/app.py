"""Chooses the concrete stages from the settings and runs them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from cameratokeyboard.capture.factory import open_source
from cameratokeyboard.capture.live import LiveLimits
from cameratokeyboard.config import Settings
from cameratokeyboard.datatypes import Frame, Layout
from cameratokeyboard.detect.base import Detector
from cameratokeyboard.detect.factory import open_detector
from cameratokeyboard.errors import C2KError
from cameratokeyboard.fingers import HandTracker
from cameratokeyboard.geometry.locator import MarkerMatLocator
from cameratokeyboard.keyboard.bias import FingerBias, load_bias, save_bias
from cameratokeyboard.keyboard.layout import layout_names, load_layout
from cameratokeyboard.keyboard.touch import RepeatRate, TouchKeyboard
from cameratokeyboard.keystroke.factory import STRATEGIES, make_keystroke_detector
from cameratokeyboard.loop import RunReport, run
from cameratokeyboard.output.base import Sink
from cameratokeyboard.output.clip import ClipWriter, new_clip_path
from cameratokeyboard.output.jsonl import JsonLinesSink
from cameratokeyboard.output.text import TextSink
from cameratokeyboard.pipeline import Event, Pipeline, Step
from cameratokeyboard.registry.local import newest_verified
from cameratokeyboard.registry.store import is_configured
from cameratokeyboard.registry.update import check_in_background
from cameratokeyboard.session import Status
from cameratokeyboard.text.base import TextEditor
from cameratokeyboard.text.correction import CorrectingEditor
from cameratokeyboard.text.editor import RawEditor
from cameratokeyboard.text.loader import LanguageLoader
from cameratokeyboard.ui.base import RequestKind, UIOptions, UIRequest
from cameratokeyboard.ui.factory import make_ui
from cameratokeyboard.userfiles import bias_file

log = logging.getLogger(__name__)


def model_path(settings: Settings) -> Path:
    """The detector's model file that the settings mean."""
    return Path(settings.detector.model) if settings.detector.model else newest_verified(settings)


def make_detector(settings: Settings) -> Detector:
    """The detector for frames in the order of time. Raises ModelError."""
    detector = settings.detector
    return open_detector(
        model_path(settings),
        detector.engine,
        detector.threads,
        detector.image_size,
        detector.refine,
        detector.closeup,
    )


def make_bias(settings: Settings, layout: Layout) -> FingerBias | None:
    """The bias of each finger: learned while typing, that of the user where one is kept."""
    if not settings.keystroke.adapt:
        return None
    bias = FingerBias(float(layout.sizes_mm().min()))
    if settings.keystroke.user:
        load_bias(bias, bias_file(settings.keystroke.user))
    return bias


def make_editor(settings: Settings, layout: Layout) -> TextEditor:
    """Raw text, or text whose finished words are corrected.

    A file that is processed without regard to time waits for the language, so that its result is
    the same each time; a person at a camera does not.
    """
    raw = RawEditor(layout)
    if settings.text.correct == "off":
        return raw
    loader = LanguageLoader(settings.text.language, wait=not settings.camera.realtime)
    loader.start()
    return CorrectingEditor(raw, layout, loader.decoder)


def make_pipeline(
    settings: Settings, layout: Layout, detector: Detector, bias: FingerBias | None
) -> Pipeline:
    """All stages that the settings name."""
    keystroke = settings.keystroke
    repeat = (
        RepeatRate(keystroke.repeat_delay_s, keystroke.repeat_rate_hz)
        if keystroke.repeat_delay_s > 0
        else RepeatRate(rate_hz=0.0)
    )
    return Pipeline(
        detector,
        MarkerMatLocator(layout),
        HandTracker(layout),
        make_keystroke_detector(keystroke.strategy, keystroke, layout),
        TouchKeyboard(layout, sticky=keystroke.sticky_modifiers, repeat=repeat, bias=bias),
        make_editor(settings, layout),
    )


class AppSession:
    """The program with its sinks open; what the person asks for in the window changes it.

    sinks: not yet entered. held_back: tells whether text for other applications would land in this
    program's own window. detector: another one than the settings name.
    The resources it opens live as long as ``stack``.
    """

    def __init__(
        self,
        settings: Settings,
        stack: ExitStack,
        sinks: Sequence[Sink] = (),
        held_back: Callable[[], bool] = lambda: False,
        detector: Detector | None = None,
    ) -> None:
        self._settings = settings
        self._held_back = held_back
        self._layout = load_layout(settings.layout)
        self._detector = detector or make_detector(settings)
        self._bias = make_bias(settings, self._layout)
        self._pipeline = make_pipeline(settings, self._layout, self._detector, self._bias)
        self._fixed_sinks = tuple(stack.enter_context(sink) for sink in sinks)
        self._typing = stack.enter_context(ExitStack())
        self._typer: Sink | None = None
        self._recording = stack.enter_context(ExitStack())
        self._recorder: ClipWriter | None = None
        self._message = ""
        self._written = ""
        if settings.output.type_into_os:
            self._type_into_os(True)

    @property
    def layout(self) -> Layout:
        """The keyboard in force."""
        return self._layout

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """Files, standard output and, if wanted, the operating system."""
        return (*self._fixed_sinks, *([self._typer] if self._typer is not None else []))

    @property
    def text(self) -> str:
        """The text written so far, also under settings that have changed since."""
        return self._written + self._pipeline.text

    @property
    def status(self) -> Status:
        """What the window shows of all this."""
        return Status(
            recording=self._recorder is not None,
            message=self._message,
            paused=self._pipeline.paused,
            typing=self._typer is not None,
        )

    def step(self, frame: Frame) -> Step:
        """Process one frame, and write it to the clip that is being recorded."""
        if self._recorder is not None:
            try:
                self._recorder.write(frame)
            except C2KError as error:  # typing goes on when the disk is full
                self._recorder = None
                self._message = str(error)
        return self._pipeline.step(frame)

    def finish(self, t_s: float) -> tuple[Event, ...]:
        """End the stream, and keep what was learned of the person."""
        events = self._pipeline.finish(t_s)
        self._keep_bias()
        return events

    def handle(self, request: UIRequest, t_s: float) -> tuple[Event, ...]:
        """Do what was asked for; a request that fails leaves a message and changes nothing."""
        try:
            return self._do(request, t_s)
        except C2KError as error:
            self._message = str(error)
            return ()

    def _do(self, request: UIRequest, t_s: float) -> tuple[Event, ...]:
        self._message = ""
        events: tuple[Event, ...] = ()
        match request.kind:
            case RequestKind.PAUSE:
                if request.value and not self._pipeline.paused:
                    events = self._pipeline.settle(t_s)
                self._pipeline.paused = bool(request.value)
            case RequestKind.CLEAR:
                events = self._rebuild(self._settings, t_s)
                self._written = ""
            case RequestKind.TYPE_INTO_OS:
                self._type_into_os(bool(request.value))
            case RequestKind.RECORD:
                self._record(bool(request.value))
            case RequestKind.LAYOUT:
                events = self._rebuild(replace(self._settings, layout=str(request.value)), t_s)
            case RequestKind.KEYSTROKE:
                part = replace(self._settings.keystroke, strategy=str(request.value))
                events = self._rebuild(replace(self._settings, keystroke=part), t_s)
            case RequestKind.CORRECT:
                wanted = replace(self._settings.text, correct=str(request.value))
                events = self._rebuild(replace(self._settings, text=wanted), t_s)
        return events

    def _rebuild(self, settings: Settings, t_s: float) -> tuple[Event, ...]:
        """Go on with other settings; the text so far stays, the mat is looked for afresh."""
        layout = load_layout(settings.layout)
        bias = self._bias if layout == self._layout else make_bias(settings, layout)
        pipeline = make_pipeline(settings, layout, self._detector, bias)
        events = self._pipeline.finish(t_s)
        pipeline.paused = self._pipeline.paused
        self._written += self._pipeline.text
        self._keep_bias()
        self._settings, self._layout, self._bias = settings, layout, bias
        self._pipeline = pipeline
        return events

    def _type_into_os(self, wanted: bool) -> None:
        if not wanted:
            self._typing.close()
            self._typer = None
        elif self._typer is None:
            from cameratokeyboard.output.os_keyboard import OsKeyboardSink

            sink = OsKeyboardSink(self._layout, self._held_back)
            self._typer = self._typing.enter_context(sink)

    def _record(self, wanted: bool) -> None:
        if not wanted:
            self._recording.close()
            self._recorder = None
        elif self._recorder is None:
            path = new_clip_path(Path.cwd())
            self._recorder = self._recording.enter_context(
                ClipWriter(path, self._layout.name, source=self._settings.camera.source)
            )
            self._message = f"recording to {path.name}"

    def _keep_bias(self) -> None:
        user = self._settings.keystroke.user
        if self._bias is not None and user:
            save_bias(self._bias, bias_file(user))


def plain_sinks(settings: Settings, text_to_stdout: bool) -> list[Sink]:
    """The sinks for files and standard output that the settings ask for, not yet entered."""
    sinks: list[Sink] = []
    if settings.output.events:
        sinks.append(JsonLinesSink(settings.output.events))
    if text_to_stdout and settings.ui.kind == "none" and settings.output.events != "-":
        sinks.append(TextSink())
    return sinks


def ui_options(settings: Settings) -> UIOptions:
    """What a window is told at its start."""
    return UIOptions(
        size_wh=(settings.ui.width, settings.ui.height),
        mirror=settings.ui.mirror,
        requests=frozenset(RequestKind),
        layouts=tuple(layout_names()),
        keystrokes=STRATEGIES,
        current=(
            (RequestKind.LAYOUT, settings.layout),
            (RequestKind.KEYSTROKE, settings.keystroke.strategy),
            (RequestKind.CORRECT, settings.text.correct),
        ),
    )


def run_app(settings: Settings, *, text_to_stdout: bool = True) -> RunReport:
    """Run until the source ends, the window is closed or Ctrl-C is pressed.

    text_to_stdout: without a user interface, write the text to standard output as it comes.
    Raises C2KError with one line.
    """
    camera = settings.camera
    source = open_source(
        camera.source,
        realtime=camera.realtime,
        size_wh=(camera.width, camera.height),
        fps=camera.fps,
        limits=LiveLimits(
            open_s=camera.open_timeout_s,
            read_s=camera.read_timeout_s,
            reconnect_s=camera.reconnect_s,
        ),
    )
    with ExitStack() as stack:
        ui = make_ui(settings.ui.kind, ui_options(settings))
        sinks = plain_sinks(settings, text_to_stdout)
        session = AppSession(settings, stack, sinks, lambda: ui.has_focus)
        stack.enter_context(source)
        stack.enter_context(ui)
        if is_configured(settings.registry):
            check_in_background(settings, on_done=lambda result: log.info("%s", result.line))
        return asyncio.run(run(source, session, ui))
