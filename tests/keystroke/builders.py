"""Ten trajectories with strikes at known moments, as a camera sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from cameratokeyboard.datatypes import Fingers, TouchDown, TouchUp
from cameratokeyboard.keystroke.base import KeystrokeDetector
from tests.fingers.builders import HOME, Camera

LIFT_MM = 14.0
STRIKE_S = 0.06
HOVER_MM = 4.0


def strike_height(t: float, down_s: float, hold_s: float = 0.1) -> float:
    """Height over the paper of a finger that lifts, strikes at ``down_s`` and hovers again."""
    lift_s = down_s - STRIKE_S - 0.09
    times = [lift_s, down_s - STRIKE_S, down_s, down_s + hold_s, down_s + hold_s + 0.08]
    return float(np.interp(t, times, [HOVER_MM, LIFT_MM, 0.0, 0.0, HOVER_MM]))


def hands_at(t: float, strikes: Iterable[tuple[int, float]], hold_s: float = 0.1) -> np.ndarray:
    """(10, 3) tips at ``t``; strikes: (finger, moment of contact)."""
    tips = HOME + np.array([0, 0, HOVER_MM])
    for finger, down_s in strikes:
        if abs(t - down_s) < 0.3 + hold_s:
            tips[finger, 2] = strike_height(t, down_s, hold_s)
    return tips


def fingers_at(
    t_s: float,
    tips_mm: np.ndarray,
    camera: Camera | None = None,
    hide: tuple[int, ...] = (),
    generation: int = 0,
    noise_px: np.ndarray | float = 0.0,
) -> Fingers:
    """Named fingers exactly as projected, plus noise."""
    camera = camera or Camera()
    px = camera.project(tips_mm) + noise_px
    visible = np.array([i not in hide for i in range(10)])
    px[~visible] = np.nan
    homogeneous = px @ camera.mat().px_to_mm[:, :2].T + camera.mat().px_to_mm[:, 2]
    box = np.where(visible[:, None], 40.0, np.nan) * np.ones((10, 2))
    return Fingers(
        t_s=t_s,
        px=px,
        mm=homogeneous[:, :2] / homogeneous[:, 2:],
        velocity_mm_s=np.zeros((10, 2)),
        confidence=np.where(visible, 0.9, 0.0),
        visible=visible,
        box_wh_px=box,
        direction_px=np.full((10, 2), np.nan),
        generation=generation,
        mm_to_px=camera.mat().mm_to_px,
    )


def play(
    detector: KeystrokeDetector,
    strikes: list[tuple[int, float]],
    until_s: float = 4.0,
    fps: float = 30.0,
    noise_px: float = 0.0,
    hold_s: float = 0.1,
    camera: Camera | None = None,
    change: Callable[[float, np.ndarray], np.ndarray] = lambda _, tips: tips,
    hide: Callable[[float], tuple[int, ...]] = lambda _: (),
) -> list[TouchDown | TouchUp]:
    """All touches of a clip with these strikes."""
    rng = np.random.default_rng(0)
    touches: list[TouchDown | TouchUp] = []
    for i in range(int(until_s * fps)):
        t = i / fps
        noise = rng.normal(0, 1, (10, 2)) * noise_px
        tips = change(t, hands_at(t, strikes, hold_s))
        touches += detector.update(fingers_at(t, tips, camera, hide(t), noise_px=noise))
    return touches + detector.flush(until_s)


def downs(touches: list[TouchDown | TouchUp]) -> list[TouchDown]:
    return [touch for touch in touches if isinstance(touch, TouchDown)]
