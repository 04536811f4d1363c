"""Makes and keeps the simulated sessions that the learned strategy trains on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.files import replacing
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keystroke.features import FEATURE_VERSION
from cameratokeyboard.training.keystroke_targets import Example, example_of
from cameratokeyboard.training.trajectories import (
    approximately_tracked,
    tracked,
    training_session,
)

#: Grows when sessions are simulated otherwise (noise, people, tracker), so that none is mistaken.
_RECIPE = 5
_FIELDS = ("features", "onset", "share", "offset", "contact", "use")


@dataclass(frozen=True)
class ExampleOrder:
    """Which example to make: a seed, and whether the real tracker names the fingers."""

    seed: int
    real_tracker: bool
    layout: str = "qwerty"

    @property
    def file_name(self) -> str:
        """Name of the example's file; changes with whatever changes its content."""
        words = f"{self.seed} {self.real_tracker} {self.layout} {FEATURE_VERSION} {_RECIPE}"
        return f"{self.seed}-{hashlib.sha256(words.encode()).hexdigest()[:8]}.npz"


def make_example(order: ExampleOrder, layout: Layout | None = None) -> Example:
    """Simulate one session and turn it into features and targets."""
    layout = layout or load_layout(order.layout)
    session = training_session(layout, order.seed)
    if order.real_tracker:
        return example_of(tracked(session, layout), layout)
    rng = np.random.default_rng([order.seed, 1])
    return example_of(approximately_tracked(session, rng), layout)


def make_examples(
    orders: list[ExampleOrder],
    folder: Path,
    workers: int,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Example]:
    """The examples in the order asked for; those already in ``folder`` are not made again.

    workers: processes that simulate at the same time. tell: called with how many are ready.
    """
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(order, folder) for order in orders]
    if workers <= 1:
        for number, job in enumerate(jobs, 1):
            yield load_example(_made(job))
            tell(number, len(jobs))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for number, path in enumerate(pool.map(_made, jobs), 1):
            yield load_example(path)
            tell(number, len(jobs))


def _made(job: tuple[ExampleOrder, Path]) -> Path:
    order, folder = job
    path = folder / order.file_name
    if not path.is_file():
        save_example(make_example(order), path)
    return path


def save_example(example: Example, path: Path) -> None:
    """Write an example; half precision is far below the noise of what it holds."""
    arrays: dict[str, Any] = {name: getattr(example, name).astype(np.float16) for name in _FIELDS}
    with replacing(path) as part, part.open("wb") as file:
        np.savez(file, interval_s=np.array(example.interval_s), **arrays)


def load_example(path: Path) -> Example:
    """Read an example that ``save_example`` wrote; left in half precision, thousands fit in memory.

    A session of a minute takes about 1.5 MB.
    """
    with np.load(path) as raw:
        return Example(**{name: raw[name] for name in _FIELDS}, interval_s=float(raw["interval_s"]))
