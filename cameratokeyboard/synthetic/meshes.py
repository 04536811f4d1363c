"""Triangle meshes of the scene's things: sheets, tubes, boxes, turned shapes. All in mm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray
from cameratokeyboard.synthetic.datatypes import PART_FINGER, PART_NAIL, HandMesh, PosedHand


@dataclass(frozen=True, eq=False)
class Mesh:
    """V vertices, F triangles, in the world's mm.

    positions, normals: (V, 3). uv: (V, 2). faces: (F, 3). rest: (V, 3) coordinates that the
    procedural grain sticks to. attributes: (V, 4) free use by shaders.
    """

    positions: FloatArray
    normals: FloatArray
    uv: FloatArray
    faces: IntArray
    rest: FloatArray
    attributes: FloatArray

    def interleaved(self) -> FloatArray:
        """(V, 15) float32: position, normal, uv, rest, attributes, as the shaders read them."""
        parts = (self.positions, self.normals, self.uv, self.rest, self.attributes)
        return np.ascontiguousarray(np.concatenate(parts, axis=1), np.float32)


def vertex_normals(positions: FloatArray, faces: IntArray) -> FloatArray:
    """(V, 3) unit normals, faces weighted by area."""
    corners = positions[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sums = np.stack(
        [
            np.bincount(faces.ravel(), np.repeat(normals[:, axis], 3), len(positions))
            for axis in range(3)
        ],
        axis=1,
    )
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9))


def make_mesh(
    positions: FloatArray, faces: IntArray, uv: FloatArray, rest: FloatArray | None = None
) -> Mesh:
    """A mesh with computed normals and plain attributes."""
    return Mesh(
        positions,
        vertex_normals(positions, faces),
        uv,
        faces,
        positions if rest is None else rest,
        np.zeros((len(positions), 4)),
    )


def join(meshes: list[Mesh]) -> Mesh:
    """Several meshes as one."""
    offsets = np.cumsum([0] + [len(m.positions) for m in meshes[:-1]])
    return Mesh(
        np.concatenate([m.positions for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.uv for m in meshes]),
        np.concatenate([m.faces + o for m, o in zip(meshes, offsets, strict=True)]),
        np.concatenate([m.rest for m in meshes]),
        np.concatenate([m.attributes for m in meshes]),
    )


def _grid_faces(columns: int, rows: int) -> IntArray:
    index = np.arange(columns * rows).reshape(rows, columns)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, 1:].ravel(), index[1:, :-1].ravel()
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def sheet(
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    height: Callable[[FloatArray, FloatArray], FloatArray] | float = 0.0,
    cells: tuple[int, int] = (24, 24),
) -> Mesh:
    """A level sheet; ``height`` gives z in mm at (x, y); uv are x, y in mm."""
    xs = np.linspace(*x_range, cells[0] + 1)
    ys = np.linspace(*y_range, cells[1] + 1)
    x, y = (a.ravel() for a in np.meshgrid(xs, ys))
    z = height(x, y) if callable(height) else np.full_like(x, height)
    positions = np.stack([x, y, z], axis=1)
    faces = _grid_faces(len(xs), len(ys))
    return make_mesh(positions, faces, positions[:, :2].copy())


def tube(centres: FloatArray, radii: FloatArray, sides: int = 20, spin: float = 0.0) -> Mesh:
    """A round tube along (N, 3) centres with (N,) or (N, 2) radii; uv are angle/2pi and mm along.

    With two radii the section is an ellipse, the first one level, the second one upright. spin
    shifts the texture's seam, in turns.
    """
    centres = np.asarray(centres, float)
    radii = np.broadcast_to(np.asarray(radii, float).reshape(len(centres), -1), (len(centres), 2))
    tangent = np.gradient(centres, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    side = _carried_side(tangent)
    up = np.cross(side, tangent)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    ring = (
        side[:, None] * np.cos(angle)[None, :, None] * radii[:, :1, None]
        + up[:, None] * np.sin(angle)[None, :, None] * radii[:, 1:, None]
    )
    positions = (centres[:, None] + ring).reshape(-1, 3)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(centres, axis=0), axis=1))])
    u, w = np.meshgrid(angle / (2 * np.pi) + spin, along)
    mesh = make_mesh(
        positions, _grid_faces(sides + 1, len(centres)), np.stack([u.ravel(), w.ravel()], 1)
    )
    normals = (ring / np.linalg.norm(ring, axis=2, keepdims=True)).reshape(-1, 3)
    return Mesh(mesh.positions, normals, mesh.uv, mesh.faces, mesh.rest, mesh.attributes)


def _carried_side(tangent: FloatArray) -> FloatArray:
    """(N, 3) unit vectors across (N, 3) tangents, level at the start, carried along untwisted."""
    first = np.cross(tangent[0], [0.0, 0.0, 1.0])
    if np.linalg.norm(first) < 0.15:
        first = np.array([1.0, 0.0, 0.0])
    side = np.empty_like(tangent)
    for k, way in enumerate(tangent):
        turned_side = first - (first @ way) * way
        if np.linalg.norm(turned_side) > 1e-6:
            first = turned_side / np.linalg.norm(turned_side)
        side[k] = first
    return side


def box(centre: FloatArray, size: FloatArray, yaw_deg: float = 0.0) -> Mesh:
    """A box standing at centre (its middle); uv run 0..1 over each face."""
    half = np.asarray(size, float) / 2
    turn = np.deg2rad(yaw_deg)
    rotation = np.array(
        [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
    )
    corners: list[FloatArray] = []
    uv: list[FloatArray] = []
    faces: list[list[int]] = []
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)
    for axis in range(3):
        for sign in (-1.0, 1.0):
            face = np.zeros((4, 3))
            face[:, axis] = sign
            face[:, [(axis + 1) % 3, (axis + 2) % 3]] = square
            faces += [
                [len(faces) * 2 + k for k in (0, 1, 2)],
                [len(faces) * 2 + k for k in (0, 2, 3)],
            ]
            corners.append(face * half)
            uv.append(square * 0.5 + 0.5)
    positions = np.concatenate(corners) @ rotation.T + np.asarray(centre, float)
    return make_mesh(positions, np.array(faces), np.concatenate(uv))


def turned(profile: FloatArray, centre: FloatArray, sides: int = 32) -> Mesh:
    """A shape of revolution about the vertical: (N, 2) profile of radius and height in mm."""
    profile = np.asarray(profile, float)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    xy = profile[:, None, :1] * ring[None]
    z = np.broadcast_to(profile[:, None, 1:], (*xy.shape[:2], 1))
    positions = np.concatenate([xy, z], axis=2).reshape(-1, 3) + np.asarray(centre, float)
    u, w = np.meshgrid(angle / (2 * np.pi), np.linspace(0, 1, len(profile)))
    return make_mesh(
        positions, _grid_faces(sides + 1, len(profile)), np.stack([u.ravel(), w.ravel()], 1)
    )


def from_hand(posed: PosedHand) -> Mesh:
    """A posed hand as a mesh whose attributes are part, finger, mm from the end and dorsal."""
    source = posed.mesh
    attributes = _hand_attributes(source)
    return Mesh(
        posed.vertices_mm,
        posed.normals,
        np.zeros((len(source.rest_mm), 2)),
        source.faces,
        source.rest_mm,
        attributes,
    )


@lru_cache(maxsize=8)
def _hand_attributes(mesh: HandMesh) -> FloatArray:
    """(V, 4) part, finger, mm from the end and dorsal; nails with a rim smoothed over the mesh.

    A nail that ends at vertices has a jagged rim: its mask is spread to the neighbours, so that
    the half-way line between 2 (finger) and 3 (nail) is smooth.
    """
    nail = (mesh.part == PART_NAIL).astype(float)
    ends = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]])
    count = np.bincount(ends.ravel(), minlength=len(nail)) + 1.0
    for _ in range(3):
        spread = np.bincount(ends[:, 0], nail[ends[:, 1]], len(nail))
        spread += np.bincount(ends[:, 1], nail[ends[:, 0]], len(nail))
        nail = (nail + spread) / count
    on_finger = mesh.part >= PART_FINGER
    part = np.where(on_finger, PART_FINGER + nail, mesh.part)
    distance = np.minimum(mesh.tip_distance_mm, 500.0)
    return np.stack([part, mesh.finger, distance, mesh.dorsal], axis=1).astype(float)
