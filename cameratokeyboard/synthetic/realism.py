"""The realism check: published figures of typing beside those of the simulated typist."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.prompts import PromptWriter
from cameratokeyboard.synthetic.realism_measures import measure
from cameratokeyboard.synthetic.realism_rows import Row, rows_of_measures
from cameratokeyboard.synthetic.style import random_style, random_wpm
from cameratokeyboard.synthetic.typist import Typist


def simulate_people(
    layout: Layout, people: int, seconds: float, seed: int
) -> Iterator[tuple[Performance, dict[float, str]]]:
    """Performances of random people with random styles and speeds, and what they aimed at."""
    if people < 1 or seconds <= 0:
        raise SimulationError(
            f"realism check: expected at least one person and more than 0 seconds, got {people} "
            f"and {seconds:g}"
        )
    for sequence in np.random.SeedSequence(seed).spawn(people):
        rng = np.random.Generator(np.random.PCG64(sequence))
        person, style = Person.random(rng), random_style(rng)
        wpm = random_wpm(rng, style)
        text = PromptWriter(rng, layout).text(max(int(seconds * wpm / 15.0), 20))
        typist = Typist(layout, person, wpm, style, seed=int(rng.integers(2**31)))
        performance = typist.type(text)
        yield performance, typist.aims


def realism_rows(
    layout: Layout,
    people: int,
    seconds: float,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> list[Row]:
    """Simulate and measure: all rows of the table. ``progress`` hears how many people are done."""

    def counted() -> Iterator[tuple[Performance, dict[float, str]]]:
        for done, item in enumerate(simulate_people(layout, people, seconds, seed), start=1):
            yield item
            if progress is not None:
                progress(done)

    measures = measure(counted(), layout)
    return rows_of_measures(measures)
