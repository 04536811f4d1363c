"""What a hand mesh brings with it before it is sized: the common form of every mesh source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray
from cameratokeyboard.errors import SimulationError

#: Bones of every hand: forearm, hand, then three a finger, thumb to pinky. The thumb's first bone
#: is its metacarpal, that of the other fingers the proximal phalanx.
FOREARM, HAND = 0, 1
BONE_COUNT = 17
MIDDLE_FINGER = 2
FINGERS = 5


def bone_of(finger: int, segment: int) -> int:
    """Bone index of a finger's (0 thumb .. 4 pinky) first, second or last segment (0..2)."""
    return 2 + 3 * finger + segment


@dataclass(frozen=True, eq=False)
class SourceHand:
    """A right hand with forearm in its source's rest pose; any frame of reference, mm.

    vertices: (V, 3). faces: (F, 3) or (F, 4), counterclockwise seen from outside. weights:
    (V, BONE_COUNT) skinning weights, rows sum to 1. heads: (BONE_COUNT, 3) joint where each bone
    starts; for the forearm the elbow, for the hand the wrist. tips: (5, 3) end of each finger's
    last bone. dorsal: (5, 3) unit vectors from the nail outwards. nail: (V,) 0..1 nail mask.
    """

    vertices: FloatArray
    faces: IntArray
    weights: FloatArray
    heads: FloatArray
    tips: FloatArray
    dorsal: FloatArray
    nail: FloatArray


def unit(vectors: FloatArray) -> FloatArray:
    """Vectors (..., 3) scaled to length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cross products (..., 3); several times faster than numpy's for the short arrays here."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def rotation(axis: int, angle: FloatArray) -> FloatArray:
    """(..., 3, 3) right-handed rotations about x (0), y (1) or z (2) by ``angle`` radians."""
    angle = np.asarray(angle, float)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros((*angle.shape, 3, 3))
    matrix[..., axis, axis] = 1.0
    matrix[..., first, first] = matrix[..., second, second] = np.cos(angle)
    matrix[..., second, first] = np.sin(angle)
    matrix[..., first, second] = -matrix[..., second, first]
    return matrix


def vertex_normals(vertices: FloatArray, faces: IntArray) -> FloatArray:
    """(V, 3) unit normals, weighted by area; faces (F, 3) or (F, 4) counterclockwise."""
    corners = vertices[faces]
    if faces.shape[1] == 4:
        face_normals = cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    else:
        face_normals = cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(vertices)
    for corner in range(faces.shape[1]):
        for axis in range(3):
            total[:, axis] += np.bincount(
                faces[:, corner], face_normals[:, axis], minlength=len(vertices)
            )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return total / np.where(length > 0, length, 1)


def to_hand_frame(source: SourceHand) -> SourceHand:
    """Turn a source into the hand's own frame of reference.

    Origin at the wrist, y towards the middle knuckle, x from the index to the pinky side, z out of
    the back of the hand: a right hand lying palm down with the fingers pointing away.
    Raises SimulationError when the mesh is a left hand or its joints are in the wrong order.
    """
    wrist = source.heads[HAND]
    forward = unit(source.heads[bone_of(MIDDLE_FINGER, 0)] - wrist)
    across = source.heads[bone_of(4, 0)] - source.heads[bone_of(1, 0)]
    up = unit(cross(across, forward))
    axes = np.stack([cross(forward, up), forward, up])
    dorsal = source.dorsal @ axes.T
    if np.mean(dorsal[1:, 2]) <= 0:
        raise SimulationError(
            "the hand mesh should be a right hand with its nails on the back; "
            "its nails point to the palm side; clear the cache and fetch the mesh again"
        )
    return SourceHand(
        vertices=(source.vertices - wrist) @ axes.T,
        faces=source.faces,
        weights=source.weights,
        heads=(source.heads - wrist) @ axes.T,
        tips=(source.tips - wrist) @ axes.T,
        dorsal=dorsal,
        nail=source.nail,
    )
