"""What the numbers of a hand's state are.

A state is one vector of STATE_SIZE numbers: wrist x, y, z in mm, then yaw, pitch and roll of the
hand in radians, then five angles a finger, thumb to pinky: deviation (positive to the thumb's
side), twist about the finger's first segment, and the flexion of its three joints (thumb: CMC,
MCP, IP; others: MCP, PIP, DIP).
"""

from __future__ import annotations

from cameratokeyboard.synthetic.hand_source import FINGERS

HAND_DOFS = 6
FINGER_DOFS = 5
STATE_SIZE = HAND_DOFS + FINGERS * FINGER_DOFS
#: Place of the hand's pitch in a state; its roll follows.
PITCH = 4
#: Places among a finger's angles.
DEVIATION, TWIST, FLEX_0, FLEX_1, FLEX_2 = range(FINGER_DOFS)
