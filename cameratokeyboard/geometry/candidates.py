"""Which four (or three) of many marker boxes are the mat's, and which is which.

The mat's shape is known, so every choice of boxes says where the camera would have to stand; most
choices put it somewhere impossible or predict marker boxes of other sizes than were seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray
from cameratokeyboard.geometry.camera import TYPICAL_HFOV_DEG, focal_of_hfov, intrinsics
from cameratokeyboard.geometry.homography import quad_homographies
from cameratokeyboard.geometry.markers import MARKER_COUNT, MarkerModel

#: Boxes looked at, best first: 4 of 14 are 1001 choices.
_MAX_BOXES, _MAX_BOXES_OF_THREE = 14, 6
#: Spread of log(seen size / predicted size) of a box by the detector's and the rotation's slack.
_SIZE_SD = 0.22
#: Spread of the mat's axes from orthogonal and equal when the focal length is only guessed.
_AXES_LOG_SD, _AXES_COS_SD = 0.25, 0.2
#: Without codes the camera is taken to face the typist, within about this, degrees.
_FACING_SD_DEG = 35.0
#: Angle above the paper at which the camera sees the mat, and its distance.
_MIN_ELEVATION_DEG, _MIN_DISTANCE_MM, _MAX_DISTANCE_MM = 5.0, 100.0, 2000.0
#: Squared deviations count up to this, so that one bad box does not decide alone.
_CAP = 12.0


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A possible place of the mat: mm_to_px (3, 3), the boxes used (-1: none), and its costs.

    cost: half the sum of squared deviations in standard deviations; 0 is perfect. rank: the same
    and what little confidence in the boxes adds.
    """

    mm_to_px: FloatArray
    boxes: tuple[int, ...]
    cost: float
    rank: float


def four_marker_hypotheses(
    boxes: FloatArray,
    confidence: FloatArray,
    model: MarkerModel,
    image_wh: tuple[int, int],
    *,
    facing_prior: bool,
    max_rank: float,
    limit: int = 12,
) -> list[Hypothesis]:
    """The most plausible choices of four among (N, 4) xyxy boxes, best first.

    facing_prior: prefer cameras that face the typist; needed where nothing else tells the mat's
    two ends apart.
    """
    usable = np.argsort(-confidence, kind="stable")[:_MAX_BOXES]
    if len(usable) < MARKER_COUNT:
        return []
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    chosen = np.array(list(combinations(sorted(usable), MARKER_COUNT)))
    ordered = _clockwise(centres, chosen)
    chosen = np.concatenate([np.roll(ordered, turn, axis=1) for turn in range(MARKER_COUNT)])
    if len(chosen) == 0:
        return []
    matrices = quad_homographies(model.centres, centres[chosen])
    seen = np.ones((len(chosen), MARKER_COUNT), bool)
    cost = _costs(matrices, boxes[chosen], seen, model, image_wh, facing_prior)
    doubt = np.log(1 / np.clip(confidence[chosen], 0.05, 1)).sum(axis=1)
    return _best(matrices, chosen, cost, doubt, max_rank, limit)


def three_marker_hypotheses(
    boxes: FloatArray,
    confidence: FloatArray,
    model: MarkerModel,
    image_wh: tuple[int, int],
    *,
    focal_px: float,
    facing_prior: bool,
    max_rank: float,
    limit: int = 6,
) -> list[Hypothesis]:
    """The most plausible places of the mat when one of its markers is hidden, best first.

    Three centres and a known (or usual) focal length leave at most four camera poses; the sizes of
    the boxes choose between them. Less exact than four markers when the focal length is a guess.
    """
    usable = np.argsort(-confidence, kind="stable")[:_MAX_BOXES_OF_THREE]
    centres = np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2, np.float64)
    matrix = intrinsics(focal_px, image_wh)
    matrices: list[FloatArray] = []
    chosen: list[list[int]] = []
    for trio in combinations(sorted(int(i) for i in usable), 3):
        first, second, third = centres[list(trio)]
        area = np.cross(np.append(second - first, 0), np.append(third - first, 0))[2]
        clockwise = trio if area > 0 else (trio[0], trio[2], trio[1])
        for hidden in range(MARKER_COUNT):
            places = [i for i in range(MARKER_COUNT) if i != hidden]
            for turn in range(3):
                picked = np.roll(clockwise, turn)
                for solution in _poses_of_three(model.centres[places], centres[picked], matrix):
                    row = [-1] * MARKER_COUNT
                    for place, box in zip(places, picked, strict=True):
                        row[place] = int(box)
                    matrices.append(solution)
                    chosen.append(row)
    if not matrices:
        return []
    index = np.array(chosen)
    seen = index >= 0
    stacked = np.stack(matrices)
    cost = _costs(stacked, boxes[np.maximum(index, 0)], seen, model, image_wh, facing_prior)
    logs = np.log(1 / np.clip(confidence[np.maximum(index, 0)], 0.05, 1))
    doubt = np.where(seen, logs, 0).sum(axis=1)
    return _best(stacked, index, cost, doubt, max_rank, limit)


def _poses_of_three(mm: FloatArray, px: FloatArray, matrix: FloatArray) -> list[FloatArray]:
    """mm -> px homographies of the cameras that see three paper points (3, 2) at ``px`` (3, 2)."""
    flat = np.column_stack([mm, np.zeros(3)]).reshape(3, 1, 3)
    try:
        _, turns, shifts = cv2.solveP3P(
            flat, np.ascontiguousarray(px).reshape(3, 1, 2), matrix, None, cv2.SOLVEPNP_AP3P
        )
    except cv2.error:
        return []
    result = []
    for turn, shift in zip(turns, shifts, strict=True):
        rotation = cv2.Rodrigues(np.asarray(turn, float).reshape(3, 1))[0]
        columns = np.column_stack([rotation[:, :2], np.asarray(shift, float).reshape(3)])
        if np.all(np.isfinite(columns)) and columns[2, 2] > 0:
            result.append(matrix @ columns)
    return result


def _best(
    matrices: FloatArray,
    chosen: FloatArray,
    cost: FloatArray,
    doubt: FloatArray,
    max_rank: float,
    limit: int,
) -> list[Hypothesis]:
    rank = cost + doubt
    order = np.argsort(rank, kind="stable")[:limit]
    return [
        Hypothesis(matrices[i], tuple(int(b) for b in chosen[i]), float(cost[i]), float(rank[i]))
        for i in order
        if rank[i] <= max_rank
    ]


def _clockwise(centres: FloatArray, chosen: FloatArray) -> FloatArray:
    """Choices (C, 4) put in clockwise order as seen, those that are not convex left out."""
    points = centres[chosen]
    arm = points - points.mean(axis=1, keepdims=True)
    order = np.argsort(np.arctan2(arm[..., 1], arm[..., 0]), axis=1)
    ordered = np.take_along_axis(chosen, order, axis=1)
    points = centres[ordered]
    side = np.roll(points, -1, axis=1) - points
    following = np.roll(side, -1, axis=1)
    turn = side[..., 0] * following[..., 1] - side[..., 1] * following[..., 0]
    length = np.linalg.norm(side, axis=2) * np.linalg.norm(following, axis=2)
    convex = np.all(turn > 0.02 * np.maximum(length, 1e-9), axis=1)
    result: FloatArray = ordered[convex]
    return result


def _costs(
    matrices: FloatArray,
    boxes: FloatArray,
    seen: BoolArray,
    model: MarkerModel,
    image_wh: tuple[int, int],
    facing_prior: bool,
) -> FloatArray:
    """(N,) cost of each homography for its boxes (N, 4, 4) where seen (N, 4); inf: impossible."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        axes, possible, yaw = _camera_terms(matrices, image_wh)
        size = _size_terms(matrices, boxes, seen, model)
        cost = 0.5 * (axes + size)
        if facing_prior:
            cost = cost + 0.5 * (yaw / _FACING_SD_DEG) ** 2
        result: FloatArray = np.where(possible & np.isfinite(cost), cost, np.inf)
    return result


def _camera_terms(
    matrices: FloatArray, image_wh: tuple[int, int]
) -> tuple[FloatArray, BoolArray, FloatArray]:
    """Squared deviation of the mat's axes, whether a camera can stand there, and its yaw."""
    focal = focal_of_hfov(TYPICAL_HFOV_DEG, max(image_wh))
    axes = np.linalg.inv(intrinsics(focal, image_wh)) @ matrices
    axes = axes * np.sign(axes[..., 2, 2])[..., None, None]
    across, along, shift = axes[..., 0], axes[..., 1], axes[..., 2]
    long_x, long_y = np.linalg.norm(across, axis=-1), np.linalg.norm(along, axis=-1)
    cosine = (across * along).sum(-1) / (long_x * long_y)
    deviation = (np.log(long_x / long_y) / _AXES_LOG_SD) ** 2 + (cosine / _AXES_COS_SD) ** 2
    across, along = across / long_x[..., None], along / long_y[..., None]
    up = np.cross(across, along)
    length = np.linalg.norm(up, axis=-1, keepdims=True)
    up = up / length
    # The camera's place over the paper is -R^T t with the columns of R across, along and up.
    shift = shift / np.sqrt(long_x * long_y)[..., None]
    distance = np.linalg.norm(shift, axis=-1)
    height = -(up * shift).sum(-1)
    elevation = np.degrees(np.arcsin(np.clip(height / distance, -1, 1)))
    near_x = across[..., 1] - across[..., 2]
    near_y = along[..., 1] - along[..., 2]
    yaw = np.degrees(np.arctan2(near_x, near_y))
    possible = (
        (elevation > _MIN_ELEVATION_DEG)
        & (distance > _MIN_DISTANCE_MM)
        & (distance < _MAX_DISTANCE_MM)
    )
    return np.minimum(deviation, 2 * _CAP), possible, yaw


def _size_terms(
    matrices: FloatArray, boxes: FloatArray, seen: BoolArray, model: MarkerModel
) -> FloatArray:
    """Squared deviations of the boxes' sizes from those that the homography predicts, summed."""
    corners = model.corners.reshape(-1, 2)
    homogeneous = np.column_stack([corners, np.ones(len(corners))])
    mapped = homogeneous @ np.swapaxes(matrices, -1, -2)
    depth = mapped[..., 2:]
    front = np.all(depth * np.sign(matrices[..., 2, 2])[..., None, None] > 0, axis=(1, 2))
    px = (mapped[..., :2] / depth).reshape(len(matrices), MARKER_COUNT, 4, 2)
    predicted = px.max(axis=2) - px.min(axis=2)
    actual = np.maximum(boxes[..., 2:] - boxes[..., :2], 1.0)
    # A detector's edges are a pixel or two off, which weighs more on small boxes.
    spread = np.hypot(_SIZE_SD, 2.0 / np.maximum(predicted, 1.0))
    deviation = (np.log(actual / predicted) / spread) ** 2
    total = np.where(seen[..., None], np.minimum(deviation, _CAP), 0.0).sum(axis=(1, 2))
    return np.where(front, total, np.inf)
