"""Tries values of a strategy's bounds on validation people (never on benchmark people).

python benchmarks/sweep.py velocity drop=4,6,8 fall=50,80 --people 4
python benchmarks/sweep.py learned likely=0.4,0.5,0.6 wait_s=0.07,0.085 --model run/keystroke.onnx
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cameratokeyboard.benchmark.cases import Job, session_of
from cameratokeyboard.benchmark.measure import false_presses
from cameratokeyboard.datatypes import BoolArray, Fingers, FloatArray, Layout
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keystroke.base import KeystrokeDetector
from cameratokeyboard.keystroke.decoding import DecodingSettings, OnsetDecoder, Outputs
from cameratokeyboard.keystroke.features import FeatureExtractor
from cameratokeyboard.keystroke.learned import SHIPPED_MODEL, PressNetwork
from cameratokeyboard.keystroke.ledger import Touch, TouchLedger
from cameratokeyboard.keystroke.neighbour import NeighbourDetector, NeighbourSettings
from cameratokeyboard.keystroke.peak import PeakDetector, PeakSettings
from cameratokeyboard.keystroke.velocity import VelocityDetector, VelocitySettings
from cameratokeyboard.scoring import Truth, combine, score
from cameratokeyboard.training.trajectories import VALIDATION_SEED, track
from cameratokeyboard.training.typing import truth_of, type_with

CASES = ("20 WPM", "40 WPM", "60 WPM", "80 WPM", "rest")
#: People of the sweeps; the training's own validation begins at VALIDATION_SEED.
FIRST_SEED = VALIDATION_SEED + 500_000


@dataclasses.dataclass(frozen=True, eq=False)
class Clip:
    """A session as the keystroke stage sees it. said: the network's outputs, the fingers' places
    and whether they were seen, by moment, for the learned strategy: it is run once for all bounds.
    """

    case: str
    fingers: list[Fingers]
    truth: Truth
    said: dict[float, tuple[Outputs, FloatArray, BoolArray]]


class Replayed:
    """The learned strategy on outputs that the network gave before."""

    def __init__(self, settings: DecodingSettings, clip: Clip) -> None:
        self._said = clip.said
        self._decoder, self._ledger = OnsetDecoder(settings), TouchLedger()

    def update(self, fingers: Fingers) -> list[Touch]:
        """As LearnedDetector decides."""
        touches, goes_on = self._ledger.follow(fingers)
        if not goes_on:
            self._decoder.reset()
        if fingers.t_s in self._said:
            outputs, places, seen = self._said[fingers.t_s]
            touches += self._decoder.step(fingers.t_s, places, seen, outputs, self._ledger)
        return sorted(touches, key=lambda touch: touch.t_s)

    def flush(self, t_s: float) -> list[Touch]:
        """Release every finger."""
        return self._ledger.release_all(t_s)

    def reset(self) -> None:
        """Each clip has its own."""


MAKERS: dict[str, tuple[Any, Callable[[Any, Clip], KeystrokeDetector]]] = {
    "velocity": (VelocitySettings(), lambda s, _: VelocityDetector(s)),
    "peak": (PeakSettings(), lambda s, _: PeakDetector(s)),
    "neighbour": (NeighbourSettings(), lambda s, _: NeighbourDetector(s)),
    "learned": (DecodingSettings(), Replayed),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("strategy", choices=MAKERS)
    parser.add_argument("bounds", nargs="*", metavar="NAME=A,B,C")
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--model", type=Path, default=SHIPPED_MODEL, help="weights of 'learned'")
    args = parser.parse_args()
    layout = load_layout("qwerty")
    model = args.model if args.strategy == "learned" else None
    clips = [make_clip(Job(case, n), layout, model) for n in range(args.people) for case in CASES]
    settings, make = MAKERS[args.strategy]
    names = [bound.partition("=")[0] for bound in args.bounds]
    values = [[float(v) for v in bound.partition("=")[2].split(",")] for bound in args.bounds]
    for chosen in itertools.product(*values):
        changed = dataclasses.replace(settings, **dict(zip(names, chosen, strict=True)))
        bounds = " ".join(f"{n}={v:g}" for n, v in zip(names, chosen, strict=True))
        print(bounds.ljust(40), figures(clips, functools.partial(make, changed), layout))


def make_clip(job: Job, layout: Layout, model: Path | None) -> Clip:
    """A validation person's session, tracked; with the network's outputs where one is given."""
    session = session_of(job, layout, FIRST_SEED)
    fingers = track(session, layout)
    said: dict[float, tuple[Outputs, FloatArray, BoolArray]] = {}
    if model is not None:
        network, features = PressNetwork.load(model), FeatureExtractor(layout)
        for moment in fingers:
            numbers = features.step(moment)
            if numbers is not None:
                said[moment.t_s] = network.step(numbers), features.mm.copy(), features.seen.copy()
    return Clip(job.case, fingers, truth_of(session.performance), said)


def figures(
    clips: Sequence[Clip], make: Callable[[Clip], KeystrokeDetector], layout: Layout
) -> str:
    """Mean over people of the strict F1 by speed, false presses at rest, latency."""
    found: dict[str, list[Any]] = {}
    for clip in clips:
        recognised, _ = type_with(make(clip), clip.fingers, layout)
        if clip.case == "rest":
            found.setdefault(clip.case, []).append(false_presses(recognised))
        else:
            found.setdefault(clip.case, []).append(score(clip.truth, recognised, layout))
    parts = [
        f"{case}: F1 {np.mean([s.strict_f1 for s in runs]):.3f} P {combine(runs).precision:.3f} "
        f"R {combine(runs).recall:.3f} keys {combine(runs).key_accuracy:.3f} "
        f"{1000 * combine(runs).latency(50):.0f}/{1000 * combine(runs).latency(95):.0f} ms"
        for case, runs in found.items()
        if case != "rest"
    ]
    return " | ".join([*parts, f"rest: {np.mean(found['rest']):.2f}"])


if __name__ == "__main__":
    main()
