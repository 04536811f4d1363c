"""How typists hold their hands: the usual joint angles, how far they stray, and their limits."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.hand_source import FINGERS
from cameratokeyboard.synthetic.hand_state import FINGER_DOFS, FLEX_1, FLEX_2, HAND_DOFS, STATE_SIZE

#: Typing posture in degrees: deviation, twist and three flexions, thumb to pinky. The fingers are
#: curved, the thumb is nearly straight and turned so that the side of its pad touches [assumed, by
#: eye from photos of typists].
NEUTRAL_DEG = np.array(
    [
        [-15.0, 32.0, 8.0, 14.0, 18.0],
        [0.0, 0.0, 32.0, 34.0, 12.0],
        [0.0, 0.0, 34.0, 40.0, 14.0],
        [0.0, 0.0, 34.0, 40.0, 14.0],
        [0.0, 0.0, 32.0, 33.0, 12.0],
    ]
)
#: The same with a raised wrist: knuckles high, fingers hanging down from them like the legs of a
#: spider, hardly bent further [assumed, by eye from photos of people who type on paper].
RAISED_DEG = np.array(
    [
        [-12.0, 30.0, 14.0, 18.0, 22.0],
        [0.0, 0.0, 48.0, 26.0, 7.0],
        [0.0, 0.0, 50.0, 30.0, 8.0],
        [0.0, 0.0, 50.0, 30.0, 8.0],
        [0.0, 0.0, 46.0, 26.0, 7.0],
    ]
)
#: The same with the palm on the table: flat fingers that show their nails upwards.
FLAT_DEG = np.array(
    [
        [-15.0, 32.0, 6.0, 10.0, 12.0],
        [0.0, 0.0, 20.0, 24.0, 7.0],
        [0.0, 0.0, 22.0, 28.0, 8.0],
        [0.0, 0.0, 22.0, 28.0, 8.0],
        [0.0, 0.0, 20.0, 23.0, 7.0],
    ]
)
#: Wrist heights of the flat, the usual and the raised posture; between them they blend.
WRIST_MM = (8.0, 24.0, 75.0)
#: How far, in degrees, each angle may lie from the posture before it counts as odd [assumed].
SPREAD_DEG = np.array([[13.0, 8.0, 12.0, 10.0, 12.0]] + [[6.0, 1.5, 14.0, 14.0, 9.0]] * 4)
#: Joint limits in degrees. Flexion from the ranges of motion in goniometry handbooks (AAOS: MCP
#: 90, PIP 100, DIP 90, thumb MCP 50 and IP 80), extension and deviation somewhat below them.
LOW_DEG = np.array([[-45.0, -10.0, -30.0, -10.0, -15.0]] + [[-18.0, -6.0, -30.0, 0.0, -10.0]] * 4)
HIGH_DEG = np.array([[35.0, 50.0, 40.0, 50.0, 75.0]] + [[18.0, 6.0, 90.0, 100.0, 80.0]] * 4)
#: Flexion of the DIP per flexion of the PIP: one tendon bends both.
DIP_PER_PIP = 0.35
#: Pitch (fingers up) and roll (thumb up) of the hand in degrees in the three postures, and their
#: spread [assumed].
PITCH_DEG, PITCH_SPREAD_DEG = (14.0, 16.0, 2.0), 7.0
ROLL_DEG, ROLL_SPREAD_DEG = (6.0, 7.0, 10.0), 6.0
#: How closely yaw and wrist follow what the typist says: pads come first.
YAW_SPREAD_DEG = 4.5
WRIST_SPREAD_MM = (7.0, 11.0, 6.0)

_free = np.full(HAND_DOFS, np.inf)
#: (STATE_SIZE,) limits of a state; the hand's own six are free.
LOW = np.concatenate([-_free, np.radians(LOW_DEG).ravel()])
HIGH = np.concatenate([_free, np.radians(HIGH_DEG).ravel()])


def usual(wrist_z_mm: float) -> FloatArray:
    """(STATE_SIZE,) usual angles for a wrist at this height; wrist and yaw, which the typist says,
    are zero."""
    postures = zip(PITCH_DEG, ROLL_DEG, (FLAT_DEG, NEUTRAL_DEG, RAISED_DEG), strict=True)
    angles = np.array([[pitch, roll, *fingers.ravel()] for pitch, roll, fingers in postures])
    blended = [np.interp(wrist_z_mm, WRIST_MM, column) for column in angles.T]
    return np.concatenate([np.zeros(4), np.radians(blended)])


#: (STATE_SIZE,) every angle's spread.
SPREAD = np.concatenate(
    [
        WRIST_SPREAD_MM,
        np.radians([YAW_SPREAD_DEG, PITCH_SPREAD_DEG, ROLL_SPREAD_DEG]),
        np.radians(SPREAD_DEG).ravel(),
    ]
)


def _posture_matrix() -> FloatArray:
    """(STATE_SIZE, STATE_SIZE) that turns an offset from the posture into how odd it looks."""
    matrix = np.diag(1 / SPREAD)
    for finger in range(1, FINGERS):
        dip = HAND_DOFS + finger * FINGER_DOFS + FLEX_2
        pip = HAND_DOFS + finger * FINGER_DOFS + FLEX_1
        matrix[dip, pip] = -DIP_PER_PIP / SPREAD[dip]
    return matrix


#: Rows: each state's offset over its spread; a DIP's row measures it against its PIP.
POSTURE = _posture_matrix()
assert POSTURE.shape == (STATE_SIZE, STATE_SIZE)
