"""Smooth paths through knots, and slow or trembling wandering, as plain functions of time."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray

#: Shapes of a segment: minimum jerk (rest to rest), or a fall that ends at full speed.
SMOOTH, STRIKE = 0, 1


def minimum_jerk(share: FloatArray) -> FloatArray:
    """Progress 0..1 of a movement with the least jerk, at ``share`` 0..1 of its time."""
    s = np.clip(share, 0.0, 1.0)
    return np.asarray(s * s * s * (10 - 15 * s + 6 * s * s))


class KnotPath:
    """A path given by knots: times and values, and the shape of the segment that ends at each.

    Knots must come in time order; one that comes earlier than the last is moved to it. Between
    knots the path follows a minimum-jerk curve or, for STRIKE, falls faster and faster and ends in
    a collision at full speed. Values are numbers or points of any one size.
    """

    def __init__(self) -> None:
        self._times: list[float] = []
        self._values: list[FloatArray | float] = []
        self._shapes: list[int] = []

    def add(self, t_s: float, value: FloatArray | float, shape: int = SMOOTH) -> None:
        """Append a knot."""
        if self._times and t_s < self._times[-1]:
            t_s = self._times[-1]
        self._times.append(t_s)
        self._values.append(value)
        self._shapes.append(shape)

    @property
    def last_s(self) -> float:
        """Time of the last knot, minus infinity without any."""
        return self._times[-1] if self._times else -np.inf

    def spread_out(self, least_s: float) -> None:
        """Move knots earlier so that steps between different values take ``least_s`` at least."""
        for n in range(len(self._times) - 1, 0, -1):
            if np.any(np.asarray(self._values[n]) != np.asarray(self._values[n - 1])):
                self._times[n - 1] = min(self._times[n - 1], self._times[n] - least_s)
            else:
                self._times[n - 1] = min(self._times[n - 1], self._times[n])

    def sample(self, t_s: FloatArray) -> FloatArray:
        """Values at ``t_s`` (T,): (T,) or (T, D); constant before the first and after the last."""
        times = np.array(self._times)
        values = np.array(self._values, float)
        shapes = np.array(self._shapes)
        right = np.clip(np.searchsorted(times, t_s, side="right"), 1, max(len(times) - 1, 1))
        right = np.minimum(right, len(times) - 1)
        left = np.maximum(right - 1, 0)
        span = np.maximum(times[right] - times[left], 1e-9)
        share = np.clip((t_s - times[left]) / span, 0.0, 1.0)
        blend = np.where(shapes[right] == STRIKE, share * share, minimum_jerk(share))
        # Exactly on and between equal knots nothing may be lost to rounding.
        if values.ndim == 2:
            blend = blend[:, None]
        return np.asarray(values[left] + (values[right] - values[left]) * blend)


def wandering(
    rng: np.random.Generator,
    t_s: FloatArray,
    amplitude: float,
    band_hz: tuple[float, float],
    n: int,
) -> FloatArray:
    """(T, n) smooth random motion of this standard deviation, as a sum of slow waves in a band."""
    waves = 6
    low, high = np.log(band_hz[0]), np.log(band_hz[1])
    frequency = np.exp(rng.uniform(low, high, (waves, n)))
    phase = rng.uniform(0, 2 * np.pi, (waves, n))
    weight = rng.normal(0, 1, (waves, n))
    weight /= np.sqrt((weight**2).sum(axis=0) / 2)
    out = np.zeros((len(t_s), n))
    for wave in range(waves):
        angle = 2 * np.pi * frequency[wave] * t_s[:, None] + phase[wave]
        out += weight[wave] * np.sin(angle)
    return np.asarray(amplitude * out)
