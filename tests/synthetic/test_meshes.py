"""Meshes of the scene's things."""

from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.meshes import box, join, sheet, tube, turned


def _radial_share(centres: FloatArray, positions: FloatArray, sides: int) -> FloatArray:
    rings = positions.reshape(len(centres), sides + 1, 3)
    return np.linalg.norm(rings - centres[:, None], axis=2)


class TestSheet:
    def test_height_is_applied_and_normals_point_up(self) -> None:
        mesh = sheet((-10, 10), (-5, 5), lambda x, y: 0.1 * x, (4, 4))
        assert mesh.positions[:, 2] == pytest.approx(0.1 * mesh.positions[:, 0])
        assert (np.abs(mesh.normals[:, 2]) > 0.9).all()

    def test_uv_are_millimetres(self) -> None:
        mesh = sheet((-10, 10), (-5, 5))
        assert mesh.uv == pytest.approx(mesh.positions[:, :2])


class TestTube:
    def test_keeps_its_radius_round_a_sharp_bend(self) -> None:
        centres = np.array([[0, 0, 0], [0, -50, 0], [0, -100, 5], [0, -70, 60], [0, -40, 120.0]])
        mesh = tube(centres, np.full(5, 7.0), sides=12)
        assert _radial_share(centres, mesh.positions, 12) == pytest.approx(7.0)

    def test_neighbouring_rings_are_not_twisted_against_each_other(self) -> None:
        centres = np.array([[0, 0, 0], [0, -50, 0], [0, -90, 20], [0, -80, 70], [0, -50, 120.0]])
        mesh = tube(centres, np.full(5, 7.0), sides=12)
        rings = mesh.positions.reshape(5, 13, 3) - centres[:, None]
        first = rings[:, 0] / np.linalg.norm(rings[:, 0], axis=1, keepdims=True)
        assert ((first[1:] * first[:-1]).sum(axis=1) > 0.3).all()

    def test_two_equal_places_do_not_give_nan(self) -> None:
        centres = np.array([[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 10, 0.0]])
        assert np.isfinite(tube(centres, np.full(4, 2.0)).positions).all()


class TestSolids:
    def test_box_spans_its_size(self) -> None:
        mesh = box(np.array([1.0, 2, 3]), np.array([10.0, 20, 30]))
        assert np.ptp(mesh.positions, axis=0) == pytest.approx([10, 20, 30])
        assert mesh.faces.max() == len(mesh.positions) - 1

    def test_turned_shape_stands_on_its_place(self) -> None:
        mesh = turned(np.array([[5.0, 0], [5, 10]]), np.array([1.0, 1, 2]), sides=8)
        assert mesh.positions[:, 2].min() == pytest.approx(2)
        radius = np.linalg.norm(mesh.positions[:, :2] - 1, axis=1)
        assert radius == pytest.approx(5)

    def test_joined_faces_point_at_their_own_vertices(self) -> None:
        one = box(np.zeros(3), np.ones(3))
        two = box(np.array([5.0, 0, 0]), np.ones(3))
        both = join([one, two])
        corners = both.positions[both.faces]
        assert np.ptp(corners[..., 0], axis=1).max() <= 1.0 + 1e-9
