"""What is drawn over the picture: mat, keys, pressed keys and fingertips."""

from __future__ import annotations

from typing import Any

import numpy as np
import pygame

from cameratokeyboard.datatypes import (
    FINGER_COUNT,
    MARKER,
    FloatArray,
    KeyBox,
    Layout,
    MatPose,
)
from cameratokeyboard.ui import theme
from cameratokeyboard.ui.base import UIData
from cameratokeyboard.ui.viewport import Viewport
from cameratokeyboard.ui.wording import finger_label, printable

#: How long a pressed key stays bright, s.
FLASH_S = 0.35
#: Keys are drawn anew when a corner of the mat moved by this much in the window, px.
_REDRAW_PX = 1.0
#: Legends smaller than this cannot be read and are left out, px.
_SMALLEST_LEGEND = 8
_LARGEST_LEGEND = 26
#: Least middle distance of neighbouring fingertips at which names are written out, px.
_ROOM_FOR_NAMES = 32
_SHORT_LABELS = {
    "backspace": "\u2190",
    "caps": "Caps",
    "enter": "Enter",
    "shift": "Shift",
    "tab": "Tab",
    "space": "",
}


class Overlay:
    """Draws on the window's surface; keeps the rendered keys while the mat stays where it is."""

    def __init__(self) -> None:
        self._keys: Any = None
        self._polygons: dict[str, FloatArray] = {}
        self._drawn_for: tuple[Any, ...] = ()
        self._corners = np.zeros((4, 2))
        self._flashes: dict[str, float] = {}
        self._letterings: dict[int, theme.Lettering] = {}
        self._labels: dict[tuple[int, bool], Any] = {}

    def press(self, key: str, t_s: float) -> None:
        """Let a key light up from ``t_s`` (of the source's clock) on."""
        self._flashes[key] = t_s

    def draw(self, surface: Any, data: UIData, viewport: Viewport) -> None:
        """Draw everything that is known of this frame."""
        area = pygame.Rect(viewport.rect)
        before = surface.get_clip()
        surface.set_clip(area)
        if data.mat is None:
            self._draw_candidates(surface, data, viewport)
        else:
            self._prepare_keys(data.mat, data.layout, viewport)
            self._draw_pressed(surface, data)
            surface.blit(self._keys, area.topleft)
            self._draw_mat(surface, data.mat, viewport)
        self._draw_fingers(surface, data, viewport)
        surface.set_clip(before)

    def _draw_candidates(self, surface: Any, data: UIData, viewport: Viewport) -> None:
        """While there is no mat: the markers that were seen, so that one can tell which lacks."""
        for box in data.detections.of_class(MARKER).xyxy:
            corners = viewport.to_window(box.reshape(2, 2))
            low, high = corners.min(axis=0), corners.max(axis=0)
            rect = pygame.Rect(*np.round(low).astype(int), *np.round(high - low).astype(int))
            pygame.draw.rect(surface, theme.WARN, rect.inflate(8, 8), 2, border_radius=4)

    def _draw_mat(self, surface: Any, mat: MatPose, viewport: Viewport) -> None:
        corners = viewport.to_window(mat.markers_px)
        if not _drawable(corners):
            return
        pygame.draw.aalines(surface, theme.GOOD, True, corners)
        for corner, seen in zip(corners, mat.markers_seen, strict=True):
            centre = tuple(int(v) for v in np.round(corner))
            pygame.draw.circle(surface, theme.BACKGROUND, centre, 7)
            colour = theme.GOOD if seen else theme.WARN
            pygame.draw.circle(surface, colour, centre, 6, 0 if seen else 2)

    def _prepare_keys(self, mat: MatPose, layout: Layout, viewport: Viewport) -> None:
        boxes = np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]], float)
        corners = viewport.to_window(project(mat.mm_to_px, layout.key_to_mm(boxes)))[0]
        same = self._drawn_for == (layout, viewport)
        moved = np.abs(corners - self._corners).max() if _drawable(corners) else np.inf
        if same and moved < _REDRAW_PX:
            return
        self._drawn_for, self._corners = (layout, viewport), corners
        self._polygons = key_polygons(mat, layout, viewport)
        self._keys = self._render_keys(layout, viewport)

    def _render_keys(self, layout: Layout, viewport: Viewport) -> Any:
        x, y, width, height = viewport.rect
        layer = pygame.Surface((width, height), pygame.SRCALPHA)
        for key in layout.keys:
            polygon = self._polygons.get(key.name)
            if polygon is None:
                continue
            points = polygon - (x, y)
            pygame.draw.polygon(layer, (*theme.BACKGROUND, 80), points)
            pygame.draw.aalines(layer, theme.KEY, True, points)
            self._draw_legend(layer, key, points)
        layer.set_alpha(205)
        return layer

    def _draw_legend(self, layer: Any, key: KeyBox, points: FloatArray) -> None:
        low, high = points.min(axis=0), points.max(axis=0)
        size = int(min((high - low)[1] * 0.5, _LARGEST_LEGEND))
        text = legend(key)
        if not text or size < _SMALLEST_LEGEND:
            return
        if len(text) > 1:
            size = max(_SMALLEST_LEGEND, int(size * 0.62))
        lettering = self._letterings.setdefault(size, theme.Lettering(size))
        if lettering.width(text) > (high - low)[0] * 0.95:
            return
        middle = np.round(points.mean(axis=0)).astype(int)
        for offset, colour in (((1, 1), theme.BACKGROUND), ((0, 0), theme.TEXT)):
            image = lettering.render(text, colour)
            place = image.get_rect(center=(middle[0] + offset[0], middle[1] + offset[1]))
            layer.blit(image, place)

    def _draw_pressed(self, surface: Any, data: UIData) -> None:
        now = data.frame.t_s
        for key in data.held:
            self._fill(surface, key, 0.55)
        for key, since in list(self._flashes.items()):
            left = 1 - (now - since) / FLASH_S
            if 0 < left <= 1.5:
                self._fill(surface, key, 0.85 * min(left, 1.0))
            else:
                del self._flashes[key]

    def _fill(self, surface: Any, key: str, strength: float) -> None:
        polygon = self._polygons.get(key)
        if polygon is None:
            return
        low = np.floor(polygon.min(axis=0)).astype(int)
        size = np.ceil(polygon.max(axis=0)).astype(int) - low + 1
        patch = pygame.Surface(tuple(int(v) for v in size), pygame.SRCALPHA)
        pygame.draw.polygon(patch, (*theme.FLASH, int(255 * strength)), polygon - low)
        surface.blit(patch, tuple(int(v) for v in low))

    def _draw_fingers(self, surface: Any, data: UIData, viewport: Viewport) -> None:
        places = viewport.to_window(data.fingers.px)
        short = crowded(places)
        radius = max(4, min(9, round(7 * viewport.rect[2] / 900)))
        for finger in range(FINGER_COUNT):
            if not np.isfinite(places[finger]).all():
                continue
            seen = bool(data.fingers.visible[finger])
            centre = tuple(int(v) for v in np.round(np.clip(places[finger], -9999, 9999)))
            colour = theme.FINGER_COLOURS[finger]
            pygame.draw.circle(surface, theme.BACKGROUND, centre, radius + 2)
            pygame.draw.circle(surface, colour, centre, radius, 0 if seen else 2)
            label = self._label(finger, short)
            # Neighbours' labels stand at two heights, so that they do not cover each other.
            gap = radius + 3 + (0 if short else finger % 2) * label.get_height()
            # Over the finger rather than over the keys: opposite to where it points.
            if data.fingers.direction_px[finger, 1] < 0:
                place = label.get_rect(midtop=(centre[0], centre[1] + gap))
            else:
                place = label.get_rect(midbottom=(centre[0], centre[1] - gap))
            surface.blit(label, place)

    def _label(self, finger: int, short: bool) -> Any:
        if (finger, short) not in self._labels:
            lettering = self._letterings.setdefault(theme.SMALL, theme.Lettering(theme.SMALL))
            text = lettering.render(finger_label(finger, short), theme.FINGER_COLOURS[finger])
            plate = pygame.Surface((text.get_width() + 8, text.get_height()), pygame.SRCALPHA)
            pygame.draw.rect(plate, (*theme.BACKGROUND, 170), plate.get_rect(), border_radius=5)
            plate.blit(text, (4, 0))
            self._labels[finger, short] = plate
        return self._labels[finger, short]


def project(homography: FloatArray, points: FloatArray) -> FloatArray:
    """Map (..., 2) points by a (3, 3) homography; NaN for those behind the camera."""
    points = np.asarray(points, float)
    mapped = np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1) @ homography.T
    # The mat's middle is in view, so whatever has its sign of the third coordinate is in front.
    in_front = mapped[..., 2:] * np.sign(homography[2, 2]) > 1e-9
    return np.asarray(mapped[..., :2] / np.where(in_front, mapped[..., 2:], np.nan))


def key_polygons(mat: MatPose, layout: Layout, viewport: Viewport) -> dict[str, FloatArray]:
    """Corners (4, 2) of each key in px of the window; keys that cannot be shown are left out."""
    boxes = np.array([key.box for key in layout.keys], float)
    steps = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    inset = 0.04 + 0.92 * steps
    corners = boxes[:, None, :2] + inset * boxes[:, None, 2:]
    shown = viewport.to_window(project(mat.mm_to_px, layout.key_to_mm(corners)))
    return {
        key.name: polygon
        for key, polygon in zip(layout.keys, shown, strict=True)
        if _drawable(polygon)
    }


def crowded(places: FloatArray) -> bool:
    """True where full finger names would cover each other: fingertips (10, 2) in window px."""
    x = np.sort(places[np.isfinite(places).all(axis=1), 0])
    return len(x) > 1 and float(np.median(np.diff(x))) < _ROOM_FOR_NAMES


def legend(key: KeyBox) -> str:
    """What a key shows: its character, as on a real keyboard in capitals, or its label."""
    plain = key.legends[0]
    if plain.strip():
        upper = plain.upper()
        return printable(upper if len(upper) == 1 else plain)
    return printable(_SHORT_LABELS.get(key.role, key.label or key.name))


def _drawable(points: FloatArray) -> bool:
    """Far-off or infinite points would make drawing slow or fail."""
    return bool(np.isfinite(points).all() and np.abs(points).max() < 20_000)
