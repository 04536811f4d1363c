"""How the paper slants away where a fingertip is seen: what a window around it does not show.

The contact point lies under the fingertip, and how far that is from the end one sees depends on how
steeply the camera looks down. A close look sees a fingertip and a bit of table, from which that
cannot be told; the mat's homography tells it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import FloatArray

#: What a slant is: whether it is known; the logarithm of how many half window sides 10 mm of paper
#: measure where they are not foreshortened; x and y of how 1 mm of height shows, in mm that are not
#: foreshortened; and how many of these 1 mm of paper measures where it is most foreshortened.
SLANT = 5
#: Where in a slant the height's x is.
_HEIGHT_X = 2
_UNIT_MM = 10.0
#: Places at which the paper is this much smaller than at the mat are as good as its horizon.
_FARTHEST = 4.0


def slants(mm_to_px: FloatArray | None, windows: FloatArray) -> NDArray[np.float32]:
    """(N, SLANT) of (N, 3) windows (middle x, y and side, px); zeros where it is not known.

    mm_to_px: (3, 3) homography of the paper, None while the mat is not known.
    """
    if mm_to_px is None:
        return np.zeros((len(windows), SLANT), np.float32)
    slopes = paper_slopes(mm_to_px, windows[:, :2])
    return slant_of(slopes / (windows[:, 2, None, None] / 2))


def paper_slopes(mm_to_px: FloatArray, points_px: FloatArray) -> FloatArray:
    """(N, 2, 2) px right and down (rows) for 1 mm along the paper's x and y (columns) at (N, 2) px.

    NaN at and beyond the horizon.
    """
    back = np.linalg.inv(mm_to_px)
    paper = np.concatenate([points_px, np.ones((len(points_px), 1))], axis=1) @ back.T
    # 1 / paper[:, 2] is the depth of a place in units of the depth of the mat's middle.
    middle = mm_to_px[2, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = 1 / paper[:, 2]
        slopes = (mm_to_px[:2, :2] - points_px[:, :, None] * mm_to_px[2, :2]) / depth[:, None, None]
        far = np.asarray(depth / middle, float)
        seen = np.asarray((far > 0) & (far < _FARTHEST))
    return np.where(seen[:, None, None], slopes, np.nan)


def slant_of(slopes: FloatArray) -> NDArray[np.float32]:
    """(N, SLANT) of slopes (N, 2, 2) in half window sides for 1 mm; zeros for those with NaN.

    Which way the mat lies does not matter, only how its plane does: the camera is taken to be
    upright, so that height shows upwards.
    """
    known = np.asarray(np.isfinite(slopes).all(axis=(1, 2)))
    square = np.where(known[:, None, None], slopes, np.eye(2))
    stretch, ways = np.linalg.eigh(square @ square.transpose(0, 2, 1))
    stretch = np.maximum(stretch, 1e-12)
    short = np.sqrt(stretch[:, 0] / stretch[:, 1])
    height = ways[:, :, 0] * np.sqrt(1 - short**2)[:, None]
    height = np.where(height[:, 1:] > 0, -height, height)
    size = np.log(np.sqrt(stretch[:, 1]) * _UNIT_MM)
    slant = np.column_stack([known, size, height, short])
    return np.asarray(slant * known[:, None], np.float32)


def mirrored(slant: NDArray[np.float32]) -> NDArray[np.float32]:
    """Slants (N, SLANT) as the windows' mirror images show them."""
    signs = np.ones(SLANT, np.float32)
    signs[_HEIGHT_X] = -1
    return slant * signs
