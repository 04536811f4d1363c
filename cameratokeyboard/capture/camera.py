"""Cameras: which there are, and how one is opened and asked for its mode."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from cameratokeyboard.capture.opencv import Capture, Mode, OpenCVCapture, open_video
from cameratokeyboard.errors import SourceError

#: Sizes that ``probe_modes`` asks a camera for: those which webcams commonly have.
COMMON_SIZES = (
    (320, 240),
    (640, 480),
    (800, 600),
    (1280, 720),
    (1280, 960),
    (1920, 1080),
    (2560, 1440),
    (3840, 2160),
)

VideoOpener = Callable[[int, int], Any]


@dataclass(frozen=True)
class CameraInfo:
    """A camera that the operating system knows: the index OpenCV takes, its name and path."""

    index: int
    name: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.index} ({self.name})" if self.name else str(self.index)


def backends() -> tuple[int, ...]:
    """OpenCV's camera backends for this operating system, best first."""
    if sys.platform == "win32":
        return (cv2.CAP_MSMF, cv2.CAP_DSHOW)
    if sys.platform == "darwin":
        return (cv2.CAP_AVFOUNDATION,)
    if sys.platform == "linux":
        return (cv2.CAP_V4L2,)
    return (cv2.CAP_ANY,)


def list_cameras() -> list[CameraInfo]:
    """Cameras the operating system lists, by index; [] where it cannot be asked."""
    try:
        from cv2_enumerate_cameras import enumerate_cameras

        found = enumerate_cameras(backends()[0])
    except (ImportError, NotImplementedError, OSError):
        return []
    cameras = [CameraInfo(c.index, str(c.name or ""), str(c.path or "")) for c in found]
    return sorted(cameras, key=lambda camera: camera.index)


def find_camera(name: str, cameras: Sequence[CameraInfo]) -> CameraInfo:
    """The camera with this name: the whole name, else a part of it, whatever the case.

    Raises SourceError when none or several fit.
    """
    wanted = name.casefold()
    fitting = [c for c in cameras if c.name.casefold() == wanted]
    fitting = fitting or [c for c in cameras if wanted in c.name.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise SourceError(
            f"camera '{name}': expected one camera of that name, and there are several: "
            f"{_listed(fitting)}; give the index instead"
        )
    raise SourceError(
        f"'{name}': expected a camera index or name, a file, a folder, an address or 'demo'; "
        f"there is no such file, and the cameras here are: {_listed(cameras)}"
    )


def open_camera(
    index: int,
    size_wh: tuple[int, int],
    fps: float,
    *,
    video_opener: VideoOpener = open_video,
    cameras: Callable[[], Sequence[CameraInfo]] = list_cameras,
) -> Capture:
    """Open a camera and ask it for a size and a rate; its ``mode`` is what it agreed to.

    Raises SourceError that tells a missing camera from one that is busy or forbidden.
    """
    for backend in backends():
        video = video_opener(index, backend)
        if video.isOpened():
            configure(video, size_wh, fps)
            return OpenCVCapture(video)
        video.release()
    raise SourceError(_why_not(index, cameras()))


def configure(video: Any, size_wh: tuple[int, int], fps: float) -> None:
    """Ask for MJPG, then the size, then the rate.

    In this order: uncompressed pictures of a large size do not fit through USB 2 at full rate, and
    drivers forget the rate when the size changes.
    """
    video.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    video.set(cv2.CAP_PROP_FRAME_WIDTH, size_wh[0])
    video.set(cv2.CAP_PROP_FRAME_HEIGHT, size_wh[1])
    video.set(cv2.CAP_PROP_FPS, fps)
    video.set(cv2.CAP_PROP_BUFFERSIZE, 1)


def probe_modes(
    index: int, fps: float = 60.0, *, video_opener: VideoOpener = open_video
) -> list[Mode]:
    """Modes a camera agrees to when asked for the common sizes; its light may come on.

    Raises SourceError when it cannot be opened.
    """
    modes: list[Mode] = []
    for backend in backends():
        video = video_opener(index, backend)
        try:
            if not video.isOpened():
                continue
            for size in COMMON_SIZES:
                configure(video, size, fps)
                mode = OpenCVCapture(video).mode
                if mode is not None and mode not in modes:
                    modes.append(mode)
            return modes
        finally:
            video.release()
    raise SourceError(_why_not(index, list_cameras()))


def _why_not(index: int, cameras: Sequence[CameraInfo]) -> str:
    name = f"camera {index}"
    if sys.platform == "linux":
        device = Path(f"/dev/video{index}")
        if device.exists() and not os.access(device, os.R_OK | os.W_OK):
            return (
                f"{name}: {device} may not be read by this user; "
                f"run: sudo usermod -aG video $USER, then log in again"
            )
    if any(camera.index == index for camera in cameras):
        grant = " and that camera access is granted in the system's privacy settings"
        return (
            f"{name}: it is there but cannot be opened; close other programs that use it"
            f"{grant if sys.platform in ('win32', 'darwin') else ''}, then try again"
        )
    if cameras:
        return f"{name}: there is no such camera; expected one of {_listed(cameras)}"
    return (
        f"{name}: no camera was found; connect one (c2k devices lists them), "
        f"or try --source demo, a file or an address"
    )


def _listed(cameras: Sequence[CameraInfo]) -> str:
    return ", ".join(str(camera) for camera in cameras) or "none"
