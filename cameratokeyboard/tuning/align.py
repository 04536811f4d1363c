"""Which press was meant for which character of a text that the person was asked to type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray, KeyPress, Layout
from cameratokeyboard.errors import TruthError

#: Spread of a person's contact points around a key's middle, in mm (SD): 0.30 key pitch for 12,646
#: filmed taps on a flat keyboard (docs/kinematics.md), doubled, since a bias is still to be found.
_SPREAD_MM = 11.0
#: Cost of a press that nothing was asked for, and of a character without a press, in units of
#: squared spreads: beyond about two and a half spreads another explanation is the better one.
_GAP_COST = 3.2


@dataclass(frozen=True)
class Pair:
    """A wanted key and the press that answered it; one of them is None where the other is alone."""

    wanted: str | None
    press: KeyPress | None


def keys_of_text(text: str, layout: Layout) -> list[str]:
    """Names of the keys that write ``text``, shift keys left out.

    Raises TruthError for a text that this layout cannot write.
    """
    by_character: dict[str, str] = {}
    for level in (2, 1, 0):
        for key in layout.keys:
            if key.legends[level]:
                by_character[key.legends[level]] = key.name
    by_character |= {"\n": "enter", "\t": "tab"}
    missing = sorted({c for c in text if c not in by_character})
    if missing:
        raise TruthError(
            f"the prompt has {', '.join(map(repr, missing))}, which layout '{layout.name}' cannot "
            f"write; record a clip with another prompt or give the layout that was used"
        )
    return [by_character[c] for c in text]


def align(wanted: Sequence[str], presses: Sequence[KeyPress], layout: Layout) -> list[Pair]:
    """Pair wanted keys and presses in order, by least total squared distance (dynamic programming).

    A pair costs the squared distance of the contact point from the key's box, in spreads.
    """
    names = {key.name: index for index, key in enumerate(layout.keys)}
    cost = _pair_costs([names[name] for name in wanted], presses, layout)
    total = _totals(cost)
    return _trace(total, cost, wanted, presses)


def _pair_costs(keys: list[int], presses: Sequence[KeyPress], layout: Layout) -> FloatArray:
    centres, halves = layout.centres_mm()[keys], layout.sizes_mm()[keys] / 2
    points = np.array([press.xy_mm for press in presses], float).reshape(-1, 2)
    pitch_half = float(layout.sizes_mm().min() / 2)
    away = np.abs(points[None] - centres[:, None])
    # Along a wide key any place is as good as its middle.
    outside = np.maximum(away - np.maximum(halves - pitch_half, 0)[:, None], 0)
    costs: FloatArray = (outside**2).sum(axis=2) / _SPREAD_MM**2
    return costs


def _totals(cost: FloatArray) -> FloatArray:
    rows, columns = cost.shape
    total = np.zeros((rows + 1, columns + 1))
    total[:, 0] = np.arange(rows + 1) * _GAP_COST
    total[0, :] = np.arange(columns + 1) * _GAP_COST
    for i in range(rows):
        for j in range(columns):
            total[i + 1, j + 1] = min(
                total[i, j] + cost[i, j], total[i, j + 1] + _GAP_COST, total[i + 1, j] + _GAP_COST
            )
    return total


def _trace(
    total: FloatArray, cost: FloatArray, wanted: Sequence[str], presses: Sequence[KeyPress]
) -> list[Pair]:
    i, j = len(wanted), len(presses)
    pairs: list[Pair] = []
    while i or j:
        if i and j and total[i, j] == total[i - 1, j - 1] + cost[i - 1, j - 1]:
            i, j = i - 1, j - 1
            pairs.append(Pair(wanted[i], presses[j]))
        elif i and (not j or total[i, j] == total[i - 1, j] + _GAP_COST):
            i -= 1
            pairs.append(Pair(wanted[i], None))
        else:
            j -= 1
            pairs.append(Pair(None, presses[j]))
    return pairs[::-1]
