"""Forward kinematics of a right hand: joint angles to joints, segment axes and derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray
from cameratokeyboard.synthetic.hand_rig import HandRig
from cameratokeyboard.synthetic.hand_source import (
    BONE_COUNT,
    FINGERS,
    FOREARM,
    HAND,
    cross,
    rotation,
    unit,
)
from cameratokeyboard.synthetic.hand_state import (
    DEVIATION,
    FINGER_DOFS,
    FLEX_0,
    FLEX_1,
    FLEX_2,
    HAND_DOFS,
    STATE_SIZE,
    TWIST,
)

#: First segment (0..2) that each of a finger's angles moves.
DOF_SEGMENT = np.array([0, 0, 0, 1, 2])
_X, _Y, _Z = np.eye(3)


@dataclass(frozen=True, eq=False)
class Stance:
    """Where a state puts the joints; frame of reference of the state's wrist, mm.

    wrist: (3,). hand: (3, 3) axes of the hand as columns. joints: (5, 3, 3) start of each segment.
    segments: (5, 3, 3, 3) axes of each segment. ends: (5, 3) end of each finger's last bone.
    hand_axes: (3, 3) rows: turning axes of yaw, pitch, roll. axes, pivots: (5, 5, 3) turning axis
    and centre of each finger angle.
    """

    wrist: FloatArray
    hand: FloatArray
    joints: FloatArray
    segments: FloatArray
    ends: FloatArray
    hand_axes: FloatArray
    axes: FloatArray
    pivots: FloatArray


def stance(rig: HandRig, state: FloatArray) -> Stance:
    """Joints and axes of a state (STATE_SIZE,)."""
    wrist = state[:3]
    turn = rotation(2, state[3])
    tilted = turn @ rotation(0, state[4])
    hand = tilted @ rotation(1, state[5])
    angles = state[HAND_DOFS:].reshape(FINGERS, FINGER_DOFS)
    base = hand @ rig.bases
    deviated = base @ rotation(2, angles[:, DEVIATION])
    bent = deviated @ rotation(0, -angles[:, FLEX_0])
    first = bent @ rotation(1, angles[:, TWIST])
    second = first @ rotation(0, -angles[:, FLEX_1])
    third = second @ rotation(0, -angles[:, FLEX_2])

    lengths = rig.lengths[:, :, None]
    joint0 = wrist + rig.heads[2::3] @ hand.T
    joint1 = joint0 + first[:, :, 1] * lengths[:, 0]
    joint2 = joint1 + second[:, :, 1] * lengths[:, 1]
    ends = joint2 + third[:, :, 1] * lengths[:, 2]
    axes = np.stack(
        [base[:, :, 2], bent[:, :, 1], -deviated[:, :, 0], -first[:, :, 0], -second[:, :, 0]],
        axis=1,
    )
    return Stance(
        wrist=wrist,
        hand=hand,
        joints=np.stack([joint0, joint1, joint2], axis=1),
        segments=np.stack([first, second, third], axis=1),
        ends=ends,
        hand_axes=np.stack([_Z, turn[:, 0], tilted[:, 1]]),
        axes=axes,
        pivots=np.stack([joint0, joint0, joint0, joint1, joint2], axis=1),
    )


def point_derivatives(
    now: Stance, finger: IntArray, segment: IntArray, points: FloatArray
) -> FloatArray:
    """(N, 3, STATE_SIZE) how points fixed on segments move with the state.

    finger, segment: (N,) the segment each point belongs to. points: (N, 3).
    """
    count = len(points)
    out = np.zeros((count, STATE_SIZE, 3))
    out[:, :3] = np.eye(3)
    out[:, 3:6] = cross(now.hand_axes, (points - now.wrist)[:, None])
    turned = cross(now.axes[finger], points[:, None] - now.pivots[finger])
    turned *= (segment[:, None] >= DOF_SEGMENT)[:, :, None]
    columns = HAND_DOFS + finger[:, None] * FINGER_DOFS + np.arange(FINGER_DOFS)
    out[np.arange(count)[:, None], columns] = turned
    return out.swapaxes(1, 2)


def bone_frames(rig: HandRig, now: Stance, elbow_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Axes (17, 3, 3) and starts (17, 3) of all bones; the forearm points at ``elbow_mm`` (3,).

    The forearm starts at the wrist here: it turns about it and keeps its length.
    """
    frames = np.zeros((BONE_COUNT, 3, 3))
    starts = np.zeros((BONE_COUNT, 3))
    along = unit(now.wrist - elbow_mm)
    across = unit(cross(along, now.hand[:, 2]))
    frames[FOREARM] = np.stack([across, along, cross(across, along)], axis=1)
    frames[HAND] = now.hand
    starts[FOREARM] = starts[HAND] = now.wrist
    frames[2:] = now.segments.reshape(-1, 3, 3)
    starts[2:] = now.joints.reshape(-1, 3)
    return frames, starts
