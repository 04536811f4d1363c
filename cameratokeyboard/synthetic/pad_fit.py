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
#: How strongly each measure of the ellipsoid is held at a ball at the finger's end.
_PULL = np.array([0.02, 0.1, 0.02, 0.02, 0.1, 0.02])
#: Usual pitch of a fingertip against the paper in degrees, and how far it strays [assumed].
_USUAL_PITCH_DEG, _PITCH_SPAN_DEG = 50.0, 60.0


def _directions() -> tuple[FloatArray, FloatArray]:
    """(N, 3) where the table may lie in the last segment's frame, and (N,) how often it does.

    From under the pad (pitch 0) to ahead of the finger (90) and beyond, rolled to both sides.
    """
    pitch_deg, roll_deg = np.meshgrid(np.arange(0.0, 136, 7.5), np.linspace(-80.0, 80.0, 13))
    pitch, roll = np.radians(pitch_deg.ravel()), np.radians(roll_deg.ravel())
    ways = np.stack(
        [np.sin(roll) * np.cos(pitch), np.sin(pitch), -np.cos(pitch) * np.cos(roll)], axis=1
    )
    share = np.exp(-(((pitch_deg.ravel() - _USUAL_PITCH_DEG) / _PITCH_SPAN_DEG) ** 2))
    return ways, np.asarray(share / share.sum())


def fit_pad(flesh: FloatArray) -> FloatArray:
    """(2, 3) centre and radii in mm of the ellipsoid that touches a table where the flesh does.

    flesh: (P, 3) vertices of the last segment in its own frame (flexion axis, along, dorsal).
    Least squares over the support function, pulled to a ball-like tip where the flesh leaves the
    shape open.
    """
    end = float(flesh[:, 1].max())
    tip = flesh[flesh[:, 1] > end - _END_MM]
    half = np.ptp(tip[:, 0]) / 2
    ways, share = _directions()
    weight = np.sqrt(share)
    height = (ways @ tip.T).max(axis=1) - GIVE_MM
    start = np.array([0.0, end - 9.0, 0.5, half, 9.0, 0.9 * half])
    solution = start.copy()
    for _ in range(30):
        centre, radii = solution[:3], solution[3:]
        norm = np.sqrt((ways**2 * radii**2).sum(axis=1))
        slope = np.concatenate([ways, ways**2 * radii / norm[:, None]], axis=1)
        slope = np.concatenate([slope * weight[:, None], np.diag(_PULL)])
        error = np.concatenate(
            [(ways @ centre + norm - height) * weight, _PULL * (solution - start)]
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
