"""A printable sheet described once, for every file format: nothing but filled shapes.

Lines are thin filled shapes and text is filled outlines, so a format only has to fill polygons and
no fonts are needed where a sheet is opened or printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray


@dataclass(frozen=True, eq=False)
class Fill:
    """A filled shape: rings (N, 2) in mm, even-odd rule, and its grey, 0 black to 1 white."""

    rings: tuple[FloatArray, ...]
    grey: float = 0.0


@dataclass(frozen=True, eq=False)
class Drawing:
    """A sheet of paper. Fills are painted in order on white.

    size_mm: width and height. The shapes' origin is the middle of the paper, x to the typist's
    right, y away from the typist, as in the mat's frame of reference.
    """

    size_mm: tuple[float, float]
    fills: tuple[Fill, ...]
    title: str = ""

    def to_page(self, points: FloatArray) -> FloatArray:
        """Points (N, 2) in page coordinates: mm from the upper left corner, y downwards."""
        width, height = self.size_mm
        return np.column_stack([points[:, 0] + width / 2, height / 2 - points[:, 1]])


def rectangle(x: float, y: float, width: float, height: float) -> FloatArray:
    """(4, 2) ring of a rectangle around its centre (x, y)."""
    half = np.array([width, height]) / 2
    signs = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]], float)
    result: FloatArray = np.array([x, y]) + half * signs
    return result


def frame(x: float, y: float, width: float, height: float, line: float, grey: float) -> Fill:
    """An outline of a rectangle around its centre; the line lies inside the rectangle."""
    outer = rectangle(x, y, width, height)
    inner = rectangle(x, y, width - 2 * line, height - 2 * line)
    return Fill((outer, inner), grey)


def disc(x: float, y: float, radius: float, grey: float, points: int = 40) -> Fill:
    """A filled circle."""
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    ring = np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)])
    return Fill((ring,), grey)


def scaled(fills: Iterable[Fill], factor: float) -> list[Fill]:
    """The same shapes, larger or smaller about the origin."""
    return [Fill(tuple(ring * factor for ring in fill.rings), fill.grey) for fill in fills]
