"""Cuts training patches for close looks out of labelled pictures: fingertips, and what is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import FINGER, KEYPOINT_NAMES, MARKER, THUMB, FloatArray, Frame
from cameratokeyboard.detect.closeup import (
    CONTEXT,
    INPUT_PX,
    MIN_WINDOW_PX,
    cut_window,
    windows_of,
)
from cameratokeyboard.detect.pictures import PictureDetector
from cameratokeyboard.detect.slant import paper_slopes
from cameratokeyboard.detect.yolo import YoloDetector
from cameratokeyboard.errors import DatasetError
from cameratokeyboard.training.folder import Item, Progress, boxes_px, colour_picture

NOTHING = 2
#: A patch shows this many times the window's side, so that what the network is shown can be shifted
#: and turned in it.
SPARE = 2.8
#: Side of a patch, px: a little finer than the network's input.
PATCH_PX = 196
#: Patches are kept as JPEG of this quality, or those of 20,000 pictures would fill the memory.
_QUALITY = 96
#: Windows on nothing for each picture, beside those on the detector's false finds.
NOTHINGS = 4
#: Confidence down to which a detector's false finds are collected.
FALSE_FROM = 0.03
MAX_FALSE = 8
#: What lies in a label grown by this share is no nothing.
_LABEL_ROOM = 0.3


@dataclass(frozen=True, eq=False)
class Patches:
    """N patches. encoded: N JPEG pictures. points: (N, 3, 2) contact, tip and joint, px of the
    patch, NaN where unknown. name: (N,) FINGER, THUMB or NOTHING. slopes: (N, 2, 2) of the paper
    (see ``paper_slopes``), px of the patch for 1 mm, NaN where unknown."""

    encoded: list[NDArray[np.uint8]]
    points: FloatArray
    name: NDArray[np.int64]
    slopes: FloatArray

    def __len__(self) -> int:
        return len(self.name)

    def image(self, number: int) -> NDArray[np.uint8]:
        """(PATCH_PX, PATCH_PX, 3) uint8 BGR."""
        return np.asarray(cv2.imdecode(self.encoded[number], cv2.IMREAD_COLOR), np.uint8)


def collect(
    items: list[Item],
    detector: YoloDetector | None,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Patches:
    """Patches of all labelled fingertips of the pictures, and of places that are none.

    detector: its false finds become nothings as well. Raises DatasetError for unreadable pictures.
    """
    looker = _eager(detector)
    encoded: list[NDArray[np.uint8]] = []
    points: list[FloatArray] = []
    names: list[int] = []
    slopes: list[FloatArray] = []
    for number, item in enumerate(items):
        if progress:
            progress(number, len(items))
        picture = colour_picture(item.image)
        for window, own_points, name in _windows(item, picture, looker, rng):
            x, y, side = window
            wide = side * SPARE
            encoded.append(_encoded(cut_window(picture, x, y, wide, PATCH_PX)))
            points.append((own_points - [x, y]) * (PATCH_PX / wide) + PATCH_PX / 2)
            names.append(name)
            slopes.append(_slopes(item, window) * (PATCH_PX / wide))
    if not encoded:
        raise DatasetError("expected labelled fingers to look at closely, and there are none")
    return Patches(encoded, np.stack(points), np.array(names), np.stack(slopes))


def _slopes(item: Item, window: FloatArray) -> FloatArray:
    """(2, 2) px for 1 mm of the paper where a window is; NaN where the paper is not known."""
    if item.mm_to_px is None:
        return np.full((2, 2), np.nan)
    slopes: FloatArray = paper_slopes(item.mm_to_px, window[None, :2])[0]
    return slopes


def _encoded(patch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    done, data = cv2.imencode(".jpg", patch, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done
    return np.asarray(data, np.uint8)


def _eager(detector: YoloDetector | None) -> PictureDetector | None:
    if detector is None:
        return None
    return PictureDetector(detector.with_thresholds((FALSE_FROM,) * len(detector.info.names)))


def _windows(
    item: Item,
    picture: NDArray[np.uint8],
    looker: PictureDetector | None,
    rng: np.random.Generator,
) -> Iterable[tuple[FloatArray, FloatArray, int]]:
    """Window (3,), points (3, 2) px and name of every patch of a picture."""
    boxes = boxes_px(item)
    tips = item.labels.class_id != MARKER
    own = windows_of(boxes)
    size = np.array(item.size_wh, float)
    for n in np.flatnonzero(tips & (own[:, 2] >= MIN_WINDOW_PX)):
        keypoints = item.labels.keypoints[n]
        px = np.where(keypoints[:, 2:] > 0, keypoints[:, :2] * size, np.nan)
        yield own[n], px, THUMB if item.labels.class_id[n] == THUMB else FINGER
    unknown = np.full((len(KEYPOINT_NAMES), 2), np.nan)
    others = [_random_windows(own[tips], size, rng)]
    if looker is not None:
        found = looker.detect(Frame(picture, 0.0, 0))
        found = found.select(found.class_id != MARKER)
        found = found.select(np.argsort(-found.confidence)[: 4 * MAX_FALSE])
        others.append(windows_of(found.xyxy))
    for window in _empty(np.concatenate(others), boxes[tips])[: NOTHINGS + MAX_FALSE]:
        yield window, unknown, NOTHING


def _random_windows(tips: FloatArray, size: FloatArray, rng: np.random.Generator) -> FloatArray:
    """(NOTHINGS, 3) windows as large as fingertips are, half of them near one."""
    usual = float(np.median(tips[:, 2])) if len(tips) else float(rng.uniform(0.05, 0.12) * size[0])
    side = np.maximum(usual * np.exp(rng.normal(0, 0.25, NOTHINGS)), MIN_WINDOW_PX)
    centre = rng.uniform(0, 1, (NOTHINGS, 2)) * size
    if len(tips):
        near = tips[rng.integers(len(tips), size=NOTHINGS)]
        around = near[:, :2] + rng.normal(0, 0.8, (NOTHINGS, 2)) * near[:, 2:]
        centre = np.where(rng.random((NOTHINGS, 1)) < 0.5, around, centre)
    return np.concatenate([np.clip(centre, 0, size), side[:, None]], axis=1)


def _empty(windows: FloatArray, boxes: FloatArray) -> FloatArray:
    """The windows whose middle lies in no labelled fingertip."""
    room = (boxes[:, 2:] - boxes[:, :2]) * _LABEL_ROOM
    low, high = boxes[:, :2] - room, boxes[:, 2:] + room
    centre = windows[:, None, :2]
    inside = np.all((centre >= low[None]) & (centre <= high[None]), axis=2).any(axis=1)
    kept: FloatArray = windows[~inside & (windows[:, 2] >= MIN_WINDOW_PX)]
    return kept


def seen_slopes(slopes: FloatArray, matrix: FloatArray) -> FloatArray:
    """Slopes (N, 2, 2) of a patch in half window sides of the input for 1 mm.

    matrix: (2, 2) map of steps in the patch to steps in the input.
    """
    turned: FloatArray = matrix @ slopes / (INPUT_PX / CONTEXT / 2)
    return turned


def unjittered_scale() -> float:
    """Input px per patch px of a window as the detector's box gives it."""
    return INPUT_PX / CONTEXT / (PATCH_PX / SPARE)
