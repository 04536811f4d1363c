"""What a simulated typist's motion and timing amount to, measured as the published figures are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from cameratokeyboard.datatypes import FINGER_NAMES, FloatArray, Layout
from cameratokeyboard.synthetic.datatypes import Performance, TruthEvent
from cameratokeyboard.synthetic.fingering import fingering_of
from cameratokeyboard.synthetic.posture import DIGIT_OF, HAND_FINGERS, HAND_OF
from cameratokeyboard.synthetic.timing import kind_of_step

_NUMBER = {name: n for n, name in enumerate(FINGER_NAMES)}
_MODIFIERS = frozenset({"shift", "altgr", "ctrl", "alt", "caps", "win"})
#: Intervals longer than this are breaks, not typing, s.
_LONGEST_INTERVAL_S = 2.5
#: Velocities are compared in this span round a contact, s.
_BEFORE_S, _AFTER_S = 0.20, 0.10
#: Positions are looked at with this rate, as a tracker films them, Hz.
_TRACKER_HZ = 120.0


@dataclass
class Measures:
    """Pooled raw values of many performances; one list entry a step, a press or a person.

    steps: (interval s, kind, rolled over, hold s of the first key, overlap s, words a minute).
    holds_s, modifier_holds_s, offsets (x, y in key pitches), inside, peak_speeds in keys/s,
    lifts_mm, hovers_mm, person_interval_s, person_hold_s, person_wpm; correlations: sums for
    adjacent and other fingers.
    """

    steps: list[tuple[float, str, bool, float, float, float]] = field(default_factory=list)
    holds_s: list[float] = field(default_factory=list)
    modifier_holds_s: list[float] = field(default_factory=list)
    offsets: list[tuple[float, float]] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    peak_speeds: list[float] = field(default_factory=list)
    lifts_mm: list[float] = field(default_factory=list)
    hovers_mm: list[float] = field(default_factory=list)
    strike_speeds: list[float] = field(default_factory=list)
    dips: list[float] = field(default_factory=list)
    adjacent: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    person_interval_s: list[float] = field(default_factory=list)
    person_hold_s: list[float] = field(default_factory=list)
    person_wpm: list[float] = field(default_factory=list)


def measure(
    performances: Iterable[tuple[Performance, dict[float, str]]], layout: Layout
) -> Measures:
    """Measure performances; each comes with what was aimed at, by the time of contact."""
    measures = Measures()
    for performance, aims in performances:
        letters = [e for e in performance.events if layout.by_name[e.key].role not in _MODIFIERS]
        _timing(measures, performance, letters, layout)
        _landing(measures, letters, aims, layout)
        _motion(measures, performance, letters, layout)
    return measures


def _timing(
    measures: Measures, performance: Performance, letters: list[TruthEvent], layout: Layout
) -> None:
    intervals = []
    # Logs know keys only: published kinds of steps name each key's finger of touch typing.
    usual = dict(zip(layout.by_name, fingering_of(layout).finger, strict=True))
    wpm = 12.0 / max(_mean_interval(letters), 1e-3)
    for now, then in pairwise(letters):
        interval = then.t_down - now.t_down
        if interval > _LONGEST_INTERVAL_S:
            continue
        kind = kind_of_step(usual[now.key], now.key, usual[then.key], then.key)
        overlap = now.t_up - then.t_down
        hold = now.t_up - now.t_down
        measures.steps.append((interval, kind, overlap > 0, hold, overlap, wpm))
        intervals.append(interval)
    holds = [e.t_up - e.t_down for e in letters]
    measures.holds_s += holds
    measures.modifier_holds_s += [
        e.t_up - e.t_down for e in performance.events if layout.by_name[e.key].role == "shift"
    ]
    if intervals:
        measures.person_interval_s.append(float(np.mean(intervals)))
        measures.person_hold_s.append(float(np.mean(holds)))
        measures.person_wpm.append(wpm)


def _mean_interval(letters: list[TruthEvent]) -> float:
    gaps = np.diff([e.t_down for e in letters])
    gaps = gaps[gaps <= _LONGEST_INTERVAL_S]
    return float(gaps.mean()) if len(gaps) else 1.0


def _landing(
    measures: Measures, letters: list[TruthEvent], aims: dict[float, str], layout: Layout
) -> None:
    """Where letters landed against the middle of the key that was aimed at."""
    centres, sizes = layout.centres_mm(), layout.sizes_mm()
    index = {key.name: n for n, key in enumerate(layout.keys)}
    pitch = np.median(sizes, axis=0)
    for event in letters:
        aim = aims.get(event.t_down)
        if aim is None or layout.by_name[aim].role != "char":
            continue
        offset = (np.array([event.x_mm, event.y_mm]) - centres[index[aim]]) / pitch
        measures.offsets.append((float(offset[0]), float(offset[1])))
        measures.inside.append(event.key == aim)


def _motion(
    measures: Measures, performance: Performance, letters: list[TruthEvent], layout: Layout
) -> None:
    pitch = float(np.median(layout.sizes_mm()[:, 0]))
    stride = max(round(performance.rate_hz / _TRACKER_HZ), 1)
    rate = performance.rate_hz / stride
    pads = performance.pads_mm[::stride]
    velocity = np.gradient(pads, axis=0) * rate
    for event in letters:
        finger = _NUMBER[event.finger]
        at = round(event.t_down * rate)
        low, high = at - round(_BEFORE_S * rate), at + round(_AFTER_S * rate)
        if low < 0 or high >= len(pads):
            continue
        window = slice(low, high)
        flat = np.hypot(*velocity[window, finger, :2].T)
        measures.peak_speeds.append(float(flat.max()) / pitch)
        measures.lifts_mm.append(float(pads[window, finger, 2].max()))
        fall = performance.pads_mm[max(int(event.t_down * performance.rate_hz) - 1, 0), finger, 2]
        measures.strike_speeds.append(float(fall) * performance.rate_hz)
        _joining(measures, velocity[window], finger)
    for finger in range(len(FINGER_NAMES)):
        height = pads[:: round(rate / 2), finger, 2]
        measures.hovers_mm += [float(h) for h in height[height > 0]]


def _joining(measures: Measures, velocity: FloatArray, finger: int) -> None:
    """Correlation of the other fingers of the hand with the striking one, all three axes."""
    own = velocity[:, finger] - velocity[:, finger].mean(axis=0)
    scale = float(np.sqrt((own**2).sum()))
    drops = []
    for other in HAND_FINGERS[HAND_OF[finger]]:
        if other == finger:
            continue
        with_it = velocity[:, other] - velocity[:, other].mean(axis=0)
        size = float(np.sqrt((with_it**2).sum()))
        if scale < 1e-9 or size < 1e-9:
            continue
        drops.append(float((own[:, 2] * with_it[:, 2]).sum() / max((own[:, 2] ** 2).sum(), 1e-9)))
        if 0 in (DIGIT_OF[other], DIGIT_OF[finger]):
            continue
        value = float((own * with_it).sum() / (scale * size))
        adjacent = abs(int(DIGIT_OF[other]) - int(DIGIT_OF[finger])) == 1
        (measures.adjacent if adjacent else measures.others).append(value)
    if drops:
        measures.dips.append(float(np.mean(drops)))
