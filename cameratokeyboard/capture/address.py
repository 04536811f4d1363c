"""Streams and videos at web addresses: phone cameras over http or rtsp."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import SplitResult, urlsplit, urlunsplit

import cv2

from cameratokeyboard.capture.opencv import Capture, OpenCVCapture, open_video
from cameratokeyboard.capture.video import VIDEO_SUFFIXES
from cameratokeyboard.errors import SourceError

ADDRESS_ADVICE = "check the address, the network and that the phone's app is running"
SCHEMES = frozenset({"http", "https", "rtsp", "rtsps", "rtmp", "udp", "tcp"})


def is_address(spec: str) -> bool:
    """True for what looks like ``scheme://...``."""
    return "://" in spec


def check_address(spec: str) -> None:
    """Raise SourceError for an address that cannot be a stream."""
    parts = _split(spec)
    if parts.scheme.lower() not in SCHEMES:
        raise SourceError(
            f"{without_password(spec)}: expected an address that begins with one of "
            f"{', '.join(sorted(SCHEMES))}, got '{parts.scheme}'"
        )
    if not parts.hostname:
        raise SourceError(f"{without_password(spec)}: expected an address with a host in it")


def is_finite(spec: str) -> bool:
    """True when the address names a video file, which has an end, rather than a stream."""
    return PurePosixPath(_split(spec).path).suffix.lower() in VIDEO_SUFFIXES


def without_password(spec: str) -> str:
    """The address as it may be shown: without user name and password."""
    try:
        parts = urlsplit(spec)
    except ValueError:
        return spec.split("://", 1)[0] + "://..."
    if "@" not in parts.netloc:
        return spec
    return urlunsplit(parts._replace(netloc="***@" + parts.netloc.rpartition("@")[2]))


def time_limits(open_s: float, read_s: float) -> tuple[int, ...]:
    """OpenCV's parameters that keep FFmpeg from waiting for ever."""
    return (
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        int(open_s * 1000),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        int(read_s * 1000),
    )


def open_address(spec: str, open_s: float, read_s: float) -> Capture:
    """Open a stream; raises SourceError when it does not answer or is no video."""
    video = open_video(spec, cv2.CAP_FFMPEG, list(time_limits(open_s, read_s)))
    if not video.isOpened():
        video.release()
        raise SourceError(
            f"{without_password(spec)}: expected a video stream, and none could be opened "
            f"(limit {open_s:g} s); {ADDRESS_ADVICE}"
        )
    video.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return OpenCVCapture(video)


def _split(spec: str) -> SplitResult:
    try:
        return urlsplit(spec)
    except ValueError as error:
        raise SourceError(f"{without_password(spec)}: not a valid address: {error}") from error
