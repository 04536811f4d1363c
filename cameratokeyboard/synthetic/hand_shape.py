"""The measures of hands: what is possible, and what people have."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.datatypes import HandShape, TipShape
from cameratokeyboard.synthetic.hand_tips import LEAST, MOST, random_tips

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
    )


def check_shape(shape: HandShape) -> None:
    """Raise SimulationError unless the measures can be those of a hand."""
    ranges = {
        "length_mm": (shape.length_mm, 120.0, 260.0),
        "breadth_mm": (shape.breadth_mm, 50.0, 125.0),
        "girth": (shape.girth, 0.5, 1.8),
        "masculinity": (shape.masculinity, 0.0, 1.0),
        "age": (shape.age, 0.0, 1.0),
        "weight": (shape.weight, 0.0, 1.0),
        "nail_mm": (shape.nail_mm, 0.0, 25.0),
        **{f"finger_scale[{i}]": (s, 0.6, 1.5) for i, s in enumerate(shape.finger_scale)},
        **{
            f"tips[{i}].{f.name}": (
                getattr(t, f.name),
                getattr(LEAST, f.name),
                getattr(MOST, f.name),
            )
            for i, t in enumerate(shape.tips)
            for f in fields(TipShape)
        },
    }
    for name, (value, low, high) in ranges.items():
        if not low <= value <= high:
            raise SimulationError(
                f"hand measure {name}: expected {low:g} to {high:g}, got {value:g}"
            )
