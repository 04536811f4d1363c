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
#: With every finger found this near to where it was expected, no hand has jumped.
_CLEAR_COST = 1.5
#: Neighbours that change sides by more than this have probably been exchanged by mistake.
_INVERTED_BY = 3.0
_EXCHANGE_COST = 5.0
THUMBS = (4, 5)
#: Fingers that keep their order from left to right.
ORDERED_GROUPS: tuple[tuple[int, ...], ...] = ((0, 1, 2, 3), (6, 7, 8, 9), THUMBS)


def associate(
    candidates: Candidates,
    last: FloatArray,
    expected: FloatArray,
    variance: FloatArray,
    sigma: float,
) -> IntArray:
    """(10,) the candidate of each finger, -1 for none.

    expected: (10, 2) predicted positions, NaN for fingers that are not followed. last: (10, 2)
    where they were before: a strike ends on the paper, short of where its speed would take it, so
    that any place on the way is as good as its end. variance: (10,) of each prediction. sigma:
    spread of a measured position. All in the work plane.
    """
    result = np.full(10, -1)
    followed = np.flatnonzero(np.isfinite(expected).all(axis=1))
    if not len(followed) or not len(candidates):
        return result
    spread = np.clip(np.sqrt(variance[followed] + sigma**2), *_SIGMA_RANGE)
    known = np.isfinite(last[followed]).all(axis=1, keepdims=True)
    way = np.where(known, last[followed] - expected[followed], 0.0)
    cost = _costs(candidates, expected[followed], way, spread, followed)
    chosen = assign(cost, _GATE**2)
    clear = bool((chosen >= 0).all()) and _total(cost, chosen) < _CLEAR_COST * len(chosen)
    shift = np.zeros((1, 2)) if clear else _hand_steps(candidates, expected[followed], followed)
    if np.abs(shift).max() > _HAND_STEP_MATTERS:
        shifted_cost = _costs(candidates, expected[followed] + shift, way, spread, followed)
        shifted = assign(shifted_cost, _GATE**2)
        if _total(shifted_cost, shifted) + 2.0 < _total(cost, chosen):
            cost, chosen = shifted_cost, shifted
    result[followed] = chosen
    return _undo_exchanges(result, candidates, expected, cost, followed)


def _costs(
    candidates: Candidates,
    expected: FloatArray,
    way: FloatArray,
    spread: FloatArray,
    fingers: IntArray,
) -> FloatArray:
    """(F, N) squared distances, in spreads, from the ways that begin at ``expected``."""
    away = candidates.u[None] - expected[:, None]
    length = np.maximum((way**2).sum(axis=1), 1e-9)[:, None]
    share = np.clip((away * way[:, None]).sum(axis=2) / length, 0.0, 1.0)
    away = (away - share[..., None] * way[:, None]) / spread[:, None, None]
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
    """Sort fingers of a hand that changed sides, unless that fits the prediction far worse.

    Thumbs are swapped in any case: they lie side by side over the space bar, vanish often, and
    do not cross.
    """
    row_of = {int(finger): row for row, finger in enumerate(followed)}
    for group in ORDERED_GROUPS:
        members = [f for f in group if chosen[f] >= 0]
        if not out_of_order(candidates, chosen, members):
            continue
        sorted_columns = sorted(chosen[members], key=lambda c: candidates.u[c, 0])
        rows = [row_of[f] for f in members]
        now = cost[rows, chosen[members]].sum()
        then = cost[rows, sorted_columns].sum()
        moved = int((chosen[members] != sorted_columns).sum())
        if group == THUMBS or then <= now + _EXCHANGE_COST * (moved - 1):
            chosen[members] = sorted_columns
    return chosen


def out_of_order(candidates: Candidates, chosen: IntArray, members: list[int]) -> bool:
    """Whether fingers that have a candidate lie in another order than fingers of a hand do."""
    x = candidates.u[chosen[members], 0]
    return bool((np.diff(x) < -_INVERTED_BY).any())
