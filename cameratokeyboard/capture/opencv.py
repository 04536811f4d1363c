"""OpenCV's video input, with its switches set and its objects kept inside this folder."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

# Read by OpenCV when a backend starts: Media Foundation's hardware transforms make opening a camera
# on Windows take many seconds, and FFmpeg would write its own lines next to our one clear line.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

import cv2
import numpy as np

from cameratokeyboard.datatypes import ImageArray
from cameratokeyboard.errors import SourceError

#: A driver's time stamp is believed when it is at most this old; else the arrival counts.
_STAMP_AGE_S = 0.5
#: Damaged pictures in a row after which a camera counts as lost.
_DAMAGED_LIMIT = 10


@dataclass(frozen=True)
class Mode:
    """What a camera really gives: size in px and frames per second (0 where it does not say)."""

    width: int
    height: int
    fps: float

    def __str__(self) -> str:
        size = f"{self.width}x{self.height}"
        return f"{size} at {self.fps:g} fps" if self.fps > 0 else size


class Capture(Protocol):
    """An open live source."""

    @property
    def mode(self) -> Mode | None:
        """What it gives, None while it is not known."""
        ...

    def read(self) -> tuple[ImageArray, float] | None:
        """The next picture, BGR, and its capture time on the monotonic clock; None when lost."""
        ...

    def release(self) -> None:
        """Let the device go."""
        ...


class OpenCVCapture:
    """A ``cv2.VideoCapture`` that gives BGR pictures with the time at which they were taken."""

    def __init__(self, video: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._video = video
        self._clock = clock
        width, height = (
            int(video.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        fps = float(video.get(cv2.CAP_PROP_FPS))
        fps = fps if 0 < fps <= 1000 else 0.0
        self._mode = Mode(width, height, fps) if width > 0 and height > 0 else None

    @property
    def mode(self) -> Mode | None:
        """What the device said it gives."""
        return self._mode

    def read(self) -> tuple[ImageArray, float] | None:
        """Wait for a picture; a few damaged ones in a row are passed over."""
        for _ in range(_DAMAGED_LIMIT):
            if not self._video.grab():
                return None
            t_s = self._stamp()
            good, image = self._video.retrieve()
            if good and image is not None and image.size:
                return to_bgr(image), t_s
        return None

    def release(self) -> None:
        """Close the device."""
        self._video.release()

    def _stamp(self) -> float:
        """V4L2 stamps pictures on the monotonic clock, without the wait for the reader."""
        now = self._clock()
        if sys.platform == "linux":
            stamp = float(self._video.get(cv2.CAP_PROP_POS_MSEC)) / 1000
            if 0 <= now - stamp < _STAMP_AGE_S:
                return stamp
        return now


def open_video(target: str | int, backend: int, parameters: list[int] | None = None) -> Any:
    """A ``cv2.VideoCapture``, opened or not, with OpenCV's own messages held back."""
    with _quiet():
        try:
            return cv2.VideoCapture(target, backend, parameters or [])
        except cv2.error as error:
            raise SourceError(f"{target}: OpenCV cannot open it: {error.err}") from error


def to_bgr(image: np.ndarray[Any, Any]) -> ImageArray:
    """Any decoded picture as (H, W, 3) uint8 BGR: grey, grey with alpha, BGRA, 16 bit, float 0..1.

    Raises SourceError for an array that is no picture.
    """
    if image.ndim not in (2, 3) or not image.size:
        raise SourceError(f"expected a picture (H, W, channels), got an array of {image.shape}")
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    elif image.dtype != np.uint8:
        image = np.clip(np.nan_to_num(image.astype(np.float32)) * 255, 0, 255).astype(np.uint8)
    channels = 1 if image.ndim == 2 else image.shape[2]
    if channels == 3:
        return np.ascontiguousarray(image)
    if channels in (1, 2):
        grey = image if image.ndim == 2 else image[:, :, 0]
        return np.repeat(np.ascontiguousarray(grey)[:, :, None], 3, axis=2)
    if channels == 4:
        return np.ascontiguousarray(image[:, :, :3])
    raise SourceError(f"expected a picture of 1 to 4 channels, got {channels}")


class _Quiet(contextlib.AbstractContextManager[None]):
    def __enter__(self) -> None:
        self._level = cv2.utils.logging.getLogLevel()
        if "OPENCV_LOG_LEVEL" not in os.environ:
            cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

    def __exit__(self, *details: object) -> None:
        cv2.utils.logging.setLogLevel(self._level)


def _quiet() -> _Quiet:
    return _Quiet()
