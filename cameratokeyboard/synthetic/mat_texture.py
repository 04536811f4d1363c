"""Pictures of mats in many looks: printed with codes, the forerunner's look, markers by hand.

Only for training pictures: the mat that users print comes from ``cameratokeyboard.mat``. Everything
is drawn here from a Layout; a picture of any other mat can be used through ``mat_from_file``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray, Layout
from cameratokeyboard.errors import SourceError
from cameratokeyboard.synthetic.textures import random_colour

Rng = np.random.Generator
PX_PER_MM = 5.0


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
    rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    return MatPicture(rgb, layout.paper_mm, layout_markers(layout), True)


def layout_markers(layout: Layout) -> FloatArray:
    """(4, 4) centres and half sides in mm of a layout's own markers."""
    return np.array([[*m.xy_mm, m.side_mm / 2, m.side_mm / 2] for m in layout.markers], float)


class _Sheet:
    """A sheet to draw on in mm; anti-aliased, RGB."""

    def __init__(self, paper_mm: tuple[float, float], colour: tuple[float, float, float]) -> None:
        self.paper = paper_mm
        width, height = (round(side * PX_PER_MM) for side in paper_mm)
        self.image = np.full((height, width, 3), [round(c * 255) for c in colour], np.uint8)

    def px(self, xy_mm: FloatArray) -> FloatArray:
        """Points in mm to px of the sheet's picture."""
        xy = np.asarray(xy_mm, float)
        half = np.array(self.paper) / 2
        return np.stack([(xy[..., 0] + half[0]), (half[1] - xy[..., 1])], -1) * PX_PER_MM

    def polygon(self, points_mm: FloatArray, colour: tuple[float, ...]) -> None:
        """A filled polygon."""
        points = np.round(self.px(points_mm) * 16).astype(np.int32)
        cv2.fillPoly(self.image, [points], [c * 255 for c in colour], cv2.LINE_AA, 4)

    def stroke(self, points_mm: FloatArray, colour: tuple[float, ...], width_mm: float) -> None:
        """A polyline with a pen of this width."""
        points = np.round(self.px(points_mm) * 16).astype(np.int32)
        thickness = max(1, round(width_mm * PX_PER_MM))
        cv2.polylines(
            self.image, [points], False, [c * 255 for c in colour], thickness, cv2.LINE_AA, 4
        )

    def text(
        self, text: str, at_mm: FloatArray, height_mm: float, colour: tuple[float, ...], font: int
    ) -> None:
        """Letters whose left end of the base line is at a point."""
        shown = text.encode("ascii", "replace").decode()
        scale = height_mm * PX_PER_MM / 21.0
        at = np.round(self.px(at_mm)).astype(int).tolist()
        thickness = max(1, round(scale * 1.6))
        ink = [c * 255 for c in colour]
        cv2.putText(self.image, shown, at, font, scale, ink, thickness, cv2.LINE_AA)


def _corners(centre: FloatArray, half: FloatArray) -> FloatArray:
    return centre + half * np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]], float)


def _draw_code(dictionary: int) -> Callable[[_Sheet, FloatArray, FloatArray, int, Rng], None]:
    def draw(sheet: _Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng) -> None:
        codes = cv2.aruco.getPredefinedDictionary(dictionary)
        side = max(24, round(float(half[0]) * 2 * PX_PER_MM))
        picture = cv2.cvtColor(
            cv2.aruco.generateImageMarker(codes, number, side), cv2.COLOR_GRAY2RGB
        )
        x, y = np.round(sheet.px(centre) - side / 2).astype(int)
        target = sheet.image[max(y, 0) : y + side, max(x, 0) : x + side]
        source = picture[max(-y, 0) :, max(-x, 0) :]
        target[:] = source[: target.shape[0], : target.shape[1]]

    return draw


def _draw_letter_block(
    sheet: _Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng
) -> None:
    """A black rounded square with a light angular letter cut out, alike at all four places."""
    ink = (0.03, 0.03, 0.03)
    radius = 0.16 * half[0]
    inner = half - radius
    points = []
    for k, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        angles = np.deg2rad(np.linspace(90 * k, 90 * k + 90, 6))
        points.append(
            centre + inner * [sx, sy] + radius * np.stack([np.cos(angles), np.sin(angles)], 1)
        )
    sheet.polygon(np.concatenate(points), ink)
    light = (0.97, 0.97, 0.97)
    wedge = np.array([[-0.42, 0.6], [0.42, 0.6], [0.0, -0.18]])
    left = np.array([[-0.62, 0.02], [-0.62, -0.7], [-0.2, -0.7]])
    for part in (wedge, left, left * [-1, 1]):
        sheet.polygon(centre + part * half, light)


def _draw_rings(sheet: _Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng) -> None:
    """A black square with a light ring, as the finder of a matrix code."""
    for share, colour in ((1.0, (0.02,) * 3), (0.7, (1.0,) * 3), (0.42, (0.02,) * 3)):
        sheet.polygon(_corners(centre, half * share), colour)


def _draw_block(sheet: _Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng) -> None:
    """A plain square or disc, black or coloured."""
    colour = random_colour(rng, (0.0, 0.9), (0.0, 0.5))
    if rng.uniform() < 0.5:
        sheet.polygon(_corners(centre, half), colour)
    else:
        angle = np.linspace(0, 2 * np.pi, 40)
        sheet.polygon(centre + half * np.stack([np.cos(angle), np.sin(angle)], 1), colour)


def _draw_by_hand(
    sheet: _Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng
) -> None:
    """A marker in pen or felt-tip: cross, scribbled square, circle, framed cross."""
    pen = float(rng.uniform(0.6, 2.6))
    ink = random_colour(rng, (0.0, 0.9), (0.0, 0.35))
    shake = lambda pts: (
        centre + (np.asarray(pts, float) + rng.normal(0, 0.06, np.shape(pts))) * half
    )  # noqa: E731
    kind = int(rng.integers(4))
    if kind in (0, 3):
        sheet.stroke(shake([[-0.9, 0.9], [0, 0], [0.9, -0.9]]), ink, pen)
        sheet.stroke(shake([[-0.9, -0.9], [0, 0], [0.9, 0.9]]), ink, pen)
    if kind in (1, 3):
        sheet.stroke(shake([[-1, 1], [1, 1], [1, -1], [-1, -1], [-1, 1]]), ink, pen)
    if kind == 1:
        rows = np.linspace(-0.95, 0.95, max(6, int(half[0] * 3 / pen)))
        zigzag = np.stack([np.where(np.arange(len(rows)) % 2, 0.95, -0.95), rows], 1)
        sheet.stroke(shake(zigzag), ink, pen * 1.3)
    if kind == 2:
        angle = np.linspace(0, 2 * np.pi * 1.05, 30)
        circle = np.stack([np.cos(angle), np.sin(angle)], 1)
        sheet.stroke(centre + circle * half * 0.95 + rng.normal(0, 0.3, (30, 2)), ink, pen)
        if rng.uniform() < 0.5:
            sheet.stroke(shake([[-0.9, 0], [0.9, 0]]), ink, pen)
            sheet.stroke(shake([[0, -0.9], [0, 0.9]]), ink, pen)


MarkerPen = Callable[[_Sheet, FloatArray, FloatArray, int, Rng], None]
_OWN_CODES = _draw_code(cv2.aruco.DICT_4X4_50)

#: Looks of markers with their share among training pictures: pen, coded.
_PENS: tuple[tuple[MarkerPen, bool, float], ...] = (
    (_OWN_CODES, True, 0.42),
    (_draw_code(cv2.aruco.DICT_APRILTAG_16h5), True, 0.05),
    (_draw_letter_block, False, 0.33),
    (_draw_rings, False, 0.04),
    (_draw_block, False, 0.06),
    (_draw_by_hand, False, 0.10),
)


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


def _draw_keys(sheet: _Sheet, layout: Layout, size: FloatArray, look: _KeyLook) -> None:
    for key in layout.keys:
        x, y, w, h = key.box
        top_left = (np.array([x, y]) - 0.5) * size * [1, -1]
        key_size = np.array([w, h]) * size
        centre = top_left + key_size / 2 * [1, -1]
        corners = _corners(centre, key_size / 2 - look.gap_mm / 2)
        sheet.polygon(corners, look.plain if key.role in ("char", "space") else look.special)
        sheet.stroke(np.concatenate([corners, corners[:1]]), look.line, look.line_mm)
        _draw_legend(sheet, key.legends, key.label, top_left, key_size, look)


def _draw_legend(
    sheet: _Sheet,
    legends: tuple[str, str, str],
    label: str,
    top_left: FloatArray,
    size: FloatArray,
    look: _KeyLook,
) -> None:
    letter = min(look.letter_mm, float(size[1]) * 0.38)
    left = 0.32 if look.centred and not label else 0.12
    at = top_left + [size[0] * left, -letter - size[1] * 0.12]
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
    sheet = _Sheet(layout.paper_mm, (1.0, 1.0, 1.0))
    look = _KeyLook((1.0,) * 3, (0.86,) * 3, (0.25,) * 3, (0.1,) * 3, 0.4, 0.0, 4.2,
                    cv2.FONT_HERSHEY_SIMPLEX, True, False)  # fmt: skip
    _draw_keys(sheet, layout, np.array(layout.size_mm), look)
    rng = np.random.default_rng(0)
    for number, place in enumerate(layout.markers):
        half = np.full(2, place.side_mm / 2)
        centre = np.array(place.xy_mm)
        if place.code is None:
            _draw_letter_block(sheet, centre, half, number, rng)
        else:
            _OWN_CODES(sheet, centre, half, place.code, rng)
    coded = all(place.code is not None for place in layout.markers)
    return MatPicture(sheet.image, layout.paper_mm, layout_markers(layout), coded)


def draw_mat(rng: Rng, layout: Layout) -> MatPicture:
    """A mat in a random look: paper, keys, legends, markers and where these are."""
    white = float(rng.uniform(0.86, 1.0))
    warm = float(rng.uniform(-0.02, 0.04))
    paper = (min(1.0, white + warm), white, max(0.0, white - warm))
    if rng.uniform() < 0.04:
        paper = random_colour(rng, (0.05, 0.3), (0.6, 1.0))
    sheet = _Sheet(layout.paper_mm, paper)
    shares = np.array([share for *_, share in _PENS])
    pen, coded, _ = _PENS[int(rng.choice(len(_PENS), p=shares / shares.sum()))]
    size = np.array(layout.size_mm) * float(rng.uniform(0.92, 1.0))
    markers, size = _places(rng, layout, size, own=pen is _OWN_CODES and rng.uniform() < 0.8)
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
