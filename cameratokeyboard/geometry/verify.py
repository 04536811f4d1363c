"""Whether a supposed place of the mat stands up to the picture and to the laws of cameras."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray
from cameratokeyboard.geometry.camera import pose_error_px
from cameratokeyboard.geometry.edges import fit_edges
from cameratokeyboard.geometry.homography import apply_homography
from cameratokeyboard.geometry.markers import MARKER_COUNT, AnchorPrior, MarkerFit, MarkerModel

#: The markers may be this far from where the nearest possible camera would see them: a fixed part
#: for noise and lens distortion, and a share of a marker's size.
_POSE_SLACK_PX, _POSE_SLACK_SHARE = 1.5, 0.08
#: Markers that a fit may have been moved by, as a share of their size.
_MAX_SHIFT = 0.5


def marker_sizes_px(mm_to_px: FloatArray, model: MarkerModel) -> FloatArray:
    """(4,) the longer side of the box around each marker, px."""
    corners = apply_homography(mm_to_px, model.corners)
    result: FloatArray = np.ptp(corners, axis=1).max(axis=1)
    return result


def extended_fit(
    image: ImageArray, model: MarkerModel, fit: MarkerFit, prior: AnchorPrior | None = None
) -> MarkerFit | None:
    """A fit of some markers, extended to all that show at the places it implies.

    prior: what else is known of the anchors. None when that leaves fewer than two, or a place
    that only a mirror could show.
    """
    for reach in (1.5, 0.8):
        every = np.ones(MARKER_COUNT, bool)
        wider = fit_edges(image, model, fit.mm_to_px, every, reach_cells=reach, prior=prior)
        if wider is None or wider.by_edges.sum() < fit.by_edges.sum():
            break
        fit = wider
    if not fit.by_edges.all():
        # Edges of markers that do not show would only disturb.
        own = fit_edges(image, model, fit.mm_to_px, fit.by_edges, reach_cells=0.8, prior=prior)
        if own is None or own.by_edges.sum() < 2:
            return None
        fit = own
    return fit if seen_from_above(fit.mm_to_px) else None


def has_camera(fit: MarkerFit, model: MarkerModel, image_wh: tuple[int, int]) -> bool:
    """True when some real camera could see the markers where the fit has them."""
    size = float(marker_sizes_px(fit.mm_to_px, model).max())
    miss = pose_error_px(model.centres, fit.anchors_px, image_wh, fit.noise_px)
    return miss < max(_POSE_SLACK_PX, _POSE_SLACK_SHARE * size)


def stayed_near(fit: MarkerFit, mm_to_px: FloatArray, model: MarkerModel) -> bool:
    """True when the seen markers are about where a homography had supposed them."""
    size = marker_sizes_px(mm_to_px, model)
    moved = np.linalg.norm(fit.anchors_px - apply_homography(mm_to_px, model.centres), axis=1)
    return bool(np.all(moved[fit.seen] < _MAX_SHIFT * size[fit.seen]))


def seen_from_above(mm_to_px: FloatArray) -> bool:
    """False for a homography that only a mirror, or a camera under the paper, could make."""
    return bool(np.linalg.det(mm_to_px) < 0)
