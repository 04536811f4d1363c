"""Pictures of mats in many looks: printed with codes, the forerunner's look, markers by hand.

Only for training pictures: the mat that users print comes from ``cameratokeyboard.mat``. Everything
is drawn here from a Layout; a picture of any other mat can be used through ``mat_from_file``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray, Layout
from cameratokeyboard.errors import SourceError
from cameratokeyboard.synthetic.mat_pens import (
    OWN_CODES,
    PENS,
    Sheet,
    corners_of,
    draw_letter_block,
)
from cameratokeyboard.synthetic.textures import random_colour

Rng = np.random.Generator


@dataclass(frozen=True, eq=False)
class MatPicture:
    """A mat as a picture that covers the whole sheet.

    image: (H, W, 3) uint8 RGB, its top is the number row's side. paper_mm: width, height.
    markers_mm: (4, 4) centre x, y and half width, half height, far left, far right, near right,
    near left; a half width of 0 stands for a marker that is not there. coded: the markers carry
    fiducial codes.
    """

    image: ImageArray
    paper_mm: tuple[float, float]
    markers_mm: FloatArray
    coded: bool


def mat_from_file(path: Path, layout: Layout) -> MatPicture:
    """A picture file of a printed mat that covers the layout's sheet edge to edge.

    Raises SourceError for a file that is missing or no picture.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
    if picture is None:
        raise SourceError(f"mat '{path}': expected a readable picture (PNG or JPEG) of the sheet")
    rgb = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
    return MatPicture(rgb, layout.paper_mm, layout_markers(layout), True)


def layout_markers(layout: Layout) -> FloatArray:
    """(4, 4) centres and half sides in mm of a layout's own markers."""
    return np.array([[*m.xy_mm, m.side_mm / 2, m.side_mm / 2] for m in layout.markers], float)


def _places(rng: Rng, layout: Layout, size: FloatArray, own: bool) -> tuple[FloatArray, FloatArray]:
    """Marker places (4, 4) and the keyboard's size in mm after making room for them."""
    paper = np.array(layout.paper_mm)
    if own:
        markers = layout_markers(layout)
        scale = size / np.array(layout.size_mm)
        markers[:, :2] *= 1 + (scale - 1) * 0.7
        return markers, size
    half = float(rng.uniform(6, 14)) if rng.uniform() < 0.5 else 8.35
    signs = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]], float)
    if rng.uniform() < 0.45:  # above and below the corners
        centres = signs * (size / 2 + [-half + 1.0, half + rng.uniform(0, 4)])
    else:  # beside the corners
        room = paper[0] - 4 * half - 6
        if size[0] > room:
            size = size * np.array([room / size[0], rng.uniform(0.88, 1.0)])
        centres = signs * (size / 2 + [half + rng.uniform(0, 4), -half + rng.uniform(-2, 2)])
    limit = paper / 2 - half - 0.5
    centres = np.clip(centres, -limit, limit)
    return np.concatenate([centres, np.full((4, 2), half)], axis=1), size


@dataclass(frozen=True)
class _KeyLook:
    plain: tuple[float, float, float]
    special: tuple[float, float, float]
    line: tuple[float, float, float]
    ink: tuple[float, float, float]
    line_mm: float
    gap_mm: float
    letter_mm: float
    font: int
    upper: bool
    centred: bool


def _draw_key_look(rng: Rng, paper: tuple[float, float, float]) -> _KeyLook:
    grey = float(rng.uniform(0.55, 0.9))
    plain = paper
    if rng.uniform() < 0.25:
        plain = random_colour(rng, (0.0, 0.3), (0.6, 1.0))
    special = (grey, grey, grey) if rng.uniform() < 0.7 else plain
    ink = float(rng.uniform(0.0, 0.35))
    line = float(rng.uniform(0.0, 0.5))
    if rng.uniform() < 0.07:  # a dark print
        plain, special = (0.15, 0.15, 0.16), (0.25, 0.25, 0.27)
        ink, line = 0.95, 0.7
    return _KeyLook(
        plain=plain,
        special=special,
        line=(line, line, line),
        ink=(ink, ink, ink),
        line_mm=float(rng.uniform(0.25, 1.0)),
        gap_mm=float(rng.choice([0.0, 0.0, 0.6, 1.2])),
        letter_mm=float(rng.uniform(2.8, 6.5)),
        font=int(
            rng.choice(
                [
                    cv2.FONT_HERSHEY_SIMPLEX,
                    cv2.FONT_HERSHEY_DUPLEX,
                    cv2.FONT_HERSHEY_PLAIN,
                    cv2.FONT_HERSHEY_COMPLEX,
                ]
            )
        ),
        upper=bool(rng.uniform() < 0.7),
        centred=bool(rng.uniform() < 0.4),
    )


def _draw_keys(sheet: Sheet, layout: Layout, size: FloatArray, look: _KeyLook) -> None:
    for key in layout.keys:
        x, y, w, h = key.box
        top_left = (np.array([x, y]) - 0.5) * size * [1, -1]
        key_size = np.array([w, h]) * size
        centre = top_left + key_size / 2 * [1, -1]
        corners = corners_of(centre, key_size / 2 - look.gap_mm / 2)
        sheet.polygon(corners, look.plain if key.role in ("char", "space") else look.special)
        sheet.stroke(np.vstack([corners, corners[:1]]), look.line, look.line_mm)
        _draw_legend(sheet, key.legends, key.label, top_left, key_size, look)


def _draw_legend(
    sheet: Sheet,
    legends: tuple[str, str, str],
    label: str,
    top_left: FloatArray,
    size: FloatArray,
    look: _KeyLook,
) -> None:
    letter = min(look.letter_mm, float(size[1]) * 0.38)
    left = 0.32 if look.centred and not label else 0.12
    at = top_left + np.array([size[0] * left, -letter - size[1] * 0.12])
    if label:
        sheet.text(label, at, letter * 0.62, look.ink, look.font)
        return
    plain, shifted = legends[:2]
    if plain.strip() and shifted.upper() == plain.upper():
        shown = plain.upper() if look.upper else plain
        drop = size[1] * 0.22 if look.centred else 0.0
        sheet.text(shown, at - [0, drop], letter, look.ink, look.font)
    elif plain.strip():
        sheet.text(shifted, at, letter * 0.8, look.ink, look.font)
        sheet.text(plain, at - [0, size[1] * 0.42], letter * 0.8, look.ink, look.font)


def own_mat(layout: Layout) -> MatPicture:
    """The layout's mat, drawn plainly with its own coded markers: for clips without ``--mat``."""
    sheet = Sheet(layout.paper_mm, (1.0, 1.0, 1.0))
    look = _KeyLook((1.0,) * 3, (0.86,) * 3, (0.25,) * 3, (0.1,) * 3, 0.4, 0.0, 4.2,
                    cv2.FONT_HERSHEY_SIMPLEX, True, False)  # fmt: skip
    _draw_keys(sheet, layout, np.array(layout.size_mm), look)
    rng = np.random.default_rng(0)
    for number, place in enumerate(layout.markers):
        half = np.full(2, place.side_mm / 2)
        centre = np.array(place.xy_mm)
        if place.code is None:
            draw_letter_block(sheet, centre, half, number, rng)
        else:
            OWN_CODES(sheet, centre, half, place.code, rng)
    coded = all(place.code is not None for place in layout.markers)
    return MatPicture(sheet.image, layout.paper_mm, layout_markers(layout), coded)


def draw_mat(rng: Rng, layout: Layout) -> MatPicture:
    """A mat in a random look: paper, keys, legends, markers and where these are."""
    white = float(rng.uniform(0.86, 1.0))
    warm = float(rng.uniform(-0.02, 0.04))
    paper = (min(1.0, white + warm), white, max(0.0, white - warm))
    if rng.uniform() < 0.04:
        paper = random_colour(rng, (0.03, 0.2), (0.7, 1.0))
    sheet = Sheet(layout.paper_mm, paper)
    shares = np.array([share for *_, share in PENS])
    pen, coded, _ = PENS[int(rng.choice(len(PENS), p=shares / shares.sum()))]
    size = np.array(layout.size_mm) * float(rng.uniform(0.92, 1.0))
    markers, size = _places(rng, layout, size, own=pen is OWN_CODES and rng.uniform() < 0.8)
    _draw_keys(sheet, layout, size, _draw_key_look(rng, paper))
    if rng.uniform() < 0.3:
        line = np.array([[-size[0], size[1]], [size[0], size[1]], [size[0], -size[1]],
                         [-size[0], -size[1]], [-size[0], size[1]]]) / 2  # fmt: skip
        sheet.stroke(line, (0.1, 0.1, 0.1), float(rng.uniform(0.4, 1.6)))
    for number in range(4):
        if rng.uniform() < 0.02:  # forgotten or torn off
            markers[number, 2:] = 0.0
            continue
        pen(sheet, markers[number, :2], markers[number, 2:], number, rng)
    if rng.uniform() < 0.25:
        sheet.text(layout.title, np.array([-40.0, 94.0]), 4.0, (0.3, 0.3, 0.3), 0)
    return MatPicture(sheet.image, layout.paper_mm, markers, coded)
