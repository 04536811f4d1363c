"""Peak detection: a press is a turning point of the trajectory.

A local minimum of the fingertip's height with enough fall before it; what comes after may be a rise
or a stay (a held key). The moment of contact is the vertex of a parabola through the samples around
the trough, so it is finer than a frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, Fingers, FloatArray, TouchDown
from cameratokeyboard.keystroke.history import HANDS, History
from cameratokeyboard.keystroke.ledger import Touch, TouchLedger
from cameratokeyboard.keystroke.signals import ViewScale, view_scale


@dataclass(frozen=True)
class PeakSettings:
    """Bounds of the rule; lengths in mm of height, times in s.

    drop: fall before the turning point. strike_s: within which it falls. turn: rise after it that
    proves the turn; stay_s: or it stays for this long. rise: lifted when this far above the trough.
    dead_s: the same finger does not type again sooner. rival: of fingers of one hand that turn
    within rival_s, those that fell less than this share of the deepest do not type. shared: share
    of the hand's motion taken out. sigma_px: spread of a contact point.
    """

    drop: float = 9.0
    strike_s: float = 0.2
    turn: float = 1.5
    stay_s: float = 0.07
    rise: float = 2.5
    dead_s: float = 0.07
    rival: float = 0.9
    rival_s: float = 0.07
    shared: float = 0.8
    sigma_px: float = 1.5


_SPAN_S = 0.45
#: Samples this close to the lowest one lie on the paper too, mm of height.
_FLAT_MM = 1.2


class PeakDetector:
    """See KeystrokeDetector and PeakSettings."""

    def __init__(self, settings: PeakSettings | None = None) -> None:
        self._settings = settings or PeakSettings()
        self._history = History(_SPAN_S, self._settings.shared)
        self._ledger = TouchLedger()

    def reset(self) -> None:
        """Forget everything."""
        self._ledger.reset()
        self._history.reset()

    def update(self, fingers: Fingers) -> list[Touch]:
        """The touches decided at this moment."""
        touches, goes_on = self._ledger.follow(fingers)
        if not goes_on:
            self._history.reset()
        scale = view_scale(fingers)
        repeated = len(self._history.t_s) and fingers.t_s <= self._history.t_s[-1]
        if scale is None or repeated:
            return touches
        self._history.add(fingers, scale)
        touches.extend(self._lifted(fingers.t_s))
        turned = [found for f in range(FINGER_COUNT) if (found := self._turned(f)) is not None]
        for finger, drop, at in self._without_rivals(turned):
            touches.extend(self._press(finger, drop, at, fingers, scale))
        return sorted(touches, key=lambda touch: touch.t_s)

    def flush(self, t_s: float) -> list[Touch]:
        """Release every finger."""
        return self._ledger.release_all(t_s)

    def _turned(self, finger: int) -> tuple[int, float, int] | None:
        """The finger's turning point, once proven and not used before: finger, fall, sample."""
        rule = self._settings
        t, y = self._history.t_s, self._history.own_mm[:, finger]
        # Only what came after the finger's last touch began or ended counts.
        recent = np.flatnonzero((t > self._ledger.last_event_s(finger)) & np.isfinite(y))
        if len(recent) < 3 or self._ledger.down[finger] is not None:
            return None
        window = recent[t[recent] >= t[-1] - rule.strike_s - rule.stay_s]
        if len(window) < 3 or not np.isfinite(y[-1]):
            return None
        low = int(window[np.argmin(y[window])])
        before = window[(window <= low) & (t[window] >= t[low] - rule.strike_s)]
        drop = float(y[before].max() - y[low])
        proven = y[-1] - y[low] >= rule.turn or t[-1] - t[low] >= rule.stay_s
        rested = t[low] - self._ledger.last_event_s(finger) >= rule.dead_s
        if drop < rule.drop or not proven or not rested or low == window[-1]:
            return None
        return finger, drop, low

    def _without_rivals(self, turned: list[tuple[int, float, int]]) -> list[tuple[int, float, int]]:
        """Drop fingers taken along by a neighbour that types now or has just typed."""
        rule = self._settings
        kept = []
        for hand in HANDS:
            members = [found for found in turned if hand.start <= found[0] < hand.stop]
            for finger, drop, at in members:
                t = self._history.t_s[at]
                deepest = max((d for f, d, _ in members if f != finger), default=0.0)
                for other in range(hand.start, hand.stop):
                    touch = self._ledger.down[other]
                    if touch is not None and abs(touch.t_s - t) <= rule.rival_s:
                        deepest = max(deepest, self._depth(other, touch.t_s))
                if drop >= rule.rival * deepest:
                    kept.append((finger, drop, at))
        return kept

    def _depth(self, finger: int, t_s: float) -> float:
        """How far a finger that is down fell before it typed."""
        t, y = self._history.t_s, self._history.own_mm[:, finger]
        around = (t >= t_s - self._settings.strike_s) & (t <= t_s + 1e-6) & np.isfinite(y)
        return float(np.ptp(y[around])) if around.any() else 0.0

    def _press(
        self, finger: int, drop: float, at: int, fingers: Fingers, scale: ViewScale
    ) -> list[Touch]:
        xy = self._history.mm[at, finger]
        if not np.isfinite(xy).all():
            return []
        t_s = max(
            _vertex(self._history.t_s, self._history.own_mm[:, finger], at),
            self._ledger.last_event_s(finger),
        )
        return self._ledger.press(
            TouchDown(
                finger,
                t_s,
                fingers.t_s,
                (float(xy[0]), float(xy[1])),
                scale.covariance_mm2(finger, self._settings.sigma_px),
                float(1 - 0.5 * np.exp(-(drop - self._settings.drop) / 5.0)),
            )
        )

    def _lifted(self, now_s: float) -> list[Touch]:
        touches: list[Touch] = []
        t = self._history.t_s
        for finger in range(FINGER_COUNT):
            touch = self._ledger.down[finger]
            if touch is None:
                continue
            since = np.flatnonzero(
                (t >= touch.t_s - 1e-6) & np.isfinite(self._history.own_mm[:, finger])
            )
            if not len(since):
                continue
            y = self._history.own_mm[since, finger]
            if y[-1] - y.min() >= self._settings.rise:
                low = int(np.flatnonzero(y <= y.min() + _FLAT_MM)[-1])
                at = since[min(low + 1, len(since) - 1)]
                touches.extend(self._ledger.release(finger, float(t[at]), now_s))
        return touches


def _vertex(t: FloatArray, y: FloatArray, at: int) -> float:
    """The time of the extremum of a parabola through the samples at - 1, at, at + 1."""
    if at < 1 or at + 1 >= len(t) or not np.isfinite(y[at - 1 : at + 2]).all():
        return float(t[at])
    left, right = t[at] - t[at - 1], t[at + 1] - t[at]
    slope_left, slope_right = (y[at] - y[at - 1]) / left, (y[at + 1] - y[at]) / right
    if slope_right - slope_left <= 1e-9:
        return float(t[at])
    # The slope passes zero between the middles of the two intervals.
    share = -slope_left / (slope_right - slope_left)
    vertex = t[at] - left / 2 + share * (left + right) / 2
    return float(np.clip(vertex, t[at - 1], t[at + 1]))
