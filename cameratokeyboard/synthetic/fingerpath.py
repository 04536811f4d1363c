"""The path of each fingertip: lift, reach, strike, contact, retreat, and what it does meanwhile.

A finger's path in the plane is a blend of two: where the hand carries it, and the point it strikes;
the blend's weight goes from 0 to 1 on the reach, stays 1 in contact, so that a pad on the paper
stands still, and goes back. Its height follows knots that are exactly 0 in contact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, FloatArray
from cameratokeyboard.synthetic.paths import STRIKE, KnotPath, wandering
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import DIGIT_OF, HAND_OF, Posture
from cameratokeyboard.synthetic.strokes import FEINT, REST, Stroke

#: A pause between two contacts of a finger shorter than this is one movement [assumed].
_DIRECT_S = 0.26
#: Retreat after a contact: height and time [assumed].
_RETREAT_S, _RETREAT_SHARE = 0.085, 0.5
#: Part of the gap above the paper that a neighbour's motion may take away.
_MOST_DIP = 0.8
#: A finger at rest slides along with its hand by what is missing from 1.
REST_WEIGHT = 0.75


@dataclass(frozen=True, eq=False)
class FingerPath:
    """One finger before its neighbours act on it, over T samples.

    weight: (T,) of the struck point. target: (T, 2) mm. height: (T,) mm. free: (T,) how much of
    its neighbours' motion it joins in.
    """

    weight: FloatArray
    target: FloatArray
    height: FloatArray
    free: FloatArray


def finger_path(
    finger: int,
    strokes: list[Stroke],
    base: FloatArray,
    hover: float,
    person: Person,
    t_s: FloatArray,
) -> FingerPath:
    """Build one finger's path from its strokes in time order.

    base: (T, 2) mm, where the hand carries the finger. hover: its height between strokes.
    """
    weight, target, height, free = KnotPath(), KnotPath(), KnotPath(), KnotPath()
    weight.add(0.0, 0.0)
    height.add(0.0, hover)
    free.add(0.0, 1.0)
    end_s, end_mm, here = -np.inf, hover, np.zeros(2)
    for number, stroke in enumerate(strokes):
        there = np.array(stroke.xy)
        full = REST_WEIGHT if stroke.kind == REST else 1.0
        start = base[min(int(np.searchsorted(t_s, stroke.t_down - 0.15)), len(t_s) - 1)]
        gap = stroke.t_down - end_s
        if number == 0:
            target.add(0.0, there)
        if gap < _DIRECT_S:
            target.add(end_s, here)
            target.add(max(stroke.t_down - 0.008, end_s), there)
            _hop(height, stroke, end_s, end_mm)
        else:
            way = float(np.hypot(*(there - start)))
            reach = _reach_s(person, way, stroke)
            set_off = stroke.t_down - min(reach, gap * 0.6)
            if np.isfinite(end_s):
                weight.add(min(end_s + 0.24, set_off), 0.0)
                _retreat(height, free, end_s, end_mm, hover, set_off)
            weight.add(set_off, 0.0)
            target.add(set_off, here)
            target.add(set_off, there)
            weight.add(max(stroke.t_down - 0.008, set_off), full)
            _strike(height, free, stroke, set_off, hover, person)
        weight.add(stroke.t_down, full)
        weight.add(stroke.t_up, full)
        target.add(stroke.t_up, there)
        height.add(stroke.t_up, stroke.end_mm)
        free.add(stroke.t_up, 0.0)
        end_s, end_mm, here = stroke.t_up, stroke.end_mm, there
    if strokes:
        weight.add(end_s + 0.24, 0.0)
        _retreat(height, free, end_s, end_mm, hover, np.inf)
    else:
        target.add(0.0, np.zeros(2))
    return FingerPath(weight.sample(t_s), target.sample(t_s), height.sample(t_s), free.sample(t_s))


def _reach_s(person: Person, way: float, stroke: Stroke) -> float:
    base = person.reach_s + person.reach_s_per_key * way / 19.0
    return base + (0.12 if stroke.kind == REST else 0.04)


def _strike(
    height: KnotPath, free: KnotPath, stroke: Stroke, set_off: float, hover: float, person: Person
) -> None:
    """Lift first, then strike: the fall gains speed until the paper ends it."""
    available = stroke.t_down - set_off
    height.add(set_off, hover)
    free.add(set_off, 1.0)
    if stroke.kind == REST:
        # A finger laid down comes gently to rest; it is no collision.
        height.add(stroke.t_down, stroke.end_mm)
        free.add(stroke.t_down, 0.0)
        return
    top = max(stroke.lift_mm, stroke.end_mm + 2.0)
    fall = person.strike_s * np.sqrt(max(top - stroke.end_mm, 1.0) / 14.0)
    fall = min(fall, 0.55 * available)
    height.add(stroke.t_down - fall, top)
    free.add(stroke.t_down - fall, 0.25)
    height.add(stroke.t_down, stroke.end_mm, 0 if stroke.kind == FEINT else STRIKE)
    free.add(stroke.t_down, 0.0)


def _hop(height: KnotPath, stroke: Stroke, end_s: float, end_mm: float) -> None:
    """Up and down again between two contacts in quick succession."""
    gap = max(stroke.t_down - end_s, 0.02)
    top = max(stroke.lift_mm * min(1.0, gap / 0.2), 3.5, end_mm + 1.5)
    height.add(stroke.t_down - 0.45 * gap, top)
    height.add(stroke.t_down, stroke.end_mm, 0 if stroke.kind in (REST, FEINT) else STRIKE)


def _retreat(
    height: KnotPath, free: KnotPath, end_s: float, end_mm: float, hover: float, set_off: float
) -> None:
    """Away from the paper and back to hovering."""
    up = max(end_mm, hover) * (1 + _RETREAT_SHARE) + 1.0
    back = min(end_s + _RETREAT_S, set_off)
    height.add(back, up)
    free.add(back, 1.0)
    height.add(min(end_s + 0.3, set_off), hover)


def join(
    paths: list[FingerPath],
    base: FloatArray,
    hover: FloatArray,
    person: Person,
    t_s: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Let the fingers of a hand move along with one another: pads (T, 10, 3) mm.

    base: (T, 10, 2) mm. hover: (T, 10) mm. In the plane each finger takes a share of its
    neighbours' own motion; in height it joins their lift and dips with their strike.
    """
    samples = len(t_s)
    own_xy = np.stack([p.weight[:, None] * (p.target - base[:, f]) for f, p in enumerate(paths)], 1)
    own_z = np.stack([p.height - hover[:, f] for f, p in enumerate(paths)], 1)
    mix, dip = _coupling(person.coupling), _coupling(person.dip)
    tremor = wandering(rng, t_s, person.tremor_mm, (7.0, 12.0), 3 * FINGER_COUNT)
    tremor = tremor.reshape(samples, FINGER_COUNT, 3)
    idle = wandering(rng, t_s, 0.9, (0.2, 2.5), 3 * FINGER_COUNT).reshape(samples, FINGER_COUNT, 3)
    carried = base + np.einsum("gf,tgd->tfd", mix, own_xy) + tremor[..., :2] + idle[..., :2]
    joined = np.einsum("gf,tg->tf", dip, own_z) + tremor[..., 2] + idle[..., 2]
    pads = np.empty((samples, FINGER_COUNT, 3))
    for finger, path in enumerate(paths):
        share = path.weight[:, None]
        pads[:, finger, :2] = carried[:, finger] + share * (path.target - carried[:, finger])
        lower = -_MOST_DIP * path.height
        pads[:, finger, 2] = path.height + np.maximum(path.free * joined[:, finger], lower)
    # A lifted finger curls: its pad draws back, and comes forward again with the strike.
    pads[..., 1] -= person.curling * pads[..., 2]
    return pads


def _coupling(shares: tuple[float, float]) -> FloatArray:
    """(10, 10) share of the first finger's own motion that the second joins in."""
    mix = np.zeros((FINGER_COUNT, FINGER_COUNT))
    adjacent, other = shares
    for a in range(FINGER_COUNT):
        for b in range(FINGER_COUNT):
            if a == b or HAND_OF[a] != HAND_OF[b]:
                continue
            share = adjacent if abs(int(DIGIT_OF[a]) - int(DIGIT_OF[b])) == 1 else other
            # The thumb is the most independent finger.
            mix[a, b] = share * (0.6 if 0 in (DIGIT_OF[a], DIGIT_OF[b]) else 1.0)
    return mix


def carried(posture: Posture, shift: FloatArray) -> FloatArray:
    """(T, 10, 2) mm: where the hands' shifts (T, 2, 2) carry every finger."""
    return np.asarray(posture.rest_mm[None] + shift[:, HAND_OF])
