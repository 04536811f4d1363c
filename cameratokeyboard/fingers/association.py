"""Which candidate is which tracked finger."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray
from cameratokeyboard.fingers.assignment import assign
from cameratokeyboard.fingers.candidates import Candidates
from cameratokeyboard.fingers.hands import HAND_OF, IS_THUMB

#: A candidate further away than this many standard deviations is not that finger.
_GATE = 3.7
#: Bounds of one standard deviation, work plane units (about mm): measured steps between frames stay
#: below 10 mm at 30 fps, and two neighbours are 18 mm apart.
_SIGMA_RANGE = (2.5, 11.0)
#: Added when the detector's class contradicts the finger: it errs on few thumbs only.
_WRONG_CLASS_COST = 8.0
#: A whole hand can jump by more than its fingers' gates; steps beyond this are not believed.
_LARGEST_HAND_STEP = 35.0
_HAND_STEP_MATTERS = 4.0
#: Neighbours that change sides by more than this have probably been exchanged by mistake.
_INVERTED_BY = 3.0
_EXCHANGE_COST = 5.0


def associate(
    candidates: Candidates, expected: FloatArray, variance: FloatArray, sigma: float
) -> IntArray:
    """(10,) the candidate of each finger, -1 for none.

    expected: (10, 2) predicted positions, NaN for fingers that are not followed. variance: (10,) of
    each prediction. sigma: spread of a measured position. All in the work plane.
    """
    result = np.full(10, -1)
    followed = np.flatnonzero(np.isfinite(expected).all(axis=1))
    if not len(followed) or not len(candidates):
        return result
    spread = np.clip(np.sqrt(variance[followed] + sigma**2), *_SIGMA_RANGE)
    cost = _costs(candidates, expected[followed], spread, followed)
    chosen = assign(cost, _GATE**2)
    shift = _hand_steps(candidates, expected[followed], followed)
    if np.abs(shift).max() > _HAND_STEP_MATTERS:
        shifted_cost = _costs(candidates, expected[followed] + shift, spread, followed)
        shifted = assign(shifted_cost, _GATE**2)
        if _total(shifted_cost, shifted) + 2.0 < _total(cost, chosen):
            cost, chosen = shifted_cost, shifted
    result[followed] = chosen
    return _undo_exchanges(result, candidates, expected, cost, followed)


def _costs(
    candidates: Candidates, expected: FloatArray, spread: FloatArray, fingers: IntArray
) -> FloatArray:
    away = (candidates.u[None] - expected[:, None]) / spread[:, None, None]
    cost: FloatArray = (away**2).sum(axis=2)
    wrong = IS_THUMB[fingers][:, None] != candidates.is_thumb[None]
    return np.asarray(cost + _WRONG_CLASS_COST * wrong + (1.0 - candidates.confidence))


def _total(cost: FloatArray, chosen: IntArray) -> float:
    rows = np.flatnonzero(chosen >= 0)
    return float(cost[rows, chosen[rows]].sum()) + _GATE**2 * (len(chosen) - len(rows))


def _hand_steps(candidates: Candidates, expected: FloatArray, fingers: IntArray) -> FloatArray:
    """(F, 2) the common step of each finger's hand that its prediction missed.

    Every pairing of one finger with one candidate proposes a step; the one that brings most fingers
    of the hand onto candidates wins.
    """
    steps = np.zeros((len(fingers), 2))
    for hand in (0, 1):
        members = (HAND_OF[fingers] == hand) & ~IS_THUMB[fingers]
        if members.sum() < 3:
            continue
        tips = candidates.u[~candidates.is_thumb]
        if not len(tips):
            continue
        own = expected[members]
        proposals = (tips[None] - own[:, None]).reshape(-1, 2)
        proposals = proposals[np.hypot(*proposals.T) <= _LARGEST_HAND_STEP]
        if not len(proposals):
            continue
        moved = own[None] + proposals[:, None]
        rest = np.hypot(*np.moveaxis(moved[:, :, None] - tips[None, None], 3, 0)).min(axis=2)
        score = np.minimum(rest, 9.0).sum(axis=1) + 0.05 * np.hypot(*proposals.T)
        steps[HAND_OF[fingers] == hand] = proposals[int(score.argmin())]
    return steps


def _undo_exchanges(
    chosen: IntArray,
    candidates: Candidates,
    expected: FloatArray,
    cost: FloatArray,
    followed: IntArray,
) -> IntArray:
    """Swap neighbours that changed sides, unless that fits the prediction far worse."""
    row_of = {int(finger): row for row, finger in enumerate(followed)}
    for a in range(9):
        b = a + 1
        if HAND_OF[a] != HAND_OF[b] or IS_THUMB[a] or IS_THUMB[b]:
            continue
        if chosen[a] < 0 or chosen[b] < 0:
            continue
        step = candidates.u[chosen[b], 0] - candidates.u[chosen[a], 0]
        if step > -_INVERTED_BY or expected[b, 0] < expected[a, 0]:
            continue
        now = cost[row_of[a], chosen[a]] + cost[row_of[b], chosen[b]]
        then = cost[row_of[a], chosen[b]] + cost[row_of[b], chosen[a]]
        if then < now + _EXCHANGE_COST:
            chosen[a], chosen[b] = chosen[b], chosen[a]
    return chosen
