"""Moving a hand's skin with its bones by dual quaternions (Kavan et al., 2007).

Linear blending makes bent finger joints collapse; dual quaternions keep their thickness.
"""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.hand_rig import HandRig
from cameratokeyboard.synthetic.hand_source import FOREARM, HAND, cross


def quaternions(matrices: FloatArray) -> FloatArray:
    """(N, 4) unit quaternions (w, x, y, z) of rotation matrices (N, 3, 3)."""
    m = matrices
    trace = np.trace(m, axis1=1, axis2=2)
    squares = np.stack([1 + trace] + [1 + 2 * m[:, i, i] - trace for i in range(3)], axis=1)
    products = np.stack(
        [
            np.stack(
                [
                    squares[:, 0],
                    m[:, 2, 1] - m[:, 1, 2],
                    m[:, 0, 2] - m[:, 2, 0],
                    m[:, 1, 0] - m[:, 0, 1],
                ],
                axis=1,
            ),
            np.stack(
                [
                    m[:, 2, 1] - m[:, 1, 2],
                    squares[:, 1],
                    m[:, 1, 0] + m[:, 0, 1],
                    m[:, 0, 2] + m[:, 2, 0],
                ],
                axis=1,
            ),
            np.stack(
                [
                    m[:, 0, 2] - m[:, 2, 0],
                    m[:, 1, 0] + m[:, 0, 1],
                    squares[:, 2],
                    m[:, 2, 1] + m[:, 1, 2],
                ],
                axis=1,
            ),
            np.stack(
                [
                    m[:, 1, 0] - m[:, 0, 1],
                    m[:, 0, 2] + m[:, 2, 0],
                    m[:, 2, 1] + m[:, 1, 2],
                    squares[:, 3],
                ],
                axis=1,
            ),
        ],
        axis=1,
    )
    best = squares.argmax(axis=1)
    chosen = products[np.arange(len(m)), best]
    return np.asarray(chosen / np.linalg.norm(chosen, axis=1, keepdims=True))


def _multiply(a: FloatArray, b: FloatArray) -> FloatArray:
    """Quaternion products (N, 4)."""
    w = a[:, :1] * b[:, :1] - (a[:, 1:] * b[:, 1:]).sum(axis=1, keepdims=True)
    v = a[:, :1] * b[:, 1:] + b[:, :1] * a[:, 1:] + cross(a[:, 1:], b[:, 1:])
    return np.concatenate([w, v], axis=1)


def skin(rig: HandRig, frames: FloatArray, starts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Vertices (V, 3) mm and unit normals (V, 3) of a rig whose bones stand as given.

    frames: (17, 3, 3) axes of the bones, starts: (17, 3) mm (see ``bone_frames``).
    """
    turns = frames @ rig.frames.swapaxes(1, 2)
    pivots = rig.heads.copy()
    pivots[FOREARM] = rig.heads[HAND]
    shifts = starts - np.einsum("bij,bj->bi", turns, pivots)
    real = quaternions(turns)
    real[(real @ real[HAND]) < 0] *= -1
    dual = 0.5 * _multiply(np.concatenate([np.zeros((len(real), 1)), shifts], axis=1), real)

    blended = rig.weights @ np.concatenate([real, dual], axis=1)
    blended /= np.linalg.norm(blended[:, :4], axis=1, keepdims=True)
    w, v = blended[:, :1], blended[:, 1:4]
    dw, dv = blended[:, 4:5], blended[:, 5:]
    move = 2 * (w * dv - dw * v + cross(v, dv))

    def turned(vectors: FloatArray) -> FloatArray:
        return np.asarray(vectors + 2 * cross(v, cross(v, vectors) + w * vectors))

    return turned(rig.mesh.rest_mm) + move, turned(rig.normals)
