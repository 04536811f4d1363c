"""The realism check: published figures of typing beside those of the simulated typist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.prompts import PromptWriter
from cameratokeyboard.synthetic.realism_measures import Measures, measure
from cameratokeyboard.synthetic.style import random_style, random_wpm
from cameratokeyboard.synthetic.typist import Typist

KEYSTROKES = "136M Keystrokes (Dhakal 2018)"
TAPS = "38,106 taps on glass"
FILMED = "12,646 filmed taps"
ASSUMED = "assumed"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    published, simulated: the figures, several where the row holds several. tolerance: greatest
    ratio of the two that still agrees (1.25: a quarter more or less); slack: a difference that is
    always allowed. note: why a row differs, or how to read it.
    """

    name: str
    source: str
    unit: str
    published: tuple[float, ...]
    simulated: tuple[float, ...]
    tolerance: float = 1.25
    slack: float = 0.0
    note: str = ""

    @property
    def agrees(self) -> bool:
        """Whether every figure of the row lies within the tolerance."""
        return all(
            abs(want - have) <= self.slack
            or (min(want, have) > 0 and max(want / have, have / want) <= self.tolerance)
            for want, have in zip(self.published, self.simulated, strict=True)
        )


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


def realism_rows(layout: Layout, people: int, seconds: float, seed: int) -> list[Row]:
    """Simulate and measure: all rows of the table."""
    measures = measure(simulate_people(layout, people, seconds, seed), layout)
    return [*_timing_rows(measures), *_speed_rows(measures), *_surface_rows(measures)]


def _percentiles(
    values: Sequence[float], at: Sequence[float], scale: float = 1.0
) -> tuple[float, ...]:
    return tuple(float(v) * scale for v in np.percentile(np.array(values), at))


def _timing_rows(m: Measures) -> list[Row]:
    intervals = [s[0] for s in m.steps]
    fast = np.array(intervals)
    overlaps = [s[4] for s in m.steps if s[2]]
    rows = [
        Row(
            "speed, mean and SD over people",
            KEYSTROKES,
            "WPM",
            (50, 20),
            (float(np.mean(m.person_wpm)), float(np.std(m.person_wpm))),
            1.3,
        ),
        Row(
            "interval, person mean and its SD",
            KEYSTROKES,
            "ms",
            (229, 96),
            (1e3 * float(np.mean(m.person_interval_s)), 1e3 * float(np.std(m.person_interval_s))),
            1.4,
        ),
        Row(
            "interval percentiles 5/25/50/75/95",
            KEYSTROKES,
            "ms",
            (71, 117, 167, 246, 648),
            _percentiles(intervals, (5, 25, 50, 75, 95), 1e3),
        ),
        Row(
            "intervals under 67 and 100 ms",
            KEYSTROKES,
            "%",
            (4.2, 16),
            (100 * float((fast < 0.067).mean()), 100 * float((fast < 0.1).mean())),
            1.4,
        ),
        Row(
            "hold, person mean and its SD",
            KEYSTROKES,
            "ms",
            (107, 21),
            (1e3 * float(np.mean(m.person_hold_s)), 1e3 * float(np.std(m.person_hold_s))),
            1.3,
        ),
        Row(
            "hold percentiles 5/95",
            KEYSTROKES,
            "ms",
            (56, 175),
            _percentiles(m.holds_s, (5, 95), 1e3),
            1.3,
        ),
        Row(
            "overlap when rolling over, 5/50/95",
            KEYSTROKES,
            "ms",
            (7, 35, 88),
            _percentiles(overlaps, (5, 50, 95), 1e3),
            1.4,
        ),
        Row(
            "modifier held, median",
            "55M presses",
            "ms",
            (229,),
            _percentiles(m.modifier_holds_s, (50,), 1e3),
        ),
    ]
    wanted = {
        "other_hand": ("other hand", 145, 22),
        "same_hand": ("same hand, other finger", 174, 27),
        "same_finger": ("same finger", 201, 8),
        "same_key": ("same key", 157, 0),
        "space": ("around space", 175, 18),
    }
    for kind, (name, interval, rolled) in wanted.items():
        own = [s for s in m.steps if s[1] == kind]
        if own:
            rows.append(
                Row(
                    f"{name}: interval, rollover",
                    KEYSTROKES,
                    "ms, %",
                    (interval, rolled),
                    (
                        1e3 * float(np.median([s[0] for s in own])),
                        100 * float(np.mean([s[2] for s in own])),
                    ),
                    1.25,
                    7.0,
                )
            )
    return rows


def _speed_rows(m: Measures) -> list[Row]:
    rows = []
    for low, high, interval, hold, rolled in (
        (0, 30, 395, 113, 5),
        (30, 50, 250, 107, 13),
        (50, 70, 173, 106, 26),
        (70, 90, 135, 103, 38),
        (90, 999, 109, 99, 49),
    ):
        own = [s for s in m.steps if low <= s[5] < high]
        if len(own) < 50:
            continue
        name = f"{low}-{high} WPM" if high < 999 else f"over {low} WPM"
        rows.append(
            Row(
                f"{name}: interval, hold, rollover",
                KEYSTROKES,
                "ms, ms, %",
                (interval, hold, rolled),
                (
                    1e3 * float(np.median([s[0] for s in own])),
                    1e3 * float(np.mean([s[3] for s in own])),
                    100 * float(np.mean([s[2] for s in own])),
                ),
                1.3,
                6.0,
            )
        )
    return rows


def _surface_rows(m: Measures) -> list[Row]:
    offsets = np.array(m.offsets)
    return [
        Row(
            "contact percentiles 5/25/50/75/95",
            TAPS,
            "ms",
            (36, 54, 77, 103, 220),
            _percentiles(m.holds_s, (5, 25, 50, 75, 95), 1e3),
            1.35,
        ),
        Row(
            "scatter on the key, across and along",
            FILMED,
            "pitch",
            (0.30, 0.28),
            (float(offsets[:, 0].std()), float(offsets[:, 1].std())),
            1.25,
        ),
        Row(
            "landed on the key aimed at",
            FILMED,
            "%",
            (82,),
            (100 * float(np.mean(m.inside)),),
            1.25,
        ),
        Row(
            "peak speed in the plane, 10/50/90%",
            FILMED,
            "keys/s",
            (8, 13, 22),
            _percentiles(m.peak_speeds, (10, 50, 90)),
            1.35,
        ),
        Row(
            "velocity shared with adjacent fingers",
            FILMED,
            "correlation",
            (0.61,),
            (float(np.mean(m.adjacent)),),
            1.2,
        ),
        Row(
            "velocity shared with other fingers",
            FILMED,
            "correlation",
            (0.32,),
            (float(np.mean(m.others)),),
            1.2,
        ),
        Row(
            "highest point before a strike, 10/90%",
            ASSUMED,
            "mm",
            (10, 25),
            _percentiles(m.lifts_mm, (10, 90)),
            1.3,
        ),
        Row("hovering, 10/90%", ASSUMED, "mm", (2, 12), _percentiles(m.hovers_mm, (10, 90)), 1.5),
    ]
