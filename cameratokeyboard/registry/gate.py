"""Is a new model good enough to follow the current one?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Last parts of the names of figures that count: shares, and errors where less is better. Counts,
#: thresholds and milliseconds say nothing of quality or depend on the machine.
SHARES = ("recall", "precision", "ap50", "map50", "f1")
ERRORS = ("median_px", "p90_px")


@dataclass(frozen=True)
class Evaluation:
    """figures: name -> value. on: what they were measured on, "" when that is not known."""

    figures: Mapping[str, float]
    on: str


#: Measures a model file on the evaluation set.
Evaluator = Callable[[Path], Evaluation]


def quality(figures: Mapping[str, float]) -> dict[str, float]:
    """The figures by which models are compared."""
    return {k: v for k, v in figures.items() if _last(k) in SHARES + ERRORS}


def complaints(new: Evaluation, current: Evaluation, margin: float) -> list[str]:
    """What speaks against the new model, one line each; empty when nothing does.

    margin: how much worse a figure may be: absolute for shares, relative for errors. Figures that
    only one of the two has are not compared; to have none in common is a complaint.
    """
    if not new.on or new.on != current.on:
        return [
            "its figures and the current model's were not measured on the same evaluation set; "
            "evaluate both on one (--evaluate FOLDER)"
        ]
    common = sorted(quality(new.figures).keys() & quality(current.figures).keys())
    if not common:
        return ["it has no figure in common with the current model; evaluate it first"]
    return [
        f"{name} is {new.figures[name]:.4g}, the current model's {current.figures[name]:.4g}"
        for name in common
        if _is_worse(name, new.figures[name], current.figures[name], margin)
    ]


def _is_worse(name: str, new: float, current: float, margin: float) -> bool:
    if _last(name) in ERRORS:
        return new > current * (1 + margin)
    return new < current - margin


def _last(name: str) -> str:
    return name.rpartition(".")[2]
