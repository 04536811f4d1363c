"""From onset probabilities to touches: believe what is clear at once, wait where it is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, BoolArray, FloatArray, TouchDown
from cameratokeyboard.keystroke.features import HAND_FINGERS, MIRROR, contact_place
from cameratokeyboard.keystroke.ledger import Touch, TouchLedger


@dataclass(frozen=True, eq=False)
class Outputs:
    """What the network says at one moment; L lags, lag 0 is this frame.

    onset: (10, L) probability that the finger first touched in that frame. share: (10, L) by how
    much of the frame's interval earlier. offset_mm: (10, L, 2) contact point less the finger's
    place since (features.contact_place). sigma_mm: (10, L, 2) its spread. contact: (10,)
    probability of being on the paper.
    """

    onset: FloatArray
    share: FloatArray
    offset_mm: FloatArray
    sigma_mm: FloatArray
    contact: FloatArray

    @classmethod
    def from_hands(
        cls,
        onset: FloatArray,
        share: FloatArray,
        offset_mm: FloatArray,
        sigma_mm: FloatArray,
        contact: FloatArray,
    ) -> Outputs:
        """From arrays of two hands, thumb first and mirrored, to fingers by name."""
        order = np.argsort(HAND_FINGERS.ravel())

        def by_name(values: FloatArray) -> FloatArray:
            return np.asarray(values, float).reshape(FINGER_COUNT, *values.shape[2:])[order]

        offset = by_name(offset_mm)
        offset[..., 0] *= MIRROR[:, None]
        return cls(by_name(onset), by_name(share), offset, by_name(sigma_mm), by_name(contact))


@dataclass(frozen=True)
class DecodingSettings:
    """When an onset is believed.

    sure: probability at which a press is believed in the very frame of its contact. likely: the
    same once wait_s have passed; in between the bound falls evenly. dead_s: one finger does not
    type twice within this time. apart_s, apart_mm: nor do two fingers touch nearly the same place
    at nearly the same time; fingertips are 14 mm wide, so that is one press under two names.
    together_s, together: two fingers seldom strike within this time, and one finger often takes
    another along: the second of them is believed from this probability on. idle_s, idle: hands that
    have not typed for this time probably rest: a press is believed from this probability on.
    settle_s: contacts this soon after the trajectories began are not believed: nobody saw the
    strike, and fingers may have lain there for long.
    unclear_mm: while a place is known less well than this, a press waits for the next frame, as
    long as it may.
    lifted: probability of contact under which a touch has ended. hold_s: no touch is shorter.
    spread: contact points err by so many times of what the network thinks (validation people).
    """

    sure: float = 0.97
    likely: float = 0.55
    wait_s: float = 0.1
    dead_s: float = 0.075
    apart_s: float = 0.1
    apart_mm: float = 9.0
    together_s: float = 0.035
    together: float = 0.9
    idle_s: float = 2.0
    idle: float = 0.85
    settle_s: float = 0.1
    unclear_mm: float = 7.0
    lifted: float = 0.4
    hold_s: float = 0.03
    spread: float = 1.5


class OnsetDecoder:
    """Reads the network's outputs frame by frame."""

    def __init__(self, settings: DecodingSettings | None = None) -> None:
        self._settings = settings or DecodingSettings()
        self.reset()

    def reset(self) -> None:
        """Forget past frames."""
        self._first_s: float | None = None
        self._t_s: list[float] = []
        self._places: list[FloatArray] = []
        self._seen: list[BoolArray] = []
        self._last_s = np.full(FINGER_COUNT, -np.inf)
        self._last_mm = np.full((FINGER_COUNT, 2), np.inf)

    def step(
        self,
        t_s: float,
        places_mm: FloatArray,
        seen: BoolArray,
        outputs: Outputs,
        ledger: TouchLedger,
    ) -> list[Touch]:
        """The touches that this frame decides.

        places_mm: (10, 2) last seen place of each finger. seen: (10,) whether that was just now.
        """
        lags = outputs.onset.shape[1]
        self._first_s = t_s if self._first_s is None else self._first_s
        self._t_s.append(t_s)
        self._places.append(np.array(places_mm))
        self._seen.append(np.array(seen))
        del self._t_s[: -(lags + 1)], self._places[: -(lags + 1)], self._seen[: -(lags + 1)]
        touches: list[Touch] = []
        for held in range(FINGER_COUNT):
            touches.extend(self._lift(held, outputs, t_s, ledger))
        possible = outputs.onset.max(axis=1) > self._settings.likely / 3
        for finger in map(int, np.flatnonzero(possible)):
            touch = self._press(finger, outputs, t_s)
            if touch is not None:
                self._last_s[finger] = touch.t_s
                self._last_mm[finger] = touch.xy_mm
                touches.extend(ledger.press(touch))
        return sorted(touches, key=lambda touch: touch.t_s)

    def _press(self, finger: int, outputs: Outputs, now_s: float) -> TouchDown | None:
        rule = self._settings
        p = outputs.onset[finger]
        known = len(self._t_s)
        for lag in range(min(len(p), known)):
            age = now_s - self._t_s[-1 - lag]
            if age > rule.wait_s + 1e-6 and lag > 0:
                return None
            after = float(p[lag + 1]) if lag + 1 < len(p) else 0.0
            before = float(p[lag - 1]) if lag else 0.0
            if p[lag] < before or p[lag] < after:
                continue
            # Neighbouring frames share the probability of one and the same press.
            mass = min(float(p[lag]) + before + after, 1.0)
            next_age = now_s - self._t_s[-2 - lag] if lag + 1 < known else np.inf
            last_chance = next_age > rule.wait_s + 1e-6 or lag + 1 == len(p)
            share = 1.0 if last_chance else min(age / rule.wait_s, 1.0)
            if mass < rule.sure + share * (rule.likely - rule.sure):
                continue
            touch = self._touch(finger, lag, mass, outputs, now_s)
            if touch is not None and (last_chance or self._is_clear(touch)):
                return touch
        return None

    def _touch(
        self, finger: int, lag: int, mass: float, outputs: Outputs, now_s: float
    ) -> TouchDown | None:
        at = self._t_s[-1 - lag]
        interval = at - self._t_s[-2 - lag] if lag + 1 < len(self._t_s) else 0.0
        contact_s = at - float(outputs.share[finger, lag]) * interval
        if contact_s - self._last_s[finger] < self._settings.dead_s:
            return None
        if self._first_s is None or contact_s - self._first_s < self._settings.settle_s:
            return None
        since = slice(len(self._t_s) - 1 - lag, None)
        place = contact_place(
            np.array(self._t_s[since]), np.stack(self._places[since]), np.stack(self._seen[since])
        )
        xy = place[finger] + outputs.offset_mm[finger, lag]
        if not np.isfinite(xy).all() or self._told_already(finger, contact_s, xy):
            return None
        if mass < self._settings.together and self._is_second(finger, contact_s):
            return None
        if mass < self._settings.idle and contact_s - self._last_s.max() > self._settings.idle_s:
            return None
        return TouchDown(
            finger,
            contact_s,
            now_s,
            (float(xy[0]), float(xy[1])),
            np.diag((self._settings.spread * outputs.sigma_mm[finger, lag]) ** 2),
            mass,
        )

    def _told_already(self, finger: int, contact_s: float, xy: FloatArray) -> bool:
        """Whether another finger, as far as names go, has just touched this place."""
        rule = self._settings
        recent = np.abs(contact_s - self._last_s) < rule.apart_s
        near = np.hypot(*(self._last_mm - xy).T) < rule.apart_mm
        other = np.arange(FINGER_COUNT) != finger
        return bool((recent & near & other).any())

    def _is_second(self, finger: int, contact_s: float) -> bool:
        """Whether another finger has struck just then."""
        just = np.abs(contact_s - self._last_s) < self._settings.together_s
        return bool((just & (np.arange(FINGER_COUNT) != finger)).any())

    def _is_clear(self, touch: TouchDown) -> bool:
        """Whether the place of a touch is known well enough to tell its key."""
        return float(np.trace(touch.covariance_mm2)) < self._settings.unclear_mm**2

    def _lift(
        self, finger: int, outputs: Outputs, now_s: float, ledger: TouchLedger
    ) -> list[Touch]:
        touch = ledger.down[finger]
        if touch is None or outputs.contact[finger] >= self._settings.lifted:
            return []
        lifted_s = self._t_s[-2] if len(self._t_s) > 1 else now_s
        if lifted_s - touch.t_s < self._settings.hold_s:
            return []
        return ledger.release(finger, lifted_s, now_s)
