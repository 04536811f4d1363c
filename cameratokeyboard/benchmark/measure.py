"""Runs strategies over sessions and scores what comes out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from cameratokeyboard.benchmark.cases import REST_S, Job, ordinary_cases, session_of
from cameratokeyboard.datatypes import Layout
from cameratokeyboard.errors import MissingExtraError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keystroke.base import KeystrokeDetector
from cameratokeyboard.keystroke.decoding import DecodingSettings
from cameratokeyboard.keystroke.factory import make_keystroke_detector
from cameratokeyboard.keystroke.learned import SHIPPED_MODEL, LearnedDetector, PressNetwork
from cameratokeyboard.scoring import Recognised, Score, score
from cameratokeyboard.scoring.pairing import EARLY_S
from cameratokeyboard.text.beam import WordDecoder
from cameratokeyboard.text.language import load_language
from cameratokeyboard.training.trajectories import track
from cameratokeyboard.training.typing import truth_of, type_with

#: "learned" that waits at most so long, for the curve of accuracy over latency.
WAITS_S = {"learned, at once": 0.0, "learned, 35 ms": 0.035, "learned, 70 ms": 0.07}


CURVE_CASE = "40 WPM"
_CORRECTED = frozenset(case.name for case in ordinary_cases() if case.wpm)


@dataclass(frozen=True)
class Wish:
    """What to measure. strategies: names of the factory or of WAITS_S. model: weights or None."""

    strategies: tuple[str, ...]
    correct: bool = True
    model: Path | None = None
    layout: str = "qwerty"


@dataclass(frozen=True)
class Outcome:
    """What one job gave. scores: by strategy. step_ms: by strategy, time of each update.

    false_rest: by strategy, presses in the minute of rest; empty when the job types.
    """

    job: Job
    style: str
    scores: dict[str, Score] = field(default_factory=dict)
    step_ms: dict[str, tuple[float, float]] = field(default_factory=dict)
    false_rest: dict[str, int] = field(default_factory=dict)


def measure(job: Job, wish: Wish) -> Outcome:
    """Simulate a job's session once and run every strategy over it."""
    layout = load_layout(wish.layout)
    session = session_of(job, layout)
    fingers = track(session, layout)
    truth = truth_of(session.performance)
    outcome = Outcome(job, session.style.name)
    for name in wish.strategies:
        if name in WAITS_S and job.case != CURVE_CASE:
            continue
        detector = strategy(name, layout, wish.model)
        # Correction takes longer than all else: it is measured where the tables show it at once.
        correct = wish.correct and job.case in _CORRECTED and name not in WAITS_S
        recognised, times = type_with(detector, fingers, layout, language() if correct else None)
        if job.case == "rest":
            outcome.false_rest[name] = false_presses(recognised)
        else:
            outcome.scores[name] = score(truth, recognised, layout)
        p50, p95 = np.percentile(times, [50, 95])
        outcome.step_ms[name] = (float(p50), float(p95))
    return outcome


def false_presses(recognised: Recognised) -> int:
    """Presses told of a minute of rest. The letter after it may be told a little early."""
    return sum(press.t_s < REST_S - EARLY_S for press in recognised.presses)


def measure_all(
    jobs: list[Job], wish: Wish, workers: int, tell: Callable[[int, int], None]
) -> Iterator[Outcome]:
    """All jobs, in their order, over several processes."""
    if workers <= 1:
        for number, job in enumerate(jobs):
            yield measure(job, wish)
            tell(number, len(jobs))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for number, outcome in enumerate(pool.map(measure, jobs, [wish] * len(jobs))):
            yield outcome
            tell(number, len(jobs))


def strategy(name: str, layout: Layout, model: Path | None) -> KeystrokeDetector:
    """A strategy of the factory, or the learned one with another patience (WAITS_S)."""
    if name in WAITS_S:
        settings = dataclasses.replace(DecodingSettings(), wait_s=WAITS_S[name])
        if WAITS_S[name] == 0.0:
            settings = dataclasses.replace(settings, sure=settings.likely)
        return LearnedDetector(PressNetwork.load(model or SHIPPED_MODEL), layout, settings)
    return make_keystroke_detector(name, layout=layout, model=model)


@lru_cache(maxsize=1)
def language() -> WordDecoder | None:
    """The language model, None when its extra is not installed."""
    try:
        return WordDecoder(load_language("en"))
    except MissingExtraError:
        return None
