from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.synthetic.hand_source import rotation
from cameratokeyboard.synthetic.pad_fit import (
    GIVE_MM,
    Surface,
    fit_pad,
    lowest_points,
    surface,
    touching,
)


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


def mesh(radius: float = 7.0, end: float = 25.0) -> Surface:
    """The same finger end as triangles."""
    rows, columns = 70, 73
    flesh = capsule(radius, end)
    number = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (
        number[y : rows - 1 + y, x : columns - 1 + x].ravel()
        for y, x in ((0, 0), (0, 1), (1, 1), (1, 0))
    )
    return surface(flesh, np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]))


def beak() -> Surface:
    """A fingertip whose pad is flat and whose end rises steeply to the nail."""
    skin = mesh()
    x, y, z = skin.points.T
    z = np.where(z < 0, 0.6 * z, z) + 0.02 * np.maximum(y - 8.0, 0) ** 2
    return skin._replace(points=np.stack([x, y, z], axis=1))


class TestSurface:
    def test_area_is_the_triangles(self) -> None:
        skin = mesh(7.0, 25.0)

        # A tube of 18 mm and half a ball.
        assert skin.area.sum() == pytest.approx(2 * np.pi * 7 * 18 + 2 * np.pi * 49, rel=0.01)

    def test_touches_with_the_middle_of_what_is_near(self) -> None:
        flat = Surface(np.array([[0.0, 0, 0], [4, 0, 0], [2, 9, 5]]), np.array([1.0, 3.0, 1.0]))

        reach, middle = touching(flat, np.array([[0.0, 0, -1]]))

        assert reach[0] == 0.0
        np.testing.assert_allclose(middle[0], [3.0, 0, 0], atol=1e-3)


class TestFitPad:
    @pytest.mark.parametrize("pitch_deg", [30, 45, 60, 75, 90])
    def test_round_fingertip_touches_where_its_flesh_does(self, pitch_deg: float) -> None:
        frame = rotation(0, np.radians(-pitch_deg))

        point, _ = lowest_points(fit_pad(mesh())[None], frame[None], np.zeros((1, 3)))

        lowest = (capsule() @ frame.T)[:, 2].min()
        assert point[0, 2] == pytest.approx(lowest + GIVE_MM, abs=0.2)

    @pytest.mark.parametrize("pitch_deg", [35, 50, 65, 80])
    def test_uneven_fingertip_touches_where_its_flesh_does(self, pitch_deg: float) -> None:
        skin, frame = beak(), rotation(0, np.radians(-pitch_deg))
        _, middle = touching(skin, -frame[2:3])

        point, _ = lowest_points(fit_pad(skin)[None], frame[None], np.zeros((1, 3)))

        aside = (point[0] - frame @ middle[0])[:2]
        assert np.linalg.norm(aside) < 0.5

    @pytest.mark.parametrize("pitch_deg", [25, 40, 55])
    @pytest.mark.parametrize("roll_deg", [-30, -40, -50])
    def test_thumb_touches_with_its_side_where_its_flesh_does(
        self, pitch_deg: float, roll_deg: float
    ) -> None:
        frame = rotation(0, np.radians(-pitch_deg)) @ rotation(1, np.radians(roll_deg))
        skin = beak()
        _, middle = touching(skin, -frame[2:3])

        point, _ = lowest_points(fit_pad(skin, thumb=True)[None], frame[None], np.zeros((1, 3)))

        assert np.linalg.norm((point[0] - frame @ middle[0])[:2]) < 0.4

    def test_is_a_convex_body_as_broad_as_the_finger(self) -> None:
        pad = fit_pad(mesh(radius=6.0))
        matrices = pad[1:].reshape(-1, 3, 3)

        assert (np.linalg.eigvalsh(matrices) > -1e-9).all()
        assert np.sqrt(matrices[:, 0, 0]).sum() == pytest.approx(6.0, abs=1.0)


class TestLowestPoints:
    FORMS = np.array(
        [
            [[9.0, 0, 0], [0, 36, 0], [0, 0, 16]],
            [[16.0, 0, 0], [0, 10, 4], [0, 4, 12]],
        ]
    )
    PAD = np.concatenate([np.array([[0.5, 14.0, 1.0]]), FORMS.reshape(-1, 3)])[None]

    def frame(self, seed: int = 0) -> np.ndarray:
        angles = np.random.default_rng(seed).uniform(-1, 1, 3)
        return rotation(2, angles[2]) @ rotation(0, angles[0] - 0.8) @ rotation(1, angles[1])

    def test_no_point_of_the_sum_is_lower(self) -> None:
        frame = self.frame()
        ball = np.random.default_rng(1).normal(size=(200000, 3))
        ball /= np.linalg.norm(ball, axis=1, keepdims=True)
        each = [ball @ np.linalg.cholesky(form).T @ frame.T for form in self.FORMS]
        lowest = (frame @ self.PAD[0, 0])[2] + sum(float(e[:, 2].min()) for e in each)

        point, _ = lowest_points(self.PAD, frame[None], np.zeros((1, 3)))

        assert point[0, 2] <= lowest + 1e-9
        assert point[0, 2] == pytest.approx(lowest, abs=0.01)

    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_rolling_matches_a_small_turn(self, axis: int) -> None:
        frame, small = self.frame(3), 1e-6
        turned = rotation(axis, small) @ frame
        point, rolling = lowest_points(self.PAD, frame[None], np.zeros((1, 3)))
        moved, _ = lowest_points(self.PAD, turned[None], np.zeros((1, 3)))
        way = np.eye(3)[axis]

        expected = np.cross(way, point[0]) - rolling[0] @ [-way[1], way[0], 0.0]

        np.testing.assert_allclose((moved - point)[0] / small, expected, atol=1e-3)
