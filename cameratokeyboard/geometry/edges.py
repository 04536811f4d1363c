"""Measuring markers by their edges: the homography that puts the model's edges on the picture's.

Every edge of every marker gives a few points at which black turns to white; each is a measurement
of the homography across the edge. Together they are far steadier than four centres or sixteen
corners, and an edge that is hidden, or has ink on its far side, simply falls out.
"""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray, ImageArray
from cameratokeyboard.geometry.homography import (
    anchor_jacobian,
    apply_homography,
    facing,
    quad_homographies,
)
from cameratokeyboard.geometry.markers import (
    CELLS,
    SAMPLES,
    MarkerFit,
    MarkerModel,
    pattern_scores,
    sample,
)

#: Places sampled across each edge.
_STEPS = 17
#: Grey levels between black and white below which an edge is not seen.
_MIN_CONTRAST = 18.0
#: Edge points that a marker must show to count as measured.
_MIN_POINTS = 12
#: Share of fit, pattern_scores, from which a marker is taken as seen.
CODED_SCORE, UNCODED_SCORE = 0.7, 0.6
#: Edges nearer than this to their prediction are looked for at least, px.
_MIN_REACH_PX, _MAX_REACH_PX = 1.5, 9.0


def seen_markers(
    image: ImageArray, model: MarkerModel, mm_to_px: FloatArray
) -> tuple[BoolArray, FloatArray]:
    """Which markers show at their places, (4,) bool, and how well they fit, (4,) -1..1."""
    scores = pattern_scores(image, apply_homography(mm_to_px, model.pattern_points), model.pattern)
    limits = [UNCODED_SCORE if code is None else CODED_SCORE for code in model.codes]
    return scores >= np.array(limits), scores


def fit_edges(
    image: ImageArray,
    model: MarkerModel,
    mm_to_px: FloatArray,
    use: BoolArray,
    *,
    reach_cells: float = 0.8,
    steps: int = 2,
) -> MarkerFit | None:
    """Move a homography so that the model's edges lie on the picture's.

    use: (4,) bool, markers to measure. reach_cells: how far from the prediction edges are looked
    for, in cells of a code. None when too few edges show.
    """
    anchors = apply_homography(mm_to_px, model.centres)
    matrix = mm_to_px
    information, noise = np.zeros((8, 8)), 1.0
    measured = use
    for step in range(steps):
        found = _find_edges(image, model, matrix, use, reach_cells / (1 + step))
        if found is None:
            return None
        points, normals, offsets, owner = found
        slopes = anchor_jacobian(model.centres, matrix, points)
        rows = np.einsum("nk,nkp->np", normals, slopes)
        weights, noise = _robust_weights(offsets)
        information = (rows * weights[:, None]).T @ rows / noise**2
        measured = np.bincount(owner, weights > 0.1, minlength=4) >= _MIN_POINTS
        damped = information + np.eye(8) * 1e-4 / noise**2
        shift = np.linalg.solve(damped, rows.T @ (weights * offsets) / noise**2)
        anchors = anchors + shift.reshape(4, 2)
        matrix = quad_homographies(model.centres, anchors[None])[0]
        if not np.all(np.isfinite(matrix)):
            return None
        matrix = facing(matrix, model.centres)
        # The next measurement is of what is left, seen from the new place.
    seen, scores = seen_markers(image, model, matrix)
    return MarkerFit(anchors, matrix, information, seen & use & measured, noise, scores)


def _find_edges(
    image: ImageArray,
    model: MarkerModel,
    mm_to_px: FloatArray,
    use: BoolArray,
    reach_cells: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None:
    """Edge points (N, 2) mm, their normals (N, 2) and offsets (N,) in px, their marker (N,)."""
    markers = np.flatnonzero(use)
    if len(markers) == 0:
        return None
    points = model.edge_points[markers]
    cell = (model.sides[markers] / CELLS)[:, None, None, None]
    at = apply_homography(mm_to_px, points)
    ahead = apply_homography(mm_to_px, points + 0.5 * model.edge_tangents[:, None])
    outer = apply_homography(mm_to_px, points + cell * model.edge_normals[:, None])
    tangent = ahead - at
    normal = np.stack([-tangent[..., 1], tangent[..., 0]], axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
        width = ((outer - at) * normal).sum(-1, keepdims=True)
    normal, width = normal * np.sign(width), np.abs(width)
    reach = np.clip(width * reach_cells, _MIN_REACH_PX, _MAX_REACH_PX)
    offsets = np.linspace(-1, 1, _STEPS) * reach
    profiles = sample(image, at[..., None, :] + offsets[..., None] * normal[..., None, :])
    crossing, good = _crossings(profiles, offsets)
    if good.sum() < _MIN_POINTS:
        return None
    owner = np.broadcast_to(markers[:, None, None], good.shape)[good]
    return points[good], normal[good], crossing[good], owner


def _crossings(profiles: FloatArray, offsets: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Where profiles (M, 4, S, K) rise from their edge's black to its white; offset and mask."""
    ends = 3
    with np.errstate(invalid="ignore"):
        inner = np.median(profiles[..., :ends], axis=(-1, -2))[..., None, None]
        outer = np.median(profiles[..., -ends:], axis=(-1, -2))[..., None, None]
        level = profiles - (inner + outer) / 2
        rises = (level[..., :-1] < 0) & (level[..., 1:] >= 0)
        share = -level[..., :-1] / np.maximum(level[..., 1:] - level[..., :-1], 1e-9)
        place = offsets[..., :-1] + share * np.diff(offsets, axis=-1)
    distance = np.where(rises, np.abs(place), np.inf)
    nearest = distance.argmin(axis=-1)[..., None]
    found = np.take_along_axis(place, nearest, axis=-1)[..., 0]
    with np.errstate(invalid="ignore"):
        contrast = np.broadcast_to(((outer - inner) > _MIN_CONTRAST)[..., 0], found.shape)
    good = np.isfinite(np.take_along_axis(distance, nearest, axis=-1)[..., 0]) & contrast
    good &= np.isfinite(found)
    assert found.shape[-1] == SAMPLES
    return found, good


def _robust_weights(offsets: FloatArray) -> tuple[FloatArray, float]:
    """Tukey weights of offsets about their bulk, and the bulk's SD in px.

    The spread is taken about each fit's own offsets, not zero, so that a mat that moved as a whole
    is not taken for outliers.
    """
    middle = np.median(offsets)
    spread = float(np.median(np.abs(offsets - middle))) * 1.4826
    noise = max(spread, 0.05)
    ratio = np.clip(np.abs(offsets - middle) / (4.685 * noise), 0, 1)
    return (1 - ratio**2) ** 2, noise
