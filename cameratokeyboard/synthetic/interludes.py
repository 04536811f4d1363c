"""What happens between words: pauses, hands that leave and return, stray taps, drumming."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray, Layout
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import HAND_FINGERS, Posture
from cameratokeyboard.synthetic.strokes import TAP, Leave, Plan, Stroke

#: A pause in the flow, median 1 s, log spread 0.6 [assumed]; [K] 5% of intervals exceed 648 ms.
_PAUSE_MEDIAN_S, _PAUSE_SIGMA = 1.0, 0.6
#: How far beside the keys a stray tap lands, mm [assumed].
_BESIDE_MM = (7.0, 26.0)


class Interludes:
    """Draws what happens before a word. All rates are the person's, times ``liveliness``."""

    def __init__(
        self,
        layout: Layout,
        posture: Posture,
        person: Person,
        striking: tuple[int, ...],
        liveliness: float,
        rng: np.random.Generator,
    ) -> None:
        self._posture, self._person, self._rng = posture, person, rng
        self._striking, self._liveliness = striking, liveliness
        self._half = np.array(layout.size_mm) / 2

    def before_word(self, plan: Plan, now: float) -> float:
        """Perhaps add something to ``plan`` after ``now``; returns when typing may go on."""
        draw, rates = self._rng.random(), self._person
        for rate, action in (
            (rates.pause_rate, self._pause),
            (rates.leave_rate, self._leave),
            (rates.fidget_rate / 2, self._tap),
            (rates.fidget_rate / 2, self._drum),
        ):
            draw -= rate * self._liveliness
            if draw < 0:
                return action(plan, now)
        return now

    def _pause(self, plan: Plan, now: float) -> float:
        del plan
        seconds = _PAUSE_MEDIAN_S * np.exp(self._rng.normal(0, _PAUSE_SIGMA))
        return now + float(np.clip(seconds, 0.4, 5.0))

    def _leave(self, plan: Plan, now: float) -> float:
        """One hand or both go away from the mat, towards the typist or to the side."""
        rng = self._rng
        hands = ((0,), (1,), (0, 1))[int(rng.choice(3, p=[0.25, 0.35, 0.4]))]
        away_s = float(np.clip(1.2 * np.exp(rng.normal(0, 0.6)), 0.4, 6.0))
        end = now
        for hand in hands:
            side = 1.0 if hand else -1.0
            if rng.random() < 0.5:
                shift = (side * rng.uniform(90, 220), rng.uniform(-90, 30))
            else:
                shift = (side * rng.uniform(0, 60), -rng.uniform(110, 240))
            off = now + float(rng.uniform(0.15, 0.4))
            way_s = float(np.hypot(*shift)) / float(rng.uniform(350, 600))
            gone = off + 0.2 + way_s
            back = gone + away_s * float(rng.uniform(0.8, 1.2))
            on = back + 0.25 + way_s
            height = float(rng.uniform(8, 35))
            xy = (float(shift[0]), float(shift[1]))
            plan.leaves.append(Leave(hand, off, gone, back, on, xy, height))
            end = max(end, on)
        return end + float(rng.uniform(0.25, 0.6))

    def _tap(self, plan: Plan, now: float) -> float:
        """One to three taps beside the keys, struck like presses."""
        rng = self._rng
        finger = int(rng.choice(np.array(self._striking)))
        t_s = now + float(rng.uniform(0.4, 0.9))
        place = self._beside(finger)
        for _ in range(int(rng.choice([1, 1, 2, 3]))):
            hold = float(np.clip(0.09 * np.exp(rng.normal(0, 0.4)), 0.036, 0.3))
            xy = self._outside(place + rng.normal(0, 2.0, 2))
            plan.strokes.append(self._stray(finger, t_s, hold, xy, float(rng.uniform(8, 20))))
            t_s += hold + float(rng.uniform(0.14, 0.4))
        return t_s + float(rng.uniform(0.25, 0.5))

    def _drum(self, plan: Plan, now: float) -> float:
        """Fingers of one hand drum on the paper in front of the keys, from pinky to index."""
        rng = self._rng
        hand = int(rng.integers(2))
        fingers = HAND_FINGERS[hand][:0:-1]
        rest = self._posture.rest_mm[list(fingers)]
        spread = rest - rest.mean(axis=0)
        spread[:, 1] *= 0.4
        middle = np.array([rest[:, 0].mean(), -self._half[1] - rng.uniform(16, 34)])
        step = float(rng.uniform(0.06, 0.12))
        t_s = now + float(rng.uniform(0.5, 0.9))
        for _ in range(int(rng.integers(1, 5))):
            for finger, place in zip(fingers, middle + spread, strict=True):
                xy = self._outside(place + rng.normal(0, 1.5, 2))
                hold = step * float(rng.uniform(0.7, 1.3))
                stroke = self._stray(finger, t_s, hold, xy, float(rng.uniform(5, 14)))
                plan.strokes.append(stroke)
                t_s += step
            t_s += float(rng.uniform(0.16, 0.3))
        return t_s + float(rng.uniform(0.3, 0.6))

    @staticmethod
    def _stray(finger: int, t_s: float, hold: float, xy: FloatArray, lift: float) -> Stroke:
        place = (float(xy[0]), float(xy[1]))
        return Stroke(finger, t_s, t_s + hold, place, TAP, lift_mm=lift, follow=1.0)

    def _beside(self, finger: int) -> FloatArray:
        """A point beside the keyboard that this finger's hand can reach."""
        rng, half = self._rng, self._half
        distance = rng.uniform(*_BESIDE_MM)
        rest = self._posture.rest_mm[finger]
        side = rng.random()
        if side < 0.5:
            return np.array([rest[0] + rng.normal(0, 15), -half[1] - distance])
        if side < 0.8:
            x = half[0] + distance
            return np.array([x if finger > 4 else -x, rng.uniform(-half[1], half[1])])
        return np.array([rest[0] + rng.normal(0, 20), half[1] + distance])

    def _outside(self, xy: FloatArray) -> FloatArray:
        """The same point, moved out of the keyboard by 3 mm where it lies inside."""
        margin = self._half + 3.0
        if np.all(np.abs(xy) < margin):
            spare = margin - np.abs(xy)
            axis = int(np.argmin(spare))
            xy = xy.copy()
            xy[axis] = margin[axis] if xy[axis] > 0 else -margin[axis]
        return xy
