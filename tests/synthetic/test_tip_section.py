from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.tip_section import resectioned

LENGTH_MM, RADIUS_MM = 25.0, 8.0


def _skin(flat: float = 1.0, bulge: float = 0.0) -> FloatArray:
    """Points of a last segment with a round end; flat: depth per breadth; bulge: mm."""
    angle, along = (
        x.ravel()
        for x in np.meshgrid(np.linspace(0, 2 * np.pi, 24, endpoint=False), np.linspace(0, 1, 20))
    )
    ahead = np.maximum(along * LENGTH_MM - (LENGTH_MM - RADIUS_MM), 0)
    radius = np.sqrt(RADIUS_MM**2 - ahead**2) + bulge * np.cos(angle - 2.4) ** 8
    return np.stack(
        [radius * np.sin(angle), along * LENGTH_MM, flat * radius * np.cos(angle)], axis=1
    )


def _middle(points: FloatArray) -> FloatArray:
    return np.asarray(points[np.abs(points[:, 1] - 14.0) < 2])


def _unevenness(points: FloatArray) -> float:
    """Largest part of the radius by which a cross-section is no circle."""
    across = _middle(points)[:, [0, 2]]
    away = np.hypot(*(across - (across.min(axis=0) + across.max(axis=0)) / 2).T)
    return float(np.ptp(away) / away.mean())


class TestRoundness:
    @pytest.mark.parametrize("flat", [0.7, 1.3])
    def test_a_flat_section_becomes_round(self, flat: float) -> None:
        skin = _skin(flat)

        half, round_ = (resectioned(skin, LENGTH_MM, share, 0.0) for share in (0.5, 1.0))

        assert _unevenness(round_) < 0.25 * _unevenness(skin)
        assert _unevenness(round_) < _unevenness(half) < _unevenness(skin)

    def test_a_bulge_goes_and_the_end_stays_where_it_is(self) -> None:
        skin = _skin(bulge=2.0)

        even = resectioned(skin, LENGTH_MM, 1.0, 0.0)

        assert _unevenness(even) < 0.6 * _unevenness(skin)
        assert even[:, 1].max() == pytest.approx(skin[:, 1].max(), abs=0.3)

    def test_less_than_none_makes_it_more_uneven(self) -> None:
        skin = _skin(0.8)

        assert _unevenness(resectioned(skin, LENGTH_MM, -0.5, 0.0)) > 1.3 * _unevenness(skin)


class TestSkew:
    @pytest.mark.parametrize("skew", [0.1, -0.1])
    def test_the_pad_is_drawn_to_one_side_and_the_back_to_the_other(self, skew: float) -> None:
        skewed = _middle(resectioned(_skin(), LENGTH_MM, 0.0, skew))

        lowest = skewed[skewed[:, 2] < -0.8 * RADIUS_MM, 0].mean()
        highest = skewed[skewed[:, 2] > 0.8 * RADIUS_MM, 0].mean()
        diagonal = np.array([1.0, -1.0]) / np.sqrt(2)
        drawn = (skewed[:, [0, 2]] @ diagonal).max() / RADIUS_MM
        assert drawn == pytest.approx(1 + skew, abs=0.02)
        assert np.sign(lowest) == np.sign(skew)
        assert np.sign(highest) == -np.sign(skew)


def test_nothing_asked_for_changes_nothing() -> None:
    skin = _skin(0.8, 1.5)

    np.testing.assert_allclose(resectioned(skin, LENGTH_MM, 0.0, 0.0), skin, atol=1e-12)
