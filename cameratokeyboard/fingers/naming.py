"""Names fingertips from their arrangement alone, for hands that are not being tracked yet.

Fingertips of the eight fingers keep their order from left to right; which ones are in view, and
which detections are false, is found by dynamic programming over (detection, finger) pairs, with a
cost for every gap that does not look like a hand. Thumbs are told by the detector's class.
"""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray, IntArray
from cameratokeyboard.fingers.assignment import assign
from cameratokeyboard.fingers.candidates import Candidates
from cameratokeyboard.fingers.hands import HAND_OF, IS_THUMB, LEFT, RIGHT

_CHAIN = np.flatnonzero(~IS_THUMB)
# Costs are squared deviations over variances, so one unit is one standard deviation. The spreads
# are assumptions: hands differ by about 20%, and tips move by up to a key while typing.
_GAP_SIGMA = np.array([5.5, 8.0])
_BETWEEN_HANDS_SIGMA = np.array([45.0, 25.0])
_HOME_SIGMA = np.array([70.0, 60.0])
_THUMB_SIGMA = np.array([16.0, 16.0])
_MISS_COST = 2.5
_FALSE_COST = 7.0
_THUMB_MISS_COST = 6.0
_BIG = 1e6
_LARGEST_GAP_COST = 60.0


def name_candidates(
    candidates: Candidates,
    offsets_u: FloatArray,
    home_u: FloatArray,
    open_slots: BoolArray,
) -> tuple[IntArray, float]:
    """The best names for these candidates.

    offsets_u: (10, 2) tips relative to their hand's anchor. home_u: (2, 2) where anchors rest.
    open_slots: (10,) which fingers may be given.
    Returns (10,) the candidate of each finger (-1: not in view) and the cost of that naming.
    """
    best = np.full(10, -1), _BIG
    hands = [open_slots & (hand == HAND_OF) for hand in (LEFT, RIGHT)]
    trials = [open_slots] if not all(h.any() for h in hands) else [open_slots, *hands]
    for allowed in trials:
        slots = _name_fingers(candidates, offsets_u, home_u, allowed)
        slots = _name_thumbs(candidates, offsets_u, home_u, allowed, slots)
        cost = naming_cost(candidates, slots, offsets_u, home_u)
        if cost < best[1]:
            best = slots, cost
    return best


def naming_cost(
    candidates: Candidates, slots: IntArray, offsets_u: FloatArray, home_u: FloatArray
) -> float:
    """What a naming costs: gaps unlike a hand, fingers not in view, candidates left unnamed."""
    used = [int(s) for s in _CHAIN if slots[s] >= 0]
    cost = 0.0
    if used:
        u = candidates.u[slots[used]]
        order = np.arange(len(used))
        cost += float(_home_costs(u, used, offsets_u, home_u)[order, order].sum())
        gaps = _gap_costs(u, used, offsets_u, home_u)
        cost += float(gaps[order[:-1], order[1:], order[:-1], order[1:]].sum())
    for hand in (LEFT, RIGHT):
        named = sum(1 for s in used if HAND_OF[s] == hand)
        cost += _MISS_COST * (4 - named) if named else _MISS_COST * 1.5
    named_thumbs = [int(s) for s in np.flatnonzero(IS_THUMB) if slots[s] >= 0]
    expected = _expected_thumbs(candidates, slots, offsets_u, home_u)
    for slot in named_thumbs:
        deviation = (candidates.u[slots[slot]] - expected[slot - 4]) / _THUMB_SIGMA
        cost += min(float(deviation @ deviation), _THUMB_MISS_COST)
    left_over = ~np.isin(np.arange(len(candidates)), slots[slots >= 0])
    return cost + float((_FALSE_COST * candidates.confidence[left_over]).sum())


def _name_fingers(
    candidates: Candidates, offsets_u: FloatArray, home_u: FloatArray, allowed: BoolArray
) -> IntArray:
    """The cheapest order-keeping naming of the finger-class candidates."""
    result = np.full(10, -1)
    rows = np.flatnonzero(~candidates.is_thumb)
    rows = rows[np.argsort(candidates.u[rows, 0], kind="stable")]
    chain = [int(s) for s in _CHAIN if allowed[s]]
    if not len(rows) or not chain:
        return result
    u = candidates.u[rows]
    false = np.concatenate([[0.0], np.cumsum(_FALSE_COST * candidates.confidence[rows])])
    n, m = len(rows), len(chain)
    here = _home_costs(u, chain, offsets_u, home_u)
    gaps = _gap_costs(u, chain, offsets_u, home_u)
    skipped = _MISS_COST * (np.arange(m)[None] - 1 - np.arange(m)[:, None])
    cost = here + false[:n, None] + _MISS_COST * np.arange(m)
    came = np.full((n, m), -1)
    for i in range(1, n):
        for j in range(1, m):
            before = cost[:i, :j] + gaps[:i, i, :j, j] + skipped[:j, j]
            before += (false[i] - false[1 : i + 1])[:, None]
            at = int(before.argmin())
            if here[i, j] + before.flat[at] < cost[i, j]:
                cost[i, j] = here[i, j] + before.flat[at]
                came[i, j] = at // j * m + at % j
    end = cost + (false[n] - false[1:])[:, None] + _MISS_COST * (m - 1 - np.arange(m))
    at = int(end.argmin())
    while at >= 0:
        result[chain[at % m]] = rows[at // m]
        at = int(came.flat[at])
    return result


def _name_thumbs(
    candidates: Candidates,
    offsets_u: FloatArray,
    home_u: FloatArray,
    allowed: BoolArray,
    slots: IntArray,
) -> IntArray:
    rows = np.flatnonzero(candidates.is_thumb)
    thumbs = [s for s in (4, 5) if allowed[s]]
    if not len(rows) or not thumbs:
        return slots
    expected = _expected_thumbs(candidates, slots, offsets_u, home_u)
    away = (candidates.u[rows][None] - expected[[s - 4 for s in thumbs]][:, None]) / _THUMB_SIGMA
    cost = (away**2).sum(axis=2)
    for hand, slot in zip((LEFT, RIGHT), (4, 5), strict=True):
        if slot in thumbs and not (slots[~IS_THUMB & (hand == HAND_OF)] >= 0).any():
            cost[thumbs.index(slot)] /= 9.0  # a thumb without its hand may be anywhere near home
    # A thumb far from its place is still a thumb; only one beyond any hand's reach is refused.
    chosen = assign(cost, 40.0)
    named = slots.copy()
    for slot, column in zip(thumbs, chosen, strict=True):
        if column >= 0:
            named[slot] = rows[column]
    left, right = named[[4, 5]]
    if left >= 0 and right >= 0 and candidates.u[left, 0] > candidates.u[right, 0]:
        named[[4, 5]] = right, left  # thumbs do not cross
    return named


def _expected_thumbs(
    candidates: Candidates, slots: IntArray, offsets_u: FloatArray, home_u: FloatArray
) -> FloatArray:
    expected = np.empty((2, 2))
    for hand, slot in zip((LEFT, RIGHT), (4, 5), strict=True):
        members = [s for s in _CHAIN if HAND_OF[s] == hand and slots[s] >= 0]
        anchor = home_u[hand]
        if members:
            anchor = np.mean([candidates.u[slots[s]] - offsets_u[s] for s in members], axis=0)
        expected[hand] = anchor + offsets_u[slot]
    return expected


def _home_costs(
    u: FloatArray, slots: list[int], offsets_u: FloatArray, home_u: FloatArray
) -> FloatArray:
    """(N, M) cost of each point (N, 2) as each finger, by how far from home that is."""
    places = home_u[HAND_OF[slots]] + offsets_u[slots]
    away = (u[:, None] - places[None]) / _HOME_SIGMA
    return np.asarray(0.5 * (away**2).sum(axis=2))


def _gap_costs(
    u: FloatArray, slots: list[int], offsets_u: FloatArray, home_u: FloatArray
) -> FloatArray:
    """(N, N, M, M) cost of points i, k as neighbouring fingers a, b of the chain."""
    places = offsets_u[slots]
    hands = HAND_OF[slots]
    apart = hands[:, None] != hands[None]
    between = home_u[hands][None] - home_u[hands][:, None]
    expected = places[None] - places[:, None] + np.where(apart[..., None], between, 0.0)
    rank = np.asarray(slots)
    spread = np.sqrt(np.maximum(rank[None] - rank[:, None], 1))[..., None] * _GAP_SIGMA
    sigma = np.where(apart[..., None], _BETWEEN_HANDS_SIGMA, spread)
    steps = u[None] - u[:, None]
    deviation = (steps[:, :, None, None] - expected) / sigma
    return np.asarray(np.minimum((deviation**2).sum(axis=-1), _LARGEST_GAP_COST))
