"""Which key a touch meant: the share of its uncertainty that falls on each key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray, Layout

#: Spread of a person's aim that the measurement does not explain, mm (SD). Taps on flat keyboards
#: scatter by 0.28-0.30 key pitch with tracker noise included (docs/kinematics.md); at 18.5 mm that
#: is 5.4 mm in all, of which marker geometry and detector already put about 4 into the covariance.
AIM_SD_MM = 3.0
#: A press this far outside every key, in key pitches, is not meant for the keyboard.
DEAD_ZONE_PITCHES = 0.5
#: Weight of keys by role beside 1 for what writes: how seldom they are struck, and what a mistaken
#: one does: caps lock turns all that follows, ctrl or alt make a letter a command [assumed].
ROLE_WEIGHTS = {
    "caps": 0.03,
    "win": 0.05,
    "ctrl": 0.1,
    "alt": 0.1,
    "altgr": 0.1,
    "other": 0.1,
    "tab": 0.2,
    "enter": 0.5,
    "shift": 0.6,
}
#: Candidates below this probability are not worth a language model's time.
MIN_PROBABILITY = 1e-4
#: Standard deviations beyond which a normal distribution's mass is neglected.
_REACH_SD = 5.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def normal_cdf(x: FloatArray) -> FloatArray:
    """Standard normal distribution function, within 1e-7 (Abramowitz & Stegun 7.1.26)."""
    z = np.abs(x) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * z)
    poly = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    upper_half = 1.0 - 0.5 * poly * np.exp(-z * z)
    result: FloatArray = np.where(np.asarray(x) >= 0, upper_half, 1.0 - upper_half)
    return result


def rectangle_mass(lower: FloatArray, upper: FloatArray, covariance: FloatArray) -> FloatArray:
    """Mass of a zero-mean normal distribution inside rectangles.

    lower, upper: (K, 2) corners. covariance: (2, 2), positive definite, may be correlated.
    Returns (K,). Integrates the conditional distribution of y over x by Gauss-Legendre quadrature.
    """
    sd_x = float(np.sqrt(covariance[0, 0]))
    slope = float(covariance[0, 1] / covariance[0, 0])
    sd_y = float(np.sqrt(covariance[1, 1] - slope * covariance[0, 1]))
    left = np.clip(lower[:, 0], -_REACH_SD * sd_x, _REACH_SD * sd_x)
    right = np.clip(upper[:, 0], -_REACH_SD * sd_x, _REACH_SD * sd_x)
    half = (right - left)[:, None] / 2
    x = (right + left)[:, None] / 2 + half * _NODES
    density = np.exp(-0.5 * (x / sd_x) ** 2) / (sd_x * np.sqrt(2 * np.pi))
    column = normal_cdf((upper[:, 1:] - slope * x) / sd_y) - normal_cdf(
        (lower[:, 1:] - slope * x) / sd_y
    )
    mass: FloatArray = (density * column * half * _WEIGHTS).sum(axis=1)
    return mass


@dataclass(frozen=True)
class Located:
    """Keys a touch may have meant: (index into ``layout.keys``, probability), best first."""

    keys: tuple[tuple[int, float], ...]

    @property
    def best(self) -> int:
        """Index of the most probable key."""
        return self.keys[0][0]

    @property
    def probability(self) -> float:
        """Probability of the most probable key."""
        return self.keys[0][1]


class KeyLocator:
    """Maps contact points to probabilities over a layout's keys.

    aim_sd_mm: spread of the person's aim, added to each touch's own covariance. dead_zone: width
    of the margin around the keys, in key pitches, in which a press still counts. prior: relative
    weight per key name; a key that is not named has the weight of its role (ROLE_WEIGHTS, else 1),
    weight 0 switches a key off.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        aim_sd_mm: float = AIM_SD_MM,
        dead_zone: float = DEAD_ZONE_PITCHES,
        prior: Mapping[str, float] | None = None,
    ) -> None:
        centres, sizes = layout.centres_mm(), layout.sizes_mm()
        self._lower = centres - sizes / 2
        self._upper = centres + sizes / 2
        self._aim = np.eye(2) * aim_sd_mm**2
        self.pitch_mm = float(np.median(sizes[:, 1]))
        self._margin_mm = dead_zone * self.pitch_mm
        weights = prior or {}
        self._prior = np.array(
            [float(weights.get(key.name, ROLE_WEIGHTS.get(key.role, 1.0))) for key in layout.keys]
        )

    def locate(self, xy_mm: FloatArray, covariance_mm2: FloatArray) -> Located | None:
        """The keys that a touch at ``xy_mm`` (2,) may have meant; None when it is off the board.

        A position that is not finite is off the board; a covariance that is not finite or not
        positive counts as exact.
        """
        point = np.asarray(xy_mm, float)
        if not np.all(np.isfinite(point)):
            return None
        lower, upper = self._lower - point, self._upper - point
        outside = np.maximum(np.maximum(lower, -upper), 0.0)
        distance = np.hypot(outside[:, 0], outside[:, 1])
        if float(distance.min()) > self._margin_mm:
            return None
        weight = rectangle_mass(lower, upper, self._aim + _usable(covariance_mm2)) * self._prior
        if not weight.sum() > 0:
            weight = np.where(distance == distance.min(), 1.0, 0.0)
        share = weight / weight.sum()
        order = np.argsort(-share, kind="stable")
        kept = [(int(i), float(share[i])) for i in order if share[i] >= MIN_PROBABILITY]
        return Located(tuple(kept))


def _usable(covariance: FloatArray) -> FloatArray:
    """The covariance made symmetric and positive, or zero when it says nothing."""
    matrix = np.asarray(covariance, float)
    if matrix.shape != (2, 2) or not np.all(np.isfinite(matrix)):
        return np.zeros((2, 2))
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    result: FloatArray = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return result
