"""How one person holds the hands otherwise than typists at large do."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.hand_source import FINGERS
from cameratokeyboard.synthetic.hand_state import FINGER_DOFS, HAND_DOFS, PITCH, STATE_SIZE, TWIST

#: Numbers of a habit: pitch and roll of the hand, and every finger's angles.
HABIT_SIZE = STATE_SIZE - PITCH
#: How far people's habits lie from the usual, standard deviations in degrees: pitch and roll of the
#: hand; per angle what index to pinky have in common, and what each finger has of its own, thumb to
#: pinky. The twist is that of the whole finger [assumed, wider than life].
_HAND_DEG = np.array([5.0, 5.0])
_COMMON_DEG = np.array([0.0, 0.0, 5.0, 7.0, 4.0])
_FINGER_DEG = np.array(
    [
        [8.0, 12.0, 7.0, 8.0, 10.0],
        [2.0, 7.0, 4.0, 5.0, 5.0],
        [2.0, 6.0, 4.0, 5.0, 5.0],
        [2.0, 9.0, 4.0, 5.0, 5.0],
        [3.0, 13.0, 5.0, 6.0, 5.0],
    ]
)
#: Nobody differs by more standard deviations than this.
_MOST = 2.2
#: What a habit may be at most, degrees either way.
MOST_DEG = 45.0


def random_habit(rng: np.random.Generator) -> tuple[float, ...]:
    """(HABIT_SIZE,) one person's ``HandShape.habit_deg``."""
    hand, common, own = (
        np.clip(rng.normal(size=spread.shape), -_MOST, _MOST) * spread
        for spread in (_HAND_DEG, _COMMON_DEG, _FINGER_DEG)
    )
    own[1:] += common
    return tuple(float(v) for v in (*hand, *own.ravel()))


def habit_state(habit_deg: tuple[float, ...] | None) -> tuple[FloatArray, FloatArray]:
    """(STATE_SIZE,) what a habit adds to a hand's state, and (5,) what it turns each finger by at
    its root; radians."""
    state = np.zeros(STATE_SIZE)
    if habit_deg is None:
        return state, np.zeros(FINGERS)
    state[PITCH:] = np.radians(habit_deg)
    twists = state[HAND_DOFS + TWIST :: FINGER_DOFS].copy()
    state[HAND_DOFS + TWIST :: FINGER_DOFS] = 0.0
    return state, twists
