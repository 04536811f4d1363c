"""Where a finger aims on a key and where it lands: bias and scatter, and which key that hits."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray, Layout
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import Posture

#: A stroke for a letter is drawn again when it would hit one of these: people keep clear of them.
_KEEP_CLEAR = frozenset({"caps", "ctrl", "alt", "altgr", "win", "tab", "other", "shift", "enter"})
_MOST_DRAWS = 30
#: Beyond this many standard deviations nobody lands [assumed].
_WIDEST = 2.8


class Aim:
    """Draws landing points; keeps one small offset for each finger and key as hands do."""

    def __init__(
        self, layout: Layout, posture: Posture, person: Person, wpm: float, rng: np.random.Generator
    ) -> None:
        self._layout, self._posture, self._rng = layout, posture, rng
        self._centres, self._sizes = layout.centres_mm(), layout.sizes_mm()
        self._index = {key.name: n for n, key in enumerate(layout.keys)}
        self._pitch = np.median(self._sizes, axis=0)
        # Small keys are aimed at with more care, fast typing with less [assumed].
        care = min(1.0, float(self._pitch.min()) / 18.5) * (max(wpm, 10.0) / 50.0) ** 0.12
        self._bias = np.array(person.bias_mm) * min(1.0, float(self._pitch.min()) / 18.5)
        self._scatter = np.array(person.scatter_mm) * care
        # [K] Motion repeats letter by letter: 0.8 mm fixed for each finger and key [assumed].
        self._habit = rng.normal(0, 0.8, (10, len(layout.keys), 2)) * min(1.0, care)

    def index(self, key: str) -> int:
        """Number of a key in the layout."""
        return self._index[key]

    def point(self, finger: int, key: str) -> FloatArray:
        """(2,) mm: the middle of the key, on a wide key its part nearest to the finger's place."""
        n = self._index[key]
        spare = np.maximum((self._sizes[n] - self._pitch) / 2, 0.0)
        low, high = self._centres[n] - spare, self._centres[n] + spare
        return np.asarray(np.clip(self._posture.rest_mm[finger], low, high))

    def hit(self, xy: FloatArray) -> str | None:
        """Name of the key at this point, None beside the keys."""
        inside = np.all(np.abs(xy - self._centres) <= self._sizes / 2, axis=1)
        found = np.flatnonzero(inside)
        return self._layout.keys[int(found[0])].name if len(found) else None

    def land(self, finger: int, key: str, exact: bool = False) -> tuple[FloatArray, str | None]:
        """Landing point (2,) mm of a stroke meant for ``key``, and the key it really hits.

        exact: the stroke hits its key for certain, as those for modifiers do.
        """
        centre = self.point(finger, key) + self._bias[finger]
        centre = centre + self._habit[finger, self._index[key]]
        for _ in range(_MOST_DRAWS):
            noise = np.clip(self._rng.standard_normal(2), -_WIDEST, _WIDEST)
            xy = np.asarray(centre + noise * self._scatter)
            hit = self.hit(xy)
            if hit == key:
                return xy, hit
            if not exact and (hit is None or self._layout.by_name[hit].role not in _KEEP_CLEAR):
                return xy, hit
        xy = self.point(finger, key)
        return xy, self.hit(xy)
