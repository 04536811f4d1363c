"""Which part of a picture a training sample shows, and where its labels come to lie.

The running program looks at whole frames and at regions around mat and hands; training shows the
network the same mixture. A sample is taken from the picture by one projective map, so that pixels
are resampled once, however much is turned, sheared and scaled.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import KEYPOINT_NAMES, FloatArray, ImageArray, IntArray
from cameratokeyboard.detect.looks import MAX_UPSCALE, PADDING
from cameratokeyboard.errors import DatasetError
from cameratokeyboard.training.config import Augmentation
from cameratokeyboard.training.folder import Item, boxes_px, read_picture

#: An object of which less than this share is left in the sample is not asked for.
MIN_VISIBLE_SHARE = 0.3
#: Nor is one that is smaller than this in the sample, px.
MIN_SIDE_PX = 3.0
#: Margin around the labelled objects in an unaugmented view, as a share of their width.
_PLAIN_MARGIN = 0.08


@dataclass(frozen=True, eq=False)
class Sample:
    """What the network is shown and what it should find there.

    image: (H, W, 3) uint8 BGR. class_id: (N,). xyxy: (N, 4) px of the sample. keypoints:
    (N, 3, 3) px, px and v (0 unknown, 1 hidden, 2 visible).
    """

    image: ImageArray
    class_id: IntArray
    xyxy: FloatArray
    keypoints: FloatArray


def plain_view(item: Item, input_wh: tuple[int, int]) -> FloatArray:
    """(3, 3) map from picture px to sample px: the labelled objects with room around them."""
    region = _labelled_region(item, np.full(4, _PLAIN_MARGIN))
    centre, scale = _fit(region, input_wh)
    return _compose(centre, np.eye(2) * scale, np.zeros(2), input_wh)


def random_view(
    item: Item, input_wh: tuple[int, int], settings: Augmentation, rng: np.random.Generator
) -> FloatArray:
    """(3, 3) map from picture px to sample px, chosen at random as ``settings`` say."""
    width, height = item.size_wh
    kind = rng.random()
    if kind < settings.whole or not len(item.labels):
        region = np.array([0.0, 0.0, width, height])
        zoom = rng.uniform(1 - settings.scale, 1 + settings.scale)
    elif kind < settings.whole + settings.close:
        region, zoom = _close_region(item, input_wh, rng), 1.0
    else:
        region = _labelled_region(item, rng.uniform(0.0, 0.35, 4))
        zoom = rng.uniform(1 - settings.scale / 2, 1 + settings.scale / 4)
    centre, scale = _fit(region, input_wh)
    scale = min(scale * zoom, MAX_UPSCALE)
    spare = settings.translate * np.array(input_wh) / scale
    centre = centre + rng.uniform(-1, 1, 2) * spare
    bend = settings.perspective * rng.uniform(-1, 1, 2) / np.array(input_wh)
    return _compose(centre, _linear(scale, settings, rng), bend, input_wh)


def take(item: Item, view: FloatArray, input_wh: tuple[int, int], fill: int = PADDING) -> Sample:
    """Read the picture and cut the sample out of it.

    view: (3, 3) picture px -> sample px. fill: grey value of what lies outside of the picture.
    Raises DatasetError when the picture can no longer be read.
    """
    centre = np.array(input_wh) / 2
    scale = float(np.sqrt(abs(np.linalg.det(_jacobian(np.linalg.inv(view), centre)))))
    # Half-size decoding of a JPEG is faster and free of the aliasing of a large step down.
    halved = scale > 2.0
    picture, fault = read_picture(
        item.image, cv2.IMREAD_REDUCED_COLOR_2 if halved else cv2.IMREAD_COLOR
    )
    if picture is None:
        raise DatasetError(f"{item.image}: {fault}")
    step = 2.0 if halved else 1.0
    # Pixel i covers i..i+1, so its middle is at i + 0.5; OpenCV counts from the middle.
    to_middle, from_middle = np.eye(3), np.eye(3)
    to_middle[:2, 2], from_middle[:2, 2] = 0.5, -0.5
    pixel_map = from_middle @ view @ np.diag([step, step, 1.0]) @ to_middle
    image = cv2.warpPerspective(
        picture,
        pixel_map,
        input_wh,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(fill, fill, fill),
    )
    return _with_labels(item, view, np.asarray(image, np.uint8))


def _labelled_region(item: Item, margins: FloatArray) -> FloatArray:
    """(4,) xyxy px around all labels; margins: left, top, right, bottom, shares of the width."""
    width, height = item.size_wh
    if not len(item.labels):
        return np.array([0.0, 0.0, width, height])
    boxes = boxes_px(item)
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    room = margins * max(high[0] - low[0], 1.0)
    region = np.concatenate([low - room[:2], high + room[2:]])
    clipped: FloatArray = np.clip(region, 0, np.array([width, height, width, height]))
    return clipped


def _close_region(item: Item, input_wh: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    """A region in which one object is 24 to 72 px wide in the sample."""
    box = boxes_px(item)[rng.integers(len(item.labels))]
    side = max(float(np.max(box[2:] - box[:2])), 1.0)
    half = np.array(input_wh) / 2 * side / rng.uniform(24, 72)
    centre = (box[:2] + box[2:]) / 2 + rng.uniform(-0.6, 0.6, 2) * half
    return np.concatenate([centre - half, centre + half])


def _fit(region: FloatArray, input_wh: tuple[int, int]) -> tuple[FloatArray, float]:
    size = np.maximum(region[2:] - region[:2], 1.0)
    scale = float(min(np.min(np.array(input_wh) / size), MAX_UPSCALE))
    return (region[:2] + region[2:]) / 2, scale


def _linear(scale: float, settings: Augmentation, rng: np.random.Generator) -> FloatArray:
    """(2, 2) turn, shear, stretch, flip and scale."""
    angle, shear_x, shear_y = np.radians(
        rng.uniform(-1, 1, 3) * [settings.degrees, settings.shear, settings.shear]
    )
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[1, np.tan(shear_x)], [np.tan(shear_y), 1]])
    stretch = np.exp(rng.uniform(-1, 1) * settings.stretch)
    flips = [
        -1.0 if rng.random() < settings.flip_x else 1.0,
        -1.0 if rng.random() < settings.flip_y else 1.0,
    ]
    linear: FloatArray = turn @ shear @ np.diag([stretch, 1 / stretch]) @ np.diag(flips) * scale
    return linear


def _compose(
    centre: FloatArray, linear: FloatArray, bend: FloatArray, input_wh: tuple[int, int]
) -> FloatArray:
    """Picture px -> sample px: ``centre`` comes to the sample's middle."""
    to_origin, to_sample, map_linear, tilt = (np.eye(3) for _ in range(4))
    to_origin[:2, 2] = -centre
    map_linear[:2, :2] = linear
    tilt[2, :2] = bend
    to_sample[:2, 2] = np.array(input_wh) / 2
    return to_sample @ tilt @ map_linear @ to_origin


def _project(view: FloatArray, xy: FloatArray) -> FloatArray:
    mapped = xy @ view[:2, :2].T + view[:2, 2]
    depth = xy @ view[2, :2] + view[2, 2]
    projected: FloatArray = mapped / np.maximum(depth, 1e-6)[..., None]
    return projected


def _jacobian(view: FloatArray, xy: FloatArray) -> FloatArray:
    across, upright = np.array([0.5, 0.0]), np.array([0.0, 0.5])
    right = _project(view, xy + across) - _project(view, xy - across)
    down = _project(view, xy + upright) - _project(view, xy - upright)
    return np.stack([right, down], axis=-1)


def _with_labels(item: Item, view: FloatArray, image: ImageArray) -> Sample:
    size = np.array([image.shape[1], image.shape[0]], float)
    boxes = boxes_px(item)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    # A turned box is boxed again as if it held an ellipse, which is nearer to what fingertips and
    # markers fill of it than its corners are.
    half = np.einsum("nij,nj->ni", _jacobian(view, centres) ** 2, ((boxes[:, 2:] - centres) ** 2))
    half = np.sqrt(half)
    middle = _project(view, centres)
    full = np.concatenate([middle - half, middle + half], axis=1)
    clipped = np.clip(full, 0, np.concatenate([size, size]))
    sides = clipped[:, 2:] - clipped[:, :2]
    share = np.prod(sides, axis=1) / np.maximum(np.prod(2 * half, axis=1), 1e-9)
    keep = (share >= MIN_VISIBLE_SHARE) & (sides.min(axis=1, initial=np.inf) >= MIN_SIDE_PX)
    points = item.labels.keypoints.copy()
    points[..., :2] = _project(view, points[..., :2] * np.array(item.size_wh))
    outside = np.any((points[..., :2] < 0) | (points[..., :2] > size), axis=-1)
    points[outside, 2] = 0
    points[points[..., 2] == 0] = 0
    return Sample(
        image=image,
        class_id=item.labels.class_id[keep],
        xyxy=clipped[keep],
        keypoints=points[keep].reshape(-1, len(KEYPOINT_NAMES), 3),
    )


def sample_targets(sample: Sample) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N, 4) centre and size and (N, 3, 3) keypoints of a sample, in fractions of its size."""
    height, width = sample.image.shape[:2]
    size = np.array([width, height], float)
    low, high = sample.xyxy[:, :2] / size, sample.xyxy[:, 2:] / size
    xywh = np.concatenate([(low + high) / 2, high - low], axis=1)
    points = sample.keypoints.copy()
    points[..., :2] /= size
    return xywh.astype(np.float32), points.astype(np.float32)
