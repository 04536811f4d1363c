from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.synthetic.subdivide import catmull_clark, triangulate

CUBE = np.array([[x, y, z] for x in (-1.0, 1) for y in (-1.0, 1) for z in (-1.0, 1)])
CUBE_FACES = np.array(
    [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
)


def sheet(side: int = 4) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0))
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    first = (np.arange(side)[:, None] * (side + 1) + np.arange(side)).ravel()
    faces = np.stack([first, first + 1, first + side + 2, first + side + 1], axis=1)
    return points, faces


class TestCatmullClark:
    def test_cube_gives_one_vertex_a_corner_edge_and_face(self) -> None:
        points, _, quads = catmull_clark(CUBE, np.zeros((8, 1)), CUBE_FACES)

        assert points.shape == (8 + 12 + 6, 3)
        assert quads.shape == (24, 4)

    def test_cube_corner_moves_to_the_published_place(self) -> None:
        points, _, _ = catmull_clark(CUBE, np.zeros((8, 1)), CUBE_FACES)

        np.testing.assert_allclose(np.abs(points[:8]), 5 / 9)

    def test_triangles_become_quads(self) -> None:
        points = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
        faces = np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]])

        _, _, quads = catmull_clark(points, np.zeros((4, 1)), faces)

        assert quads.shape == (12, 4)

    def test_flat_open_sheet_stays_flat_with_its_border_straight(self) -> None:
        points, faces = sheet()

        finer, _, _ = catmull_clark(points, np.zeros((len(points), 1)), faces)

        assert np.abs(finer[:, 2]).max() == 0
        border = finer[(finer[:, 1] < 0.05) & (finer[:, 0] > 0.3) & (finer[:, 0] < 3.7)]
        assert len(border) >= 5
        np.testing.assert_allclose(border[:, 1], 0, atol=1e-12)

    def test_attributes_are_means_of_their_neighbours(self) -> None:
        attributes = np.arange(8.0)[:, None]

        _, carried, _ = catmull_clark(CUBE, attributes, CUBE_FACES)

        np.testing.assert_array_equal(carried[:8], attributes)
        np.testing.assert_allclose(carried[-6:, 0], attributes[CUBE_FACES, 0].mean(axis=1))

    def test_faces_keep_their_outside(self) -> None:
        points, _, quads = catmull_clark(CUBE, np.zeros((8, 1)), CUBE_FACES)

        corner = points[quads]
        normal = np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1])
        assert (np.einsum("fi,fi->f", normal, corner.mean(axis=1)) > 0).all()


class TestTriangulate:
    def test_quad_is_cut_along_its_shorter_diagonal(self) -> None:
        kite = np.array([[0.0, 0, 0], [1, -3, 0], [2, 0, 0], [1, 3, 0]])

        triangles = triangulate(kite, np.array([[0, 1, 2, 3]]))

        shared = set(triangles[0]) & set(triangles[1])
        assert shared == {0, 2}

    @pytest.mark.parametrize("corners", [3, 4])
    def test_result_is_always_triangles(self, corners: int) -> None:
        faces = CUBE_FACES[:, :corners]

        assert triangulate(CUBE, faces).shape[1] == 3
