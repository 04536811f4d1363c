from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.synthetic.pad_fit import GIVE_MM, fit_pad, lowest_points
from cameratokeyboard.synthetic.skeleton import rotation


def capsule(radius: float = 7.0, end: float = 25.0) -> np.ndarray:
    """Dense points on a round finger end: a tube along y closed by half a ball."""
    angle, along = np.meshgrid(np.linspace(0, 2 * np.pi, 73), np.linspace(0, end - radius, 40))
    tube = np.stack([radius * np.cos(angle), along, radius * np.sin(angle)], -1).reshape(-1, 3)
    around, up = np.meshgrid(np.linspace(0, 2 * np.pi, 73), np.linspace(0, np.pi / 2, 30))
    ball = np.stack(
        [
            radius * np.cos(around) * np.cos(up),
            end - radius + radius * np.sin(up),
            radius * np.sin(around) * np.cos(up),
        ],
        -1,
    ).reshape(-1, 3)
    return np.concatenate([tube, ball])


class TestFitPad:
    @pytest.mark.parametrize("pitch_deg", [30, 45, 60, 75, 90])
    def test_round_fingertip_touches_where_its_flesh_does(self, pitch_deg: float) -> None:
        flesh = capsule()
        frame = rotation(0, np.radians(-pitch_deg))

        point, _ = lowest_points(fit_pad(flesh)[None], frame[None], np.zeros((1, 3)))

        lowest = (flesh @ frame.T)[:, 2].min()
        assert point[0, 2] == pytest.approx(lowest + GIVE_MM, abs=0.6)

    def test_radii_are_positive_and_near_the_finger_s(self) -> None:
        radii = fit_pad(capsule(radius=6.0))[1]

        assert (radii > 3).all()
        assert radii[0] == pytest.approx(6.0, abs=1.0)


class TestLowestPoints:
    PAD = np.array([[[0.5, 14.0, 1.0], [7.0, 10.0, 6.0]]])

    def frame(self, seed: int = 0) -> np.ndarray:
        angles = np.random.default_rng(seed).uniform(-1, 1, 3)
        return rotation(2, angles[2]) @ rotation(0, angles[0] - 0.8) @ rotation(1, angles[1])

    def test_no_point_of_the_ellipsoid_is_lower(self) -> None:
        frame = self.frame()
        ball = np.random.default_rng(1).normal(size=(20000, 3))
        ball /= np.linalg.norm(ball, axis=1, keepdims=True)
        surface = (self.PAD[0, 0] + self.PAD[0, 1] * ball) @ frame.T

        point, _ = lowest_points(self.PAD, frame[None], np.zeros((1, 3)))

        assert point[0, 2] <= surface[:, 2].min() + 1e-9
        assert point[0, 2] == pytest.approx(surface[:, 2].min(), abs=0.05)

    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_rolling_matches_a_small_turn(self, axis: int) -> None:
        frame, small = self.frame(3), 1e-6
        turned = rotation(axis, small) @ frame
        point, rolling = lowest_points(self.PAD, frame[None], np.zeros((1, 3)))
        moved, _ = lowest_points(self.PAD, turned[None], np.zeros((1, 3)))
        way = np.eye(3)[axis]

        expected = np.cross(way, point[0]) - rolling[0] @ [-way[1], way[0], 0.0]

        np.testing.assert_allclose((moved - point)[0] / small, expected, atol=1e-3)
