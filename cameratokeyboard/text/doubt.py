"""How far presses are to be doubted, seen with those before and after them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from cameratokeyboard.text.observation import Observation, Seen
from cameratokeyboard.text.rhythm import Rhythm

#: Log odds that a press was none: a logistic regression on 9,700 presses of validation people, 2%
#: of them false. The network's own log odds count a little less than they say; presses that follow
#: each other within CROWDED_S are false more often.
_ALWAYS, _OWN, _AFTER_ANOTHER, _BEFORE_ANOTHER = -1.0, 0.82, 2.0, 1.9
_CROWDED_S = 0.12
_SUREST = 0.9999


def doubted(
    presses: Sequence[Seen], rhythm: Rhythm | None = None, before_s: float | None = None
) -> list[Observation]:
    """The observations of presses in the order of their contact, with what neighbours tell.

    A key that is pressed twice in a row is marked: the second press may be a slip.
    """
    found: list[Observation] = []
    for n, press in enumerate(presses):
        before = presses[n - 1] if n else None
        after = presses[n + 1] if n + 1 < len(presses) else None
        odds = math.log((1 - press.confidence) / press.confidence)
        log_odds = _ALWAYS + _OWN * odds
        if before is not None:
            log_odds += _AFTER_ANOTHER * _crowding(press.t_s - before.t_s)
        if after is not None:
            log_odds += _BEFORE_ANOTHER * _crowding(after.t_s - press.t_s)
        repeats = any(other is not None and other.key == press.key for other in (before, after))
        confidence = min(1 / (1 + math.exp(log_odds)), _SUREST)
        last_s = before_s if before is None else before.t_s
        pace = None if rhythm is None or last_s is None else rhythm.pace(press.t_s - last_s)
        found.append(replace(press.observation, confidence=confidence, repeats=repeats, pace=pace))
    return found


def _crowding(interval_s: float) -> float:
    """1 for presses at the same moment, 0 from _CROWDED_S on."""
    return max(0.0, 1.0 - interval_s / _CROWDED_S)
