"""What two typing hands look like from their fingertips: home places and offsets between tips."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, BoolArray, FloatArray, Layout
from cameratokeyboard.fingers.plane import WorkPlane

LEFT, RIGHT = 0, 1
#: Which hand each finger belongs to.
HAND_OF = np.array([LEFT] * 5 + [RIGHT] * 5)
#: (2, 10) the same as masks, left and right.
MEMBERS = np.stack([HAND_OF == LEFT, HAND_OF == RIGHT])
IS_THUMB = np.array([False] * 4 + [True] * 2 + [False] * 4)

#: Tips of a left hand resting on the home row, relative to its middle fingertip, in mm: pinky,
#: ring, middle, index, thumb. One key pitch (18.5-19 mm) between neighbours is what touch typists
#: are taught; the thumb hovers over the space row under the index finger.
_LEFT_OFFSETS_MM = np.array([[-38, -6], [-19, -1], [0, 0], [19, -3], [36, -38]], float)
#: Middle fingers rest on D and K: 4.25 and 9.25 of 15 key units from the left edge.
_HOME_X = (4.25 / 15, 9.25 / 15)
_DEFAULT_SIZE_MM = (277.5, 92.5)
#: Typing hands reach this far beyond the keyboard, mm: sideways, beyond the number row, and before
#: the space row, where lifted tips appear when seen from the front.
_REACH_MM = (90.0, 70.0, 130.0)
#: Seconds in which the offsets follow a person's own hand.
_ADAPT_S = 2.0
_SMALLEST_GAP_MM = 9.0


class HandModel:
    """Where the tips of both hands are expected, relative to each other; adapts to the person.

    All lengths in the work plane ``u``; mm along y are foreshortened there.
    """

    def __init__(self, layout: Layout | None = None) -> None:
        self._size_mm = layout.size_mm if layout is not None else _DEFAULT_SIZE_MM
        self._offsets_mm = self._generic()

    def reset(self) -> None:
        """Forget the person."""
        self._offsets_mm = self._generic()

    def offsets_u(self, plane: WorkPlane) -> FloatArray:
        """(10, 2): each tip relative to its hand's anchor, the middle fingertip's place."""
        return np.asarray(self._offsets_mm * np.array([1.0, plane.foreshortening]))

    def home_u(self) -> FloatArray:
        """(2, 2): where the anchors rest, left and right."""
        width = self._size_mm[0]
        return np.array([[(share - 0.5) * width, 0.0] for share in _HOME_X])

    def reach_u(self, plane: WorkPlane) -> FloatArray:
        """(4,) x0 y0 x1 y1: where fingertips of typing hands can appear."""
        half_x, half_y = self._size_mm[0] / 2, self._size_mm[1] / 2
        side, beyond, before = _REACH_MM
        squeeze = max(plane.foreshortening, 0.5)  # height does not shrink with the paper
        return np.array(
            [-half_x - side, -(half_y + before) * squeeze, half_x + side, (half_y + beyond)]
        )

    def anchors_u(self, u: FloatArray, seen: BoolArray, plane: WorkPlane) -> FloatArray:
        """(2, 2): the anchors that explain the seen tips, NaN for a hand with none.

        Thumbs move on their own, so they only count for a hand of which nothing else is seen.
        """
        offsets = self.offsets_u(plane)
        anchors = np.full((2, 2), np.nan)
        for hand in (LEFT, RIGHT):
            members = seen & (hand == HAND_OF)
            if (members & ~IS_THUMB).any():
                members = members & ~IS_THUMB
            if members.any():
                anchors[hand] = np.mean(u[members] - offsets[members], axis=0)
        return anchors

    def adapt(self, u: FloatArray, seen: BoolArray, plane: WorkPlane, dt_s: float) -> None:
        """Learn the person's own offsets from a frame in which most of a hand is seen."""
        anchors = self.anchors_u(u, seen, plane)
        share = min(dt_s / _ADAPT_S, 0.2)
        unsqueeze = np.array([1.0, 1.0 / plane.foreshortening])
        for hand in (LEFT, RIGHT):
            members = seen & (hand == HAND_OF)
            if (members & ~IS_THUMB).sum() < 3:
                continue
            own = (u[members] - anchors[hand]) * unsqueeze
            self._offsets_mm[members] += share * (own - self._offsets_mm[members])
        self._keep_apart()

    def _keep_apart(self) -> None:
        for hand in (range(4), range(6, 10)):
            for a, b in zip(list(hand)[:-1], list(hand)[1:], strict=True):
                lack = _SMALLEST_GAP_MM - (self._offsets_mm[b, 0] - self._offsets_mm[a, 0])
                if lack > 0:
                    self._offsets_mm[a, 0] -= lack / 2
                    self._offsets_mm[b, 0] += lack / 2

    @staticmethod
    def _generic() -> FloatArray:
        offsets = np.empty((FINGER_COUNT, 2))
        offsets[:5] = _LEFT_OFFSETS_MM
        offsets[5:] = _LEFT_OFFSETS_MM[::-1] * np.array([-1.0, 1.0])
        return offsets
