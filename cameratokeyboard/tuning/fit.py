"""Find the bias of each finger and the sensitivity that suit a person best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, FloatArray, KeyPress, Layout
from cameratokeyboard.tuning.align import Pair, align

#: Sensitivities tried; the middle one is the default.
SENSITIVITIES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
#: Presses of one finger that the prior belief in no bias is worth (as in keyboard/bias.py).
_PRIOR_PRESSES = 12.0
#: Another sensitivity than the present one has to be better by this share of the prompt's keys:
#: less is chance in a clip of a few hundred presses.
_WORTHWHILE = 0.01

#: Presses of the clip for a sensitivity and a bias (10, 2) mm that is subtracted from the contacts.
Replay = Callable[[float, FloatArray], list[KeyPress]]


@dataclass(frozen=True, eq=False)
class Fit:
    """What suits a person. bias_mm: (10, 2) by finger; presses: (10,) that it was learned from.

    errors_before, errors_after: wrong, missing and surplus presses per wanted key, on the whole
    clip. errors_unseen: the same after, with each half of the clip judged by what the other half
    taught, which is what to expect of new text.
    """

    sensitivity: float
    bias_mm: FloatArray
    presses: FloatArray
    errors_before: float
    errors_after: float
    errors_unseen: float


def fit(wanted: Sequence[str], replay: Replay, layout: Layout, present: float) -> Fit:
    """Fit to a clip in which ``wanted`` (key names, in order) was to be typed.

    replay: gives the presses of the clip under trial settings. present: the sensitivity in force.
    """
    none = np.zeros((FINGER_COUNT, 2))
    before = align(wanted, replay(present, none), layout)
    everything = range(len(wanted))
    sensitivity, pairs = _best_sensitivity(wanted, replay, layout, present, before)
    bias, presses = bias_of(pairs, layout)
    after = align(wanted, replay(sensitivity, bias), layout)
    return Fit(
        sensitivity=sensitivity,
        bias_mm=bias,
        presses=presses,
        errors_before=_errors(before, everything),
        errors_after=_errors(after, everything),
        errors_unseen=_crossed_errors(wanted, replay, layout, sensitivity, pairs),
    )


def bias_of(pairs: Sequence[Pair], layout: Layout) -> tuple[FloatArray, FloatArray]:
    """Mean offset of each finger from the keys it was meant for, drawn towards none by the prior.

    Returns (10, 2) mm and (10,) presses. The median resists presses that were paired wrongly; keys
    wider than 1.3 pitches say nothing along their length.
    """
    index = {key.name: i for i, key in enumerate(layout.keys)}
    centres, sizes = layout.centres_mm(), layout.sizes_mm()
    aimed = sizes <= 1.3 * sizes.min()
    offsets: list[list[FloatArray]] = [[] for _ in range(FINGER_COUNT)]
    for pair in pairs:
        if pair.wanted is None or pair.press is None:
            continue
        key = index[pair.wanted]
        miss = np.asarray(pair.press.xy_mm) - centres[key]
        offsets[pair.press.finger].append(np.where(aimed[key], miss, np.nan))
    bias = np.zeros((FINGER_COUNT, 2))
    for finger, misses in enumerate(offsets):
        for axis in range(2):
            values = np.array([miss[axis] for miss in misses])
            values = values[np.isfinite(values)]
            if len(values):
                share = len(values) / (len(values) + _PRIOR_PRESSES)
                bias[finger, axis] = np.median(values) * share
    return bias, np.array([len(misses) for misses in offsets], float)


def _best_sensitivity(
    wanted: Sequence[str], replay: Replay, layout: Layout, present: float, before: list[Pair]
) -> tuple[float, list[Pair]]:
    everything = range(len(wanted))
    best, best_pairs = present, before
    limit = _errors(before, everything) - _WORTHWHILE
    for sensitivity in SENSITIVITIES:
        if sensitivity == present:
            continue
        pairs = align(wanted, replay(sensitivity, np.zeros((FINGER_COUNT, 2))), layout)
        if (errors := _errors(pairs, everything)) < limit:
            best, best_pairs, limit = sensitivity, pairs, errors
    return best, best_pairs


def _crossed_errors(
    wanted: Sequence[str], replay: Replay, layout: Layout, sensitivity: float, pairs: list[Pair]
) -> float:
    """Errors in each half of the clip under the bias that the other half taught."""
    middle = len(wanted) // 2
    first, second = _split(pairs, middle)
    wrong = 0.0
    for taught_by, judged in ((first, range(middle, len(wanted))), (second, range(middle))):
        bias, _ = bias_of(taught_by, layout)
        replayed = align(wanted, replay(sensitivity, bias), layout)
        wrong += _errors(replayed, judged) * len(judged)
    return wrong / max(len(wanted), 1)


def _split(pairs: Sequence[Pair], middle: int) -> tuple[list[Pair], list[Pair]]:
    seen = 0
    for cut, pair in enumerate(pairs):
        if seen == middle:
            return list(pairs[:cut]), list(pairs[cut:])
        seen += pair.wanted is not None
    return list(pairs), []


def _errors(pairs: Sequence[Pair], judged: range) -> float:
    """Wrong, missing and surplus presses among the wanted keys ``judged``, per wanted key."""
    position, wrong = 0, 0
    for pair in pairs:
        inside = position in judged or (position == judged.stop and pair.wanted is None)
        if inside and (pair.press is None or pair.press.key != pair.wanted):
            wrong += 1
        position += pair.wanted is not None
    return wrong / max(len(judged), 1)
