"""Cross-sections of a fingertip: how round it is, and how askew.

A mesh has one form of finger, and whoever learns from it takes where that one touches for where
fingers do. The skin is described by its distance from the bone's line, and ahead of the line's end
from that end, so that the round end is as smooth as the sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cameratokeyboard.datatypes import FloatArray

#: Waves around the finger, and powers along it, that describe a skin.
_WAVES, _POWERS = 4, 3
#: From this share of the segment on the skin is described; nearer to the joint it is as there.
_FROM = 0.25


class _Polar(NamedTuple):
    """Points seen from a line: out (P, 3) unit directions away from it, away (P,) mm, angle (P,)
    radians about it from the back to the side of the flexion axis, square (P,) sine of the angle
    between line and direction, along (P,) place as a share of the segment."""

    out: FloatArray
    away: FloatArray
    angle: FloatArray
    square: FloatArray
    along: FloatArray


def _seen_from_line(local: FloatArray, length: float, half: float, middle: float) -> _Polar:
    """half: mm before the segment's end where the line ends. middle: mm, its height."""
    foot = np.zeros_like(local)
    foot[:, 1] = np.minimum(local[:, 1], length - half)
    foot[:, 2] = middle
    offset = local - foot
    away = np.linalg.norm(offset, axis=1)
    out = offset / np.maximum(away, 1e-9)[:, None]
    square = np.hypot(out[:, 0], out[:, 2])
    along = np.clip(local[:, 1] / length, _FROM, 1.0)
    return _Polar(out, away, np.arctan2(out[:, 0], out[:, 2]), square, along)


def _waves(polar: _Polar) -> tuple[FloatArray, FloatArray]:
    """(P, N) of a round skin, whose middle may lie off the line, and (P, M) of all that a skin
    differs from it by."""
    powers = polar.along[:, None] ** np.arange(_POWERS)
    around = [
        (polar.square**k * turn(k * polar.angle))[:, None] * powers
        for k in range(1, _WAVES + 1)
        for turn in (np.sin, np.cos)
    ]
    return np.concatenate([powers, *around[:2]], axis=1), np.concatenate(around[2:], axis=1)


def resectioned(local: FloatArray, length: float, roundness: float, skew: float) -> FloatArray:
    """Points (P, 3) mm of a last segment in its own frame (flexion axis, along, dorsal), moved.

    length: mm of the segment. roundness: share of the way to a round cross-section. skew: how far
    the pad is drawn out to the side of the flexion axis and the back to the other, as a share of
    half the breadth.
    """
    half = float(np.ptp(local[:, 0])) / 2
    ahead = local[local[:, 1] > length - 2 * half]
    middle = float(ahead[:, 2].min() + ahead[:, 2].max()) / 2
    polar = _seen_from_line(local, length, half, middle)
    plain, uneven = _waves(polar)
    own = local[:, 1] > _FROM * length
    known = np.concatenate([plain, uneven], axis=1)[own]
    found = np.linalg.lstsq(known, polar.away[own], rcond=None)[0]
    by = -roundness * (uneven @ found[plain.shape[1] :])
    by -= skew * half * polar.square**2 * np.sin(2 * polar.angle)
    return np.asarray(local + by[:, None] * polar.out)
