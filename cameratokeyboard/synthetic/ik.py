"""Inverse kinematics: the hand that touches given points and otherwise holds itself as in typing.

One least-squares problem over the whole hand: pads on their targets (tight), wrist and yaw near
what the typist says, joint angles near a typing posture, and walls (see ``hand_walls``), solved
by Levenberg and Marquardt's method. It always starts from the same posture, so that a picture
depends on its own moment only and a smooth motion gives smooth angles; a habit that gives way
does so at once, which only stills show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.hand_posture import HIGH, LOW, POSTURE, SPREAD, usual
from cameratokeyboard.synthetic.hand_rig import HandRig
from cameratokeyboard.synthetic.hand_source import FINGERS
from cameratokeyboard.synthetic.hand_state import FINGER_DOFS, HAND_DOFS, STATE_SIZE
from cameratokeyboard.synthetic.hand_walls import Walls
from cameratokeyboard.synthetic.pad_fit import lowest_points
from cameratokeyboard.synthetic.skeleton import Stance, point_derivatives, stance

#: Spread of the pads about their targets and the most steps tried with it: first loose, for a
#: tight start would fold the fingers the wrong way.
STAGES = ((1.0, 4), (0.2, 12))
#: Shares of a habit that are tried in turn, until every pad is as near as this to its target.
_HABIT_SHARES, _REACHED_MM = (1.0, 0.5, 0.0), 0.8
#: Damping to start with and at least, its change after a good and a bad step, and the gain, as a
#: share of the cost, under which a stage ends. Tuned for few steps on simulated typing.
_DAMPING, _LEAST, _BETTER, _WORSE, _ENOUGH = 1.0, 0.05, 0.3, 8.0, 1e-3


@dataclass(frozen=True, eq=False)
class Reach:
    """A solved hand: state (STATE_SIZE,), stance, contacts (5, 3) mm, residual (5,) mm."""

    state: FloatArray
    stance: Stance
    contacts: FloatArray
    residual_mm: FloatArray


def contact_derivatives(now: Stance, contacts: FloatArray, rolling: FloatArray) -> FloatArray:
    """(5, 3, STATE_SIZE): how the pads' lowest points move, with their rolling along the pads.

    contacts, rolling: from ``lowest_points``.
    """
    fingers = np.arange(FINGERS)
    moved = point_derivatives(now, fingers, np.full(FINGERS, 2), contacts)
    axes = np.concatenate([np.broadcast_to(now.hand_axes, (FINGERS, 3, 3)), now.axes], axis=1)
    tilt = np.stack([-axes[:, :, 1], axes[:, :, 0]], axis=-1)
    roll = rolling[:, :, :2] @ tilt.swapaxes(1, 2)
    moved[:, :, 3:HAND_DOFS] -= roll[:, :, :3]
    for finger in range(FINGERS):
        start = HAND_DOFS + finger * FINGER_DOFS
        moved[finger, :, start : start + FINGER_DOFS] -= roll[finger, :, 3:]
    return moved


class _Moment:
    """The problem's residuals at one state."""

    def __init__(
        self, rig: HandRig, state: FloatArray, pads: FloatArray, centre: FloatArray, pad_mm: float
    ) -> None:
        self.state = state
        self.pad_mm = pad_mm
        self.stance = stance(rig, state)
        self.contacts, self.rolling = lowest_points(
            rig.pads, self.stance.segments[:, 2], self.stance.joints[:, 2]
        )
        self.walls = Walls(rig, self.stance, state)
        self.residual = np.concatenate(
            [
                (self.contacts - pads).ravel() / pad_mm,
                POSTURE @ (state - centre),
                self.walls.rows,
            ]
        )
        self.cost = float(self.residual @ self.residual)

    def normal(self) -> tuple[FloatArray, FloatArray]:
        """Matrix (STATE_SIZE, STATE_SIZE) and right-hand side of the normal equations."""
        moved = contact_derivatives(self.stance, self.contacts, self.rolling)
        slope = np.concatenate(
            [moved.reshape(-1, STATE_SIZE) / self.pad_mm, POSTURE, self.walls.slopes()]
        )
        return slope.T @ slope, slope.T @ self.residual


def reach(rig: HandRig, pads_mm: FloatArray, wrist_mm: FloatArray, yaw_deg: float) -> Reach:
    """Solve for a right hand.

    pads_mm: (5, 3) mm, thumb to pinky, where each pad's contact point shall be. wrist_mm: (3,) mm
    and yaw_deg are wishes that give way when the pads ask for it, and so do the person's habits
    where they keep a pad from its place. What cannot be reached is approached as near as the walls
    and the posture allow; ``residual_mm`` says how near.
    """
    centre = usual(float(wrist_mm[2]))
    centre[:3], centre[3] = wrist_mm, np.radians(yaw_deg)
    tries = []
    for share in _HABIT_SHARES if rig.habit.any() else (0.0,):
        tries.append(_solved(rig, pads_mm, centre + share * rig.habit))
        if tries[-1].residual_mm.max() < _REACHED_MM:
            return tries[-1]
    return min(tries, key=lambda found: float(found.residual_mm.max()))


def _solved(rig: HandRig, pads_mm: FloatArray, centre: FloatArray) -> Reach:
    """The hand about a posture (STATE_SIZE,) whose pads lie on their targets."""
    state = _laid_over(rig, centre, pads_mm)
    for pad_mm, most in STAGES:
        state = _descend(rig, state, pads_mm, centre, pad_mm, most)
    state = np.clip(state, LOW, HIGH)
    now = stance(rig, state)
    contacts, _ = lowest_points(rig.pads, now.segments[:, 2], now.joints[:, 2])
    return Reach(state, now, contacts, np.linalg.norm(contacts - pads_mm, axis=1))


def _laid_over(rig: HandRig, state: FloatArray, pads: FloatArray) -> FloatArray:
    """The state with the whole hand moved so that its pads lie over their targets on average."""
    now = stance(rig, state)
    contacts, _ = lowest_points(rig.pads, now.segments[:, 2], now.joints[:, 2])
    moved = state.copy()
    moved[:3] += (pads - contacts).mean(axis=0)
    return moved


def _descend(
    rig: HandRig,
    state: FloatArray,
    pads: FloatArray,
    centre: FloatArray,
    pad_mm: float,
    most: int,
) -> FloatArray:
    """The state after at most ``most`` tried steps downhill."""
    here = _Moment(rig, state, pads, centre, pad_mm)
    matrix, side = here.normal()
    scale = np.diag(SPREAD**-2)
    damping = _DAMPING
    for _ in range(most):
        step = np.linalg.solve(matrix + damping * scale, -side)
        there = _Moment(rig, here.state + step, pads, centre, pad_mm)
        if there.cost >= here.cost:
            damping *= _WORSE
            continue
        gain = here.cost - there.cost
        here, damping = there, max(damping * _BETTER, _LEAST)
        if gain < _ENOUGH * here.cost:
            break
        matrix, side = here.normal()
    return here.state
