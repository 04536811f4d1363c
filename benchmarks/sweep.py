"""Tries values of a strategy's bounds on validation people (never on benchmark people).

python benchmarks/sweep.py velocity drop=4,6,8 fall=50,80 --people 4
python benchmarks/sweep.py learned likely=0.4,0.5,0.6 wait_s=0.07,0.085
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

from cameratokeyboard.datatypes import Fingers, Layout
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keystroke.base import KeystrokeDetector
from cameratokeyboard.keystroke.decoding import DecodingSettings
from cameratokeyboard.keystroke.learned import SHIPPED_MODEL, LearnedDetector, PressNetwork
from cameratokeyboard.keystroke.neighbour import NeighbourDetector, NeighbourSettings
from cameratokeyboard.keystroke.peak import PeakDetector, PeakSettings
from cameratokeyboard.keystroke.velocity import VelocityDetector, VelocitySettings
from cameratokeyboard.scoring import Score, Truth, combine, score
from cameratokeyboard.training.trajectories import VALIDATION_SEED, track, training_session
from cameratokeyboard.training.typing import truth_of, type_with

Clip = tuple[list[Fingers], Truth]
MAKERS: dict[str, tuple[Any, Callable[[Any, Layout], KeystrokeDetector]]] = {
    "velocity": (VelocitySettings(), lambda s, _: VelocityDetector(s)),
    "peak": (PeakSettings(), lambda s, _: PeakDetector(s)),
    "neighbour": (NeighbourSettings(), lambda s, _: NeighbourDetector(s)),
    "learned": (
        DecodingSettings(),
        lambda s, layout: LearnedDetector(PressNetwork.load(SHIPPED_MODEL), layout, s),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("strategy", choices=MAKERS)
    parser.add_argument("bounds", nargs="*", metavar="NAME=A,B,C")
    parser.add_argument("--people", type=int, default=6)
    args = parser.parse_args()
    layout = load_layout("qwerty")
    clips = []
    for seed in range(VALIDATION_SEED, VALIDATION_SEED + args.people):
        session = training_session(layout, seed)
        clips.append((track(session, layout), truth_of(session.performance)))
    settings, make = MAKERS[args.strategy]
    names = [bound.partition("=")[0] for bound in args.bounds]
    values = [[float(v) for v in bound.partition("=")[2].split(",")] for bound in args.bounds]
    for chosen in itertools.product(*values):
        changed = dataclasses.replace(settings, **dict(zip(names, chosen, strict=True)))
        found = combine(_scores(lambda s=changed: make(s, layout), clips, layout))
        bounds = " ".join(f"{n}={v:g}" for n, v in zip(names, chosen, strict=True))
        print(
            f"{bounds:40} strict F1 {found.strict_f1:.3f}  precision {found.precision:.3f}  "
            f"recall {found.recall:.3f}  keys {found.key_accuracy:.3f}  "
            f"latency {1000 * found.latency(50):.0f}/{1000 * found.latency(95):.0f} ms",
            flush=True,
        )


def _scores(
    make: Callable[[], KeystrokeDetector], clips: list[Clip], layout: Layout
) -> list[Score]:
    return [score(truth, type_with(make(), fingers, layout)[0], layout) for fingers, truth in clips]


if __name__ == "__main__":
    main()
