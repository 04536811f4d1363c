"""One person who types: the measures of the hands and the habits, drawn once, kept for life.

Every figure names its source: [K] is docs/kinematics.md (the published figures the simulation draws
from), [assumed] is a guess that only has to be plausible.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT
from cameratokeyboard.synthetic.datatypes import HandShape

_ZERO_BIAS = ((0.0, 0.0),) * FINGER_COUNT


@dataclass(frozen=True)
class Person:
    """Hands and habits of one person. Lengths in mm, times in s, the rest are shares and factors.

    hand: measures of the hands. handedness: +1 right, -1 left; picks the thumb for space.
    iki_sigma: spread of the logarithm of the intervals around their expected value.
    contact_s, contact_sigma: median contact on the paper and its log spread.
    legato: chance that a contact about to end lasts until the next one has begun.
    bias_mm: (10 x 2) where each finger lands on average beside the middle of the key.
    scatter_mm: standard deviation of the landing across and along. slip_rate: share of letters
    that come out wrong in the head (swapped, doubled, left out, a neighbour).
    notice_rate: share of wrong letters that are corrected.
    lift_mm: median height before a strike; hover_mm: height between strikes; strike_s: the last
    drop from a lift of 14 mm. reach_s: time of a reach of no length; reach_s_per_key: more a key.
    hand_share: part of a reach that the whole hand makes. coupling: (adjacent, other) share of a
    finger's motion that the others of the hand join in.
    dip: the same as ``coupling``, in height. curling: how far a pad draws back towards the palm
    per mm of lift.
    wrist_mm: height of the wrist joint. yaw_deg: inward turn of the hands at rest.
    curl: how bent the fingers are, as the share of the reach between wrist and pad.
    tremor_mm, drift_mm: amplitudes. rest_rate: share of idle moments with the finger laid on the
    paper; thumb_rest_rate: the same for the thumbs. pause_rate, leave_rate, fidget_rate: chance
    per word of a pause, of the hands leaving, of a tap beside the keys or drumming.
    feint_rate: share of idle moments with a lift or a brush that is no press. held_rate: share
    of letters held until they repeat.
    """

    hand: HandShape = field(default_factory=HandShape)
    handedness: int = 1
    iki_sigma: float = 0.44
    contact_s: float = 0.085
    contact_sigma: float = 0.36
    legato: float = 0.5
    bias_mm: tuple[tuple[float, float], ...] = _ZERO_BIAS
    scatter_mm: tuple[float, float] = (3.3, 3.1)
    slip_rate: float = 0.012
    notice_rate: float = 0.6
    lift_mm: float = 15.5
    hover_mm: float = 4.6
    strike_s: float = 0.055
    reach_s: float = 0.110
    reach_s_per_key: float = 0.050
    hand_share: float = 0.28
    coupling: tuple[float, float] = (0.24, 0.0)
    dip: tuple[float, float] = (0.28, 0.06)
    curling: float = 0.2
    wrist_mm: float = 20.0
    yaw_deg: float = 11.0
    curl: float = 0.81
    tremor_mm: float = 0.10
    drift_mm: float = 2.5
    rest_rate: float = 0.25
    thumb_rest_rate: float = 0.4
    pause_rate: float = 0.03
    leave_rate: float = 0.006
    fidget_rate: float = 0.012
    feint_rate: float = 0.08
    held_rate: float = 0.0004

    @classmethod
    def average(cls) -> Person:
        """The person in the middle: no bias, median habits."""
        return cls()

    @classmethod
    def random(cls, rng: np.random.Generator) -> Person:
        """Draw a person: hand measures as adults have them, habits over their published range."""
        return cls(
            hand=_random_hand(rng),
            handedness=1 if rng.random() < 0.89 else -1,
            iki_sigma=float(np.clip(rng.normal(0.44, 0.06), 0.3, 0.6)),
            # [K] users' medians 61 to 137 ms on glass.
            contact_s=float(np.clip(0.085 * np.exp(rng.normal(0, 0.25)), 0.055, 0.14)),
            contact_sigma=float(np.clip(rng.normal(0.36, 0.05), 0.22, 0.5)),
            legato=float(rng.uniform(0.2, 0.8)),
            bias_mm=_random_bias(rng),
            scatter_mm=_random_scatter(rng),
            slip_rate=float(np.clip(rng.gamma(2.0, 0.006), 0, 0.05)),
            notice_rate=float(rng.uniform(0.3, 0.9)),
            # [K] 10 to 25 mm while moving, 2 to 12 mm hovering, both assumed there.
            lift_mm=float(np.clip(15.5 * np.exp(rng.normal(0, 0.25)), 8, 26)),
            hover_mm=float(np.clip(4.6 * np.exp(rng.normal(0, 0.4)), 2, 12)),
            strike_s=float(np.clip(rng.normal(0.055, 0.009), 0.035, 0.085)),
            reach_s=float(np.clip(rng.normal(0.110, 0.015), 0.08, 0.16)),
            reach_s_per_key=float(np.clip(rng.normal(0.050, 0.010), 0.025, 0.08)),
            hand_share=float(rng.uniform(0.12, 0.45)),
            coupling=_random_coupling(rng, 0.24, 0.0),
            dip=_random_coupling(rng, 0.28, 0.06),
            curling=float(rng.uniform(0.05, 0.35)),
            # From palms on the table to hands that hang from high wrists [assumed; both are seen].
            wrist_mm=float(rng.uniform(10, 72)),
            yaw_deg=float(np.clip(rng.normal(11, 4), 0, 20)),
            curl=float(np.clip(rng.normal(0.80, 0.045), 0.70, 0.90)),
            tremor_mm=float(np.clip(0.10 * np.exp(rng.normal(0, 0.5)), 0.02, 0.4)),
            drift_mm=float(rng.uniform(1, 4)),
            rest_rate=float(rng.beta(1.0, 2.5)),
            thumb_rest_rate=float(rng.beta(1.2, 1.5)),
            pause_rate=float(rng.uniform(0.0, 0.07)),
            leave_rate=float(rng.uniform(0.0, 0.015)),
            fidget_rate=float(rng.uniform(0.0, 0.03)),
            feint_rate=float(rng.uniform(0.0, 0.2)),
            held_rate=float(rng.uniform(0.0, 0.0008)),
        )


def _random_hand(rng: np.random.Generator) -> HandShape:
    """Adult hands of both sexes: length 182 mm (SD 11), breadth following length [assumed]."""
    length = float(np.clip(rng.normal(182, 11), 155, 212))
    breadth = float(np.clip(84 * length / 185 * np.exp(rng.normal(0, 0.04)), 68, 100))
    scale = np.clip(np.exp(rng.normal(0, 0.03, 5)), 0.93, 1.07)
    girth = float(np.clip(np.exp(rng.normal(0, 0.07)), 0.84, 1.2))
    return HandShape(
        length_mm=length,
        breadth_mm=breadth,
        finger_scale=(
            float(scale[0]),
            float(scale[1]),
            float(scale[2]),
            float(scale[3]),
            float(scale[4]),
        ),
        girth=girth,
        # Large hands are more often men's; nails beyond the fingertip are one in four [assumed].
        masculinity=float(np.clip(0.5 + (length - 182) / 30 + rng.normal(0, 0.2), 0, 1)),
        age=float(rng.beta(1.2, 1.8)),
        weight=float(np.clip(rng.normal(0.5, 0.18), 0, 1)),
        nail_mm=float(rng.uniform(0.5, 5.0)) if rng.random() < 0.25 else 0.0,
    )


def _random_bias(rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """A bias common to the person and one of each finger [K: consistent within a person]."""
    common = rng.normal(0, 1.0, 2)
    bias = common + rng.normal(0, 1.6, (FINGER_COUNT, 2))
    return tuple((float(x), float(y)) for x, y in np.clip(bias, -4.5, 4.5))


def _random_scatter(rng: np.random.Generator) -> tuple[float, float]:
    """[K] 0.30 and 0.28 key pitch with bias and tracker noise; the hand's own part [assumed]."""
    size = float(np.clip(np.exp(rng.normal(0, 0.22)), 0.6, 1.6))
    return 3.3 * size, 3.1 * size


def _random_coupling(
    rng: np.random.Generator, adjacent: float, other: float
) -> tuple[float, float]:
    """Chosen so that the velocity correlations come out as in [K] (0.61 adjacent, 0.32 others)."""
    near = float(np.clip(rng.normal(adjacent, 0.07), 0.0, 0.8))
    return near, float(np.clip(rng.normal(other, 0.05), 0.0, near))
