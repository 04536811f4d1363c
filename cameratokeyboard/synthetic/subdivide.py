"""Catmull-Clark subdivision of a mesh whose faces all have three or all have four corners."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray


def _edges(faces: IntArray) -> tuple[IntArray, IntArray]:
    """Unique edges (E, 2) and, for each face and corner, the edge to the next corner (F, k)."""
    pairs = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1)
    ordered = np.sort(pairs.reshape(-1, 2), axis=1)
    edges, inverse = np.unique(ordered, axis=0, return_inverse=True)
    return edges, inverse.reshape(faces.shape)


def _sum_at(index: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Sum rows of ``values`` (N, C) into ``count`` bins."""
    return np.stack(
        [np.bincount(index, values[:, c], minlength=count) for c in range(values.shape[1])], axis=1
    )


def catmull_clark(
    positions: FloatArray, attributes: FloatArray, faces: IntArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """One step of Catmull-Clark (Catmull and Clark, 1978), crease rule on the border.

    positions: (V, 3), smoothed. attributes: (V, A), only interpolated: old vertices keep theirs.
    faces: (F, k). Returns the finer positions, attributes and quads (F * k, 4).
    """
    count, corners = len(positions), faces.shape[1]
    edges, face_edges = _edges(faces)
    face_points = positions[faces].mean(axis=1)
    middles = positions[edges].mean(axis=1)
    uses = np.bincount(face_edges.ravel(), minlength=len(edges))
    border = uses == 1

    beside = _sum_at(face_edges.ravel(), np.repeat(face_points, corners, axis=0), len(edges))
    edge_points = np.where(border[:, None], middles, (2 * middles + beside) / 4)

    degree = np.bincount(faces.ravel(), minlength=count).astype(float)
    degree[degree == 0] = 1
    around = _sum_at(faces.ravel(), np.repeat(face_points, corners, axis=0), count)
    edge_count = np.maximum(np.bincount(edges.ravel(), minlength=count), 1)
    spokes = _sum_at(edges.ravel(), np.repeat(middles, 2, axis=0), count) / edge_count[:, None]
    n = degree[:, None]
    moved = (around / n + 2 * spokes + (n - 3) * positions) / n

    rim = edges[border]
    rim_count = np.bincount(rim.ravel(), minlength=count)
    rim_sum = _sum_at(rim.ravel(), np.repeat(positions[rim].mean(axis=1), 2, axis=0), count)
    on_rim = rim_count > 0
    moved[on_rim] = positions[on_rim] / 2 + rim_sum[on_rim] / rim_count[on_rim, None] / 2

    edge_index = face_edges + count
    centre_index = np.arange(len(faces))[:, None] + count + len(edges)
    quads = np.stack(
        [faces, edge_index, np.broadcast_to(centre_index, faces.shape), np.roll(edge_index, 1, 1)],
        axis=-1,
    ).reshape(-1, 4)
    finer = np.concatenate([moved, edge_points, face_points])
    carried = np.concatenate(
        [attributes, attributes[edges].mean(axis=1), attributes[faces].mean(axis=1)]
    )
    return finer, carried, quads


def triangulate(positions: FloatArray, faces: IntArray) -> IntArray:
    """Split quads (F, 4) along their shorter diagonal; triangles pass through."""
    if faces.shape[1] == 3:
        return faces
    corner = positions[faces]
    first = np.linalg.norm(corner[:, 0] - corner[:, 2], axis=1)
    second = np.linalg.norm(corner[:, 1] - corner[:, 3], axis=1)
    turned = np.where((first <= second)[:, None], faces, np.roll(faces, -1, axis=1))
    return np.concatenate([turned[:, [0, 1, 2]], turned[:, [0, 2, 3]]])
