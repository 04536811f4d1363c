"""Text as outlines: any script that the program's fonts hold, in any file format.

The fonts are the Noto Sans family (SIL Open Font License 1.1) that the pygame-gui package brings;
fontTools, which fpdf2 brings, reads them. A character that none of them has is drawn as an empty
box.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.errors import OutputError
from cameratokeyboard.mat.drawing import Fill

#: Where fonts are looked for, in this order: package and file.
_FONTS = (
    ("pygame_gui", "data/NotoSans-Regular.ttf"),
    ("pygame_gui", "data/NotoSansHebrew-Regular.ttf"),
    ("pygame_gui", "data/NotoSansArabic-Regular.ttf"),
    ("pygame_gui", "data/NotoSansGeorgian-Regular.ttf"),
    ("pygame_gui", "data/NotoSansKR-Regular.ttf"),
    ("pygame_gui", "data/NotoSansJP-Regular.otf"),
    ("pygame_gui", "data/NotoSansSC-Regular.otf"),
    ("pygame", "freesansbold.ttf"),
)
#: Straight pieces that a curve is drawn with; at 6 mm letters they miss it by less than 0.01 mm.
_CURVE_PIECES = 6
#: Height of capitals and width of an empty box, as shares of the em.
_CAP_SHARE, _BOX_SHARE = 0.714, 0.6


@lru_cache(maxsize=len(_FONTS))
def _font(package: str, file: str) -> Any:
    """An opened font with its glyphs, or None where it is not installed."""
    from fontTools.ttLib import TTFont, TTLibError

    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / file
    try:
        font = TTFont(path, lazy=True)
        return font, font.getBestCmap(), font.getGlyphSet(), float(font["head"].unitsPerEm)
    except (OSError, TTLibError):
        return None


@lru_cache(maxsize=512)
def _outline(char: str) -> tuple[tuple[FloatArray, ...], float, bool]:
    """Rings of a character in em, its advance in em, and whether a font has it."""
    any_font = False
    for package, file in _FONTS:
        opened = _font(package, file)
        if opened is None:
            continue
        any_font = True
        _, names, glyphs, em = opened
        if ord(char) in names:
            glyph = glyphs[names[ord(char)]]
            rings = tuple(ring / em for ring in _rings(glyph, glyphs))
            return rings, float(glyph.width) / em, True
    if not any_font:
        raise OutputError(
            "no font was found to print legends with; install pygame-gui again: "
            "pip install --force-reinstall pygame-gui"
        )
    return _empty_box(), _BOX_SHARE, False


def _empty_box() -> tuple[FloatArray, ...]:
    outer = np.array([[0.08, 0], [0.52, 0], [0.52, _CAP_SHARE], [0.08, _CAP_SHARE]])
    middle = outer.mean(axis=0)
    return outer, middle + (outer - middle) * np.array([0.78, 0.86])


def _rings(glyph: Any, glyphs: Any) -> Iterator[FloatArray]:
    """Closed polylines (N, 2) of a glyph in font units."""
    from fontTools.pens.basePen import decomposeQuadraticSegment
    from fontTools.pens.recordingPen import DecomposingRecordingPen

    pen = DecomposingRecordingPen(glyphs)
    glyph.draw(pen)
    points: list[FloatArray] = []
    for operator, arguments in pen.value:
        places = [np.array(p, float) for p in arguments if p is not None]
        if operator == "moveTo":
            points = [places[0]]
        elif operator == "lineTo":
            points.append(places[0])
        elif operator == "curveTo":
            points += _bezier([points[-1], *places])
        elif operator == "qCurveTo":
            if arguments[-1] is None:
                # A contour without a point on the curve starts between its last and first.
                start = (places[-1] + places[0]) / 2
                points, places = [start], [*places, start]
            for control, end in decomposeQuadraticSegment([tuple(p) for p in places]):
                points += _bezier([points[-1], np.array(control), np.array(end)])
        elif operator in {"closePath", "endPath"} and len(points) > 2:
            yield np.array(points)


def _bezier(control: list[FloatArray]) -> list[FloatArray]:
    """Points on a Bezier curve after its first, by de Casteljau's scheme."""
    result = []
    for share in np.linspace(0, 1, _CURVE_PIECES + 1)[1:]:
        level = control
        while len(level) > 1:
            level = [(1 - share) * a + share * b for a, b in pairwise(level)]
        result.append(level[0])
    return result


def missing_characters(text: str) -> str:
    """The characters of a text that no font has."""
    return "".join(c for c in dict.fromkeys(text) if not c.isspace() and not _outline(c)[2])


def text_width(text: str, cap_mm: float) -> float:
    """Width in mm of a line of text whose capitals are ``cap_mm`` high."""
    return sum(_outline(char)[1] for char in text) * cap_mm / _CAP_SHARE


def text_fills(
    text: str, x: float, y: float, cap_mm: float, *, align: str = "left", grey: float = 0.0
) -> list[Fill]:
    """A line of text: baseline at y, starting, centred or ending at x (mm)."""
    scale = cap_mm / _CAP_SHARE
    start = {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
    x -= start * text_width(text, cap_mm)
    fills = []
    for char in text:
        rings, advance, _ = _outline(char)
        if rings:
            shift = np.array([x, y])
            fills.append(Fill(tuple(ring * scale + shift for ring in rings), grey))
        x += advance * scale
    return fills
