"""The forerunner's rule, as a baseline to measure against.

The 2024 proof of concept compared each finger's distance to a neighbouring finger with what five
seconds of resting hands had shown: a finger that is lower in the picture than expected, and that
moves back up within a window of three frames, has pressed. Written anew from that description,
with the calibration running along instead of being a phase of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, Fingers, FloatArray, TouchDown
from cameratokeyboard.keystroke.ledger import Touch, TouchLedger
from cameratokeyboard.keystroke.signals import ViewScale, view_scale

#: The finger that each one is compared with.
_NEIGHBOUR = np.array([1, 2, 1, 2, 3, 6, 7, 8, 7, 8])


@dataclass(frozen=True)
class NeighbourSettings:
    """depth: how much lower than expected, in mm. frames: window of the velocity.

    speed: change of the distance per frame over the window that counts as moving, mm. calibrate_s:
    time in which the expectation follows. sigma_px: spread of a contact point.
    """

    depth: float = 3.0
    frames: int = 3
    speed: float = 0.8
    calibrate_s: float = 5.0
    sigma_px: float = 1.5


class NeighbourDetector:
    """See KeystrokeDetector and NeighbourSettings."""

    def __init__(self, settings: NeighbourSettings | None = None) -> None:
        self._settings = settings or NeighbourSettings()
        self._ledger = TouchLedger()
        self.reset()

    def reset(self) -> None:
        """Forget everything, also the calibration."""
        self._ledger.reset()
        self._expected = np.full(FINGER_COUNT, np.nan)
        self._forget_motion()

    def _forget_motion(self) -> None:
        self._window: list[tuple[float, FloatArray, FloatArray]] = []

    def update(self, fingers: Fingers) -> list[Touch]:
        """The touches decided at this moment."""
        touches, goes_on = self._ledger.follow(fingers)
        if not goes_on:
            self._forget_motion()
        scale = view_scale(fingers)
        if scale is None or (self._window and fingers.t_s <= self._window[-1][0]):
            return touches
        lower = self._lower(fingers, scale)
        dt_s = fingers.t_s - self._window[-1][0] if self._window else 0.0
        self._window.append((fingers.t_s, lower, np.asarray(fingers.mm)))
        del self._window[: -(self._settings.frames + 1)]
        for finger in range(FINGER_COUNT):
            touches.extend(self._decide(finger, fingers, scale))
        self._calibrate(lower, dt_s)
        return touches

    def flush(self, t_s: float) -> list[Touch]:
        """Release every finger."""
        return self._ledger.release_all(t_s)

    @staticmethod
    def _lower(fingers: Fingers, scale: ViewScale) -> FloatArray:
        """(10,) how much lower in the picture each finger is than its neighbour, mm."""
        down = np.where(fingers.visible, -(np.asarray(fingers.px) @ scale.up), np.nan)
        return np.asarray((down - down[_NEIGHBOUR]) / scale.px_per_mm)

    def _decide(self, finger: int, fingers: Fingers, scale: ViewScale) -> list[Touch]:
        rule = self._settings
        if len(self._window) <= rule.frames:
            return []
        lower = np.array([sample[1][finger] for sample in self._window])
        if not np.isfinite(lower).all() or not np.isfinite(self._expected[finger]):
            return []
        low = int(lower.argmax())
        depth = lower[low] - self._expected[finger]
        returning = (lower[-1] - lower[low]) / rule.frames < -rule.speed / rule.frames
        if self._ledger.down[finger] is not None:
            if depth < rule.depth / 2 or lower[-1] - self._expected[finger] < rule.depth / 2:
                return self._ledger.release(finger, fingers.t_s, fingers.t_s)
            return []
        hand = slice(0, 5) if finger < 5 else slice(5, 10)
        moment, _, mm = self._window[low]
        lowest = lower[low] - self._expected[finger] >= np.nanmax(
            self._window[low][1][hand] - self._expected[hand]
        )
        fresh = moment > self._ledger.last_event_s(finger)
        if depth < rule.depth or not returning or not lowest or not fresh:
            return []
        if not np.isfinite(mm[finger]).all():
            return []
        covariance = scale.covariance_mm2(finger, rule.sigma_px)
        xy = (float(mm[finger, 0]), float(mm[finger, 1]))
        return self._ledger.press(TouchDown(finger, moment, fingers.t_s, xy, covariance, 0.5))

    def _calibrate(self, lower: FloatArray, dt_s: float) -> None:
        fresh = np.isfinite(lower) & ~np.isfinite(self._expected)
        self._expected[fresh] = lower[fresh]
        known = np.isfinite(lower)
        share = min(dt_s / self._settings.calibrate_s, 1.0)
        self._expected[known] += share * (lower[known] - self._expected[known])
