"""Lens, sensor and codec."""

from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic import effects
from cameratokeyboard.synthetic.effects import Optics


def _flat(value: float, shape: tuple[int, int] = (40, 60)) -> FloatArray:
    return np.full((*shape, 3), value, np.float32)


class TestAddRows:
    def test_equal_frames_stay_as_they_are(self) -> None:
        mixed = effects.add_rows([_flat(0.3)] * 3, 0.5, 0.4)
        assert mixed == pytest.approx(0.3)

    def test_without_readout_every_row_is_the_mean(self) -> None:
        mixed = effects.add_rows([_flat(0.0), _flat(1.0)], 1.0, 0.0)
        assert mixed == pytest.approx(0.5)

    def test_with_readout_lower_rows_are_later(self) -> None:
        mixed = effects.add_rows([_flat(0.0), _flat(1.0)], 0.1, 0.9)
        assert mixed[0, 0, 0] == pytest.approx(0.0)
        assert mixed[-1, 0, 0] == pytest.approx(1.0)


class TestSmoothEdges:
    def test_flat_light_is_left_alone(self) -> None:
        assert effects.smooth_edges(_flat(0.4)) == pytest.approx(0.4, abs=1e-6)

    def test_a_staircase_gets_values_between(self) -> None:
        y, x = np.mgrid[0:60, 0:60]
        stairs = np.repeat((x > 2.5 * y)[..., None], 3, axis=2).astype(np.float32)
        smooth = effects.smooth_edges(stairs)
        between = (smooth > 0.1) & (smooth < 0.9)
        assert between.sum() > 100


class TestMetering:
    def test_a_coloured_lamp_is_mostly_removed(self) -> None:
        rng = np.random.default_rng(0)
        light = rng.uniform(0.2, 0.9, (60, 80, 1)).astype(np.float32) * np.array([1.6, 1.0, 0.5])
        balanced = light.astype(np.float32) * effects.metered_gain(light.astype(np.float32))
        before, after = (np.ptp(v.reshape(-1, 3).mean(0)) / v.mean() for v in (light, balanced))
        assert after < 0.5 * before

    def test_dark_and_bright_rooms_come_out_alike(self) -> None:
        rng = np.random.default_rng(0)
        light = rng.uniform(0.1, 0.9, (60, 80, 3)).astype(np.float32)
        dim = light * np.float32(0.05)
        bright_mean = float((light * effects.metered_gain(light)).mean())
        assert float((dim * effects.metered_gain(dim)).mean()) == pytest.approx(
            bright_mean, rel=0.1
        )


class TestBlurByDepth:
    def test_focused_things_stay_sharp_and_far_things_blur(self) -> None:
        rng = np.random.default_rng(0)
        light = rng.uniform(0, 1, (80, 160, 3)).astype(np.float32)
        depth = np.full((80, 160), 400.0, np.float32)
        depth[:, 80:] = 2000.0
        blurred = effects.blur_by_depth(light, depth, Optics(aperture=12.0), 400.0)
        assert blurred[:, :50] == pytest.approx(light[:, :50], abs=0.02)
        assert blurred[:, 120:].std() < 0.6 * light[:, 120:].std()


class TestDevelop:
    def test_same_seed_same_picture(self) -> None:
        light = np.random.default_rng(1).uniform(0, 1, (48, 64, 3)).astype(np.float32)
        optics = Optics(noise=3.0, jpeg=70, sharpen=0.5, vignette=0.2, glow=0.2, scale=0.6)
        gain = np.ones(3, np.float32)
        one, two = (
            effects.develop(light, optics, gain, np.random.default_rng(2)) for _ in range(2)
        )
        assert np.array_equal(one, two)
        assert one.dtype == np.uint8

    def test_channels_come_out_in_opencv_order(self) -> None:
        light = _flat(0.0)
        light[..., 0] = 0.5
        picture = effects.develop(light, Optics(noise=0), np.ones(3), np.random.default_rng(0))
        assert picture[0, 0, 2] > 150 > picture[0, 0, 0]
