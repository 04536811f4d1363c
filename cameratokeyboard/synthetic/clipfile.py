"""Writes frames to a clip: H.264 where the ffmpeg program is installed, else MPEG-4 by OpenCV."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from cameratokeyboard.datatypes import ImageArray
from cameratokeyboard.errors import OutputError

#: H.264 quality: 18 is visually lossless, 28 small.
_CRF = 22


class ClipFile:
    """A clip that grows under a temporary name and gets its own when it is complete.

    path: ending in .mp4. Nothing is left behind after an error. Raises OutputError when the file
    cannot be written.
    """

    def __init__(self, path: Path, size_wh: tuple[int, int], fps: float) -> None:
        if path.suffix.lower() != ".mp4":
            raise OutputError(f"{path}: expected a name that ends in .mp4")
        self.path = path
        self._size, self._fps = size_wh, fps
        self._partial = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._video: Any = None

    def __enter__(self) -> Self:
        self._partial = self.path.with_name(f".{self.path.stem}.part.mp4")
        try:
            self._partial.touch()
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written here: {error}") from error
        program = shutil.which("ffmpeg")
        if program:
            self._process = self._start(program)
        else:
            codec = cv2.VideoWriter.fourcc(*"mp4v")
            self._video = cv2.VideoWriter(
                str(self._partial), cv2.CAP_FFMPEG, codec, self._fps, self._size
            )
            if not self._video.isOpened():
                self._partial.unlink(missing_ok=True)
                raise OutputError(f"{self.path}: OpenCV cannot write MPEG-4 clips here")
        return self

    def _start(self, program: str) -> subprocess.Popen[bytes]:
        width, height = self._size
        command = [
            program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24",
            "-s", f"{width}x{height}", "-r", f"{self._fps:g}", "-i", "-", "-an",
            "-c:v", "libx264", "-preset", "medium", "-crf", str(_CRF), "-pix_fmt", "yuv420p",
            "-threads", "2", "-movflags", "+faststart", str(self._partial),
        ]  # fmt: skip
        return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)

    def write(self, image: ImageArray) -> None:
        """Add a frame, (H, W, 3) uint8 BGR."""
        if self._process is None:
            self._video.write(image)
            return
        assert self._process.stdin is not None  # it was asked for
        try:
            self._process.stdin.write(np.ascontiguousarray(image).tobytes())
        except OSError as error:
            raise OutputError(f"{self.path}: ffmpeg stopped: {self._complaint()}") from error

    def _complaint(self) -> str:
        assert self._process is not None
        _, told = self._process.communicate()
        return told.decode(errors="replace").strip() or "no message"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._finish()
            if kind is None:
                self._partial.replace(self.path)
        except OSError as problem:
            raise OutputError(f"{self.path}: cannot be written: {problem}") from problem
        finally:
            self._partial.unlink(missing_ok=True)

    def _finish(self) -> None:
        if self._process is None:
            self._video.release()
            return
        told = self._complaint() if self._process.poll() is None else ""
        if self._process.returncode:
            raise OutputError(f"{self.path}: ffmpeg failed: {told or 'no message'}")
