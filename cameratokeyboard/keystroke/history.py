"""The last moments of ten trajectories, as arrays."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, BoolArray, Fingers, FloatArray
from cameratokeyboard.keystroke.signals import ViewScale

#: Left and right hand.
HANDS = (slice(0, 5), slice(5, 10))


class History:
    """A window of samples, newest last; n of them.

    t_s: (n,). lift_mm: (n, 10) height-like positions, NaN where unseen. own_mm: (n, 10) the same
    less the motion that the finger shares with its hand. mm: (n, 10, 2) on the mat.
    """

    def __init__(self, span_s: float, shared: float) -> None:
        """span_s: how far back it reaches. shared: share of the hand's motion taken out."""
        self._span_s = span_s
        self._shared = shared
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.t_s: FloatArray = np.zeros(0)
        self.lift_mm: FloatArray = np.zeros((0, FINGER_COUNT))
        self.own_mm: FloatArray = np.zeros((0, FINGER_COUNT))
        self.mm: FloatArray = np.zeros((0, FINGER_COUNT, 2))
        self._common = np.zeros(FINGER_COUNT)

    def add(self, fingers: Fingers, scale: ViewScale) -> None:
        """Append a moment."""
        seen = np.asarray(fingers.visible)
        lift = np.where(seen, scale.lift_mm(np.asarray(fingers.px)), np.nan)
        mm = np.where(seen[:, None], fingers.mm, np.nan)
        if len(self.t_s):
            self._common = self._common + self._shared_steps(lift - self.lift_mm[-1])
        keep = self.t_s > fingers.t_s - self._span_s
        self.t_s = np.append(self.t_s[keep], fingers.t_s)
        self.lift_mm = np.concatenate([self.lift_mm[keep], lift[None]])
        self.own_mm = np.concatenate([self.own_mm[keep], (lift - self._common)[None]])
        self.mm = np.concatenate([self.mm[keep], mm[None]])

    def _shared_steps(self, step: FloatArray) -> FloatArray:
        """(10,) for each finger the median step of the others of its hand, times ``shared``."""
        steps = np.zeros(FINGER_COUNT)
        for hand in HANDS:
            own = step[hand]
            for i in range(len(own)):
                others = np.delete(own, i)
                others = others[np.isfinite(others)]
                if len(others) >= 2:
                    steps[hand.start + i] = self._shared * np.median(others)
        return steps

    def slope(self, window_s: float) -> FloatArray:
        """(10,) least-squares slope of ``own_mm`` over the newest ``window_s``, mm/s, NaN unknown.

        At least two seen samples are needed; at low frame rates the window grows to hold them.
        """
        recent = self.t_s >= self.t_s[-1] - window_s - 1e-6
        recent[-2:] = True
        t, y = self.t_s[recent], self.own_mm[recent]
        known: BoolArray = np.isfinite(y)
        count = known.sum(axis=0)
        weight = np.maximum(count, 1)
        times = np.where(known, t[:, None], 0.0)
        values = np.where(known, y, 0.0)
        centred_t = np.where(known, t[:, None] - times.sum(axis=0) / weight, 0.0)
        centred_y = np.where(known, y - values.sum(axis=0) / weight, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = (centred_t * centred_y).sum(axis=0) / (centred_t**2).sum(axis=0)
        return np.asarray(np.where((count >= 2) & known[-1], slope, np.nan))
