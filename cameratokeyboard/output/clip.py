"""Writes frames to a clip, with what was asked for and the true times in a file next to it."""

from __future__ import annotations

import itertools
import json
import logging
import queue
import threading
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Self

import cv2

from cameratokeyboard.datatypes import Frame, ImageArray
from cameratokeyboard.errors import OutputError
from cameratokeyboard.files import write_text

_log = logging.getLogger(__name__)

#: Codecs that OpenCV's own FFmpeg can write everywhere.
_CODECS = {".mp4": "mp4v", ".mkv": "mp4v", ".avi": "MJPG"}
#: Frames from which the rate is told before the file is begun.
_RATE_FRAMES = 10
_FALLBACK_FPS = 30.0
_SMALLEST = 2


class ClipWriter:
    """Records frames. A thread of its own encodes, so that ``write`` returns at once.

    The clip grows under a temporary name beside ``path`` and gets its own at exit, however that
    comes about: what was recorded is kept. ``clip.json`` beside ``clip.mp4`` holds prompt, layout,
    source, size, fps (as measured) and ``frame_times_s``: a clip's own clock has one fixed rate.
    Nothing is left behind when no frame came.

    queue_size: frames that may wait for the encoder (64: one second of a fast camera) before some
    are left out.
    Raises OutputError when the clip cannot be written; an error met by the thread is raised at the
    next ``write`` or at exit.
    """

    def __init__(
        self,
        path: Path,
        layout: str = "",
        *,
        prompt: str = "",
        source: str = "",
        overwrite: bool = False,
        queue_size: int = 64,
    ) -> None:
        self.path = path
        self._about = {"prompt": prompt, "layout": layout, "source": source}
        self._overwrite = overwrite
        self._queue_size = queue_size
        self._queue: queue.Queue[Frame | None] = queue.Queue(queue_size)
        self._thread: threading.Thread | None = None
        self._error: OutputError | None = None
        self._video: Any = None
        self._size = (0, 0)
        self._times: list[float] = []
        self._dropped = 0

    @property
    def frames(self) -> int:
        """Frames written so far."""
        return len(self._times)

    @property
    def seconds(self) -> float:
        """Time between the first and the last frame."""
        return self._times[-1] - self._times[0] if self._times else 0.0

    def __enter__(self) -> Self:
        if self.path.suffix.lower() not in _CODECS:
            raise OutputError(
                f"{self.path}: expected a name that ends with one of {', '.join(_CODECS)}"
            )
        if not self.path.parent.is_dir():
            raise OutputError(f"{self.path}: there is no folder {self.path.parent}")
        for taken in (self.path, self.path.with_suffix(".json")):
            if taken.exists() and not self._overwrite:
                raise OutputError(f"{taken}: is there already; choose another name for the clip")
        self._queue = queue.Queue(self._queue_size)
        self._times, self._dropped, self._error, self._video = [], 0, None, None
        self._thread = threading.Thread(target=self._work, name="c2k-record", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread is None:
            return
        self._queue.put(None)
        self._thread.join()
        self._thread = None
        if self._dropped:
            _log.warning("%s: %d frames came too fast to be written", self.path, self._dropped)
        if kind is None:
            self._raise()

    def write(self, frame: Frame) -> None:
        """Take one frame; it is left out, and counted, when the encoder cannot follow."""
        self._raise()
        if self._thread is None:
            raise OutputError(f"{self.path}: a frame came while the clip is not open")
        try:
            self._queue.put_nowait(frame)
        except queue.Full:
            self._dropped += 1

    def write_all(self, frame: Frame) -> None:
        """Take one frame and wait for the encoder where it is behind: for files, not cameras."""
        self._raise()
        self._queue.put(frame)

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _work(self) -> None:
        frames = iter(self._queue.get, None)
        try:
            first = list(itertools.islice(frames, _RATE_FRAMES))
            if not first:
                return
            self._open(first)
            for frame in itertools.chain(first, frames):
                self._encode(frame)
        except (OutputError, OSError, cv2.error) as error:
            self._error = OutputError(f"{self.path}: recording stopped: {error}")
            for _ in frames:  # nobody may wait for a queue that is not emptied any more
                pass
        finally:
            self._close()

    def _open(self, first: list[Frame]) -> None:
        width, height = first[0].size_wh
        if min(width, height) < _SMALLEST:
            raise OutputError(
                f"expected pictures of at least {_SMALLEST}x{_SMALLEST} px, got {width}x{height}"
            )
        steps = [b.t_s - a.t_s for a, b in itertools.pairwise(first)]
        step = median(steps) if steps else 0.0
        fps = min(max(1 / step, 1.0), 240.0) if step > 0 else _FALLBACK_FPS
        codec = cv2.VideoWriter.fourcc(*_CODECS[self.path.suffix.lower()])
        # mp4's clock cannot hold every fraction; the true times are in the other file.
        self._video = cv2.VideoWriter(
            str(self._partial), cv2.CAP_FFMPEG, codec, round(fps, 2), (width, height)
        )
        if not self._video.isOpened():
            raise OutputError("the file cannot be begun; is there room, and may it be written?")
        self._size = (width, height)

    def _encode(self, frame: Frame) -> None:
        image: ImageArray = frame.image
        if frame.size_wh != self._size:  # a camera may come back with another mode
            image = cv2.resize(image, self._size).astype("uint8", copy=False)
        self._video.write(image)
        self._times.append(frame.t_s)

    def _close(self) -> None:
        if self._video is None:
            return
        self._video.release()
        self._video = None
        try:
            if self._times:
                self._write_about()
                self._partial.replace(self.path)
            else:
                self._partial.unlink(missing_ok=True)
        except OSError as error:
            self._error = OutputError(
                f"{self._partial}: the clip could not be given its name {self.path.name}: {error}"
            )

    def _write_about(self) -> None:
        start = self._times[0]
        times = [round(t - start, 4) for t in self._times]
        count = len(times)
        about = {
            **self._about,
            "fps": round((count - 1) / times[-1], 3) if count > 1 and times[-1] > 0 else None,
            "width": self._size[0],
            "height": self._size[1],
            "frames": count,
            "dropped": self._dropped,
            "frame_times_s": times,
        }
        write_text(self.path.with_suffix(".json"), json.dumps(about) + "\n")

    @property
    def _partial(self) -> Path:
        return self.path.with_name(f".{self.path.stem}.part{self.path.suffix}")


def new_clip_path(folder: Path) -> Path:
    """A name for a clip that is not taken in this folder: ``clip-001.mp4`` and on."""
    for number in itertools.count(1):
        path = folder / f"clip-{number:03d}.mp4"
        if not path.exists() and not path.with_suffix(".json").exists():
            return path
    raise AssertionError("unreachable: there is always a next number")
