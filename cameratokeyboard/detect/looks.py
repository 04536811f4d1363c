"""Where the detector looks: a part of a frame, cut out and scaled to the network's input."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import FloatArray, ImageArray

STRIDE = 32
#: Grey that pads where a region ends at the frame's edge; the value YOLO models are trained with.
PADDING = 114
#: A region is never blown up more than this: it adds no information and costs time.
MAX_UPSCALE = 2.0


@dataclass(frozen=True)
class Look:
    """One look at a part of a frame.

    crop: x0, y0, x1, y1 whole px of the frame. content_wh: size of the crop in the input, px.
    input_wh: size of the network's input; what the crop leaves free at the right and at the bottom
    is padding.
    """

    crop: tuple[int, int, int, int]
    content_wh: tuple[int, int]
    input_wh: tuple[int, int]

    @property
    def scale_xy(self) -> tuple[float, float]:
        """Input px per frame px, across and down."""
        x0, y0, x1, y1 = self.crop
        return self.content_wh[0] / (x1 - x0), self.content_wh[1] / (y1 - y0)

    def to_frame(self, xy: FloatArray) -> FloatArray:
        """Map (..., 2) input px to frame px."""
        mapped: FloatArray = np.asarray(xy) / np.array(self.scale_xy) + np.array(self.crop[:2])
        return mapped


def plan_look(
    image_wh: tuple[int, int],
    region: FloatArray | None,
    budget_px: int,
    fixed_wh: tuple[int, int] | None = None,
) -> Look:
    """Choose the input size and the exact crop for a region.

    image_wh: px. region: (4,) xyxy px of the frame, None for all of it; it grows to the input's
    shape where the frame has room, so that no pixel of the input is wasted on padding. budget_px:
    at most this many input pixels. fixed_wh: the only input size the network takes.
    """
    box = _clip_region(image_wh, region)
    size = (box[2] - box[0], box[3] - box[1])
    input_wh = fixed_wh or _best_input(size, budget_px)
    scale = min(input_wh[0] / size[0], input_wh[1] / size[1], MAX_UPSCALE)
    crop = _grow(box, image_wh, (input_wh[0] / scale, input_wh[1] / scale))
    width, height = crop[2] - crop[0], crop[3] - crop[1]
    content = (
        int(np.clip(round(width * scale), 1, input_wh[0])),
        int(np.clip(round(height * scale), 1, input_wh[1])),
    )
    return Look(crop, content, input_wh)


def cut(image: ImageArray, look: Look) -> NDArray[np.float32]:
    """The network's input for a look: (1, 3, H, W) float32, RGB, 0..1."""
    x0, y0, x1, y1 = look.crop
    part: ImageArray = image[y0:y1, x0:x1]
    shrinks = look.scale_xy[0] < 1
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    if (x1 - x0, y1 - y0) != look.content_wh:
        part = np.asarray(cv2.resize(part, look.content_wh, interpolation=method), np.uint8)
    width, height = look.input_wh
    if look.content_wh != look.input_wh:
        canvas = np.full((height, width, 3), PADDING, np.uint8)
        canvas[: part.shape[0], : part.shape[1]] = part
        part = canvas
    blob = cv2.dnn.blobFromImage(part, scalefactor=1 / 255, swapRB=True)
    return np.asarray(blob, np.float32)


def _clip_region(
    image_wh: tuple[int, int], region: FloatArray | None
) -> tuple[float, float, float, float]:
    width, height = image_wh
    if region is None or not np.all(np.isfinite(region)):
        return 0.0, 0.0, float(width), float(height)
    x0, x1 = np.clip([region[0], region[2]], 0, width)
    y0, y1 = np.clip([region[1], region[3]], 0, height)
    if x1 - x0 < 1 or y1 - y0 < 1:
        return 0.0, 0.0, float(width), float(height)
    return float(x0), float(y0), float(x1), float(y1)


def _best_input(size: tuple[float, float], budget_px: int) -> tuple[int, int]:
    """The multiples of the stride within the budget that show ``size`` largest, then cheapest."""
    best = (0.0, 0, (STRIDE, STRIDE))
    for width in range(STRIDE, budget_px // STRIDE + 1, STRIDE):
        tallest = budget_px // width // STRIDE * STRIDE
        for height in range(STRIDE, tallest + 1, STRIDE):
            scale = min(width / size[0], height / size[1], MAX_UPSCALE)
            rank = (round(scale, 4), -width * height, (width, height))
            best = max(best, rank)
    return best[2]


def _grow(
    box: tuple[float, float, float, float],
    image_wh: tuple[int, int],
    wanted: tuple[float, float],
) -> tuple[int, int, int, int]:
    x0, x1 = _grow_axis(box[0], box[2], wanted[0], image_wh[0])
    y0, y1 = _grow_axis(box[1], box[3], wanted[1], image_wh[1])
    return x0, y0, x1, y1


def _grow_axis(low: float, high: float, wanted: float, limit: int) -> tuple[int, int]:
    """Widen low..high to ``wanted`` about its middle, shifted to stay within 0..limit."""
    length = min(max(high - low, wanted), limit)
    start = min(max((low + high - length) / 2, 0.0), limit - length)
    first = int(np.floor(start + 1e-6))
    return first, int(np.clip(round(first + length), first + 1, limit))
