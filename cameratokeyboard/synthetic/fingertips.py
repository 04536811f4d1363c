"""A light model of ten fingertips in space: capsules from pad, wrist and yaw, without a mesh.

It stands in for the posed hand mesh where no pixels are drawn. The last 15 mm of a finger are a
capsule of the fingertip's thickness, tilted as the finger is bent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, FloatArray
from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.posture import DIGIT_OF, HAND_OF

#: Length of a fingertip as labels box it, mm.
TIP_LENGTH_MM = 15.0
#: Knuckles (for the thumb its base) from the wrist, right hand pointing along +y, thumb to pinky,
#: mm for a hand of 185 x 84 mm; common proportions [assumed].
_KNUCKLES_MM = np.array([[-30.0, 42.0], [-26.0, 97.0], [-3.0, 99.0], [17.0, 94.0], [35.0, 86.0]])
_KNUCKLE_HEIGHT_MM = np.array([8.0, 22.0, 25.0, 22.0, 16.0])
#: Radius of the fingertip and length from the last joint to the finger's end, thumb to pinky, mm.
_RADIUS_MM = np.array([8.8, 7.4, 7.6, 7.1, 6.2])
_LAST_BONE_MM = np.array([29.0, 24.0, 25.5, 24.5, 21.0])
#: Length of knuckle to end, thumb to pinky, as a share of the hand's length [assumed].
_FINGER_SHARE = np.array([0.40, 0.42, 0.465, 0.435, 0.345])

#: Downward tilt of the last segment: (at no stretch, less at full stretch), degrees, thumb to
#: pinky; straight lines through the tilts of posed hand meshes over performances of several styles.
_TILT_DEG = np.array([[85.0, 64.0], [92.0, 83.0], [98.0, 49.0], [93.0, 36.0], [73.0, 64.0]])


@dataclass(frozen=True, eq=False)
class Fingertips:
    """Ten fingertips at N moments, mm.

    contact: (N, 10, 3) the pad's lowest point. tip: (N, 10, 3) the finger's far end. joint:
    (N, 10, 3) the joint nearest to it. front, back: (N, 10, 3) middle of the capsule's ends that
    cover the last 15 mm. upper: (N, 10, 3) a point of the finger well above, for what it hides.
    radius: (10,).
    """

    contact: FloatArray
    tip: FloatArray
    joint: FloatArray
    front: FloatArray
    back: FloatArray
    upper: FloatArray
    radius: FloatArray


def fingertips_at(
    pads_mm: FloatArray, wrists_mm: FloatArray, yaw_deg: FloatArray, hand: HandShape
) -> Fingertips:
    """Model the fingertips for pads (N, 10, 3), wrists (N, 2, 3) and yaw (N, 2)."""
    length, breadth = hand.length_mm / 185.0, hand.breadth_mm / 84.0
    scale = np.array(hand.finger_scale)[DIGIT_OF]
    radius = (_RADIUS_MM * breadth * hand.girth)[DIGIT_OF]
    last = (_LAST_BONE_MM * length)[DIGIT_OF] * scale
    knuckle = _knuckles(wrists_mm, yaw_deg, length, breadth)
    way = pads_mm[..., :2] - knuckle[..., :2]
    flat = np.hypot(way[..., 0], way[..., 1])
    forward = way / np.maximum(flat, 1e-6)[..., None]
    # A stretched finger lies flat, a bent one stands.
    full = (_FINGER_SHARE * hand.length_mm)[DIGIT_OF] * scale
    stretch = np.clip(flat / full, 0.25, 1.0)
    flat_deg, steep_deg = _TILT_DEG[DIGIT_OF].T
    tilt = np.radians(np.clip(flat_deg - steep_deg * stretch, 5.0, 112.0))
    axis = np.empty_like(pads_mm)
    axis[..., :2] = forward * np.cos(tilt)[..., None]
    axis[..., 2] = -np.sin(tilt)
    front = pads_mm + np.array([0.0, 0.0, 1.0]) * radius[:, None]
    tip = front + axis * radius[:, None]
    joint = tip - axis * last[:, None]
    back = tip - axis * np.maximum(TIP_LENGTH_MM, radius)[:, None]
    upper = joint + 0.55 * (knuckle - joint)
    upper[..., 2] += 6.0
    return Fingertips(pads_mm, tip, joint, front, back, upper, radius)


def _knuckles(
    wrists_mm: FloatArray, yaw_deg: FloatArray, length: float, breadth: float
) -> FloatArray:
    """(N, 10, 3) where each finger leaves the palm."""
    yaw = np.radians(yaw_deg)[:, HAND_OF]
    side = np.where(HAND_OF == 0, -1.0, 1.0)
    across = _KNUCKLES_MM[DIGIT_OF, 0] * breadth * side
    along = _KNUCKLES_MM[DIGIT_OF, 1] * length
    knuckle = wrists_mm[:, HAND_OF].copy()
    knuckle[..., 0] += across * np.cos(yaw) - along * np.sin(yaw)
    knuckle[..., 1] += across * np.sin(yaw) + along * np.cos(yaw)
    knuckle[..., 2] += _KNUCKLE_HEIGHT_MM[DIGIT_OF] * length
    assert knuckle.shape[1] == FINGER_COUNT
    return np.asarray(knuckle)
