"""A person's rhythm, and what an interval says about presses that were not seen in it."""

from __future__ import annotations

import math
from collections import deque

#: Intervals looked at, so many at least; longer ones are pauses of another kind.
_REMEMBERED, _ENOUGH, _PAUSE_S = 40, 5, 2.0
#: The usual interval is longer than this share of them. Less than half, since intervals in which
#: a press was missed are among them.
_USUAL = 1 / 3
_SHORTEST_S = 0.01
#: Log factor on the probability of a missed press by the log of the interval over the usual one:
#: a straight line between two bounds, fitted to 24 validation people.
_SLOPE, _NEUTRAL, _LEAST, _MOST = 2.3, 0.5, -3.0, 1.7


class Rhythm:
    """The usual interval between two presses of late."""

    def __init__(self) -> None:
        self._intervals: deque[float] = deque(maxlen=_REMEMBERED)
        self._last_s: float | None = None

    def note(self, t_s: float) -> None:
        """Take in a press."""
        if self._last_s is not None and (interval := abs(t_s - self._last_s)) < _PAUSE_S:
            self._intervals.append(interval)
        self._last_s = t_s

    def pace(self, interval_s: float) -> float | None:
        """Log of an interval over the usual one; None before that is known."""
        if len(self._intervals) < _ENOUGH:
            return None
        usual = sorted(self._intervals)[int(len(self._intervals) * _USUAL)]
        return math.log(max(interval_s, _SHORTEST_S) / max(usual, _SHORTEST_S))


def missed_lift(pace: float | None, count: int = 1) -> float:
    """Log factor on the probability that ``count`` presses were not seen in an interval."""
    if pace is None:
        return 0.0
    per_press = pace - math.log((count + 1) / 2)
    return min(max(_SLOPE * (per_press - _NEUTRAL), _LEAST), _MOST)
