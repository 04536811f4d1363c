"""Steadies points at rest without holding back a strike."""

from __future__ import annotations

import math

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, BoolArray, FloatArray


class SteadyPoints:
    """An adaptive low-pass for ten points: strong at rest, transparent in motion.

    The idea of the One-Euro filter (Casiez, Roussel and Vogel, CHI 2012): the cutoff frequency
    rises with speed, ``cutoff_hz + speed_gain * |speed|``. Speeds are in the points' own unit
    per second, so the gain is Hz per unit per second.
    """

    def __init__(self, cutoff_hz: float = 1.5, speed_gain: float = 0.07) -> None:
        if not (cutoff_hz > 0 and speed_gain >= 0):
            raise ValueError(
                f"SteadyPoints: expected cutoff_hz > 0 and speed_gain >= 0, "
                f"got {cutoff_hz} and {speed_gain}"
            )
        self._cutoff_hz = cutoff_hz
        self._speed_gain = speed_gain
        self._value = np.full((FINGER_COUNT, 2), np.nan)
        self._speed = np.zeros((FINGER_COUNT, 2))

    def update(self, points: FloatArray, seen: BoolArray, dt_s: float) -> FloatArray:
        """Filter (10, 2) points; a point that was not seen keeps no memory."""
        fresh = seen & ~np.isfinite(self._value).all(axis=1)
        self._value[~seen] = np.nan
        self._value[fresh] = points[fresh]
        self._speed[fresh | ~seen] = 0.0
        known = seen & ~fresh
        if known.any() and dt_s > 0:
            raw_speed = (points[known] - self._value[known]) / dt_s
            self._speed[known] += _weight(8.0, dt_s) * (raw_speed - self._speed[known])
            pace = np.hypot(self._speed[known, 0], self._speed[known, 1])
            cutoff = self._cutoff_hz + self._speed_gain * pace
            weight = 1.0 / (1.0 + 1.0 / (2 * math.pi * cutoff * dt_s))
            self._value[known] += weight[:, None] * (points[known] - self._value[known])
        return self._value.copy()

    def reset(self) -> None:
        """Forget all points."""
        self._value[:] = np.nan
        self._speed[:] = 0.0


def _weight(cutoff_hz: float, dt_s: float) -> float:
    return 1.0 / (1.0 + 1.0 / (2 * math.pi * cutoff_hz * dt_s))
