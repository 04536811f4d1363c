"""Pictures in files: one of them, or a folder of them as if it were a clip."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import cv2
import numpy as np

from cameratokeyboard.capture.context import ContextSource
from cameratokeyboard.capture.opencv import to_bgr
from cameratokeyboard.datatypes import Frame, ImageArray
from cameratokeyboard.errors import SourceError

_log = logging.getLogger(__name__)

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


def read_picture(path: Path) -> ImageArray:
    """A picture file as (H, W, 3) uint8 BGR, turned upright by its EXIF orientation.

    Raises SourceError when the file is missing, empty or no picture that can be read.
    """
    try:
        raw = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not raw.size:
        raise SourceError(f"{path}: expected a picture, and the file is empty")
    try:
        # Decoding from memory takes any file name on Windows as well, unlike cv2.imread.
        image = cv2.imdecode(raw, cv2.IMREAD_COLOR)
    except cv2.error:
        image = None
    if image is None:
        raise SourceError(
            f"{path}: expected a picture ({', '.join(sorted(PICTURE_SUFFIXES))}), and it cannot be "
            f"read as one; is it damaged or of another kind?"
        )
    return to_bgr(np.asarray(image))


def picture_files(folder: Path) -> list[Path]:
    """The picture files of a folder in natural order (``2.png`` before ``10.png``).

    Raises SourceError when there is none.
    """
    try:
        found = [
            path
            for path in folder.iterdir()
            if path.suffix.lower() in PICTURE_SUFFIXES
            and not path.name.startswith(".")
            and path.is_file()
        ]
    except OSError as error:
        raise SourceError(f"{folder}: cannot be listed: {error.strerror or error}") from error
    if not found:
        kinds = ", ".join(sorted(PICTURE_SUFFIXES))
        raise SourceError(f"{folder}: expected a folder with pictures ({kinds}), and it has none")
    return sorted(found, key=natural_key)


def natural_key(path: Path) -> tuple[list[tuple[int, int | str]], str]:
    """A sorting key that compares numbers in names as numbers."""
    parts = re.findall(r"\d+|\D+", path.name.casefold())
    return [(0, int(p)) if p.isdecimal() else (1, p) for p in parts], path.name


class PictureSource(ContextSource):
    """Pictures as frames, ``fps`` of them a second of the source's clock.

    In a folder a picture that cannot be read is passed over with a warning, and its moment stays
    empty; a source without any readable picture raises SourceError.
    """

    def __init__(self, path: Path, fps: float = 30.0) -> None:
        self._path = path
        self._fps = fps
        self._files: list[Path] = []
        self._next = 0
        self._given = 0

    @property
    def description(self) -> str:
        """The file or folder."""
        return f"{'folder' if self._path.is_dir() else 'picture'} {self._path}"

    @property
    def live(self) -> bool:
        """Pictures wait."""
        return False

    def _open(self) -> None:
        if not self._path.exists():
            raise SourceError(f"{self._path}: there is no such picture or folder")
        self._files = picture_files(self._path) if self._path.is_dir() else [self._path]
        self._next = self._given = 0

    def _close(self) -> None:
        self._files = []

    def read(self) -> Frame | None:
        """The next readable picture."""
        while self._next < len(self._files):
            index, path = self._next, self._files[self._next]
            self._next += 1
            try:
                image = read_picture(path)
            except SourceError as error:
                if len(self._files) == 1:
                    raise
                _log.warning("%s (passed over)", error)
                continue
            self._given += 1
            return Frame(image, index / self._fps, index)
        if self._files and not self._given:
            raise SourceError(f"{self._path}: none of its {len(self._files)} pictures can be read")
        return None
