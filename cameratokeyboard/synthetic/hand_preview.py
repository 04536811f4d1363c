"""A plain picture of posed hands over a key grid, to look at while working on hands.

Triangles are drawn far to near (painter's algorithm) and shaded by one lamp; the renderer of the
clips is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray
from cameratokeyboard.synthetic.datatypes import PART_FOREARM, PART_NAIL, PosedHand

#: Keyboard of the drawn grid in mm: 15 x 5 keys of 18.5 mm.
_PITCH_MM, _COLUMNS, _ROWS = 18.5, 15, 5
_SKIN, _NAIL, _SLEEVE = (150.0, 175.0, 215.0), (190.0, 200.0, 245.0), (140.0, 165.0, 200.0)
_LAMP = np.array([-0.35, 0.45, 0.82])


def look_at(
    distance_mm: float, pitch_deg: float, azimuth_deg: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Rotation (3, 3) mm -> camera and translation (3,) of a camera that looks at the mat's centre.

    azimuth_deg: 0 across the mat facing the typist, 180 behind the typist.
    """
    pitch, azimuth = np.radians(pitch_deg), np.radians(azimuth_deg)
    forward = -np.array(
        [np.sin(azimuth) * np.cos(pitch), np.cos(azimuth) * np.cos(pitch), np.sin(pitch)]
    )
    right = np.array([-np.cos(azimuth), np.sin(azimuth), 0.0])
    rotation = np.stack([right, np.cross(forward, right), forward])
    return rotation, np.array([0.0, 0.0, distance_mm])


def draw_hands(
    hands: Sequence[PosedHand],
    size_wh: tuple[int, int] = (1280, 720),
    distance_mm: float = 450.0,
    pitch_deg: float = 30.0,
    azimuth_deg: float = 0.0,
    hfov_deg: float = 65.0,
    keypoints: bool = False,
) -> ImageArray:
    """(H, W, 3) uint8 BGR picture of the hands, seen from where the camera usually stands."""
    width, height = size_wh
    rotation, translation = look_at(distance_mm, pitch_deg, azimuth_deg)
    focal = width / 2 / np.tan(np.radians(hfov_deg / 2))

    def project(points: FloatArray) -> tuple[FloatArray, FloatArray]:
        seen = points @ rotation.T + translation
        depth = np.maximum(seen[:, 2], 1.0)
        return seen[:, :2] / depth[:, None] * focal + np.array([width / 2, height / 2]), depth

    image = np.full((height, width, 3), 60, np.uint8)
    _draw_paper(image, project)
    camera = -rotation.T @ translation
    triangles, depths, colours = [np.zeros((0, 3, 2))], [np.zeros(0)], [np.zeros((0, 3))]
    for hand in hands:
        faces = hand.mesh.faces
        pixels, depth = project(hand.vertices_mm)
        corners = hand.vertices_mm[faces]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        front = np.einsum("fi,fi->f", normal, camera - corners[:, 0]) > 0
        faces = faces[front]
        triangles.append(pixels[faces])
        depths.append(depth[faces].mean(axis=1))
        colours.append(_colours(hand)[faces].mean(axis=1))
    order = np.argsort(-np.concatenate(depths))
    fixed = np.round(np.concatenate(triangles)[order] * 16).astype(np.int32)
    for corners_px, colour in zip(fixed, np.concatenate(colours)[order], strict=True):
        cv2.fillConvexPoly(image, corners_px, colour.tolist(), cv2.LINE_8, shift=4)
    if keypoints:
        for hand in hands:
            pixels, _ = project(hand.keypoints_mm.reshape(-1, 3))
            for index, (x, y) in enumerate(pixels):
                dot = ((0, 0, 255), (0, 200, 0), (255, 80, 0))[index % 3]
                cv2.circle(image, (round(float(x)), round(float(y))), 3, dot, -1, cv2.LINE_AA)
    return image


def _colours(hand: PosedHand) -> FloatArray:
    """(V, 3) BGR 0..255, shaded."""
    part = hand.mesh.part[:, None]
    base = np.where(part == PART_NAIL, _NAIL, np.where(part == PART_FOREARM, _SLEEVE, _SKIN))
    light = 0.3 + 0.7 * np.clip(hand.normals @ (_LAMP / np.linalg.norm(_LAMP)), 0, 1)
    return np.asarray(base * light[:, None])


def _draw_paper(image: ImageArray, project: object) -> None:
    """The sheet and its key grid."""
    assert callable(project)
    sheet = np.array([[-148.5, -105, 0], [148.5, -105, 0], [148.5, 105, 0], [-148.5, 105, 0]])
    corners = np.round(project(sheet)[0]).astype(np.int32)
    cv2.fillConvexPoly(image, corners, (235, 235, 235), cv2.LINE_AA)
    half_w, half_h = _PITCH_MM * _COLUMNS / 2, _PITCH_MM * _ROWS / 2
    lines = [
        [[-half_w, -half_h + r * _PITCH_MM, 0], [half_w, -half_h + r * _PITCH_MM, 0]]
        for r in range(_ROWS + 1)
    ] + [
        [[-half_w + c * _PITCH_MM, -half_h, 0], [-half_w + c * _PITCH_MM, half_h, 0]]
        for c in range(_COLUMNS + 1)
    ]
    for line in lines:
        a, b = np.round(project(np.array(line))[0]).astype(int).tolist()
        cv2.line(image, a, b, (150, 150, 150), 1, cv2.LINE_AA)
