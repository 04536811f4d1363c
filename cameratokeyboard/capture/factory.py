"""From what a person writes after ``--source`` to a source of frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from cameratokeyboard.capture.address import (
    ADDRESS_ADVICE,
    check_address,
    is_address,
    is_finite,
    open_address,
    time_limits,
    without_password,
)
from cameratokeyboard.capture.base import FrameSource
from cameratokeyboard.capture.camera import CameraInfo, find_camera, list_cameras, open_camera
from cameratokeyboard.capture.live import LiveLimits, LiveSource
from cameratokeyboard.capture.opencv import Capture
from cameratokeyboard.capture.paced import PacedSource
from cameratokeyboard.capture.pictures import PICTURE_SUFFIXES, PictureSource
from cameratokeyboard.capture.video import VIDEO_SUFFIXES, VideoSource
from cameratokeyboard.errors import SourceError

DEMO_CLIP = Path(__file__).resolve().parent.parent / "data" / "demo.mp4"

CameraOpener = Callable[[int, tuple[int, int], float], Capture]


def open_source(
    spec: str,
    *,
    realtime: bool = True,
    size_wh: tuple[int, int] = (1280, 720),
    fps: float = 30.0,
    limits: LiveLimits | None = None,
    cameras: Callable[[], Sequence[CameraInfo]] = list_cameras,
    camera_opener: CameraOpener = open_camera,
) -> FrameSource:
    """The source that ``spec`` means; enter it as a context to open it.

    spec: a camera's index or name, ``/dev/videoN``, a video file, a picture, a folder of pictures,
    an http/https/rtsp/rtmp/udp/tcp address, or ``demo``. realtime: files play at their own rate and
    late frames are dropped; without it every frame comes, as fast as it is asked for. Cameras and
    streams are always live. size_wh, fps: asked of a camera; fps is also that of picture folders.

    Raises SourceError when the specification means nothing that exists here.
    """
    limits = limits or LiveLimits()
    spec = spec.strip()
    if not spec:
        raise SourceError("source: expected a camera index, file, folder or address; got nothing")
    stored = _stored(spec, fps, limits)
    if stored is not None:
        return PacedSource(stored) if realtime else stored
    if is_address(spec):
        return LiveSource(
            partial(open_address, spec, limits.open_s, limits.read_s),
            without_password(spec),
            limits,
            advice=ADDRESS_ADVICE,
        )
    camera = _camera(spec, cameras)
    opener = partial(camera_opener, camera.index, size_wh, fps)
    name = f"camera {camera.index}" + (f" {camera.name}" if camera.name else "")
    return LiveSource(opener, name, limits)


def _stored(spec: str, fps: float, limits: LiveLimits) -> FrameSource | None:
    """A source whose frames wait to be read; None for a camera or a stream."""
    if spec == "demo":
        if not DEMO_CLIP.is_file():
            raise SourceError(f"demo: the package's clip {DEMO_CLIP} is missing; install it again")
        return VideoSource(DEMO_CLIP)
    if is_address(spec) and not spec.lower().startswith("file://"):
        check_address(spec)
        if is_finite(spec):
            parameters = time_limits(limits.open_s, limits.read_s)
            return VideoSource(spec, parameters, without_password(spec))
        return None
    path = _path(spec)
    if path.is_dir() or (path.is_file() and path.suffix.lower() in PICTURE_SUFFIXES):
        return PictureSource(path, fps)
    if _device_index(spec) is None and (path.exists() or _looks_like_file(spec)):
        if not path.exists():
            raise SourceError(f"{spec}: there is no such file or folder")
        return VideoSource(path)
    return None


def _path(spec: str) -> Path:
    if spec.lower().startswith("file://"):
        return Path(url2pathname(urlsplit(spec).path))
    return Path(spec).expanduser()


def _looks_like_file(spec: str) -> bool:
    suffix = Path(spec).suffix.lower()
    known = suffix in PICTURE_SUFFIXES or suffix in VIDEO_SUFFIXES
    return known or "/" in spec or "\\" in spec


def _device_index(spec: str) -> int | None:
    match = re.fullmatch(r"/dev/video(\d+)", spec)
    return int(match.group(1)) if match else None


def _camera(spec: str, cameras: Callable[[], Sequence[CameraInfo]]) -> CameraInfo:
    index = int(spec) if spec.isdecimal() else _device_index(spec)
    if index is None:
        if re.fullmatch(r"-\d+", spec):
            raise SourceError(f"camera {spec}: expected an index of 0 or more")
        return find_camera(spec, cameras())
    for camera in cameras():
        if camera.index == index:
            return camera
    return CameraInfo(index, "")
