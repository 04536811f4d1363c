"""``c2k record``: a camera to a clip, with what the person was asked to type beside it."""

from __future__ import annotations

import argparse
import math
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from cameratokeyboard.commands.run import add_source_arguments, add_ui_argument

if TYPE_CHECKING:
    from cameratokeyboard.capture.base import FrameSource
    from cameratokeyboard.datatypes import Frame, Layout
    from cameratokeyboard.output.clip import ClipWriter
    from cameratokeyboard.ui.base import UI, UIData

NAME = "record"
HELP = "record a camera to a clip, with what was to be typed in a file beside it"
EXAMPLE = 'c2k record -o clip.mp4 --prompt "the quick brown fox" --seconds 20'

_POLL_S = 1 / 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Output, prompt and limits besides the source."""
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="clip to write (.mp4, .mkv, .avi)"
    )
    parser.add_argument("--prompt", default="", metavar="TEXT", help="what the person is to type")
    parser.add_argument(
        "--seconds", type=_positive, metavar="N", help="stop after so long; else Ctrl-C or Q ends"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a clip that is there")
    add_source_arguments(parser)
    parser.add_argument(
        "--no-realtime",
        dest="camera__realtime",
        action="store_const",
        const=False,
        help="take every frame of a file, as fast as it can be done",
    )
    add_ui_argument(parser)
    parser.add_argument("--layout", metavar="NAME|FILE", help="layout of the mat in view")


def run(args: argparse.Namespace) -> int:
    """Record until the time is up, the source ends, the window is closed or Ctrl-C comes."""
    from contextlib import ExitStack

    from cameratokeyboard.capture.factory import open_source
    from cameratokeyboard.capture.live import LiveLimits
    from cameratokeyboard.config import load_settings
    from cameratokeyboard.keyboard.layout import load_layout
    from cameratokeyboard.output.clip import ClipWriter
    from cameratokeyboard.ui.base import UIOptions
    from cameratokeyboard.ui.factory import make_ui

    settings = load_settings(args)
    camera = settings.camera
    layout = load_layout(settings.layout)
    limits = LiveLimits(camera.open_timeout_s, camera.read_timeout_s, camera.reconnect_s)
    source = open_source(
        camera.source,
        realtime=camera.realtime,
        size_wh=(camera.width, camera.height),
        fps=camera.fps,
        limits=limits,
    )
    options = UIOptions(
        "Camera to Keyboard: recording",
        (settings.ui.width, settings.ui.height),
        settings.ui.mirror,
    )
    clip = ClipWriter(
        Path(args.output),
        layout.name,
        prompt=args.prompt,
        source=camera.source if "://" not in camera.source else "address",
        overwrite=args.overwrite,
    )
    recording = _Recording(source, clip, args.seconds)
    try:
        with ExitStack() as stack:
            stack.enter_context(clip)
            stack.callback(recording.join)  # after the source is closed, before the clip is
            stack.enter_context(source)
            ui = stack.enter_context(make_ui(settings.ui.kind, options))
            print(f"recording {source.description} to {clip.path}; Ctrl-C ends", file=sys.stderr)
            recording.start()
            _show(recording, source, ui, layout, args.prompt)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return _report(clip)


class _Recording(threading.Thread):
    """Takes every frame from the source to the clip, whatever the window does meanwhile.

    ``latest`` holds the newest frame for the window, and the error that ended the recording.
    """

    def __init__(self, source: FrameSource, clip: ClipWriter, seconds: float | None) -> None:
        from cameratokeyboard.capture.slot import NewestSlot

        super().__init__(name="c2k-recording", daemon=True)
        self._source = source
        self._clip = clip
        self._limit_s = math.inf if seconds is None else seconds
        self._stop_asked = threading.Event()
        self.latest = NewestSlot()
        self.seconds = 0.0
        self.frames = 0

    def run(self) -> None:
        """The thread's body."""
        try:
            self._record()
            self.latest.end()
        except Exception as error:  # raised again where the window is
            self.latest.fail(error)

    def join(self, timeout: float | None = None) -> None:
        """Stop after the frame at hand and wait for that."""
        self._stop_asked.set()
        if self.ident is not None:
            super().join(timeout)

    def _record(self) -> None:
        write = self._clip.write if self._source.live else self._clip.write_all
        start_s: float | None = None
        while not self._stop_asked.is_set():
            frame = self._source.read()
            if frame is None:
                return
            start_s = frame.t_s if start_s is None else start_s
            self.seconds = frame.t_s - start_s
            if self.seconds >= self._limit_s:
                return
            write(frame)
            self.frames += 1
            self.latest.put(frame)


def _show(recording: _Recording, source: FrameSource, ui: UI, layout: Layout, prompt: str) -> None:
    """Show what is recorded until it ends or the window is closed."""
    message = f"Type: {prompt}" if prompt else "Recording: type on the paper"
    while not ui.closed():
        frame = recording.latest.take(_POLL_S)
        if frame is not None:
            fps = recording.frames / recording.seconds if recording.seconds > 0 else 0.0
            ui.update_data(_shown(frame, layout, message, fps))
        elif recording.is_alive():
            ui.update_message(source.status)
        else:
            return


def _shown(frame: Frame, layout: Layout, message: str, fps: float) -> UIData:
    from cameratokeyboard.datatypes import Detections, Fingers, State
    from cameratokeyboard.ui.base import UIData

    return UIData(
        frame=frame,
        detections=Detections.empty(frame.size_wh),
        mat=None,
        fingers=Fingers.none(frame.t_s),
        state=State.INITIALIZING,
        layout=layout,
        fps=fps,
        recording=True,
        message=message,
    )


def _report(clip: ClipWriter) -> int:
    from cameratokeyboard.errors import OutputError

    if not clip.frames:
        raise OutputError(f"{clip.path}: nothing was recorded, since no frame came")
    about = clip.path.with_suffix(".json")
    print(f"wrote {clip.path} and {about.name}: {clip.frames} frames, {clip.seconds:.1f} s")
    return 0


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0, got {text}")
    return value
