"""The moment of a still: how both hands are held, with what typing alone hardly ever shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cameratokeyboard.datatypes import THUMB_SLOTS, FloatArray
from cameratokeyboard.synthetic.camera import FLAT_HANDS_MM, View
from cameratokeyboard.synthetic.datatypes import Performance, PosedHand

Rng = np.random.Generator

#: Slots of each hand's index finger, and of its pinky and ring finger.
_INDEX_SLOTS = (3, 6)
_OUTER_SLOTS = ((0, 1), (9, 8))
#: x direction from each hand to the other one.
_INWARDS = (1.0, -1.0)
#: Pads of the two hands stay this far on their own side of the line between the hands, mm: half a
#: broad thumb.
_OWN_SIDE_MM = 10.5
#: How far ahead the longer fingers may rest of where typing by touch has them, mm at most: pads
#: of a relaxed hand lie on an arc [assumed]. Slots as FINGER_NAMES.
_ARC_MM = np.array([-4.0, 4.0, 7.0, -2.0, 0.0, 0.0, -2.0, 7.0, 4.0, -4.0])
#: Who films from above or behind keeps the fingers flat, with wrists back by up to so much more.
_STRETCHED_MM = 30.0
#: Shares of pictures [assumed; more than life, for these are what a detector confuses].
_ARC_SHARE, _SHIFTED_SHARE, _JITTER_SHARE = 0.7, 0.4, 0.4
_TOGETHER_SHARE, _FLAT_SHARE, _RAISED_SHARE = 0.3, 0.14, 0.3
#: Thumbs of a picture: as typing has them, hanging, beside or under the index finger.
_THUMBS = ("typing", "hanging", "tucked")
_THUMB_SHARES = (0.3, 0.36, 0.34)


@dataclass(frozen=True, eq=False)
class Moment:
    """A moment of a performance with this picture's own changes to it.

    shift_mm: (2, 3) of each hand. jitter_mm: (10, 3) of each pad. wrist_mm: (2, 3) of each wrist.
    turn_deg: (2,) of each hand.
    """

    performance: Performance
    view: View
    t_s: float
    shift_mm: FloatArray
    jitter_mm: FloatArray
    wrist_mm: FloatArray
    turn_deg: FloatArray

    def pose(
        self,
        hands: tuple[Any, Any],
        sides: tuple[int, ...],
        later_s: float,
        ground: Callable[[FloatArray], FloatArray] | None = None,
    ) -> tuple[dict[int, PosedHand], FloatArray]:
        """The hands by side and the wrists (2, 3) a little later.

        hands: left and right. ground: height in mm of what lies under (N, 2) points, on which
        fingertips stand; None for a level table.
        """
        pads, wrists, yaw = self.performance.at(self.t_s + later_s)
        pads = pads + self.jitter_mm
        pads[:5] += self.shift_mm[0]
        pads[5:] += self.shift_mm[1]
        pads[:, 2] = np.maximum(pads[:, 2], 0.0)
        if ground is not None:
            pads[:, 2] += ground(pads[:, :2])
        wrists = self.view.wrists_seen_past(wrists) + self.shift_mm + self.wrist_mm
        yaw = yaw + self.turn_deg
        ordered = (pads[4::-1], pads[5:])
        posed = {s: hands[s].pose(ordered[s], wrists[s], float(yaw[s])) for s in sides}
        return posed, wrists


def typing_moment(rng: Rng, performance: Performance) -> Moment:
    """Draw a moment as it is, before a camera that faces the typist."""
    t_s = float(rng.uniform(0, performance.t_s[-1]))
    none = np.zeros((2, 3))
    return Moment(performance, View.FRONT, t_s, none, np.zeros((10, 3)), none, np.zeros(2))


def draw_moment(rng: Rng, performance: Performance, view: View) -> Moment:
    """Draw a moment and what this picture changes."""
    t_s = float(rng.uniform(0, performance.t_s[-1]))
    pads, wrists, _ = performance.at(t_s)
    shift, jitter, lowered = np.zeros((2, 3)), np.zeros((10, 3)), np.zeros((2, 3))
    turn = np.zeros(2)
    if rng.uniform() < _SHIFTED_SHARE:
        shift[:, :2] = rng.normal(0, 9, (2, 2))
        shift[:, 2] = np.abs(rng.normal(0, 7, 2))
        turn = rng.normal(0, 6, 2)
    if rng.uniform() < _JITTER_SHARE:
        jitter[:, :2] = rng.normal(0, 3.0, (10, 2))
        jitter[:, 2] = np.abs(rng.normal(0, 7, 10)) * (rng.uniform(size=10) < 0.4)
    if view is not View.FRONT:
        jitter[:, 1] += _ARC_MM * rng.uniform(1.0, 2.4)
        lowered[:, 1] = -rng.uniform(0, _STRETCHED_MM)
        # Thumbs stay with the palm, or they would hold it back.
        jitter[list(THUMB_SLOTS), 1] = lowered[:, 1] - 0.5 * FLAT_HANDS_MM
    elif rng.uniform() < _ARC_SHARE:
        jitter[:, 1] += _ARC_MM * rng.uniform(0, 1)
    if rng.uniform() < _FLAT_SHARE:
        _lay_flat(rng, wrists, jitter, lowered)
    elif rng.uniform() < _RAISED_SHARE:
        _raise_outer(rng, jitter)
    if rng.uniform() < _TOGETHER_SHARE:
        _bring_together(rng, pads + jitter, shift)
    thumbs = str(rng.choice(_THUMBS, p=_THUMB_SHARES))
    if thumbs == "hanging":
        jitter += _hanging_thumbs(rng, wrists)
    elif thumbs == "tucked":
        _tuck_thumbs(rng, pads, jitter)
    moved = pads + jitter + np.repeat(shift, 5, axis=0)
    jitter[:, 0] += _own_sides(moved) - moved[:, 0]
    return Moment(performance, view, t_s, shift, jitter, lowered, turn)


def _hanging_thumbs(rng: Rng, wrists: FloatArray) -> FloatArray:
    """(10, 3) mm: thumbs held in the air, in or out of the hand, as people do between spaces.

    wrists: (2, 3). The higher the wrist, the higher they hang.
    """
    wrist = float(wrists[:, 2].mean())
    moved = np.zeros((10, 3))
    for slot, inwards in zip(THUMB_SLOTS, _INWARDS, strict=True):
        if rng.uniform() < 0.75:
            moved[slot] = (
                inwards * rng.uniform(-8, 18),
                rng.uniform(-14, 16),
                rng.uniform(2, 24 + 0.35 * wrist),
            )
    return moved


def _tuck_thumbs(rng: Rng, pads: FloatArray, jitter: FloatArray) -> None:
    """Move thumbs, in place, close beside or under their index fingers. pads: (10, 3)."""
    for slot, index, inwards in zip(THUMB_SLOTS, _INDEX_SLOTS, _INWARDS, strict=True):
        if rng.uniform() < 0.8:
            beside = rng.uniform() < 0.5
            target = pads[index] + jitter[index]
            target[0] += inwards * (rng.uniform(11, 24) if beside else rng.uniform(1, 12))
            target[1] -= rng.uniform(2, 18) if beside else rng.uniform(16, 34)
            target[2] = rng.uniform(0, 8) if rng.uniform() < 0.5 else rng.uniform(4, 28)
            jitter[slot] = target - pads[slot]


def _bring_together(rng: Rng, pads: FloatArray, shift: FloatArray) -> None:
    """Shift both hands, in place, until their index fingers are near. pads: (10, 3)."""
    left, right = _INDEX_SLOTS
    gap = pads[right, 0] + shift[1, 0] - pads[left, 0] - shift[0, 0]
    much = gap - rng.uniform(27, 62)
    if much > 0:
        share = rng.uniform(0.3, 0.7)
        shift[0, 0] += much * share
        shift[1, 0] -= much * (1 - share)


def _lay_flat(rng: Rng, wrists: FloatArray, jitter: FloatArray, lowered: FloatArray) -> None:
    """Stretch outer fingers of a hand or both along the paper, in place, wrists on the table.

    wrists: (2, 3). From ahead such fingers are seen end on.
    """
    for side in (0, 1):
        if rng.uniform() < 0.7:
            for slot in _OUTER_SLOTS[side][: int(rng.integers(1, 3))]:
                jitter[slot] += (
                    -_INWARDS[side] * rng.uniform(0, 10),
                    rng.uniform(6, 22),
                    rng.uniform(-4, 3),
                )
            lowered[side, 2] = min(0.0, rng.uniform(6, 14) - wrists[side, 2])
            lowered[side, 1] -= rng.uniform(0, 16)


def _raise_outer(rng: Rng, jitter: FloatArray) -> None:
    """Hold outer fingers of a hand or both up and away from the others, in place.

    Many hold the little finger in the air while they type; it then shows its side to the camera.
    """
    for side in (0, 1):
        if rng.uniform() < 0.7:
            strength = 1.0
            for slot in _OUTER_SLOTS[side][: 1 if rng.uniform() < 0.7 else 2]:
                jitter[slot] += strength * np.array(
                    [
                        -_INWARDS[side] * rng.uniform(0, 24),
                        rng.uniform(-14, 12),
                        rng.uniform(8, 42),
                    ]
                )
                strength = 0.6


def _own_sides(pads: FloatArray) -> FloatArray:
    """(10,) x of the pads in mm, with each hand kept on its own side of the other."""
    left, right = _INDEX_SLOTS
    line = (pads[left, 0] + pads[right, 0]) / 2
    return np.concatenate(
        [
            np.minimum(pads[:5, 0], line - _OWN_SIDE_MM),
            np.maximum(pads[5:, 0], line + _OWN_SIDE_MM),
        ]
    )
