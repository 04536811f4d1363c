"""A sheet to draw mats on, and the pens that draw markers: codes, printed signs, by hand."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.textures import random_colour

Rng = np.random.Generator
PX_PER_MM = 5.0


class Sheet:
    """A sheet to draw on in mm; anti-aliased, RGB."""

    def __init__(self, paper_mm: tuple[float, float], colour: tuple[float, float, float]) -> None:
        self.paper = paper_mm
        width, height = (round(side * PX_PER_MM) for side in paper_mm)
        self.image = np.full((height, width, 3), [round(c * 255) for c in colour], np.uint8)

    def px(self, xy_mm: FloatArray) -> FloatArray:
        """Points in mm to px of the sheet's picture."""
        xy = np.asarray(xy_mm, float)
        half = np.array(self.paper) / 2
        return np.asarray(np.stack([xy[..., 0] + half[0], half[1] - xy[..., 1]], -1) * PX_PER_MM)

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


def corners_of(centre: FloatArray, half: FloatArray) -> FloatArray:
    """(4, 2) mm: far left, far right, near right, near left."""
    return np.asarray(centre + half * np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]], float))


def _draw_code(dictionary: int) -> Callable[[Sheet, FloatArray, FloatArray, int, Rng], None]:
    def draw(sheet: Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng) -> None:
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


def draw_letter_block(
    sheet: Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng
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


def _draw_rings(sheet: Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng) -> None:
    """A black square with a light ring, as the finder of a matrix code."""
    for share, colour in ((1.0, (0.02,) * 3), (0.7, (1.0,) * 3), (0.42, (0.02,) * 3)):
        sheet.polygon(corners_of(centre, half * share), colour)


def _draw_block(sheet: Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng) -> None:
    """A plain square or disc, black or coloured."""
    colour = random_colour(rng, (0.0, 0.9), (0.0, 0.5))
    if rng.uniform() < 0.5:
        sheet.polygon(corners_of(centre, half), colour)
    else:
        angle = np.linspace(0, 2 * np.pi, 40)
        sheet.polygon(centre + half * np.stack([np.cos(angle), np.sin(angle)], 1), colour)


def _draw_by_hand(
    sheet: Sheet, centre: FloatArray, half: FloatArray, number: int, rng: Rng
) -> None:
    """A marker in pen or felt-tip: cross, scribbled square, circle, framed cross."""
    pen = float(rng.uniform(0.6, 2.6))
    ink = random_colour(rng, (0.0, 0.9), (0.0, 0.35))

    def shake(points: list[list[float]] | FloatArray) -> FloatArray:
        ideal = np.asarray(points, float)
        return np.asarray(centre + (ideal + rng.normal(0, 0.06, ideal.shape)) * half)

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


MarkerPen = Callable[[Sheet, FloatArray, FloatArray, int, Rng], None]
OWN_CODES = _draw_code(cv2.aruco.DICT_4X4_50)

#: Looks of markers with their share among training pictures: pen, coded.
PENS: tuple[tuple[MarkerPen, bool, float], ...] = (
    (OWN_CODES, True, 0.42),
    (_draw_code(cv2.aruco.DICT_APRILTAG_16h5), True, 0.05),
    (draw_letter_block, False, 0.33),
    (_draw_rings, False, 0.04),
    (_draw_block, False, 0.06),
    (_draw_by_hand, False, 0.10),
)
