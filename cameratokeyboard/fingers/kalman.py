"""Constant-velocity Kalman filters for ten points at once."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, BoolArray, FloatArray

#: Spread of a finger's acceleration between two frames, mm/s^2: reversing 250 mm/s (the median
#: peak speed of tapping) within 40 ms takes 12,500; most of the time it is far less. [assumed]
_ACCELERATION = 6000.0
_START_SPEED = 80.0


class FingerFilters:
    """Position and velocity of ten points in the work plane, NaN where there is none.

    The variance is the same along both axes, so each finger keeps one 2 x 2 covariance as three
    numbers.
    """

    def __init__(self) -> None:
        self.position = np.full((FINGER_COUNT, 2), np.nan)
        self.velocity = np.zeros((FINGER_COUNT, 2))
        self._variance = np.zeros((FINGER_COUNT, 3))

    @property
    def position_variance(self) -> FloatArray:
        """(10,) variance of each position along one axis."""
        return self._variance[:, 0]

    def predict(self, dt_s: float) -> None:
        """Let ``dt_s`` seconds pass."""
        self.position = self.position + dt_s * self.velocity
        a, b, c = self._variance.T
        noise = _ACCELERATION**2
        self._variance = np.stack(
            [
                a + 2 * dt_s * b + dt_s**2 * c + noise * dt_s**4 / 4,
                b + dt_s * c + noise * dt_s**3 / 2,
                c + noise * dt_s**2,
            ],
            axis=1,
        )

    def correct(self, seen: BoolArray, measured: FloatArray, sigma: float) -> None:
        """Take in the measured (10, 2) positions of the seen fingers."""
        a, b, c = self._variance[seen].T
        total = a + sigma**2
        gain_p, gain_v = (a / total)[:, None], (b / total)[:, None]
        innovation = measured[seen] - self.position[seen]
        self.position[seen] += gain_p * innovation
        self.velocity[seen] += gain_v * innovation
        self._variance[seen] = np.stack(
            [a * sigma**2 / total, b * sigma**2 / total, c - b * b / total], axis=1
        )

    def start(self, fingers: BoolArray, at: FloatArray, sigma: float) -> None:
        """Begin these fingers anew at (10, 2) positions, standing still."""
        self.position[fingers] = at[fingers]
        self.velocity[fingers] = 0.0
        self._variance[fingers] = [sigma**2, 0.0, _START_SPEED**2]

    def place(self, finger: int, at: FloatArray, sigma: float) -> None:
        """Put one finger where it is expected, without changing its velocity's spread."""
        self.position[finger] = at
        self.velocity[finger] = 0.0
        self._variance[finger] = [sigma**2, 0.0, _START_SPEED**2]

    def drop(self, fingers: BoolArray) -> None:
        """Forget these fingers' positions."""
        self.position[fingers] = np.nan
        self.velocity[fingers] = 0.0
        self._variance[fingers] = 0.0
