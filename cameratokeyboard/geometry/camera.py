"""Where the camera stands, told from the homography of a mat of known size.

The camera is taken for a pinhole with square pixels and its axis through the picture's middle.
"""

from __future__ import annotations

import cv2
import numpy as np

from cameratokeyboard.datatypes import CameraPose, FloatArray
from cameratokeyboard.geometry.homography import (
    apply_homography,
    fit_homography,
    quad_homographies,
)

#: Webcams and phones have 55-78 degrees across (docs/design.md, section 2).
TYPICAL_HFOV_DEG = 65.0
_MIN_HFOV_DEG, _MAX_HFOV_DEG = 40.0, 95.0
#: Spread of log(focal length) among cameras, for weighing the guess against the measurement.
_LOG_FOCAL_SD = 0.15


def focal_of_hfov(hfov_deg: float, width_px: int) -> float:
    """Focal length in px of a camera with this horizontal field of view."""
    return float(width_px / 2 / np.tan(np.radians(hfov_deg) / 2))


def intrinsics(focal_px: float, image_wh: tuple[int, int]) -> FloatArray:
    """(3, 3) camera matrix; the principal point is the middle of the outermost pixel centres."""
    width, height = image_wh
    return np.array([[focal_px, 0, (width - 1) / 2], [0, focal_px, (height - 1) / 2], [0, 0, 1]])


def axis_conditions(
    mm_to_px: FloatArray, image_wh: tuple[int, int]
) -> tuple[FloatArray, FloatArray]:
    """The conditions that the mat's axes are orthogonal and equally long, (..., 2) each.

    mm_to_px: (..., 3, 3). They read ``flat / focal_px**2 + deep = 0`` (Zhang 2000, section 2.3).
    """
    centred = np.array([[1, 0, -(image_wh[0] - 1) / 2], [0, 1, -(image_wh[1] - 1) / 2], [0, 0, 1]])
    g = centred @ mm_to_px
    across, along = g[..., 0], g[..., 1]
    flat = np.stack(
        [
            (across[..., :2] * along[..., :2]).sum(-1),
            ((across[..., :2] ** 2).sum(-1) - (along[..., :2] ** 2).sum(-1)) / 2,
        ],
        axis=-1,
    )
    deep = np.stack(
        [across[..., 2] * along[..., 2], (across[..., 2] ** 2 - along[..., 2] ** 2) / 2], axis=-1
    )
    return flat, deep


def estimate_focal(
    anchors_mm: FloatArray, anchors_px: FloatArray, image_wh: tuple[int, int], noise_px: float
) -> float:
    """Focal length in px, the measurement weighed against what cameras usually have.

    Straight from above, or when the mat's edges are nearly parallel in the picture, the conditions
    say nothing, their noise outweighs them, and the usual focal length is the answer.
    anchors: (4, 2) each. noise_px: uncertainty (SD) of an anchor in the picture.
    """
    guess = focal_of_hfov(TYPICAL_HFOV_DEG, max(image_wh))
    prior, prior_sd = guess**-2, 2 * _LOG_FOCAL_SD * guess**-2
    shifts = np.concatenate([np.zeros((1, 8)), np.eye(8), -np.eye(8)]) * max(noise_px, 0.02)
    matrices = quad_homographies(anchors_mm, anchors_px + shifts.reshape(-1, 4, 2))
    flat, deep = axis_conditions(matrices, image_wh)
    residual = flat * prior + deep
    variance = (((residual[1:9] - residual[9:]) / 2) ** 2).sum(axis=0)
    if not (np.all(np.isfinite(residual)) and np.all(variance > 0)):
        return guess
    precision = prior_sd**-2 + float((flat[0] ** 2 / variance).sum())
    measured = prior * prior_sd**-2 - float((flat[0] * deep[0] / variance).sum())
    low = focal_of_hfov(_MAX_HFOV_DEG, max(image_wh))
    high = focal_of_hfov(_MIN_HFOV_DEG, max(image_wh))
    return float(np.clip(measured / precision, high**-2, low**-2) ** -0.5)


def camera_pose(
    anchors_mm: FloatArray, anchors_px: FloatArray, image_wh: tuple[int, int], focal_px: float
) -> CameraPose | None:
    """The pose of a camera that sees the anchors (N, 2), N >= 4, at these places in px.

    None when no camera above the paper can see them so.
    """
    matrix = intrinsics(focal_px, image_wh)
    mm_to_px = fit_homography(np.asarray(anchors_mm, float), np.asarray(anchors_px, float))
    if mm_to_px is None:
        return None
    # The start comes from the homography itself: OpenCV 4's planar solver picks the mirror image of
    # the pose now and then when the mat is seen head on.
    axes = np.linalg.inv(matrix) @ mm_to_px
    scale = float(np.linalg.norm(axes[:, :2], axis=0).mean())
    axes = axes / scale
    left, _, right = np.linalg.svd(np.column_stack([axes[:, :2], np.cross(axes[:, 0], axes[:, 1])]))
    start = cv2.Rodrigues(left @ right)[0]
    flat = np.column_stack([anchors_mm, np.zeros(len(anchors_mm))]).astype(np.float64)
    pixels = np.ascontiguousarray(anchors_px, np.float64)
    try:
        turn, shift = cv2.solvePnPRefineLM(
            flat, pixels, matrix, None, start, axes[:, 2:].astype(np.float64)
        )
    except cv2.error:
        return None
    return pose_from(cv2.Rodrigues(turn)[0], np.asarray(shift, float).reshape(3), focal_px)


def pose_from(rotation: FloatArray, translation: FloatArray, focal_px: float) -> CameraPose | None:
    """A CameraPose of these axes; None when the camera would be under the paper."""
    position = -rotation.T @ translation
    if not np.all(np.isfinite(position)) or position[2] <= 0 or translation[2] <= 0:
        return None
    # The side of the mat that the picture's lower edge shows: told by the optical axis when the
    # camera looks across, by the picture's vertical axis when it looks straight down.
    near = rotation[1, :2] - rotation[2, :2]
    return CameraPose(
        rotation=rotation,
        translation=translation,
        focal_px=focal_px,
        yaw_deg=float(np.degrees(np.arctan2(near[0], near[1]))),
        pitch_deg=float(np.degrees(np.arcsin(np.clip(-rotation[2, 2], -1, 1)))),
        distance_mm=float(np.linalg.norm(position)),
    )


def camera_homography(camera: CameraPose, image_wh: tuple[int, int]) -> FloatArray:
    """(3, 3) mm -> px of the paper's plane as this camera sees it."""
    columns = np.column_stack([camera.rotation[:, :2], camera.translation])
    result: FloatArray = intrinsics(camera.focal_px, image_wh) @ columns
    return result


def project(camera: CameraPose, points_mm: FloatArray, image_wh: tuple[int, int]) -> FloatArray:
    """Map (..., 3) points in mm, z up from the paper, to (..., 2) px; NaN behind the camera."""
    seen = np.asarray(points_mm, float) @ camera.rotation.T + camera.translation
    centre = (np.array(image_wh, float) - 1) / 2
    depth = np.where(seen[..., 2:] > 1e-6, seen[..., 2:], np.nan)
    result: FloatArray = camera.focal_px * seen[..., :2] / depth + centre
    return result


def pose_error_px(
    anchors_mm: FloatArray, anchors_px: FloatArray, image_wh: tuple[int, int], noise_px: float
) -> float:
    """How far the nearest real camera's view is from these four anchors (RMS); inf without one.

    Four points always have a homography, but only few homographies have a camera: a wrong choice
    of points shows here by tens of pixels.
    """
    focal = estimate_focal(anchors_mm, anchors_px, image_wh, noise_px)
    pose = camera_pose(anchors_mm, anchors_px, image_wh, focal)
    if pose is None:
        return float("inf")
    flat = np.column_stack([anchors_mm, np.zeros(len(anchors_mm))])
    miss = project(pose, flat, image_wh) - anchors_px
    return float(np.sqrt((miss**2).sum(axis=1).mean()))


def mm_per_px(mm_to_px: FloatArray, point_mm: FloatArray) -> float:
    """Root mean square size of a pixel on the paper at a point (2,) mm."""
    step = np.array([[0, 0], [1, 0], [0, 1]], float) + np.asarray(point_mm, float)
    px = apply_homography(mm_to_px, step)
    slope = np.column_stack([px[1] - px[0], px[2] - px[0]])
    if not np.all(np.isfinite(slope)) or abs(np.linalg.det(slope)) < 1e-12:
        return float("inf")
    return float(np.linalg.norm(np.linalg.inv(slope)) / np.sqrt(2))
