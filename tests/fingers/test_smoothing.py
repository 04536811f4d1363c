"""SteadyPoints: quiet at rest, quick in motion."""

from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.fingers.smoothing import SteadyPoints

DT = 1 / 30
ALL = np.ones(10, bool)


class TestSteadyPoints:
    def test_jitter_at_rest_is_halved_or_better(self):
        rng = np.random.default_rng(0)
        noise = rng.normal(0, 0.5, (200, 10, 2))
        steady = SteadyPoints()
        out = np.array([steady.update(points, ALL, DT) for points in noise])
        assert out[20:].std() < 0.5 * noise.std()

    def test_strike_is_followed_within_a_frame(self):
        steady = SteadyPoints()
        for _ in range(20):
            steady.update(np.zeros((10, 2)), ALL, DT)
        for i in range(1, 5):
            at = np.full((10, 2), 8.0 * i)  # 240 mm/s, the usual peak speed of tapping
            out = steady.update(at, ALL, DT)
        assert np.abs(out - at).max() < 8.0

    def test_point_not_seen_has_no_memory(self):
        steady = SteadyPoints()
        steady.update(np.zeros((10, 2)), ALL, DT)
        gone = steady.update(np.zeros((10, 2)), ~ALL, DT)
        back = steady.update(np.full((10, 2), 30.0), ALL, DT)
        assert np.isnan(gone).all()
        assert (back == 30.0).all()

    @pytest.mark.parametrize(("cutoff", "gain"), [(0.0, 0.1), (-1.0, 0.1), (1.0, -0.1)])
    def test_senseless_settings_are_refused(self, cutoff: float, gain: float):
        with pytest.raises(ValueError, match="expected cutoff_hz"):
            SteadyPoints(cutoff, gain)
