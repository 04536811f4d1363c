"""When keys go down and up: intervals by kind of step, contact times, the pace's wandering.

All shapes are fitted to the published figures in docs/kinematics.md ([K]).
"""

from __future__ import annotations

import numpy as np

from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import HAND_OF
from cameratokeyboard.synthetic.style import Style

#: [K] median interval by kind of step over the median of all, 167 ms.
STEP_FACTORS = {
    "other_hand": 145 / 167,
    "same_hand": 174 / 167,
    "same_finger": 201 / 167,
    "same_key": 157 / 167,
    "space": 175 / 167,
}
#: Pairs of letters that hands know by heart go faster; frequent English bigrams, own choice.
_WELL_KNOWN_PAIRS = (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le "
    "ve co me de hi ri ro ic ne ea ra ce"
)
_WELL_KNOWN = frozenset(_WELL_KNOWN_PAIRS.split())
#: Share of steps with a short hesitation inside the flow, and how long these are against the
#: usual step; fitted so that the 95th percentile comes out at 648 ms [K].
_HESITATION_SHARE, _HESITATION_FACTOR, _HESITATION_SIGMA = 0.07, 2.6, 0.35
#: [K] the 5th percentile of contacts on glass is 36 ms; none is shorter than this.
SHORTEST_CONTACT_S = 0.034
_SHORTEST_INTERVAL_S = 0.022


def kind_of_step(last_finger: int, last_key: str, finger: int, key: str) -> str:
    """The kind of step between two strokes, a key of STEP_FACTORS."""
    if last_key == key:
        return "same_key"
    if "space" in (last_key, key):
        return "space"
    if last_finger == finger:
        return "same_finger"
    return "same_hand" if HAND_OF[last_finger] == HAND_OF[finger] else "other_hand"


class Pace:
    """Draws intervals and contact times of one person at one speed.

    mean_factor: expected step factor of the text, so that its speed comes out as asked.
    """

    def __init__(
        self,
        person: Person,
        style: Style,
        wpm: float,
        mean_factor: float,
        rng: np.random.Generator,
    ) -> None:
        self._rng = rng
        self._person = person
        # [K] The faster, the steadier: median over mean interval grows from 0.8 to 0.9.
        steady = float(np.clip((50.0 / wpm) ** 0.35, 0.7, 1.25))
        self._sigma = person.iki_sigma * style.spread * steady
        self._hesitations = _HESITATION_SHARE * steady * steady
        hesitation = _HESITATION_FACTOR * np.exp(_HESITATION_SIGMA**2 / 2) - 1
        expected = np.exp(self._sigma**2 / 2) * (1 + self._hesitations * hesitation) * mean_factor
        self.base_s = 12.0 / wpm / expected
        self._tempo = 0.0
        self._bigrams: dict[tuple[str, str], float] = {}
        # [K] holds shrink a little with speed: 113 ms under 30 WPM, 99 ms over 90.
        self._contact_s = person.contact_s * float(np.clip(1.06 - 0.0008 * (wpm - 10), 0.95, 1.06))

    def interval_s(self, last_key: str, key: str, kind: str) -> float:
        """Draw the time from one contact to the next."""
        rng = self._rng
        # The pace wanders slowly: an autoregressive tempo with SD 0.12 [assumed].
        self._tempo = 0.97 * self._tempo + rng.normal(0, 0.03)
        pair = (last_key, key)
        if pair not in self._bigrams:
            known = 0.9 if last_key + key in _WELL_KNOWN else 1.0
            self._bigrams[pair] = known * float(np.exp(rng.normal(0, 0.12)))
        spread = max(self._sigma**2 - 0.12**2 - 0.12**2, 0.04) ** 0.5
        interval = self.base_s * STEP_FACTORS[kind] * self._bigrams[pair]
        interval *= np.exp(self._tempo + rng.normal(0, spread))
        if rng.random() < self._hesitations:
            interval *= _HESITATION_FACTOR * np.exp(rng.normal(0, _HESITATION_SIGMA))
        return float(np.clip(interval, _SHORTEST_INTERVAL_S, 4.0))

    def contact_s(self, modifier: bool = False) -> float:
        """Draw how long a finger stays on the paper; modifiers are held longer ([K] 229 ms)."""
        spread = self._person.contact_sigma
        hold = self._contact_s * np.exp(self._rng.normal(0, spread))
        if self._rng.random() < 0.04:
            # A heavy tail of lingering contacts: [K] 95th percentile 220 ms.
            hold *= self._rng.uniform(1.6, 2.6)
        return float(np.clip(hold * (2.0 if modifier else 1.0), SHORTEST_CONTACT_S, 0.6))
