"""A plain hand of tubes, so that posing is tested without any fetched mesh."""

from __future__ import annotations

import importlib.util

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.hand_source import BONE_COUNT, FINGERS, FOREARM, HAND, SourceHand

HAS_ANNY = importlib.util.find_spec("anny") is not None

_SIDES = 12
_KNUCKLES_MM = np.array([[-25, 30, -8], [-26, 95, 0], [0, 98, 0], [20, 94, 0], [38, 85, -3.0]])
_WAYS = np.array(
    [[-0.55, 0.75, -0.25], [-0.1, 1, -0.2], [0, 1, -0.2], [0.1, 1, -0.2], [0.2, 1, -0.2]]
)
_LENGTHS_MM = np.array([[42, 32, 27], [42, 25, 24], [46, 28, 25], [43, 27, 25], [33, 20, 22.0]])
_RADII_MM = np.array([10.0, 8.5, 8.5, 8.0, 7.0])

#: Pads of a right hand at rest over home keys, thumb to pinky, and its wrist, in mm.
HOME_PADS_MM = np.array([[14, -40, 6], [18.5, 0, 3], [37, 3, 0], [55.5, 1, 2], [74, -7, 4.0]])
HOME_WRIST_MM = np.array([60.0, -143.0, 26.0])
HOME_YAW_DEG = 10.0


def _tube(
    start: FloatArray, way: FloatArray, stops: FloatArray, radii: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Vertices and quads of a tube along ``way`` with one ring a stop, closed by a small ring."""
    way = way / np.linalg.norm(way)
    side = np.cross(way, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    up = np.cross(side, way)
    angle = np.arange(_SIDES) / _SIDES * 2 * np.pi
    ring = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * up
    vertices = np.concatenate(
        [start + way * s + ring * r for s, r in zip(stops, radii, strict=True)]
    )
    quads = []
    for k in range(len(stops) - 1):
        for i in range(_SIDES):
            j = (i + 1) % _SIDES
            quads.append(
                [k * _SIDES + i, k * _SIDES + j, (k + 1) * _SIDES + j, (k + 1) * _SIDES + i]
            )
    return vertices, np.array(quads)[:, ::-1]


def toy_source() -> SourceHand:
    """A right hand with forearm whose fingers are round tubes, in the hand's own frame, mm."""
    parts, faces, weights, nails = [], [], [], []
    heads = np.zeros((BONE_COUNT, 3))
    heads[FOREARM] = [0.0, -240.0, 0.0]
    tips, dorsal = np.zeros((FINGERS, 3)), np.zeros((FINGERS, 3))
    count = 0

    def add(vertices: FloatArray, quads: FloatArray, weight: FloatArray, nail: FloatArray) -> None:
        nonlocal count
        parts.append(vertices)
        faces.append(quads + count)
        weights.append(weight)
        nails.append(nail)
        count += len(vertices)

    arm_stops = np.linspace(-200, 0, 9)
    body, quads = _tube(np.zeros(3), np.array([0, 1.0, 0]), arm_stops, np.full(9, 24.0))
    rows = np.zeros((len(body), BONE_COUNT))
    rows[:, FOREARM] = 1.0
    add(body, quads, rows, np.zeros(len(body)))
    palm_stops = np.linspace(0, 96, 9)
    body, quads = _tube(np.zeros(3), np.array([0, 1.0, 0]), palm_stops, np.full(9, 16.0))
    body[:, 0] *= 2.5
    rows = np.zeros((len(body), BONE_COUNT))
    rows[:, HAND] = 1.0
    add(body, quads, rows, np.zeros(len(body)))
    for finger in range(FINGERS):
        way = _WAYS[finger] / np.linalg.norm(_WAYS[finger])
        ends = np.cumsum(_LENGTHS_MM[finger])
        radius = _RADII_MM[finger]
        stops = np.concatenate(
            [np.linspace(0, ends[2] - radius, 16), ends[2] - radius * np.array([0.5, 0.2, 0.0])]
        )
        radii = np.concatenate([np.full(16, radius), radius * np.array([0.85, 0.6, 0.05])])
        body, quads = _tube(_KNUCKLES_MM[finger], way, stops, radii)
        along = (body - _KNUCKLES_MM[finger]) @ way
        segment = np.searchsorted(ends[:2], along)
        rows = np.zeros((len(body), BONE_COUNT))
        rows[np.arange(len(body)), 2 + 3 * finger + segment] = 1.0
        up = np.array([0.0, 0, 1]) - way[2] * way
        up /= np.linalg.norm(up)
        height = (body - _KNUCKLES_MM[finger]) @ up
        nail = (segment == 2) & (height > 0.7 * radius) & (along < ends[2] - 0.4 * radius)
        add(body, quads, rows, nail.astype(float))
        starts = np.concatenate([[0.0], ends[:2]])
        heads[2 + 3 * finger : 5 + 3 * finger] = _KNUCKLES_MM[finger] + starts[:, None] * way
        tips[finger] = _KNUCKLES_MM[finger] + ends[2] * way
        dorsal[finger] = up
    return SourceHand(
        vertices=np.concatenate(parts),
        faces=np.concatenate(faces),
        weights=np.concatenate(weights),
        heads=heads,
        tips=tips,
        dorsal=dorsal,
        nail=np.concatenate(nails),
    )
