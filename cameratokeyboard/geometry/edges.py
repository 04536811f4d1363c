"""Measuring markers by their edges: the homography that puts the model's edges on the picture's.

Every edge of every marker gives a few points at which black turns to white; each is a measurement
of the homography across the edge. Together they are far steadier than four centres or sixteen
corners, and an edge that is hidden, or has ink on its far side, simply falls out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray, ImageArray, IntArray
from cameratokeyboard.geometry.homography import (
    anchor_jacobian,
    apply_homography,
    facing,
    quad_homographies,
)
from cameratokeyboard.geometry.markers import (
    CELLS,
    MARKER_COUNT,
    SAMPLES,
    AnchorPrior,
    MarkerFit,
    MarkerModel,
    pattern_scores,
    sample,
)

#: Places sampled across each edge.
_STEPS = 17
#: Grey levels between black and white below which an edge is not seen.
_MIN_CONTRAST = 18.0
#: Uncertainty of anchors of which nothing is known, px.
_LOOSE_PX = 100.0
#: Edge points that a marker must show to count as measured.
_MIN_POINTS = 12
#: How far an edge as a whole may be off its nominal place (SD), as a share of the marker's side:
#: print and lens for codes; markers without a code may be drawn by hand.
_CODED_SLACK, _UNCODED_SLACK = 0.003, 0.02
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
    prior: AnchorPrior | None = None,
    verified: bool = False,
) -> MarkerFit | None:
    """Move a homography so that the model's edges lie on the picture's.

    use: (4,) bool, markers to measure. reach_cells: how far from the prediction edges are looked
    for, in cells of a code. prior: holds the anchors of markers that are not measured, which would
    otherwise follow every slip of the others as the end of a long lever. verified: the markers in
    use are known to show at their places, so their patterns are not looked at again. None when too
    few edges show.
    """
    known = prior or AnchorPrior(
        apply_homography(mm_to_px, model.centres), np.full(4, _LOOSE_PX), np.zeros(4, bool)
    )
    held = known.information()
    anchors = apply_homography(mm_to_px, model.centres)
    matrix = mm_to_px
    information, noise, measured = np.zeros((8, 8)), 1.0, use
    for step in range(steps):
        edges = _find_edges(image, model, matrix, use, reach_cells / (1 + step))
        if edges is None:
            return None
        weights, noise = _robust_weights(edges.offsets_px)
        information, pull = _equations(model, matrix, edges, weights / noise**2)
        pull = pull + held @ (known.anchors_px - anchors).reshape(8)
        anchors = anchors + np.linalg.solve(information + held, pull).reshape(4, 2)
        matrix = quad_homographies(model.centres, anchors[None])[0]
        if not np.all(np.isfinite(matrix)):
            return None
        matrix = facing(matrix, model.centres)
        measured = np.bincount(edges.edge // 4, weights > 0.1, minlength=4) >= _MIN_POINTS
    shown = use & measured
    if not verified:
        shown &= seen_markers(image, model, matrix)[0]
    information = information + known.information(only_measured=True)
    return MarkerFit(anchors, matrix, information, shown | known.measured, shown, noise)


@dataclass(frozen=True, eq=False)
class _Edges:
    """N edge points: places (N, 2) mm, normals (N, 2) px, offsets (N,) px along them, edge (N,)
    numbered 4 * marker + side, and slack (N,) px, the uncertainty of that edge's own place.
    """

    points_mm: FloatArray
    normals: FloatArray
    offsets_px: FloatArray
    edge: IntArray
    slack_px: FloatArray


def _equations(
    model: MarkerModel, mm_to_px: FloatArray, edges: _Edges, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Normal equations of the anchors: information (8, 8) and pull (8,).

    Each edge may be off its nominal place as a whole, drawn or printed so; that offset is an
    unknown of its own and is eliminated here. Without it a small marker would seem to know the
    perspective of the whole mat.
    """
    slopes = anchor_jacobian(model.centres, mm_to_px, edges.points_mm)
    rows = np.einsum("nk,nkp->np", edges.normals, slopes)
    weighted = rows * weights[:, None]
    count = 4 * MARKER_COUNT
    sums = np.zeros((count, 8))
    np.add.at(sums, edges.edge, weighted)
    total = np.bincount(edges.edge, weights, minlength=count)
    offset = np.bincount(edges.edge, weights * edges.offsets_px, minlength=count)
    slack = np.full(count, 1.0)
    slack[edges.edge] = edges.slack_px
    share = 1.0 / (total + slack**-2.0)
    information = weighted.T @ rows - (sums * share[:, None]).T @ sums
    pull = weighted.T @ edges.offsets_px - sums.T @ (share * offset)
    return information, pull


def _find_edges(
    image: ImageArray,
    model: MarkerModel,
    mm_to_px: FloatArray,
    use: BoolArray,
    reach_cells: float,
) -> _Edges | None:
    """The edge points of the markers in use, or None when too few show."""
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
    good &= model.edge_usable[markers][:, :, None]
    if good.sum() < _MIN_POINTS:
        return None
    shares = np.array([_UNCODED_SLACK if c is None else _CODED_SLACK for c in model.codes])
    slack = width[..., 0] * CELLS * shares[markers][:, None, None]
    edge = 4 * markers[:, None, None] + np.arange(4)[None, :, None]
    return _Edges(
        points[good],
        normal[good],
        crossing[good],
        np.broadcast_to(edge, good.shape)[good],
        np.maximum(slack[good], 0.02),
    )


def _crossings(profiles: FloatArray, offsets: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Where profiles (M, 4, S, K) rise from their edge's black to its white; offset and mask."""
    ends = 3
    with np.errstate(invalid="ignore"):
        inner = _middle(profiles[..., :ends])[..., None, None]
        outer = _middle(profiles[..., -ends:])[..., None, None]
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


def _middle(values: FloatArray) -> FloatArray:
    """The upper median over the last two axes; NaN where most values are."""
    flat = values.reshape(*values.shape[:-2], -1)
    half = flat.shape[-1] // 2
    result: FloatArray = np.partition(flat, half, axis=-1)[..., half]
    return result


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
