"""Pairs true and recognised presses: one to one, in order, within a window of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.scoring.events import Press

#: A recognised contact belongs to a true one when it lies this far before or after it, seconds.
EARLY_S, LATE_S = 0.080, 0.250
#: How much a full window of time difference lowers a pair's worth: too little to cost a pair.
_LATENESS_WEIGHT = 1e-4


def pair(
    truth: Sequence[Press], recognised: Sequence[Press], same_key: bool
) -> list[tuple[int, int]]:
    """The largest set of pairs (index of true press, index of recognised press).

    Pairs never cross: both indices grow. same_key: only presses of the same key may pair. Among the
    largest sets the one with the smallest differences in time is taken. Both sequences must be
    in the order of their ``t_s``.
    """
    if not truth or not recognised:
        return []
    worth = _worth(truth, recognised, same_key)
    n, m = worth.shape
    best = np.zeros((n + 1, m + 1))
    for i in range(n):
        row = np.maximum(best[i, 1:], best[i, :-1] + worth[i])
        best[i + 1, 1:] = np.maximum.accumulate(row)
    pairs: list[tuple[int, int]] = []
    i, j = n, m
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
    return pairs[::-1]


def _worth(truth: Sequence[Press], recognised: Sequence[Press], same_key: bool) -> FloatArray:
    late = np.array([p.t_s for p in recognised])[None] - np.array([p.t_s for p in truth])[:, None]
    # The bounds belong to the window; the slack covers the rounding of seconds in files.
    allowed = (late >= -EARLY_S - 1e-9) & (late <= LATE_S + 1e-9)
    if same_key:
        keys = (
            np.array([p.key for p in recognised])[None] == np.array([p.key for p in truth])[:, None]
        )
        allowed &= keys
    return np.where(allowed, 1.0 - _LATENESS_WEIGHT * np.abs(late), -np.inf)
