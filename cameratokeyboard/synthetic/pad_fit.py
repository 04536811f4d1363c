"""A smooth stand-in for a fingertip's pad: three ellipsoids rolled into one, with a formula for the
lowest point.

The lowest vertex of a mesh jumps as the finger turns; the lowest point of an ellipsoid glides. One
ellipsoid is too plain for a fingertip: its lowest point lies up to 1.5 mm beside the flesh's, on
every mesh otherwise. The Minkowski sum of three tilted ones (every point of each added to every
point of the others) is as smooth, and its lowest point is
the sum of theirs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from cameratokeyboard.datatypes import FloatArray, IntArray

#: The flesh gives way by about this much under a light touch [assumed]: the pad lies this deep
#: under the skin, and the skin below the paper is pressed flat.
GIVE_MM = 0.5
#: Ellipsoids of a pad.
PARTS = 3
#: Rows of a pad as an array: its centre, and the matrix of each ellipsoid.
PAD_ROWS = 1 + 3 * PARTS
#: Part of the finger's end that touches, along the finger.
_END_MM = 17.0
#: How strongly the measures of the ellipsoids are held at those they start from, per mm or radian.
_PULL = 0.02
#: Usual pitch of a fingertip against the paper and its usual roll, and how far both stray, in
#: degrees [assumed]: of a finger and of a thumb, which touches with the side away from the fingers.
_USUAL = {False: ((60.0, 0.0), (40.0, 40.0)), True: ((40.0, -40.0), (35.0, 30.0))}
#: Measures of an ellipsoid: three radii in mm and the vector it is turned by, radians.
_MEASURES = 6
#: Points of a triangle that stand for its surface, as shares of its corners.
_SPREAD = np.array([[4, 1, 1], [1, 4, 1], [1, 1, 4], [1, 3, 3], [3, 1, 3], [3, 3, 1.0]])
_SHARES = _SPREAD / _SPREAD.sum(axis=1, keepdims=True)


class Surface(NamedTuple):
    """points: (P, 3) mm on a skin. area: (P,) mm2 that each stands for."""

    points: FloatArray
    area: FloatArray


def surface(vertices: FloatArray, faces: IntArray) -> Surface:
    """Points spread over the triangles (F, 3) of vertices (V, 3) mm."""
    corners = vertices[faces]
    sides = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    points = np.einsum("sc,fci->fsi", _SHARES, corners).reshape(-1, 3)
    each = np.linalg.norm(sides, axis=1) / 2 / len(_SHARES)
    return Surface(points, np.repeat(each, len(_SHARES)))


def touching(skin: Surface, ways: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where a skin touches tables that lie in directions ways (N, 3), all in one frame.

    Returns (N,) mm, how far it reaches, and (N, 3) mm, the middle of what comes near the table: the
    flesh gives way, the more the nearer.
    """
    # No matrix products: how those round depends on the threads, and a fit goes other ways then.
    height = np.einsum("pi,ni->pn", skin.points, ways)
    reach = height.max(axis=0)
    share = skin.area[:, None] * np.exp((height - reach) / GIVE_MM)
    return reach, np.einsum("pn,pi->ni", share / share.sum(axis=0), skin.points)


def _directions(thumb: bool) -> tuple[FloatArray, FloatArray]:
    """(N, 3) where the table may lie in the last segment's frame, and (N,) how often it does.

    From under the pad (pitch 0) to ahead of the finger (90) and beyond, rolled to both sides.
    """
    pitch_deg, roll_deg = np.meshgrid(np.arange(0.0, 136, 11.25), np.linspace(-75.0, 75.0, 9))
    pitch_deg, roll_deg = pitch_deg.ravel(), roll_deg.ravel()
    pitch, roll = np.radians(pitch_deg), np.radians(roll_deg)
    ways = np.stack(
        [np.sin(roll) * np.cos(pitch), np.sin(pitch), -np.cos(pitch) * np.cos(roll)], axis=1
    )
    usual, span = np.array(_USUAL[thumb])
    far = (np.stack([pitch_deg, roll_deg], axis=1) - usual) / span
    share = np.exp(-(far**2).sum(axis=1))
    return ways, np.asarray(share / share.sum())


def _matrices(measures: FloatArray) -> FloatArray:
    """(PARTS, 3, 3) of the ellipsoids with measures (PARTS, _MEASURES)."""
    turn = Rotation.from_rotvec(measures[:, 3:]).as_matrix()
    return np.asarray(np.einsum("kij,kj,klj->kil", turn, measures[:, :3] ** 2, turn))


def _reached(matrices: FloatArray, ways: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(N, K, 3) the farthest point of each ellipsoid about its own middle in directions (N, 3), and
    (N, K) how far that is."""
    pushed = np.einsum("kij,nj->nki", matrices, ways)
    norm = np.sqrt(np.maximum(np.einsum("nki,ni->nk", pushed, ways), 1e-12))
    return pushed / norm[..., None], norm


def fit_pad(skin: Surface, thumb: bool = False) -> FloatArray:
    """(PAD_ROWS, 3): centre in mm, then the matrices in mm2, of the pad that touches a table where
    the flesh does.

    skin: of the last segment in its own frame (flexion axis, along, dorsal), without the nail.
    thumb: whether it is a thumb's.
    Least squares over how far the pad reaches and where it touches, from many sides; what the flesh
    leaves open is held at a ball-like tip.
    """
    end = float(skin.points[:, 1].max())
    tip = skin.points[:, 1] > end - _END_MM
    skin = Surface(skin.points[tip], skin.area[tip])
    half = float(np.ptp(skin.points[:, 0])) / 2
    ways, share = _directions(thumb)
    weight = np.sqrt(share)
    reach, middle = touching(skin, ways)
    height = reach - GIVE_MM

    def parts(x: FloatArray) -> tuple[FloatArray, FloatArray]:
        return x[:3], _matrices(x[3:].reshape(PARTS, _MEASURES))

    def errors(x: FloatArray) -> FloatArray:
        centre, matrices = parts(x)
        points, norms = _reached(matrices, ways)
        aside = centre + points.sum(axis=1) - middle
        aside = aside - np.einsum("ni,ni->n", aside, ways)[:, None] * ways
        up = np.einsum("ni,i->n", ways, centre) + norms.sum(axis=1) - height
        return np.concatenate([up * weight, (aside * weight[:, None]).ravel(), _PULL * (x - start)])

    each = np.array([half, 9.0, 0.9 * half]) / PARTS
    start = np.concatenate([[0.0, end - 9.0, 0.5], *(
        [*each * (0.8 + 0.4 * k), 0.2 * (k - 0.5), 0.0, 0.0] for k in range(PARTS)
    )])  # fmt: skip
    centre, matrices = parts(least_squares(errors, start, method="lm", ftol=1e-4).x)
    return np.concatenate([centre[None], matrices.reshape(-1, 3)])


def lowest_points(
    pads: FloatArray, frames: FloatArray, starts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Lowest points (N, 3) of pads, and (N, 3, 3) how they roll when the bone turns.

    pads: (N, PAD_ROWS, 3) as of ``fit_pad``. frames: (N, 3, 3) axes of the bones as columns.
    starts: (N, 3). A small turn w of a bone moves its lowest point, beyond what a point fixed to
    the bone would do, by minus the second result times (-w_y, w_x, 0).
    """
    down = -frames[:, 2, :]
    matrices = pads[:, 1:].reshape(len(pads), -1, 3, 3)
    pushed = (matrices @ down[:, None, :, None])[..., 0]
    norm = np.sqrt((pushed * down[:, None]).sum(axis=2))[..., None]
    reach = pushed / norm
    local = pads[:, 0] + reach.sum(axis=1)
    points = starts + (frames @ local[:, :, None])[:, :, 0]
    bend = matrices / norm[..., None]
    bend -= reach[..., :, None] * reach[..., None, :] / norm[..., None]
    return points, frames @ bend.sum(axis=1) @ frames.swapaxes(1, 2)
