"""Is a new model good enough to follow the current one?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Ends of names of figures where less is better; all others are shares where more is better.
LESS_IS_BETTER = ("_px", "_ms", "_mm", "_s", "error", "loss", "cer")


@dataclass(frozen=True)
class Evaluation:
    """figures: name -> value. on: what they were measured on, "" when that is not known."""

    figures: Mapping[str, float]
    on: str


#: Measures a model file on the evaluation set.
Evaluator = Callable[[Path], Evaluation]


def complaints(new: Evaluation, current: Evaluation, margin: float) -> list[str]:
    """What speaks against the new model, one line each; empty when nothing does.

    margin: how much worse a figure may be: absolute for shares, relative where less is better.
    Figures that only one of the two has are not compared; to have none in common is a complaint.
    """
    if not new.on or new.on != current.on:
        return [
            "its figures and the current model's were not measured on the same evaluation set; "
            "evaluate both on one set (--dataset FOLDER)"
        ]
    common = sorted(new.figures.keys() & current.figures.keys())
    if not common:
        return ["it has no figure in common with the current model; evaluate it first"]
    return [
        f"{name} is {new.figures[name]:.4g}, the current model's {current.figures[name]:.4g}"
        for name in common
        if _is_worse(name, new.figures[name], current.figures[name], margin)
    ]


def _is_worse(name: str, new: float, current: float, margin: float) -> bool:
    if name.lower().endswith(LESS_IS_BETTER):
        return new > current * (1 + margin) and new > current
    return new < current - margin
