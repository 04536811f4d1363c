"""A pinhole camera, two hands and what a detector would say of them."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import Detections, Frame, MatPose

#: Resting tips in mm (x, y, z), as FINGER_NAMES: home row, thumbs over the space bar.
HOME = np.array(
    [
        [-98, -6, 0],
        [-79, -1, 0],
        [-60, 0, 0],
        [-41, -3, 0],
        [-24, -38, 0],
        [-4, -38, 0],
        [13, -3, 0],
        [32, 0, 0],
        [51, -1, 0],
        [70, -6, 0],
    ],
    float,
)
SIZE_WH = (1280, 720)


class Camera:
    """Looks at the keyboard's middle; yaw 0 faces the typist from across the mat, 180 is behind."""

    def __init__(self, pitch_deg: float = 30.0, yaw_deg: float = 0.0, distance_mm: float = 480.0):
        pitch, yaw = np.deg2rad(pitch_deg), np.deg2rad(yaw_deg)
        way = np.array([np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)])
        forward = -way
        right = np.cross(forward, [0, 0, 1.0])
        right /= np.linalg.norm(right)
        self.rotation = np.stack([right, np.cross(forward, right), forward])
        self.translation = -self.rotation @ (way * distance_mm)
        self.focal = 1000.0

    def project(self, points_mm: np.ndarray) -> np.ndarray:
        cam = points_mm @ self.rotation.T + self.translation
        return cam[:, :2] / cam[:, 2:] * self.focal + np.array(SIZE_WH) / 2

    def mat(self, generation: int = 0) -> MatPose:
        intrinsics = np.array(
            [[self.focal, 0, SIZE_WH[0] / 2], [0, self.focal, SIZE_WH[1] / 2], [0, 0, 1.0]]
        )
        matrix = intrinsics @ np.column_stack(
            [self.rotation[:, 0], self.rotation[:, 1], self.translation]
        )
        matrix /= matrix[2, 2]
        corners = np.array([[-124, 75, 0], [124, 75, 0], [124, -75, 0], [-124, -75, 0]], float)
        return MatPose(
            px_to_mm=np.linalg.inv(matrix),
            mm_to_px=matrix,
            markers_px=self.project(corners),
            markers_seen=np.ones(4, bool),
            error_mm=0.3,
            generation=generation,
        )


def frame(t_s: float) -> Frame:
    """A picture nobody looks at."""
    return Frame(np.zeros((4, 4, 3), np.uint8), t_s, round(t_s * 1000))


def detections(
    px: np.ndarray,
    thumb: np.ndarray | None = None,
    confidence: np.ndarray | None = None,
    size_px: float = 40.0,
) -> Detections:
    """Boxes around (N, 2) contact points."""
    n = len(px)
    thumb = np.zeros(n, bool) if thumb is None else np.asarray(thumb)
    keypoints = np.full((n, 3, 3), np.nan, np.float32)
    keypoints[:, :, 2] = 0
    keypoints[:, 0, :2] = px
    keypoints[:, 0, 2] = 1
    half = np.full((n, 2), size_px / 2)
    return Detections(
        xyxy=np.concatenate([px - half, px + half], axis=1).astype(np.float32),
        class_id=np.where(thumb, 1, 0),
        confidence=np.asarray(
            np.full(n, 0.9) if confidence is None else confidence, dtype=np.float32
        ),
        keypoints=keypoints,
        image_wh=SIZE_WH,
    )


def see(
    camera: Camera,
    tips_mm: np.ndarray,
    hide: tuple[int, ...] = (),
    noise_px: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Detections:
    """What a detector says of these tips (10, 3), shuffled, without the hidden fingers."""
    rng = rng or np.random.default_rng(0)
    shown = np.array([i for i in range(10) if i not in hide], int)
    shown = rng.permutation(shown) if len(shown) else shown
    px = camera.project(tips_mm[shown]) + rng.normal(0, 1, (len(shown), 2)) * noise_px
    return detections(px, np.isin(shown, (4, 5)))


def truth_px(camera: Camera, tips_mm: np.ndarray) -> np.ndarray:
    """Where the ten tips are in the picture."""
    return camera.project(tips_mm)
