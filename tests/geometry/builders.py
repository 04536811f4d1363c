"""Cameras, pictures and detections of a mat, made to order."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache

import cv2
import numpy as np

from cameratokeyboard.datatypes import MARKER, CameraPose, Detections, Frame, Layout
from cameratokeyboard.geometry.camera import camera_homography, focal_of_hfov, pose_from, project
from cameratokeyboard.geometry.homography import apply_homography
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.mat import picture

IMAGE_WH = (1280, 720)
_TEXTURE_PX_PER_MM = 8.0


def make_camera(
    *,
    yaw: float = 0.0,
    pitch: float = 32.0,
    distance: float = 420.0,
    hfov: float = 65.0,
    look_at: tuple[float, float] = (0.0, 0.0),
    roll: float = 0.0,
    image_wh: tuple[int, int] = IMAGE_WH,
) -> CameraPose:
    """A camera at this yaw (0 faces the typist), pitch and distance, aimed at a point in mm."""
    y, p, r = np.radians([yaw, pitch, roll])
    back = np.array([np.sin(y) * np.cos(p), np.cos(y) * np.cos(p), np.sin(p)])
    right = np.cross(-back, [0.0, 0.0, 1.0])
    right = right / np.linalg.norm(right)
    down = np.cross(-back, right)
    right, down = np.cos(r) * right + np.sin(r) * down, np.cos(r) * down - np.sin(r) * right
    rotation = np.stack([right, down, -back])
    position = np.array([*look_at, 0.0]) + back * distance
    pose = pose_from(rotation, -rotation @ position, focal_of_hfov(hfov, max(image_wh)))
    assert pose is not None
    return pose


@lru_cache(maxsize=8)
def _texture(name: str) -> np.ndarray:
    printed = picture(load_layout(name), _TEXTURE_PX_PER_MM, hints=False)
    return (20 + printed * (225 / 255)).astype(np.uint8)


def marker_texture(layout: Layout) -> np.ndarray:
    """(H, W) uint8: the printed mat of a shipped layout, _TEXTURE_PX_PER_MM."""
    return _texture(layout.name)


#: Pictures made lately; they are costly to make and many tests look at the same view.
_PICTURES: OrderedDict[tuple[object, ...], np.ndarray] = OrderedDict()
_KEPT = 24


def make_picture(
    layout: Layout,
    camera: CameraPose,
    *,
    image_wh: tuple[int, int] = IMAGE_WH,
    noise: float = 2.0,
    seed: int = 0,
    hidden: tuple[int, ...] = (),
) -> np.ndarray:
    """(H, W, 3) uint8, read-only: a shipped layout's mat on a grey table as the camera sees it.

    hidden: markers that are covered. The same arguments give the same picture.
    """
    view = (camera.rotation.tobytes(), camera.translation.tobytes(), camera.focal_px)
    key = (layout.name, view, image_wh, noise, seed, hidden)
    if key not in _PICTURES:
        picture_made = _shoot(_covered(layout, hidden), layout, camera, image_wh, noise, seed)
        picture_made.flags.writeable = False
        _PICTURES[key] = picture_made
    _PICTURES.move_to_end(key)
    while len(_PICTURES) > _KEPT:
        _PICTURES.popitem(last=False)
    return _PICTURES[key]


def _covered(layout: Layout, hidden: tuple[int, ...]) -> np.ndarray:
    paper = marker_texture(layout)
    if not hidden:
        return paper
    paper = paper.copy()
    scale = paper.shape[1] / layout.paper_mm[0]
    for index in hidden:
        place = layout.markers[index]
        middle = (
            round((place.xy_mm[0] + layout.paper_mm[0] / 2) * scale),
            round((layout.paper_mm[1] / 2 - place.xy_mm[1]) * scale),
        )
        cv2.circle(paper, middle, round(place.side_mm * scale), 150, -1)
    return paper


def _shoot(
    paper: np.ndarray,
    layout: Layout,
    camera: CameraPose,
    image_wh: tuple[int, int],
    noise: float,
    seed: int,
) -> np.ndarray:
    scale = paper.shape[1] / layout.paper_mm[0]
    to_mm = np.array(
        [
            [1 / scale, 0, -layout.paper_mm[0] / 2 + 0.5 / scale],
            [0, -1 / scale, layout.paper_mm[1] / 2 - 0.5 / scale],
            [0, 0, 1.0],
        ]
    )
    over = 2
    lift = np.array([[over, 0, (over - 1) / 2], [0, over, (over - 1) / 2], [0, 0, 1.0]])
    matrix = lift @ camera_homography(camera, image_wh) @ to_mm
    size = (image_wh[0] * over, image_wh[1] * over)
    big = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_LINEAR, borderValue=110)
    small = cv2.resize(big, image_wh, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small.astype(np.float32), (0, 0), 0.7)[..., None]
    grain = np.random.default_rng(seed).standard_normal((*small.shape[:2], 3), np.float32)
    return np.clip(small + noise * grain, 0, 255).astype(np.uint8)


def make_frame(image: np.ndarray, index: int = 0, fps: float = 30.0) -> Frame:
    return Frame(image, index / fps, index)


def marker_boxes(
    layout: Layout, camera: CameraPose, image_wh: tuple[int, int] = IMAGE_WH
) -> np.ndarray:
    """(4, 4) xyxy px of the markers in layout order."""
    boxes = []
    matrix = camera_homography(camera, image_wh)
    for place in layout.markers:
        half = place.side_mm / 2
        corners = np.array([[-half, half], [half, half], [half, -half], [-half, -half]])
        px = apply_homography(matrix, corners + np.array(place.xy_mm))
        boxes.append([*px.min(axis=0), *px.max(axis=0)])
    return np.array(boxes)


def make_detections(
    layout: Layout,
    camera: CameraPose,
    *,
    image_wh: tuple[int, int] = IMAGE_WH,
    missing: tuple[int, ...] = (),
    false_boxes: np.ndarray | None = None,
    jitter_px: float = 0.0,
    seed: int = 0,
) -> Detections:
    """Marker detections, shuffled, with jitter, misses and false positives."""
    random = np.random.default_rng(seed)
    boxes = np.delete(marker_boxes(layout, camera, image_wh), list(missing), axis=0)
    boxes = boxes + random.normal(0, jitter_px, boxes.shape) if jitter_px else boxes
    confidence = random.uniform(0.6, 0.95, len(boxes))
    if false_boxes is not None and len(false_boxes):
        boxes = np.concatenate([boxes, false_boxes])
        confidence = np.concatenate([confidence, random.uniform(0.3, 0.9, len(false_boxes))])
    order = random.permutation(len(boxes))
    keypoints = np.zeros((len(boxes), 3, 3), np.float32)
    return Detections(
        boxes[order].astype(np.float32),
        np.full(len(boxes), MARKER),
        confidence[order].astype(np.float32),
        keypoints,
        image_wh,
    )


def random_boxes(count: int, seed: int, image_wh: tuple[int, int] = IMAGE_WH) -> np.ndarray:
    """(count, 4) xyxy px: boxes of about a marker's size anywhere in the picture."""
    random = np.random.default_rng(seed)
    centre = random.uniform([0, 0], image_wh, (count, 2))
    size = random.uniform(14, 80, (count, 2))
    return np.concatenate([centre - size / 2, centre + size / 2], axis=1)


def keyboard_corners_mm(layout: Layout) -> np.ndarray:
    """(4, 2) mm: the outer corners of the keyboard."""
    half = np.array(layout.size_mm) / 2
    return half * np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]])


def true_px(camera: CameraPose, points_mm: np.ndarray, image_wh=IMAGE_WH) -> np.ndarray:
    flat = np.column_stack([points_mm, np.zeros(len(points_mm))])
    return project(camera, flat, image_wh)
