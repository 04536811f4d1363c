"""Writing a mat to a file of the kind that its name asks for."""

from __future__ import annotations

from pathlib import Path

from cameratokeyboard.errors import OutputError, SettingsError
from cameratokeyboard.files import write_bytes
from cameratokeyboard.mat.drawing import Drawing
from cameratokeyboard.mat.pdf import pdf_bytes
from cameratokeyboard.mat.raster import png_bytes
from cameratokeyboard.mat.svg import svg_bytes

SUFFIXES = (".pdf", ".svg", ".png")
DEFAULT_DPI = 300.0
_MIN_DPI, _MAX_DPI = 50.0, 1200.0


def write_drawing(drawing: Drawing, path: Path, *, dpi: float = DEFAULT_DPI) -> None:
    """Write a drawing to a .pdf, .svg or .png file, by way of a temporary file.

    dpi: dots per inch, of PNG alone. Raises SettingsError for another suffix or an absurd
    resolution, OutputError when the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise SettingsError(f"output '{path}': expected a name that ends in {', '.join(SUFFIXES)}")
    if not _MIN_DPI <= dpi <= _MAX_DPI:
        raise SettingsError(f"dpi {dpi:g}: expected {_MIN_DPI:g} to {_MAX_DPI:g} dots per inch")
    if suffix == ".pdf":
        data = pdf_bytes(drawing)
    elif suffix == ".svg":
        data = svg_bytes(drawing)
    else:
        data = png_bytes(drawing, dpi)
    _write(path, data)


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, data)
    except OSError as error:
        raise OutputError(f"{path}: the mat could not be written: {error}") from error
