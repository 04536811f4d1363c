"""From px of the frame to px of the window: fitted, centred, mirrored or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray


@dataclass(frozen=True)
class Viewport:
    """Where a frame of ``frame_wh`` px is shown: the rectangle x, y, w, h of the window."""

    frame_wh: tuple[int, int]
    rect: tuple[int, int, int, int]
    mirror: bool

    @classmethod
    def fit(
        cls, frame_wh: tuple[int, int], area: tuple[int, int, int, int], mirror: bool
    ) -> Viewport:
        """The largest undistorted place inside ``area`` (x, y, w, h), in its middle."""
        x, y, width, height = area
        scale = min(width / frame_wh[0], height / frame_wh[1])
        shown = (
            min(max(round(frame_wh[0] * scale), 1), max(width, 1)),
            min(max(round(frame_wh[1] * scale), 1), max(height, 1)),
        )
        rect = (x + (width - shown[0]) // 2, y + (height - shown[1]) // 2, *shown)
        return cls(frame_wh, rect, mirror)

    @property
    def scale(self) -> float:
        """Window px for one px of the frame."""
        return self.rect[2] / self.frame_wh[0]

    def to_window(self, points: FloatArray) -> FloatArray:
        """Map (..., 2) px of the frame to px of the window."""
        x, y, width, height = self.rect
        scaled = np.asarray(points, float) * (
            width / self.frame_wh[0],
            height / self.frame_wh[1],
        )
        if self.mirror:
            scaled = np.add(scaled * (-1, 1), (width, 0))
        return np.asarray(np.add(scaled, (x, y)))

    def picture(self, image: ImageArray, dim: float = 1.0) -> ImageArray:
        """The frame's image at the size of the rectangle, (h, w, 3), darkened by ``dim`` 0..1."""
        _, _, width, height = self.rect
        shown: Any = image
        # Whole halvings by area are fast and free of moire; the rest is fast bilinear. Area
        # averaging for any factor costs seven times as much.
        while shown.shape[1] >= 2 * width and shown.shape[0] >= 2 * height:
            half = (shown.shape[1] // 2, shown.shape[0] // 2)
            shown = cv2.resize(shown, half, interpolation=cv2.INTER_AREA)
        if (width, height) != (shown.shape[1], shown.shape[0]):
            shown = cv2.resize(shown, (width, height), interpolation=cv2.INTER_LINEAR)
        if self.mirror:
            shown = cv2.flip(shown, 1)
        if dim < 1:
            shown = cv2.convertScaleAbs(shown, alpha=dim)
        return np.ascontiguousarray(shown)
