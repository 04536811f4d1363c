"""Which finger strikes next, for touch typists and for those who use a few fingers."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray, Layout
from cameratokeyboard.synthetic.fingering import LEFT_THUMB, RIGHT_THUMB, Fingering
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import HAND_OF, Posture
from cameratokeyboard.synthetic.style import Style

#: Costs in mm of reach [assumed]: the finger that has just struck, the wrong half of the keyboard.
_BUSY_MM, _WRONG_SIDE = 14.0, 1.2
_CROSSING_MM = 300.0


class FingerChooser:
    """Chooses fingers; remembers where each hand was left."""

    def __init__(
        self,
        layout: Layout,
        fingering: Fingering,
        posture: Posture,
        person: Person,
        style: Style,
        rng: np.random.Generator,
    ) -> None:
        self._layout, self._fingering, self._posture = layout, fingering, posture
        self._style = style
        self._dominant = 1 if person.handedness > 0 else 0
        self._index = {key.name: n for n, key in enumerate(layout.keys)}
        self._centres = layout.centres_mm()
        self._table = fingering.finger.copy()
        # Keys near the border of both hands go to either one, by habit.
        offset = np.abs(self._centres[:, 0] - fingering.boundary_mm)
        for n in np.flatnonzero(offset < 0.55 * fingering.pitch_mm[0]):
            if self._table[n] in (3, 6) and rng.random() < 0.3:
                self._table[n] = 9 - self._table[n]
        self._thumb = RIGHT_THUMB if self._dominant else LEFT_THUMB
        if rng.random() < 0.25:
            self._thumb = LEFT_THUMB + RIGHT_THUMB - self._thumb
        self.reset()

    def reset(self) -> None:
        """Put both hands back to rest."""
        self._shift = np.zeros((2, 2))
        self._last = -1

    def choose(self, key: str) -> int:
        """The finger for this key, given what was struck before."""
        n = self._index[key]
        if self._layout.keys[n].role == "space" and self._style.thumbs:
            finger = self._thumb
        elif self._style.touch:
            finger = int(self._table[n])
        else:
            finger = self._cheapest(self._style.fingers, self._centres[n])
        self.struck(finger, self._centres[n])
        return finger

    def struck(self, finger: int, xy: FloatArray) -> None:
        """Remember a stroke."""
        self._last = finger
        self._shift[HAND_OF[finger]] = self._posture.hand_shift(finger, xy)

    def modifier(self, role: str, char_finger: int, char_key: str) -> tuple[str, int]:
        """The key with this role to hold and the finger for it, while another finger strikes."""
        char_xy = self._centres[self._index[char_key]]
        best: tuple[float, str, int] | None = None
        for n, key in enumerate(self._layout.keys):
            if key.role != role:
                continue
            for finger in self._modifier_fingers(n):
                cost = self._modifier_cost(finger, n, char_finger, char_xy)
                if best is None or cost < best[0]:
                    best = (cost, key.name, finger)
        assert best is not None, f"no key with the role {role}"
        return best[1], best[2]

    def _modifier_fingers(self, n: int) -> tuple[int, ...]:
        if self._style.touch:
            return tuple({int(self._table[n]), 0, 9})
        return self._style.fingers

    def _modifier_cost(self, finger: int, n: int, char_finger: int, char_xy: FloatArray) -> float:
        posture, xy = self._posture, self._centres[n]
        cost = float(np.hypot(*(xy - posture.rest_mm[finger])))
        side = 1 if HAND_OF[finger] else -1
        if HAND_OF[finger] == HAND_OF[char_finger]:
            away = posture.hand_shift(finger, xy) - posture.hand_shift(char_finger, char_xy)
            cost += _CROSSING_MM if finger == char_finger else 40.0 + 3.0 * float(np.hypot(*away))
        elif side * (xy[0] - char_xy[0]) < 20.0:
            cost += _CROSSING_MM
        return cost

    def _cheapest(self, fingers: tuple[int, ...], xy: FloatArray) -> int:
        boundary = self._fingering.boundary_mm
        costs = []
        for finger in fingers:
            hand = int(HAND_OF[finger])
            place = self._posture.rest_mm[finger] + self._shift[hand]
            wrong = max(0.0, (xy[0] - boundary) * (1 if hand == 0 else -1))
            cost = float(np.hypot(*(xy - place))) + _WRONG_SIDE * wrong
            cost += _BUSY_MM if finger == self._last else 0.0
            if self._style.name == "hunt" and hand != self._dominant:
                cost = 1.5 * cost + 15.0
            costs.append(cost)
        return fingers[int(np.argmin(costs))]
