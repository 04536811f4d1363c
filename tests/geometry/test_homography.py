from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameratokeyboard.geometry.homography import (
    anchor_jacobian,
    apply_homography,
    facing,
    fit_homography,
    invert,
    quad_homographies,
)

SQUARE = np.array([[-120.0, 80.0], [120.0, 80.0], [120.0, -80.0], [-120.0, -80.0]])
TILTED = np.array([[900.0, 600.0], [300.0, 610.0], [420.0, 400.0], [800.0, 390.0]])
MATRIX = quad_homographies(SQUARE, TILTED[None])[0]


class TestQuadHomographies:
    def test_maps_the_four_points_exactly(self) -> None:
        assert apply_homography(MATRIX, SQUARE) == pytest.approx(TILTED)

    def test_solves_many_at_once(self) -> None:
        several = quad_homographies(SQUARE, np.stack([TILTED, TILTED + 5.0]))
        assert apply_homography(several[1], SQUARE) == pytest.approx(TILTED + 5.0)

    def test_points_that_determine_none_give_nan(self) -> None:
        flat = np.repeat(TILTED[:1], 4, axis=0)
        result = quad_homographies(SQUARE, np.stack([flat, TILTED]))
        assert np.isfinite(result[1]).all()
        assert not np.allclose(apply_homography(result[0], SQUARE), SQUARE, equal_nan=False)


class TestFitHomography:
    def test_exact_points_are_met(self) -> None:
        points = np.random.default_rng(1).uniform(-100, 100, (9, 2))
        fitted = fit_homography(points, apply_homography(MATRIX, points))
        assert fitted is not None
        assert apply_homography(fitted, SQUARE) == pytest.approx(TILTED, abs=1e-5)

    def test_noise_averages_out(self) -> None:
        random = np.random.default_rng(2)
        points = random.uniform(-120, 120, (400, 2))
        noisy = apply_homography(MATRIX, points) + random.normal(0, 1.0, (400, 2))
        fitted = fit_homography(points, noisy)
        assert fitted is not None
        assert np.abs(apply_homography(fitted, SQUARE) - TILTED).max() < 0.8

    @pytest.mark.parametrize("points", [SQUARE[:3], np.zeros((5, 2)), np.full((4, 2), np.nan)])
    def test_too_little_gives_none(self, points: np.ndarray) -> None:
        assert fit_homography(points, points) is None


class TestInvert:
    @given(st.floats(-100, 100), st.floats(-80, 80))
    def test_there_and_back_is_where_one_was(self, x: float, y: float) -> None:
        there = apply_homography(MATRIX, np.array([[x, y]]))
        assert apply_homography(invert(MATRIX), there) == pytest.approx(
            np.array([[x, y]]), abs=1e-6
        )


class TestFacing:
    def test_the_points_come_to_lie_in_front(self) -> None:
        for matrix in (MATRIX, -MATRIX, 1e6 * MATRIX):
            turned = facing(matrix, SQUARE)
            assert np.all(SQUARE @ turned[2, :2] + turned[2, 2] > 0)
            assert apply_homography(turned, SQUARE) == pytest.approx(TILTED)


class TestAnchorJacobian:
    def test_agrees_with_differences(self) -> None:
        points = np.array([[10.0, -20.0], [70.0, 30.0]])
        jacobian = anchor_jacobian(SQUARE, MATRIX, points)
        base = apply_homography(MATRIX, points)
        for column in range(8):
            step = np.zeros(8)
            step[column] = 1e-4
            moved = quad_homographies(SQUARE, (TILTED + step.reshape(4, 2))[None])[0]
            slope = (apply_homography(moved, points) - base) / 1e-4
            assert jacobian[:, :, column] == pytest.approx(slope, abs=1e-4)
