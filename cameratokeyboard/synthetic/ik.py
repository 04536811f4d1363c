"""Inverse kinematics: the hand that touches given points and otherwise holds itself as in typing.

One damped least-squares problem over the whole hand: pads on their targets (tight), wrist and yaw
near what the typist says, joint angles near a typing posture, soft walls at the joint limits, at
the paper and between fingers. It always starts from the same posture, so that a picture depends
on its own moment only and a smooth motion gives smooth angles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.hand_rig import HandRig
from cameratokeyboard.synthetic.hand_source import FINGERS
from cameratokeyboard.synthetic.skeleton import (
    FINGER_DOFS,
    FLEX_1,
    FLEX_2,
    HAND_DOFS,
    STATE_SIZE,
    Stance,
    point_derivatives,
    stance,
)

#: Typing posture in degrees: deviation, twist and three flexions, thumb to pinky. The wrist is
#: slightly extended, the fingers are curved, the thumb is nearly straight [assumed, by eye from
#: photos of typists].
NEUTRAL_DEG = np.array(
    [
        [0.0, 0.0, 0.0, 8.0, 12.0],
        [0.0, 0.0, 28.0, 42.0, 25.0],
        [0.0, 0.0, 32.0, 46.0, 27.0],
        [0.0, 0.0, 32.0, 46.0, 27.0],
        [0.0, 0.0, 28.0, 40.0, 24.0],
    ]
)
#: How far, in degrees, each angle may lie from the posture before it counts as odd [assumed].
SPREAD_DEG = np.array(
    [[12.0, 6.0, 12.0, 10.0, 12.0]] + [[6.0, 1.5, 14.0, 14.0, 8.0]] * 4
)
#: Joint limits in degrees. Flexion from the ranges of motion in goniometry handbooks (AAOS: MCP
#: 90, PIP 100, DIP 90, thumb MCP 50 and IP 80), extension and deviation somewhat below them.
LOW_DEG = np.array(
    [[-30.0, -25.0, -30.0, -10.0, -15.0]]
    + [[-18.0, -6.0, -30.0, 0.0, -5.0]] * 4
)
HIGH_DEG = np.array(
    [[35.0, 25.0, 40.0, 50.0, 75.0]] + [[18.0, 6.0, 90.0, 100.0, 80.0]] * 4
)
#: Flexion of the DIP per flexion of the PIP: one tendon bends both.
DIP_PER_PIP = 0.6
#: Pitch (fingers up) and roll (thumb up) of the hand in degrees, and their spread [assumed].
PITCH_DEG, PITCH_SPREAD_DEG = 16.0, 7.0
ROLL_DEG, ROLL_SPREAD_DEG = 7.0, 6.0
YAW_SPREAD_DEG = 3.0
WRIST_SPREAD_MM = np.array([5.0, 6.0, 5.0])
#: Spread of the pads about their targets, loosest first: a tight start would overshoot.
PAD_SPREADS_MM = (3.0, 1.5, 0.8, 0.4, 0.3, 0.2, 0.15, 0.15, 0.1, 0.1)
#: Softness of "the lowest point" of a pad: it makes the contact glide instead of jump from vertex
#: to vertex, and sinks it by about this much, as flesh flattens.
CONTACT_SOFTNESS_MM = 0.5
WALL_MM = 0.6
WALL_DEG = 1.0
MAX_STEP = np.concatenate(
    [[40.0, 40.0, 30.0], np.full(STATE_SIZE - 3, np.radians(35.0))]
)


@dataclass(frozen=True, eq=False)
class Reach:
    """A solved hand: state (STATE_SIZE,), stance, contacts (5, 3) mm, residual (5,) mm."""

    state: FloatArray
    stance: Stance
    contacts: FloatArray
    residual_mm: FloatArray


def contact_points(rig: HandRig, now: Stance) -> FloatArray:
    """(5, 3) mm: the lowest point of each pad, softly, so that it moves without jumps."""
    world = rig.pads @ now.segments[:, 2].swapaxes(1, 2) + now.joints[:, 2, None]
    height = world[:, :, 2]
    weight = np.exp(-(height - height.min(axis=1, keepdims=True)) / CONTACT_SOFTNESS_MM)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("fp,fpi->fi", weight, world))


def _closest(
    a0: FloatArray, a1: FloatArray, b0: FloatArray, b1: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Closest points (N, 3) of segments a0-a1 and b0-b1, each (N, 3)."""
    u, v, w = a1 - a0, b1 - b0, a0 - b0
    uu, vv, uv = (u * u).sum(1), (v * v).sum(1), (u * v).sum(1)
    uw, vw = (u * w).sum(1), (v * w).sum(1)
    s = np.clip((uv * vw - vv * uw) / np.maximum(uu * vv - uv * uv, 1e-6 * uu * vv), 0, 1)
    t = np.clip((uv * s + vw) / vv, 0, 1)
    s = np.clip((uv * t - uw) / uu, 0, 1)
    return a0 + s[:, None] * u, b0 + t[:, None] * v


_PAIRS = np.array(
    [
        (finger, a, finger + 1, b)
        for finger in range(FINGERS - 1)
        for a, b in ((1, 1), (2, 2), (1, 2), (2, 1))
    ]
)
_NODE_FINGER = np.repeat(np.arange(FINGERS), 2)
_NODE_SEGMENT = np.tile([1, 2], FINGERS)


class _Problem:
    """Residuals and derivatives of one reach."""

    def __init__(
        self, rig: HandRig, pads_mm: FloatArray, wrist_mm: FloatArray, yaw_deg: float
    ) -> None:
        self.rig = rig
        self.pads = pads_mm
        spread = np.concatenate(
            [
                WRIST_SPREAD_MM,
                np.radians([YAW_SPREAD_DEG, PITCH_SPREAD_DEG, ROLL_SPREAD_DEG]),
                np.radians(SPREAD_DEG).ravel(),
            ]
        )
        self.centre = np.concatenate(
            [
                wrist_mm,
                np.radians([yaw_deg, PITCH_DEG, ROLL_DEG]),
                np.radians(NEUTRAL_DEG).ravel(),
            ]
        )
        self.prior = np.diag(1 / spread)
        for finger in range(1, FINGERS):
            dip = HAND_DOFS + finger * FINGER_DOFS + FLEX_2
            pip = HAND_DOFS + finger * FINGER_DOFS + FLEX_1
            self.prior[dip, pip] = -DIP_PER_PIP / spread[dip]
        free = np.full(HAND_DOFS, np.inf)
        self.low = np.concatenate([-free, np.radians(LOW_DEG).ravel()])
        self.high = np.concatenate([free, np.radians(HIGH_DEG).ravel()])

    def _paper(self, now: Stance) -> tuple[FloatArray, FloatArray]:
        """Joints of the fingers must stay their own radius above the paper."""
        points = now.joints[_NODE_FINGER, _NODE_SEGMENT]
        lack = self.rig.radii[_NODE_FINGER, _NODE_SEGMENT] - points[:, 2]
        gain = np.where(lack > 0, 1 / WALL_MM, 0.0)
        slope = -point_derivatives(now, _NODE_FINGER, _NODE_SEGMENT, points)[:, 2]
        return lack * gain, slope * gain[:, None]

    def _neighbours(self, now: Stance) -> tuple[FloatArray, FloatArray]:
        """Neighbouring fingers must stay the sum of their radii apart."""
        fa, sa, fb, sb = _PAIRS.T
        nodes = np.concatenate([now.joints, now.ends[:, None]], axis=1)
        a, b = _closest(nodes[fa, sa], nodes[fa, sa + 1], nodes[fb, sb], nodes[fb, sb + 1])
        gap = b - a
        distance = np.maximum(np.linalg.norm(gap, axis=1), 1e-6)
        radii = self.rig.radii
        lack = 0.9 * (radii[fa, sa] + radii[fb, sb]) - distance
        gain = np.where(lack > 0, 1 / WALL_MM, 0.0)
        apart = point_derivatives(now, fb, sb, b) - point_derivatives(now, fa, sa, a)
        slope = -np.einsum("ni,nij->nj", gap / distance[:, None], apart)
        return lack * gain, slope * gain[:, None]

    def _limits(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Angles must stay inside their range."""
        beyond = np.minimum(state - self.low, 0) + np.maximum(state - self.high, 0)
        gain = np.where(beyond != 0, 1 / np.radians(WALL_DEG), 0.0)
        return beyond * gain, np.diag(gain)

    def step(self, state: FloatArray, pad_mm: float) -> FloatArray:
        """One Gauss-Newton step from ``state``."""
        now = stance(self.rig, state)
        contacts = contact_points(self.rig, now)
        fingers = np.arange(FINGERS)
        moved = point_derivatives(now, fingers, np.full(FINGERS, 2), contacts)
        parts = [
            ((contacts - self.pads).ravel() / pad_mm, moved.reshape(-1, STATE_SIZE) / pad_mm),
            (self.prior @ (state - self.centre) + self._coupling(), self.prior),
            self._paper(now),
            self._neighbours(now),
            self._limits(state),
        ]
        residual = np.concatenate([part[0] for part in parts])
        slope = np.concatenate([part[1] for part in parts])
        change = np.linalg.solve(slope.T @ slope, -slope.T @ residual)
        return state + np.clip(change, -MAX_STEP, MAX_STEP)

    def _coupling(self) -> FloatArray:
        """What makes the coupled rows of the prior vanish at DIP = DIP_PER_PIP * PIP."""
        shift = np.zeros(STATE_SIZE)
        for finger in range(1, FINGERS):
            row = HAND_DOFS + finger * FINGER_DOFS + FLEX_2
            shift[row] = (self.prior @ self.centre)[row]
        return shift


def reach(
    rig: HandRig, pads_mm: FloatArray, wrist_mm: FloatArray, yaw_deg: float
) -> Reach:
    """Solve for a right hand.

    pads_mm: (5, 3) mm, thumb to pinky, where each pad's contact point shall be. wrist_mm: (3,) mm
    and yaw_deg are wishes that give way when the pads ask for it.
    """
    problem = _Problem(rig, pads_mm, wrist_mm, yaw_deg)
    state = problem.centre.copy()
    for pad_mm in PAD_SPREADS_MM:
        state = problem.step(state, pad_mm)
    state = np.clip(state, problem.low, problem.high)
    now = stance(rig, state)
    contacts = contact_points(rig, now)
    return Reach(state, now, contacts, np.linalg.norm(contacts - pads_mm, axis=1))
