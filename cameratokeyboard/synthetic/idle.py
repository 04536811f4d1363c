"""What fingers do that are not needed for a while: lie on the paper, brush it, feint."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, BoolArray, FloatArray
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import HAND_OF, Posture
from cameratokeyboard.synthetic.strokes import FEINT, REST, Plan, Stroke
from cameratokeyboard.synthetic.style import Style

#: A finger needs this long to settle, and this long before its next stroke [assumed].
_SETTLE_S, _READY_S = 0.34, 0.32
_SHORTEST_REST_S = 0.12
#: A finger at rest lets its hand move this far before it has to lift.
_SLACK_MM = 7.0
_ROOM_MM = 17.0


class IdleFingers:
    """Fills the gaps between a finger's strokes with soft touches and feints."""

    def __init__(
        self,
        posture: Posture,
        person: Person,
        style: Style,
        liveliness: float,
        rng: np.random.Generator,
    ) -> None:
        self._posture, self._person, self._style = posture, person, style
        self._liveliness, self._rng = liveliness, rng

    def fill(self, plan: Plan, t_s: FloatArray, base: FloatArray, away: BoolArray) -> list[Stroke]:
        """Soft touches and feints of all fingers; base (T, 10, 2) mm, away (T, 2) hands off."""
        resting_hands = self._resting_hands(plan)
        added: list[Stroke] = []
        for finger in range(FINGER_COUNT):
            if finger not in self._style.fingers and finger not in (4, 5):
                continue
            own = [s for s in plan.strokes if s.finger == finger]
            ends = [0.0, *(s.t_up for s in own)]
            starts = [*(s.t_down for s in own), plan.duration_s]
            for begin, end in zip(ends, starts, strict=True):
                added += self._gap(finger, begin, end, resting_hands, plan, t_s, base, away)
        return added

    def _resting_hands(self, plan: Plan) -> list[list[tuple[float, float]]]:
        """Spans in which a whole hand lies down: pauses of its strokes, by the person's habit."""
        spans: list[list[tuple[float, float]]] = [[], []]
        for hand in (0, 1):
            own = [s for s in plan.strokes if HAND_OF[s.finger] == hand]
            ends = [0.0, *(s.t_up for s in own)]
            starts = [*(s.t_down for s in own), plan.duration_s]
            for begin, end in zip(ends, starts, strict=True):
                chance = 1.6 * self._person.rest_rate * self._liveliness
                if end - begin > 1.0 and self._rng.random() < chance:
                    spans[hand].append((begin, end))
        return spans

    def _gap(
        self,
        finger: int,
        begin: float,
        end: float,
        resting_hands: list[list[tuple[float, float]]],
        plan: Plan,
        t_s: FloatArray,
        base: FloatArray,
        away: BoolArray,
    ) -> list[Stroke]:
        rng, person = self._rng, self._person
        low, high = begin + _SETTLE_S + rng.exponential(0.08), end - _READY_S
        if begin == 0.0 and rng.random() < 0.5:
            low = begin + 0.02
        if high - low < _SHORTEST_REST_S:
            return []
        thumb = finger in (4, 5)
        rate = (person.thumb_rest_rate if thumb else person.rest_rate) * self._liveliness
        lying = any(a < low < b for a, b in resting_hands[HAND_OF[finger]])
        draw = rng.random()
        if draw < (0.92 if lying else 0.7 * rate):
            wish = rng.uniform(0.8, 1.0) * (high - low) if lying or thumb else rng.exponential(1.0)
            return self._lay(finger, low, min(high, low + 0.15 + wish), plan, t_s, base, away)
        if draw > 1 - person.feint_rate * self._liveliness:
            if rng.random() < 0.5:
                brush = float(rng.uniform(0.06, 0.25))
                start = float(rng.uniform(low, max(high - brush, low)))
                return self._lay(finger, start, start + brush, plan, t_s, base, away)
            return self._feint(finger, float(rng.uniform(low, high)), t_s, base, away)
        return []

    def _lay(
        self,
        finger: int,
        begin: float,
        end: float,
        plan: Plan,
        t_s: FloatArray,
        base: FloatArray,
        away: BoolArray,
    ) -> list[Stroke]:
        """A soft touch from ``begin`` on, as long as neither hand nor neighbours want the place."""
        first, last = np.searchsorted(t_s, [begin, end])
        if last <= first or first >= len(t_s):
            return []
        place = base[first, finger]
        moved = np.hypot(*(base[first:last, finger] - place).T) > _SLACK_MM
        moved |= away[first:last, HAND_OF[finger]]
        if moved.any():
            end = min(end, float(t_s[first + int(np.argmax(moved))]) - 0.05)
        for stroke in plan.strokes:
            if stroke.finger == finger or stroke.t_up < begin - 0.2 or stroke.t_down > end + 0.1:
                continue
            if np.hypot(stroke.xy[0] - place[0], stroke.xy[1] - place[1]) < _ROOM_MM:
                if stroke.t_down - 0.25 <= begin:
                    return []
                end = min(end, stroke.t_down - 0.25)
        if end - begin < min(_SHORTEST_REST_S, 0.05):
            return []
        xy = (float(place[0]), float(place[1]))
        return [Stroke(finger, begin, end, xy, REST)]

    def _feint(
        self, finger: int, t_s: float, times: FloatArray, base: FloatArray, away: BoolArray
    ) -> list[Stroke]:
        """A lift and half a strike that stops above the paper."""
        at = min(int(np.searchsorted(times, t_s)), len(times) - 1)
        if away[at, HAND_OF[finger]]:
            return []
        xy = base[at, finger] + self._rng.normal(0, 2.0, 2)
        lift = float(self._rng.uniform(0.7, 1.3)) * self._person.lift_mm
        stop = float(self._rng.uniform(1.5, 5.0))
        stay = float(self._rng.uniform(0.02, 0.12))
        place = (float(xy[0]), float(xy[1]))
        return [Stroke(finger, t_s, t_s + stay, place, FEINT, lift_mm=lift, end_mm=stop)]
