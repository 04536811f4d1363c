"""The measures of hands: what is possible, and what people have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic import hand_nails, hand_tips
from cameratokeyboard.synthetic.datatypes import HandShape, NailShape, TipShape
from cameratokeyboard.synthetic.hand_habit import HABIT_SIZE, MOST_DEG, random_habit
from cameratokeyboard.synthetic.hand_nails import random_nails
from cameratokeyboard.synthetic.hand_tips import random_tips

#: Share of people whose nails are longer than the fingertip, and their free edge in mm: more people
#: and longer nails than in life [assumed], since a long nail hides where the pad is.
_LONG_NAIL_SHARE, _LONG_NAIL_MM = 0.5, (0.3, 6.0)


def random_build(shape: HandShape, rng: np.random.Generator) -> HandShape:
    """The same measures with a drawn build: sex, age, weight, nails and fingertips [assumed]."""
    long_nails = rng.uniform() < _LONG_NAIL_SHARE
    return replace(
        shape,
        masculinity=float(rng.uniform(0, 1)),
        age=float(np.clip(rng.beta(0.8, 2.0), 0, 1)),
        weight=float(np.clip(rng.normal(0.5, 0.17), 0, 1)),
        nail_mm=float(rng.uniform(*_LONG_NAIL_MM)) if long_nails else 0.0,
        tips=random_tips(rng),
        nails=random_nails(rng),
        habit_deg=random_habit(rng),
    )


def check_shape(shape: HandShape) -> None:
    """Raise SimulationError unless the measures can be those of a hand."""
    habit = shape.habit_deg or ()
    ranges = {
        "length_mm": (shape.length_mm, 120.0, 260.0),
        "breadth_mm": (shape.breadth_mm, 50.0, 125.0),
        "girth": (shape.girth, 0.5, 1.8),
        "masculinity": (shape.masculinity, 0.0, 1.0),
        "age": (shape.age, 0.0, 1.0),
        "weight": (shape.weight, 0.0, 1.0),
        "nail_mm": (shape.nail_mm, 0.0, 25.0),
        **{f"finger_scale[{i}]": (s, 0.6, 1.5) for i, s in enumerate(shape.finger_scale)},
        **{f"habit_deg[{i}]": (d, -MOST_DEG, MOST_DEG) for i, d in enumerate(habit)},
        **_within("tips", shape.tips, hand_tips.LEAST, hand_tips.MOST),
        **_within("nails", shape.nails or (), hand_nails.LEAST, hand_nails.MOST),
    }
    if shape.habit_deg is not None and len(habit) != HABIT_SIZE:
        raise SimulationError(
            f"hand measure habit_deg: expected {HABIT_SIZE} numbers, got {len(habit)}"
        )
    for name, (value, low, high) in ranges.items():
        if not low <= value <= high:
            raise SimulationError(
                f"hand measure {name}: expected {low:g} to {high:g}, got {value:g}"
            )


def _within(
    name: str,
    parts: Sequence[TipShape | NailShape],
    least: TipShape | NailShape,
    most: TipShape | NailShape,
) -> dict[str, tuple[float, float, float]]:
    """Each measure of each finger's part with what it may be at least and at most."""
    return {
        f"{name}[{i}].{f.name}": (
            getattr(part, f.name),
            getattr(least, f.name),
            getattr(most, f.name),
        )
        for i, part in enumerate(parts)
        for f in fields(part)
    }
