"""A drawing as a picture, and as a PNG file that knows its resolution."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np

from cameratokeyboard.datatypes import ImageArray
from cameratokeyboard.errors import OutputError, SettingsError
from cameratokeyboard.mat.drawing import Drawing

#: Each pixel is the mean of this many squared.
_OVERSAMPLING = 3
#: Fractional bits of the polygons' coordinates.
_SHIFT = 6
#: Pictures above this are refused, px: 1200 dpi of A4 is 139 million.
_MAX_PIXELS = 160_000_000
MM_PER_INCH = 25.4
_PNG_HEAD = 8 + 25


def render(drawing: Drawing, px_per_mm: float) -> ImageArray:
    """(H, W) uint8, the drawing as a grey picture, upright for the typist (number row on top)."""
    if not px_per_mm > 0:
        raise SettingsError(f"resolution: expected more than 0 px per mm, got {px_per_mm:g}")
    width, height = (max(round(side * px_per_mm), 1) for side in drawing.size_mm)
    if width * height > _MAX_PIXELS:
        raise SettingsError(
            f"a picture of {width} x {height} px is too large; ask for fewer dots per inch"
        )
    # Painted in bands so that the oversampled picture need not fit into memory as a whole.
    band = max(1, 4_000_000 // (width * _OVERSAMPLING**2))
    result = np.empty((height, width), np.uint8)
    scale = np.array([width / drawing.size_mm[0], height / drawing.size_mm[1]]) * _OVERSAMPLING
    shapes = [
        ([drawing.to_page(ring) * scale - 0.5 for ring in fill.rings], round(fill.grey * 255))
        for fill in drawing.fills
    ]
    extents = [
        (min(r[:, 1].min() for r in rings), max(r[:, 1].max() for r in rings))
        for rings, _ in shapes
    ]
    for start in range(0, height, band):
        rows = min(band, height - start)
        top, bottom = start * _OVERSAMPLING, (start + rows) * _OVERSAMPLING
        canvas = np.full((bottom - top, width * _OVERSAMPLING), 255, np.uint8)
        for (rings, value), (low, high) in zip(shapes, extents, strict=True):
            if high < top - 1 or low > bottom + 1:
                continue
            points = [
                np.round((r - np.array([0, top])) * 2**_SHIFT).astype(np.int32) for r in rings
            ]
            cv2.fillPoly(canvas, points, int(value), lineType=cv2.LINE_8, shift=_SHIFT)
        result[start : start + rows] = cv2.resize(
            canvas, (width, rows), interpolation=cv2.INTER_AREA
        )
    return result


def png_bytes(drawing: Drawing, dpi: float) -> bytes:
    """A PNG file that carries its resolution, so that it prints at true scale."""
    done, encoded = cv2.imencode(".png", render(drawing, dpi / MM_PER_INCH))
    if not done:
        raise OutputError("the picture could not be encoded as PNG")
    return _with_resolution(encoded.tobytes(), dpi)


def _with_resolution(png: bytes, dpi: float) -> bytes:
    """Insert the chunk pHYs (PNG specification, 11.3.4.3) behind the head."""
    per_metre = round(dpi / MM_PER_INCH * 1000)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_PNG_HEAD] + chunk + png[_PNG_HEAD:]
