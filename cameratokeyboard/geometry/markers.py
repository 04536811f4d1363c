"""The four markers of a layout as things to measure in a picture: corners, edges, patterns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray, Layout

MARKER_COUNT = 4
#: Cells across a 4x4 code with its black border.
CELLS = 6
#: Samples along each edge, within the middle part of it: corners are rounded by printing and blur.
SAMPLES = 10
_EDGE_SPAN = 0.36
_CORNER_SIGNS = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]], float)
#: Width of the frame that is printed around the keys, mm, with some slack.
_FRAME_MM = 1.5
#: Grey levels (SD) below which a patch is flat.
_MIN_SPREAD = 4.0
#: Weights of blue, green and red in brightness (ITU-R BT.601).
_BGR_TO_GREY = np.array([0.114, 0.587, 0.299])
_EDGE_NORMALS = np.array([[0, 1], [1, 0], [0, -1], [-1, 0]], float)


_INNER = np.pad(np.ones((CELLS - 2, CELLS - 2), bool), 2).ravel()


@lru_cache(maxsize=1)
def dictionary() -> cv2.aruco.Dictionary:
    """The codes in use: 4 x 4 cells, the first fifty."""
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


@lru_cache(maxsize=64)
def code_cells(code: int) -> FloatArray:
    """(6, 6) cells of a code with its border, 1 white and 0 black, top row first."""
    picture = cv2.aruco.generateImageMarker(dictionary(), code, CELLS)
    return np.asarray(picture, float) / 255.0


@dataclass(frozen=True, eq=False)
class MarkerModel:
    """Geometry of the four markers on the paper, mm.

    centres: (4, 2). sides: (4,). corners: (4, 4, 2) in the order far left, far right, near right,
    near left of each marker, which is the corner order of the codes. codes: of each marker or None.
    edge_points: (4, 4, SAMPLES, 2) on the outer edge; edge_tangents, edge_normals: (4, 2) by edge,
    normals pointing outwards. edge_usable: (4, 4) bool, False where the keyboard's frame touches
    the marker, so that its edge cannot be told from the frame's. pattern_points: (4, 64, 2)
    centres of the cells and of the ring of paper around them; pattern: (4, 64) what is there, +1
    white, -1 black, 0 unknown.
    """

    centres: FloatArray
    sides: FloatArray
    corners: FloatArray
    codes: tuple[int | None, ...]
    edge_points: FloatArray
    edge_tangents: FloatArray
    edge_normals: FloatArray
    edge_usable: BoolArray
    pattern_points: FloatArray
    pattern: FloatArray


@dataclass(frozen=True, eq=False)
class MarkerFit:
    """Markers measured in one picture.

    anchors_px: (4, 2) marker centres by the fitted homography. mm_to_px: (3, 3). information:
    (8, 8) of the anchors, 1/px^2. seen: (4,) bool, markers that took part. by_edges: (4,) bool,
    those of them that were measured by their edges. noise_px: SD of one measured point.
    """

    anchors_px: FloatArray
    mm_to_px: FloatArray
    information: FloatArray
    seen: BoolArray
    by_edges: BoolArray
    noise_px: float


@dataclass(frozen=True, eq=False)
class AnchorPrior:
    """What is known of the anchors before a picture is measured.

    anchors_px: (4, 2). sd_px: (4,) uncertainty of each. measured: (4,) bool, True where it comes
    from this very picture and so counts as seen.
    """

    anchors_px: FloatArray
    sd_px: FloatArray
    measured: BoolArray

    def information(self, only_measured: bool = False) -> FloatArray:
        """(8, 8) of the anchors, 1/px^2."""
        weight = self.sd_px**-2.0
        if only_measured:
            weight = np.where(self.measured, weight, 0.0)
        return np.diag(np.repeat(weight, 2))


def marker_model(layout: Layout) -> MarkerModel:
    """The markers of a layout, ready to be measured."""
    centres = np.array([m.xy_mm for m in layout.markers], float)
    sides = np.array([m.side_mm for m in layout.markers], float)
    half = sides[:, None, None] / 2
    along = np.linspace(-_EDGE_SPAN, _EDGE_SPAN, SAMPLES)
    tangents = np.column_stack([_EDGE_NORMALS[:, 1], -_EDGE_NORMALS[:, 0]])
    unit_edges = _EDGE_NORMALS[:, None] / 2 + along[None, :, None] * tangents[:, None]
    cell = (np.arange(CELLS + 2) - (CELLS + 1) / 2) / CELLS
    grid = np.stack(np.meshgrid(cell, -cell), axis=-1).reshape(-1, 2)
    codes = tuple(m.code for m in layout.markers)
    edge_points = centres[:, None, None] + sides[:, None, None, None] * unit_edges
    pattern_points = centres[:, None] + sides[:, None, None] * grid
    pattern = np.stack([_pattern(code) for code in codes])
    outside = edge_points[:, :, SAMPLES // 2] + _FRAME_MM * _EDGE_NORMALS
    return MarkerModel(
        centres=centres,
        sides=sides,
        corners=centres[:, None] + half * _CORNER_SIGNS,
        codes=codes,
        edge_points=edge_points,
        edge_tangents=tangents,
        edge_normals=_EDGE_NORMALS,
        edge_usable=~_on_keyboard(layout, outside),
        pattern_points=pattern_points,
        pattern=np.where(_on_keyboard(layout, pattern_points), 0.0, pattern),
    )


def _on_keyboard(layout: Layout, points_mm: FloatArray) -> BoolArray:
    """Which points (..., 2) lie on the keyboard or its frame."""
    half = np.array(layout.size_mm) / 2 + _FRAME_MM
    result: BoolArray = np.all(np.abs(points_mm) < half, axis=-1)
    return result


def _pattern(code: int | None) -> FloatArray:
    """(64,) expected cells with the paper around them; the inside of an uncoded one is unknown."""
    full = np.ones((CELLS + 2, CELLS + 2))
    full[1:-1, 1:-1] = -1.0
    if code is None:
        full[2:-2, 2:-2] = 0.0
        # Corners may be rounded, as the forerunner's are.
        full[1 : -1 : CELLS - 1, 1 : -1 : CELLS - 1] = 0.0
    else:
        full[1:-1, 1:-1] = code_cells(code) * 2 - 1
    return full.ravel()


def pattern_scores(image: FloatArray, points_px: FloatArray, pattern: FloatArray) -> FloatArray:
    """How well sampled cells fit the expected ones: correlation, -1..1, (M,).

    A code has to fit as a whole and in its inner cells alone: outline and border are the same for
    all codes and would make up for wrong ones.

    image: (H, W) grey or (H, W, 3) BGR. points_px: (M, 64, 2). pattern: (M, 64). Cells outside the
    picture count as not fitting; a flat patch has no correlation.
    """
    values = sample(image, points_px)
    overall = _correlation(values, pattern, _weights(pattern))
    inner = np.where(_INNER, pattern, 0.0)
    coded = (inner != 0).any(axis=1)
    if not coded.any():
        return overall
    return np.where(
        coded, np.minimum(overall, _correlation(values, inner, _weights(inner))), overall
    )


def _weights(pattern: FloatArray) -> FloatArray:
    """(M, 64) weights that give white and black cells the same say, 0 where nothing is known."""
    white, black = pattern > 0, pattern < 0
    share_white = 0.5 / np.maximum(white.sum(axis=1, keepdims=True), 1)
    share_black = 0.5 / np.maximum(black.sum(axis=1, keepdims=True), 1)
    weights: FloatArray = white * share_white + black * share_black
    return weights


def _correlation(values: FloatArray, pattern: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted correlation of values (M, 64) with a pattern (M, 64)."""
    inside = np.isfinite(values)
    known = weights * inside
    filled = np.where(inside, values, 0.0)
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    covered = np.maximum(known.sum(axis=1, keepdims=True), 1e-9)
    centred = np.where(inside, filled - (filled * known).sum(axis=1, keepdims=True) / covered, 0.0)
    expected = pattern - (pattern * weights).sum(axis=1, keepdims=True) / total
    product = (centred * expected * weights).sum(axis=1)
    strength = (centred**2 * weights).sum(axis=1)
    power = strength * (expected**2 * weights).sum(axis=1)
    spread = np.sqrt(strength / total[:, 0])
    score: FloatArray = np.where(
        spread > _MIN_SPREAD, product / np.sqrt(np.maximum(power, 1e-9)), 0.0
    )
    return score


def sample(image: FloatArray, points_px: FloatArray) -> FloatArray:
    """Bilinear brightness of a picture, grey or BGR, at (..., 2) px; NaN outside it.

    Done here rather than by ``cv2.remap``, which rounds places to 1/32 px and values to integers,
    and needs the whole picture turned grey.
    """
    flat = np.asarray(points_px, float).reshape(-1, 2)
    height, width = image.shape[:2]
    x, y = flat[:, 0], flat[:, 1]
    with np.errstate(invalid="ignore"):
        inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    x, y = np.where(inside, x, 0.0), np.where(inside, y, 0.0)
    left, top = x.astype(np.intp), y.astype(np.intp)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    share_x, share_y = x - left, y - top
    upper = (1 - share_x) * _grey(image[top, left]) + share_x * _grey(image[top, right])
    lower = (1 - share_x) * _grey(image[bottom, left]) + share_x * _grey(image[bottom, right])
    values = np.where(inside, (1 - share_y) * upper + share_y * lower, np.nan)
    return values.reshape(points_px.shape[:-1])


def _grey(values: FloatArray) -> FloatArray:
    """Brightness of (N,) grey or (N, 3) BGR values."""
    grey: FloatArray = values.astype(float) if values.ndim == 1 else values @ _BGR_TO_GREY
    return grey
