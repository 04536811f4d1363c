"""A smooth stand-in for a fingertip's pad: an ellipsoid, whose lowest point is a formula.

The lowest vertex of a mesh jumps as the finger turns; the lowest point of an ellipsoid glides.
"""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray

#: The flesh gives way by about this much under a light touch [assumed]: the ellipsoid lies this
#: deep under the skin, and the skin below the paper is pressed flat.
GIVE_MM = 0.5
#: Part of the finger's end that touches, along the finger.
_END_MM = 17.0
_PULL = np.array([0.05, 0.35, 0.05, 0.05, 0.35, 0.05])


def _directions() -> FloatArray:
    """(N, 3) where the table may lie in the last segment's frame: from under the pad to ahead."""
    pitch, roll = np.meshgrid(np.radians(np.arange(0, 106, 7.5)), np.radians(np.arange(-50, 51, 10)))
    pitch, roll = pitch.ravel(), roll.ravel()
    ways = np.stack(
        [
            np.sin(roll) * np.cos(0.9 * pitch),
            np.sin(pitch) * np.cos(roll),
            -np.cos(pitch) * np.cos(roll),
        ],
        axis=1,
    )
    return np.asarray(ways / np.linalg.norm(ways, axis=1, keepdims=True))


def fit_pad(flesh: FloatArray) -> FloatArray:
    """(2, 3) centre and radii in mm of the ellipsoid that touches a table where the flesh does.

    flesh: (P, 3) vertices of the last segment in its own frame (flexion axis, along, dorsal).
    Least squares over the support function, pulled to a ball-like tip where the flesh leaves the
    shape open.
    """
    end = float(flesh[:, 1].max())
    tip = flesh[flesh[:, 1] > end - _END_MM]
    half = np.ptp(tip[:, 0]) / 2
    ways = _directions()
    height = (ways @ tip.T).max(axis=1) - GIVE_MM
    start = np.array([0.0, end - 11.5, 0.5, half, 11.0, half])
    solution = start.copy()
    for _ in range(30):
        centre, radii = solution[:3], solution[3:]
        norm = np.sqrt((ways**2 * radii**2).sum(axis=1))
        slope = np.concatenate([ways, ways**2 * radii / norm[:, None]], axis=1)
        slope = np.concatenate([slope / np.sqrt(len(ways)), np.diag(_PULL)])
        error = np.concatenate(
            [(ways @ centre + norm - height) / np.sqrt(len(ways)), _PULL * (solution - start)]
        )
        solution = solution - np.linalg.lstsq(slope, error, rcond=None)[0]
    return np.stack([solution[:3], np.abs(solution[3:])])


def lowest_points(
    pads: FloatArray, frames: FloatArray, starts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Lowest points (N, 3) of ellipsoids, and (N, 3, 3) how they roll when the bone turns.

    pads: (N, 2, 3) centres and radii. frames: (N, 3, 3) axes of the bones as columns. starts:
    (N, 3). A small turn w of a bone moves its lowest point, beyond what a point fixed to the bone
    would do, by minus the second result times (-w_y, w_x, 0).
    """
    down = -frames[:, 2, :]
    squares = pads[:, 1] ** 2
    norm = np.sqrt((squares * down**2).sum(axis=1, keepdims=True))
    reach = squares * down / norm
    local = pads[:, 0] + reach
    points = starts + (frames @ local[:, :, None])[:, :, 0]
    bend = np.einsum("ni,ij->nij", squares / norm, np.eye(3))
    bend -= reach[:, :, None] * reach[:, None, :] / norm[:, :, None]
    return points, frames @ bend @ frames.swapaxes(1, 2)
