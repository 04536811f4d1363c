"""Video files, every frame in order with the time at which it is meant to be shown."""

from __future__ import annotations

import itertools
import json
import logging
import math
from pathlib import Path
from typing import Any

import cv2

from cameratokeyboard.capture.context import ContextSource
from cameratokeyboard.capture.opencv import open_video, to_bgr
from cameratokeyboard.datatypes import Frame
from cameratokeyboard.errors import SourceError

_log = logging.getLogger(__name__)

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".ogv", ".mts"}
)
#: Assumed where a file does not say its rate, or says something impossible.
_FALLBACK_FPS = 30.0
#: Missing frames at the end (as a share of those announced) from which a file counts as cut short;
#: containers are often off by a frame or two.
_CUT_SHARE = 0.02


class VideoSource(ContextSource):
    """A video file or a finite video at a web address.

    Times come from the file next to the clip that ``c2k record`` writes, else from the container,
    so that a variable frame rate is kept; the first frame has time 0. Frames are turned upright by
    the container's rotation mark. parameters: pairs for OpenCV (time limits of an address).
    shown_as: the name in messages where the address holds a password.
    """

    def __init__(
        self, path: Path | str, parameters: tuple[int, ...] = (), shown_as: str = ""
    ) -> None:
        self._path = path
        self._name = shown_as or str(path)
        self._parameters = list(parameters)
        self._video: Any = None
        self._times: list[float] = []
        self._fps = _FALLBACK_FPS
        self._announced = 0
        self._index = 0
        self._first_s = 0.0
        self._last_s = -math.inf

    @property
    def description(self) -> str:
        """The file or address."""
        return f"video {self._name}"

    @property
    def live(self) -> bool:
        """A file waits."""
        return False

    @property
    def fps(self) -> float:
        """The rate the container states; the assumed one where it states none."""
        return self._fps

    @property
    def frame_count(self) -> int:
        """Frames the container announces; 0 where it does not say."""
        return self._announced

    def _open(self) -> None:
        if isinstance(self._path, Path):
            _check_file(self._path)
            self._times = recorded_times(self._path.with_suffix(".json"))
        video = open_video(str(self._path), cv2.CAP_FFMPEG, self._parameters)
        if not video.isOpened():
            video = open_video(str(self._path), cv2.CAP_ANY)
        if not video.isOpened():
            raise SourceError(
                f"{self._name}: expected a video, and it cannot be opened as one; "
                f"is it complete (a cut-off mp4 cannot be played) and really a video?"
            )
        video.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        fps = float(video.get(cv2.CAP_PROP_FPS))
        self._fps = fps if 0 < fps <= 1000 else _FALLBACK_FPS
        announced = float(video.get(cv2.CAP_PROP_FRAME_COUNT))
        self._announced = int(announced) if 0 < announced < 1e9 else 0
        self._video, self._index, self._last_s = video, 0, -math.inf

    def _close(self) -> None:
        if self._video is not None:
            self._video.release()
            self._video = None

    def read(self) -> Frame | None:
        """The next frame; None at the end."""
        if self._video is None:
            return None
        good, image = self._video.read()
        if not good or image is None:
            self._check_end()
            return None
        frame = Frame(to_bgr(image), self._time(), self._index)
        self._index += 1
        self._last_s = frame.t_s
        return frame

    def _time(self) -> float:
        if self._index < len(self._times):
            return self._times[self._index]
        t_s = float(self._video.get(cv2.CAP_PROP_POS_MSEC)) / 1000
        if self._index == 0:
            self._first_s = t_s if math.isfinite(t_s) else 0.0
            return 0.0
        t_s -= self._first_s
        # Some containers give no usable stamp for a frame: then the stated rate counts on.
        return t_s if t_s > self._last_s else self._last_s + 1 / self._fps

    def _check_end(self) -> None:
        if self._index == 0:
            raise SourceError(
                f"{self._name}: expected a video, and not one frame of it can be read; "
                f"is it complete?"
            )
        missing = self._announced - self._index
        if missing > max(2, _CUT_SHARE * self._announced):
            _log.warning(
                "%s: ends after %d of %d frames; the file seems to be cut short or damaged",
                self._name,
                self._index,
                self._announced,
            )


def recorded_times(path: Path) -> list[float]:
    """Frame times in s of a clip from the file ``c2k record`` wrote next to it; [] without one."""
    if not path.is_file():
        return []
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []  # some other program's file
    if not isinstance(content, dict) or "frame_times_s" not in content:
        return []
    times = content["frame_times_s"]
    good = isinstance(times, list) and all(
        type(t) in (int, float) and math.isfinite(t) for t in times
    )
    if not good or any(b <= a for a, b in itertools.pairwise(times)):
        _log.warning("%s: frame_times_s is not a list of growing numbers; it is not used", path)
        return []
    return [float(t) for t in times]


def _check_file(path: Path) -> None:
    if not path.exists():
        raise SourceError(f"{path}: there is no such file")
    if not path.is_file():
        # Opening a pipe or socket would wait for ever.
        raise SourceError(f"{path}: expected a video file, and it is not a regular file")
    try:
        with path.open("rb") as stream:
            empty = not stream.read(1)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    if empty:
        raise SourceError(f"{path}: expected a video, and the file is empty")
