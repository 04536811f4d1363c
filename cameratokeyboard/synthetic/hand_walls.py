"""What a hand must not do: reach through the paper, through itself, or beyond a joint's limit.

Each wall is one-sided: it gives rows of a least-squares problem only for what is beyond it.
"""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.hand_posture import HIGH, LOW
from cameratokeyboard.synthetic.hand_rig import HandRig
from cameratokeyboard.synthetic.hand_source import FINGERS, cross
from cameratokeyboard.synthetic.hand_state import (
    FINGER_DOFS,
    FLEX_0,
    FLEX_1,
    FLEX_2,
    HAND_DOFS,
    PITCH,
    STATE_SIZE,
)
from cameratokeyboard.synthetic.skeleton import Stance, point_derivatives

#: One unit of the problem: how far beyond a wall is as bad as one spread off the posture.
WALL_MM, SIDE_MM, WALL_DEG = 0.6, 1.0, 1.0
#: Last bones of fingers may point this far down before it gets odd; a right angle is upright
#: [assumed: typists press with the pad, the nail visible from ahead], and what counts as one unit.
HOOK_DEG, HOOK_SPREAD_DEG = 70.0, 5.0
#: Fingers side by side press each other flat to this share of their thickness [assumed].
SQUEEZE = 0.8
#: How much the flesh under palm and wrist gives way on the table [assumed].
SOLE_GIVE_MM = 2.0

#: (4, 3) places in a state of the flexions of index to pinky.
_FLEXIONS = (
    HAND_DOFS + FINGER_DOFS * np.arange(1, FINGERS)[:, None] + np.array([FLEX_0, FLEX_1, FLEX_2])
)
_JOINT_FINGER = np.repeat(np.arange(FINGERS), 2)
_JOINT_SEGMENT = np.tile([1, 2], FINGERS)
_PAIRS = np.array(
    [
        (finger, a, finger + 1, b)
        for finger in range(FINGERS - 1)
        for a, b in ((1, 1), (2, 2), (1, 2), (2, 1))
    ]
    # A thumb's end can lie beside the index finger's first bone as well.
    + [(0, 2, 1, 0)]
)


def closest_points(
    a0: FloatArray, a1: FloatArray, b0: FloatArray, b1: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Closest points (N, 3) of the line segments a0-a1 and b0-b1, each (N, 3)."""
    u, v, w = a1 - a0, b1 - b0, a0 - b0
    uu, vv, uv = (u * u).sum(1), (v * v).sum(1), (u * v).sum(1)
    uw, vw = (u * w).sum(1), (v * w).sum(1)
    s = np.clip((uv * vw - vv * uw) / np.maximum(uu * vv - uv * uv, 1e-6 * uu * vv), 0, 1)
    t = np.clip((uv * s + vw) / vv, 0, 1)
    s = np.clip((uv * t - uw) / uu, 0, 1)
    return a0 + s[:, None] * u, b0 + t[:, None] * v


class Walls:
    """The walls around one stance.

    rows: (N,) how far beyond each wall, in its unit, only where it is. ``slopes`` gives their
    derivatives.
    """

    def __init__(self, rig: HandRig, now: Stance, state: FloatArray) -> None:
        self._now = now
        self._joint_points = now.joints[_JOINT_FINGER, _JOINT_SEGMENT]
        low = rig.radii[_JOINT_FINGER, _JOINT_SEGMENT] - self._joint_points[:, 2]
        self._low = np.flatnonzero(low > 0)

        self._arms = rig.soles @ now.hand.T
        sunk = -SOLE_GIVE_MM - (self._arms[:, 2] + now.wrist[2])
        self._sunk = np.flatnonzero(sunk > 0)

        fa, sa, fb, sb = _PAIRS.T
        nodes = np.concatenate([now.joints, now.ends[:, None]], axis=1)
        self._a, self._b = closest_points(
            nodes[fa, sa], nodes[fa, sa + 1], nodes[fb, sb], nodes[fb, sb + 1]
        )
        gap = self._b - self._a
        distance = np.maximum(np.sqrt((gap * gap).sum(axis=1)), 1e-6)
        close = SQUEEZE * (rig.radii[fa, sa] + rig.radii[fb, sb]) - distance
        self._close = np.flatnonzero(close > 0)
        self._apart = gap[self._close] / distance[self._close, None]

        flexed = state[_FLEXIONS].sum(axis=1) - state[PITCH]
        hooked = flexed - np.radians(HOOK_DEG)
        self._hooked = np.flatnonzero(hooked > 0)

        beyond = np.minimum(state - LOW, 0) + np.maximum(state - HIGH, 0)
        self._beyond = np.flatnonzero(beyond)
        self.rows = np.concatenate(
            [
                low[self._low] / WALL_MM,
                sunk[self._sunk] / WALL_MM,
                close[self._close] / SIDE_MM,
                hooked[self._hooked] / np.radians(HOOK_SPREAD_DEG),
                beyond[self._beyond] / np.radians(WALL_DEG),
            ]
        )

    def slopes(self) -> FloatArray:
        """(N, STATE_SIZE) derivatives of ``rows``."""
        kinds = (
            (self._low, self._paper),
            (self._sunk, self._table),
            (self._close, self._neighbours),
            (self._hooked, self._hooks),
            (self._beyond, self._limits),
        )
        met = [slopes() for rows, slopes in kinds if len(rows)]
        return np.concatenate(met) if met else np.zeros((0, STATE_SIZE))

    def _paper(self) -> FloatArray:
        """Finger joints stay their own radius above the paper."""
        i = self._low
        moved = point_derivatives(
            self._now, _JOINT_FINGER[i], _JOINT_SEGMENT[i], self._joint_points[i]
        )
        return np.asarray(-moved[:, 2] / WALL_MM)

    def _table(self) -> FloatArray:
        """Palm and wrist at most rest on the table."""
        arms = self._arms[self._sunk]
        slope = np.zeros((len(arms), STATE_SIZE))
        slope[:, 2] = -1.0
        slope[:, 3:6] = -cross(self._now.hand_axes[None], arms[:, None])[:, :, 2]
        return slope / WALL_MM

    def _neighbours(self) -> FloatArray:
        """Neighbouring fingers stay side by side."""
        i = self._close
        fa, sa, fb, sb = _PAIRS[i].T
        apart = point_derivatives(self._now, fb, sb, self._b[i])
        apart -= point_derivatives(self._now, fa, sa, self._a[i])
        return np.asarray(-(self._apart[:, None] @ apart)[:, 0] / SIDE_MM)

    def _hooks(self) -> FloatArray:
        """Last bones do not fold back under the hand."""
        slope = np.zeros((len(self._hooked), STATE_SIZE))
        slope[np.arange(len(self._hooked))[:, None], _FLEXIONS[self._hooked]] = 1.0
        slope[:, PITCH] = -1.0
        return np.asarray(slope / np.radians(HOOK_SPREAD_DEG))

    def _limits(self) -> FloatArray:
        """Angles stay inside their range."""
        slope = np.zeros((len(self._beyond), STATE_SIZE))
        slope[np.arange(len(self._beyond)), self._beyond] = 1 / np.radians(WALL_DEG)
        return slope
