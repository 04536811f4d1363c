"""A short cut past detector and tracker: ten trajectories with true identities and true onsets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import (
    FINGER_COUNT,
    FINGER_NAMES,
    BoolArray,
    CameraPose,
    Fingers,
    FloatArray,
    Layout,
    MatPose,
)
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.boxes import BoxStream, marker_boxes
from cameratokeyboard.synthetic.camera import SceneCamera
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.tipview import TipTruth


@dataclass(frozen=True, eq=False)
class FingerStream:
    """Ten named fingers over F frames.

    t_s: (F,). px, mm: (F, 10, 2) contact point as detected and mapped onto the mat, NaN where not
    seen. velocity_mm_s: (F, 10, 2) from the last two sightings, 0 before. visible: (F, 10).
    confidence: (F, 10). box_wh_px, direction_px: (F, 10, 2). true_mm: (F, 10, 3) the pad itself.
    pressing: (F, 10) whether the finger holds a key down in the middle of the exposure.
    """

    t_s: FloatArray
    px: FloatArray
    mm: FloatArray
    velocity_mm_s: FloatArray
    visible: BoolArray
    confidence: FloatArray
    box_wh_px: FloatArray
    direction_px: FloatArray
    true_mm: FloatArray
    pressing: BoolArray

    def __len__(self) -> int:
        return len(self.t_s)

    def fingers(self, frame: int) -> Fingers:
        """One frame as the tracker would hand it on."""
        return Fingers(
            t_s=float(self.t_s[frame]),
            px=self.px[frame],
            mm=self.mm[frame],
            velocity_mm_s=self.velocity_mm_s[frame],
            confidence=self.confidence[frame],
            visible=self.visible[frame],
            box_wh_px=self.box_wh_px[frame],
            direction_px=self.direction_px[frame],
            generation=0,
        )


def finger_stream(
    boxes: BoxStream, truth: TipTruth, mat: MatPose, performance: Performance
) -> FingerStream:
    """The fingers of a box stream under their true names, on the mat as ``mat`` maps it."""
    columns = slice(0, FINGER_COUNT)
    visible = boxes.present[:, columns]
    seen = visible[..., None]
    keypoints = boxes.keypoints[:, columns]
    px = np.where(seen, keypoints[..., 0, :2], np.nan)
    mm = map_points(mat.px_to_mm, px)
    along = keypoints[..., 1, :2] - keypoints[..., 2, :2]
    length = np.linalg.norm(along, axis=2, keepdims=True)
    box = boxes.xyxy[:, columns]
    return FingerStream(
        t_s=boxes.t_s,
        px=px,
        mm=mm,
        velocity_mm_s=_velocity(mm, boxes.t_s),
        visible=visible,
        confidence=np.where(visible, boxes.confidence[:, columns], 0.0),
        box_wh_px=np.where(seen, box[..., 2:] - box[..., :2], np.nan),
        direction_px=np.where(seen, along / np.maximum(length, 1e-9), np.nan),
        true_mm=truth.contact_mm,
        pressing=pressing_at(performance, boxes.t_s),
    )


def pressing_at(performance: Performance, t_s: FloatArray) -> BoolArray:
    """(F, 10) whether each finger holds a key down at these moments."""
    down = np.zeros((len(t_s), FINGER_COUNT), bool)
    number = {name: n for n, name in enumerate(FINGER_NAMES)}
    for event in performance.events:
        first, last = np.searchsorted(t_s, [event.t_down, event.t_up], side="left")
        down[first:last, number[event.finger]] = True
    return down


def map_points(homography: FloatArray, points: FloatArray) -> FloatArray:
    """Map (..., 2) points by a (3, 3) homography; NaN stays NaN."""
    lifted = points @ homography[:, :2].T + homography[:, 2]
    return np.asarray(lifted[..., :2] / lifted[..., 2:])


def mat_pose(
    camera: SceneCamera,
    layout: Layout,
    marker_error_px: float = 0.0,
    rng: np.random.Generator | None = None,
) -> MatPose:
    """The mat's pose as it follows from the four markers' centres in this camera.

    marker_error_px: standard deviation of a lasting error of those centres, drawn from ``rng``.
    With lens distortion the pose is the best plane through the markers, as in the running program.
    """
    _, centres = marker_boxes(camera, layout)
    if marker_error_px > 0:
        if rng is None:
            raise SimulationError("mat pose: a marker error needs a random generator")
        centres = centres + rng.normal(0, marker_error_px, centres.shape)
    places = np.array([place.xy_mm for place in layout.markers], float)
    mm_to_px = _homography(places, centres)
    direction = camera.position_mm
    yaw = float(np.degrees(np.arctan2(direction[0], direction[1])))
    pitch = float(np.degrees(np.arcsin(np.clip(-camera.rotation[2, 2], -1, 1))))
    pose = CameraPose(
        rotation=camera.rotation,
        translation=camera.translation,
        focal_px=camera.focal_px,
        yaw_deg=yaw,
        pitch_deg=pitch,
        distance_mm=float(np.linalg.norm(direction)),
    )
    return MatPose(
        px_to_mm=np.linalg.inv(mm_to_px),
        mm_to_px=mm_to_px,
        markers_px=centres,
        markers_seen=np.ones(4, bool),
        error_mm=0.5,
        generation=0,
        camera=pose,
    )


def _homography(source: FloatArray, target: FloatArray) -> FloatArray:
    """(3, 3) exact homography from four points to four others."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    solved = np.linalg.solve(np.array(rows, float), np.array(right, float))
    return np.append(solved, 1.0).reshape(3, 3)


def _velocity(mm: FloatArray, t_s: FloatArray) -> FloatArray:
    """(F, 10, 2) speed between each sighting and the one before it, 0 where there is none."""
    frames = len(t_s)
    seen = np.isfinite(mm).all(axis=2)
    number = np.where(seen, np.arange(frames)[:, None], -1)
    latest = np.maximum.accumulate(number, axis=0)
    before = np.vstack([np.full((1, FINGER_COUNT), -1), latest[:-1]])
    known = seen & (before >= 0)
    past = np.take_along_axis(mm, np.maximum(before, 0)[..., None], axis=0)
    gap = t_s[:, None] - t_s[np.maximum(before, 0)]
    with np.errstate(invalid="ignore"):
        speed = (mm - past) / np.maximum(gap, 1e-6)[..., None]
    return np.asarray(np.where(known[..., None], speed, 0.0))
