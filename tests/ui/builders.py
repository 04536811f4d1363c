"""Data of the kind a window is given."""

from __future__ import annotations

import dataclasses

import numpy as np

from cameratokeyboard.datatypes import (
    Detections,
    Fingers,
    Frame,
    KeyBox,
    KeyPress,
    Layout,
    MarkerPlace,
    MatPose,
    State,
)
from cameratokeyboard.ui.base import UIData

MARKERS = tuple(MarkerPlace(xy, 20.0, None) for xy in ((-60, 40), (60, 40), (60, -40), (-60, -40)))
LAYOUT = Layout(
    "test",
    "Test",
    (100.0, 50.0),
    (
        KeyBox("a", (0.0, 0.0, 0.5, 0.5), ("a", "A", "")),
        KeyBox("b", (0.5, 0.0, 0.5, 0.5), ("b", "B", "")),
        KeyBox("space", (0.0, 0.5, 1.0, 0.5), (" ", " ", ""), "space"),
    ),
    MARKERS,  # type: ignore[arg-type]
)


def mat(scale: float = 4.0, centre: tuple[float, float] = (320.0, 240.0)) -> MatPose:
    """A camera straight above: x to the right, y up in the picture, ``scale`` px a mm."""
    forward = np.array([[scale, 0, centre[0]], [0, -scale, centre[1]], [0, 0, 1.0]])
    places = np.array([marker.xy_mm for marker in MARKERS], float)
    px = places * (scale, -scale) + centre
    return MatPose(np.linalg.inv(forward), forward, px, np.ones(4, bool), 0.1, 1)


def ten_fingers(t_s: float = 0.0) -> Fingers:
    px = np.stack([np.linspace(100, 540, 10), np.full(10, 300.0)], axis=1)
    ones = np.ones(10)
    direction = np.tile([0.0, 1.0], (10, 1))
    return Fingers(t_s, px, px * 0, px * 0, ones, ones > 0, px * 0 + 9, direction, 1)


def data(**changes: object) -> UIData:
    """A grey picture of 640x480 with a mat and ten fingers."""
    grey = Frame(np.full((480, 640, 3), 90, np.uint8), 1.0, 30)
    base = UIData(grey, Detections.empty((640, 480)), mat(), ten_fingers(), State.VALID, LAYOUT)
    return dataclasses.replace(base, **changes)


def press(key: str = "a", t_s: float = 1.0) -> KeyPress:
    return KeyPress(key, key, 3, t_s, t_s, (0.0, 0.0), 0.9)
