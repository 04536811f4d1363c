"""The velocity window: a press is a fast fall that stops.

The forerunner's idea with its faults removed: velocities in mm/s over a window of time, relative to
the other fingers of the hand, judged against a resting level that adapts, with the contact placed
at the trough and different bounds for beginning and ending.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, Fingers, FloatArray, TouchDown
from cameratokeyboard.keystroke.history import HANDS, History
from cameratokeyboard.keystroke.ledger import Touch, TouchLedger
from cameratokeyboard.keystroke.signals import ViewScale, view_scale


@dataclass(frozen=True)
class VelocitySettings:
    """Bounds of the rule; speeds in mm/s of height, lengths in mm of height, times in s.

    window_s: over which the velocity is taken. fall: a strike falls at least this fast. stop: share
    of its fastest fall at which it counts as stopped. drop: it falls at least this far.
    rest_band: it ends at most this far above the finger's resting level. rise, rise_speed: a finger
    has lifted when it is this far above its trough and moves up this fast. dead_s: the same finger
    does not type again sooner. rival: of fingers of one hand that stop together, those that fell
    less than this share of the deepest are taken along, not typing. flat: samples this close to the
    lowest one lie on the paper too. shared: share of the hand's motion that is taken out.
    sigma_px: spread of a contact point.
    """

    window_s: float = 0.085
    fall: float = 90.0
    stop: float = 0.3
    drop: float = 6.0
    rest_band: float = 14.0
    rise: float = 2.0
    rise_speed: float = 25.0
    dead_s: float = 0.07
    rival: float = 0.85
    flat: float = 1.2
    shared: float = 0.8
    sigma_px: float = 1.5


_SPAN_S = 0.45
_STRIKE_S = 0.25
_REST_S = 1.0


class VelocityDetector:
    """See KeystrokeDetector and VelocitySettings."""

    def __init__(self, settings: VelocitySettings | None = None) -> None:
        self._settings = settings or VelocitySettings()
        self._history = History(_SPAN_S, self._settings.shared)
        self._ledger = TouchLedger()
        self.reset()

    def reset(self) -> None:
        """Forget everything, also the resting levels."""
        self._ledger.reset()
        self._forget_motion()

    def _forget_motion(self) -> None:
        self._history.reset()
        self._rest = np.full(FINGER_COUNT, np.nan)
        self._fastest = np.zeros(FINGER_COUNT)
        self._armed_s = np.full(FINGER_COUNT, -np.inf)

    def update(self, fingers: Fingers) -> list[Touch]:
        """The touches decided at this moment."""
        touches, goes_on = self._ledger.follow(fingers)
        if not goes_on:
            self._forget_motion()
        scale = view_scale(fingers)
        repeated = len(self._history.t_s) and fingers.t_s <= self._history.t_s[-1]
        if scale is None or repeated:
            return touches
        self._history.add(fingers, scale)
        if len(self._history.t_s) < 2:
            return touches
        speed = self._history.slope(self._settings.window_s)
        stopped = self._stopped(speed, fingers.t_s)
        touches.extend(self._lifted(speed, fingers.t_s))
        for finger, drop, at in self._without_rivals(stopped):
            touches.extend(self._press(finger, drop, at, fingers, scale))
        self._adapt(speed)
        return sorted(touches, key=lambda touch: touch.t_s)

    def flush(self, t_s: float) -> list[Touch]:
        """Release every finger."""
        return self._ledger.release_all(t_s)

    def _stopped(self, speed: FloatArray, now_s: float) -> list[tuple[int, float, int]]:
        """Fingers whose fall has just ended: finger, depth of the fall in mm, sample of contact."""
        rule = self._settings
        found = []
        for finger in np.flatnonzero(np.isfinite(speed)):
            v = speed[finger]
            if v < -rule.fall:
                if v < self._fastest[finger]:
                    self._fastest[finger] = v
                self._armed_s[finger] = now_s
                continue
            if self._fastest[finger] == 0.0 or v < rule.stop * self._fastest[finger]:
                continue
            armed = now_s - self._armed_s[finger] <= _STRIKE_S
            self._fastest[finger] = 0.0
            drop, at = self._fall(int(finger), now_s)
            quiet = self._history.t_s[at] - self._ledger.last_event_s(int(finger)) > rule.dead_s
            if armed and quiet and drop >= rule.drop and self._low_enough(int(finger), at):
                found.append((int(finger), drop, at))
        return found

    def _fall(self, finger: int, now_s: float) -> tuple[float, int]:
        """Depth of the latest fall and the sample of its trough."""
        recent = np.flatnonzero(self._history.t_s >= now_s - _STRIKE_S)
        y = self._history.own_mm[recent, finger]
        lowest = float(np.nanmin(y))
        # The first sample on the paper, not the lowest one: resting there only adds noise.
        trough = int(np.flatnonzero(y <= lowest + self._settings.flat)[0])
        top = np.nanmax(y[: trough + 1])
        return float(top - lowest), int(recent[trough])

    def _low_enough(self, finger: int, at: int) -> bool:
        rest = self._rest[finger]
        height = self._history.own_mm[at, finger]
        return not np.isfinite(rest) or bool(height <= rest + self._settings.rest_band)

    def _without_rivals(self, found: list[tuple[int, float, int]]) -> list[tuple[int, float, int]]:
        kept: list[tuple[int, float, int]] = []
        for hand in HANDS:
            members = [f for f in found if hand.start <= f[0] < hand.stop]
            deepest = max((drop for _, drop, _ in members), default=0.0)
            kept.extend(f for f in members if f[1] >= self._settings.rival * deepest)
        return kept

    def _press(
        self, finger: int, drop: float, at: int, fingers: Fingers, scale: ViewScale
    ) -> list[Touch]:
        xy = self._history.mm[at, finger]
        if not np.isfinite(xy).all():
            return []
        confidence = float(1 - 0.5 * np.exp(-(drop - self._settings.drop) / 4.0))
        return self._ledger.press(
            TouchDown(
                finger,
                float(self._history.t_s[at]),
                fingers.t_s,
                (float(xy[0]), float(xy[1])),
                scale.covariance_mm2(finger, self._settings.sigma_px),
                confidence,
            )
        )

    def _lifted(self, speed: FloatArray, now_s: float) -> list[Touch]:
        touches: list[Touch] = []
        for finger in range(FINGER_COUNT):
            touch = self._ledger.down[finger]
            if touch is None or not speed[finger] > self._settings.rise_speed:
                continue
            since = self._history.t_s >= touch.t_s - 1e-6
            y = self._history.own_mm[since, finger]
            if np.isfinite(y).any() and y[-1] - np.nanmin(y) >= self._settings.rise:
                low = int(np.flatnonzero(y <= np.nanmin(y) + self._settings.flat)[-1])
                at = self._history.t_s[since][min(low + 1, len(y) - 1)]
                touches.extend(self._ledger.release(finger, float(at), now_s))
        return touches

    def _adapt(self, speed: FloatArray) -> None:
        """Let the resting level follow fingers that hardly move."""
        now = self._history.own_mm[-1]
        still = np.abs(speed) < 0.3 * self._settings.fall
        dt = float(self._history.t_s[-1] - self._history.t_s[-2])
        fresh = still & ~np.isfinite(self._rest)
        self._rest[fresh] = now[fresh]
        share = min(dt / _REST_S, 1.0)
        known = still & np.isfinite(self._rest) & np.isfinite(now)
        self._rest[known] += share * (now[known] - self._rest[known])
