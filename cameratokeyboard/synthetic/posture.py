"""Where hands rest over a layout, how far each finger reaches, and when the whole hand must move.

Hands are numbered 0 left and 1 right; fingers as in FINGER_NAMES.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, FloatArray
from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.fingering import Fingering
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.style import Style

#: Fingers of each hand from thumb to pinky, as HandShape.finger_scale orders them.
HAND_FINGERS = ((4, 3, 2, 1, 0), (5, 6, 7, 8, 9))
HAND_OF = np.array([0] * 5 + [1] * 5)
#: Digit of each finger: 0 thumb .. 4 pinky.
DIGIT_OF = np.array([4, 3, 2, 1, 0, 0, 1, 2, 3, 4])
#: Share of the hand's length in the palm and in the finger up to its end, thumb to pinky: common
#: proportions of adult hands [assumed].
_PALM_SHARE = np.array([0.30, 0.53, 0.535, 0.51, 0.475])
_FINGER_SHARE = np.array([0.37, 0.42, 0.465, 0.435, 0.345])
#: The pad touches about this far before the finger's end [assumed].
_PAD_BACK_MM = 5.0
#: Pads relative to the middle finger's, right hand, for a hand of 84 mm breadth [assumed].
_NATURAL_MM = np.array([[-40.0, -42.0], [-19.0, -4.0], [0.0, 0.0], [18.0, -5.0], [36.0, -20.0]])
#: How far a finger goes by itself, inward, outward, away, back: thumb to pinky, mm [assumed].
_OWN_REACH_MM = np.array(
    [[18, 16, 16, 12], [18, 9, 22, 20], [8, 8, 22, 22], [8, 9, 20, 20], [9, 14, 17, 16]], float
)
#: Pad-to-wrist distance at rest as a share of the reach, against the person's curl, thumb to pinky.
_REST_FRACTION = np.array([0.12, 0.02, 0.0, 0.01, 0.03])


def reaches_mm(hand: HandShape) -> FloatArray:
    """(5,) longest distance from the wrist joint to the pad, thumb to pinky."""
    scale = np.array(hand.finger_scale)
    return np.asarray(hand.length_mm * (_PALM_SHARE + _FINGER_SHARE * scale) - _PAD_BACK_MM)


@dataclass(frozen=True, eq=False)
class Posture:
    """The resting posture of both hands.

    rest_mm: (10, 2) pads at rest. hover_mm: (10,) height of the pads between strikes.
    wrist_mm: (2, 3) wrist joints at rest. reach_mm: (10,) longest pad-to-wrist distance.
    share: part of a reach that the hand makes. width_mm: (10,) width of each fingertip.
    """

    rest_mm: FloatArray
    hover_mm: FloatArray
    wrist_mm: FloatArray
    reach_mm: FloatArray
    share: float
    width_mm: FloatArray

    def hand_shift(
        self, finger: int, xy: FloatArray | tuple[float, float], share: float | None = None
    ) -> FloatArray:
        """(2,) mm that the whole hand moves from rest so that ``finger`` can strike at ``xy``."""
        distance = np.asarray(xy, float) - self.rest_mm[finger]
        own = distance * (1 - (self.share if share is None else share))
        inward, outward, away, back = _OWN_REACH_MM[DIGIT_OF[finger]]
        left, right = (outward, inward) if HAND_OF[finger] == 0 else (inward, outward)
        own[0] = min(max(own[0], -left), right)
        own[1] = min(max(own[1], -back), away)
        return np.asarray(distance - own)


def posture_of(fingering: Fingering, person: Person, style: Style) -> Posture:
    """The resting posture of a person at a layout."""
    size = person.hand.breadth_mm / 84.0
    rest = np.zeros((FINGER_COUNT, 2))
    reach = np.tile(reaches_mm(person.hand), 2)
    for hand, fingers in enumerate(HAND_FINGERS):
        natural = _NATURAL_MM * size * np.array([1 if hand else -1, 1.0])
        rest[list(fingers)] = _rest_pads(fingering, style, fingers, natural)
        reach[5 * hand : 5 * hand + 5] = reaches_mm(person.hand)[DIGIT_OF[5 * hand : 5 * hand + 5]]
    gap = 36.0 * size - (rest[6, 0] - rest[3, 0])
    if gap > 0:
        rest[:5, 0] -= gap / 2
        rest[5:, 0] += gap / 2
    thumb_gap = 24.0 * size - (rest[5, 0] - rest[4, 0])
    if thumb_gap > 0:
        rest[4, 0] -= thumb_gap / 2
        rest[5, 0] += thumb_gap / 2
    wrists = np.array([_wrist(rest, reach, person, hand) for hand in (0, 1)])
    # Fingers stand a little apart in height; the striking ones of a few-finger style stay low.
    hover = person.hover_mm * np.array([1.15, 1.0, 1.05, 0.95, 0.8, 0.8, 0.95, 1.05, 1.0, 1.15])
    for finger in range(FINGER_COUNT):
        if not style.touch and finger not in style.fingers and DIGIT_OF[finger] != 0:
            hover[finger] += 0.6 * style.curl_mm
    digit_width = np.array([19.0, 16.0, 16.0, 15.0, 13.0])[DIGIT_OF]
    width = digit_width * size * person.hand.girth
    share = max(person.hand_share, style.hand_share)
    return Posture(rest, hover, wrists, reach, share, width)


def _rest_pads(
    fingering: Fingering, style: Style, fingers: tuple[int, ...], natural: FloatArray
) -> FloatArray:
    """(5, 2) thumb to pinky: on the home keys for touch, else spread round the index finger."""
    home = fingering.home_mm[list(fingers)]
    anchored = home[2] + natural if style.touch else home[1] + natural - natural[1]
    if style.touch:
        # People rest near their home keys but not on them: the natural spread of the hand pulls.
        pull = np.array([0.35, 0.15, 0.15, 0.15, 0.3])[:, None]
        return np.asarray(home + pull * (anchored - home))
    drawn_in = np.zeros((5, 2))
    for digit, finger in enumerate(fingers):
        if digit and finger not in style.fingers:
            drawn_in[digit, 1] = -style.curl_mm
    if not style.thumbs:
        drawn_in[0, 1] = 0.3 * style.curl_mm
    return np.asarray(anchored + drawn_in)


def _wrist(rest: FloatArray, reach: FloatArray, person: Person, hand: int) -> FloatArray:
    """(3,) wrist that gives every finger a natural bend, by Gauss-Newton on the bend errors."""
    fingers = np.array(HAND_FINGERS[hand])
    wanted = (person.curl + _REST_FRACTION) * reach[fingers]
    pads, height = rest[fingers], person.wrist_mm
    # Hands point inward: the left one to the right, the right one to the left.
    yaw = np.radians(person.yaw_deg) * (-1 if hand == 0 else 1)
    axis = np.array([-np.sin(yaw), np.cos(yaw)])
    prior = rest[fingers[2]] - axis * np.sqrt(wanted[2] ** 2 - height**2)
    wrist = prior.copy()
    # The forearm's direction is a habit too: a soft pull towards it.
    pull = np.array([0.8, 0.3])
    for _ in range(12):
        offset = wrist - pads
        distance = np.sqrt((offset**2).sum(axis=1) + height**2)
        error = distance - wanted
        jacobian = offset / distance[:, None]
        normal = jacobian.T @ jacobian + np.diag(pull)
        step = np.linalg.solve(normal, jacobian.T @ error + pull * (wrist - prior))
        wrist = wrist - step
    return np.array([wrist[0], wrist[1], height])
