"""Exact labels from the id buffer: boxes of what is visible, keypoints with an occlusion test."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from cameratokeyboard.datatypes import FINGER, MARKER, THUMB, THUMB_SLOTS, FloatArray, IntArray
from cameratokeyboard.synthetic.camera import SceneCamera
from cameratokeyboard.synthetic.datatypes import PosedHand
from cameratokeyboard.synthetic.sceneview import Rendered

#: Codes of shaders/id.frag: ten fingertips, the rest of ten fingers, four markers.
TIP_ID, FINGER_ID, MARKER_ID = 16, 32, 64
#: Length of the labelled tip in mm, thumb .. pinky. The boxes drawn by hand in the photos of the
#: same view are 1.25 finger breadths wide, as high for fingers and twice as high for thumbs.
TIP_MM = (26.0, 17.0, 17.5, 17.0, 15.5)
#: A box is this much larger than the visible pixels on each side, as boxes drawn by hand are.
TIP_MARGIN, MARKER_MARGIN = 0.06, 0.03
#: Less of a fingertip or marker than this is not labelled.
MIN_TIP_SHARE, MIN_TIP_PX, MIN_MARKER_SHARE, MIN_MARKER_PX = 0.20, 12, 0.6, 25
#: A keypoint counts as seen when its finger shows at its place, at most this far in front of it.
KEYPOINT_DEPTH_MM = 11.0
#: Pixel areas above hold for pictures of this long side.
REFERENCE_PX = 640


@dataclass(frozen=True)
class Label:
    """One labelled thing. box: x0, y0, x1, y1 px. keypoints: three of (x px, y px, visibility).

    visibility: 2 seen, 1 hidden but known, 0 unknown or outside. place: finger 0..9 (order
    FINGER_NAMES) or marker 0..3.
    """

    class_id: int
    place: int
    box: tuple[float, float, float, float]
    keypoints: tuple[tuple[float, float, int], ...]

    def moved(self, dx: float, dy: float) -> Label:
        """The label in a larger picture that holds this one at (dx, dy) px."""
        x0, y0, x1, y1 = self.box
        points = tuple((x + dx, y + dy, v) if v else (x, y, v) for x, y, v in self.keypoints)
        return Label(self.class_id, self.place, (x0 + dx, y0 + dy, x1 + dx, y1 + dy), points)

    def line(self, size_wh: tuple[int, int]) -> str:
        """The label as a line of a YOLO file, normalised to 0..1."""
        width, height = size_wh
        x0, y0, x1, y1 = self.box
        numbers = [
            (x0 + x1) / 2 / width,
            (y0 + y1) / 2 / height,
            (x1 - x0) / width,
            (y1 - y0) / height,
        ]
        text = " ".join(f"{n:.6f}" for n in numbers)
        points = " ".join(
            f"{x / width:.6f} {y / height:.6f} {v}" if v else "0 0 0" for x, y, v in self.keypoints
        )
        return f"{self.class_id} {text} {points}"


def finger_place(side: int, finger: int) -> int:
    """Index into FINGER_NAMES; side: 0 left, 1 right; finger: 0 thumb .. 4 pinky."""
    return 4 - finger if side == 0 else 5 + finger


def label_view(
    rendered: Rendered,
    camera: SceneCamera,
    hands: dict[int, PosedHand],
    markers_mm: FloatArray,
) -> list[Label]:
    """All labels of a picture. hands: posed hands by side (0 left, 1 right). markers_mm: (4, 4)."""
    labels = []
    for side, posed in sorted(hands.items()):
        for finger in range(5):
            label = _label_finger(rendered, camera, posed, side, finger)
            if label is not None:
                labels.append(label)
    for number in range(4):
        label = _label_marker(rendered, camera, markers_mm[number], number)
        if label is not None:
            labels.append(label)
    return labels


def _pixel_scale(camera: SceneCamera) -> float:
    """Area of a pixel of this picture in pixels of the reference size."""
    return (REFERENCE_PX / max(camera.size_wh)) ** 2


def _hull_area(points: FloatArray) -> float:
    known = points[np.isfinite(points).all(1)]
    if len(known) < 3:
        return 0.0
    return float(cv2.contourArea(cv2.convexHull(known.astype(np.float32))))


def _main_blob(mask: IntArray) -> tuple[tuple[float, float, float, float], int] | None:
    """Box and pixel count of the largest connected part of a mask."""
    ys, xs = np.nonzero(mask)
    if len(xs) == 0:
        return None
    y0, x0 = int(ys.min()), int(xs.min())
    part = np.ascontiguousarray(mask[y0 : ys.max() + 1, x0 : xs.max() + 1]).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    best = 1 + int(np.argmax(stats[1:count, cv2.CC_STAT_AREA]))
    x, y, w, h, area = (int(v) for v in stats[best])
    return (float(x0 + x), float(y0 + y), float(x0 + x + w), float(y0 + y + h)), area


def _grown(
    box: tuple[float, float, float, float], margin: float, size_wh: tuple[int, int]
) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box
    dx, dy = (x1 - x0) * margin, (y1 - y0) * margin
    return max(0.0, x0 - dx), max(0.0, y0 - dy), min(size_wh[0], x1 + dx), min(size_wh[1], y1 + dy)


def _label_finger(
    rendered: Rendered, camera: SceneCamera, posed: PosedHand, side: int, finger: int
) -> Label | None:
    code = side * 5 + finger
    blob = _main_blob(rendered.ids == TIP_ID + code)
    if blob is None:
        return None
    box, area = blob
    mesh = posed.mesh
    tip = (mesh.finger == finger) & (mesh.tip_distance_mm < TIP_MM[finger])
    whole = _hull_area(camera.project(posed.vertices_mm[tip])[0])
    if area < MIN_TIP_SHARE * whole or area * _pixel_scale(camera) < MIN_TIP_PX:
        return None
    place = finger_place(side, finger)
    points, depths = camera.project(posed.keypoints_mm[finger])
    keypoints = tuple(
        _keypoint(rendered, point, float(depth), code)
        for point, depth in zip(points, depths, strict=True)
    )
    return Label(
        THUMB if place in THUMB_SLOTS else FINGER,
        place,
        _grown(box, TIP_MARGIN, camera.size_wh),
        keypoints,
    )


def _keypoint(
    rendered: Rendered, point: FloatArray, depth: float, code: int
) -> tuple[float, float, int]:
    height, width = rendered.ids.shape
    if not np.isfinite(point).all() or not (0 <= point[0] < width and 0 <= point[1] < height):
        return 0.0, 0.0, 0
    x, y = int(point[0]), int(point[1])
    reach = max(1, round(max(width, height) / 320))
    rows, columns = slice(max(0, y - reach), y + reach + 1), slice(max(0, x - reach), x + reach + 1)
    ids, depths = rendered.ids[rows, columns], rendered.depth_mm[rows, columns]
    own = (ids == TIP_ID + code) | (ids == FINGER_ID + code)
    seen = bool((own & (np.abs(depths - depth) < KEYPOINT_DEPTH_MM)).any())
    return float(point[0]), float(point[1]), 2 if seen else 1


def _label_marker(
    rendered: Rendered, camera: SceneCamera, marker: FloatArray, number: int
) -> Label | None:
    x, y, hx, hy = marker
    if hx <= 0:
        return None
    corners = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1], [0, 0]], float)
    corners = np.concatenate([corners * [hx, hy] + [x, y], np.zeros((5, 1))], axis=1)
    points, _ = camera.project(corners)
    mask = rendered.ids == MARKER_ID + number
    blob = _main_blob(mask)
    if blob is None:
        return None
    whole = _hull_area(points[:4])
    area = int(mask.sum())
    if area < MIN_MARKER_SHARE * whole or area * _pixel_scale(camera) < MIN_MARKER_PX:
        return None
    ys, xs = np.nonzero(mask)
    box = (float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
    centre = points[4]
    inside = bool(0 <= centre[0] < camera.size_wh[0] and 0 <= centre[1] < camera.size_wh[1])
    first = (float(centre[0]), float(centre[1]), 2) if inside else (0.0, 0.0, 0)
    return Label(
        MARKER,
        number,
        _grown(box, MARKER_MARGIN, camera.size_wh),
        (first, (0.0, 0.0, 0), (0.0, 0.0, 0)),
    )
