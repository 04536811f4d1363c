"""The benchmark's tables, from hand-made outcomes."""

from __future__ import annotations

import math

from cameratokeyboard.benchmark.cases import Job
from cameratokeyboard.benchmark.measure import Outcome
from cameratokeyboard.benchmark.tables import markdown, mean_over_people
from cameratokeyboard.scoring import Score
from cameratokeyboard.scoring.score import Share


def a_score(strict: int = 9, cer: float = 0.1) -> Score:
    return Score(
        true_presses=10,
        recognised=10,
        strict=strict,
        timed=10,
        timed_right=strict,
        by_row={"home": Share(strict, 10)},
        by_finger={"left_index": Share(strict, 10)},
        latency_s=(0.1, 0.12),
        cer_raw=(cer,),
    )


def outcomes() -> list[Outcome]:
    times = {"velocity": (0.5, 0.9), "learned": (1.5, 2.0), "learned, at once": (1.5, 2.0)}
    typing = [
        Outcome(
            Job("40 WPM", person),
            "touch",
            {
                "velocity": a_score(6, 0.4),
                "learned": a_score(9 + person),
                "learned, at once": a_score(8),
            },
            times,
        )
        for person in (0, 1)
    ]
    rest = Outcome(Job("rest", 0), "touch", {}, times, {"velocity": 3, "learned": 0})
    return [*typing, rest]


class TestMarkdown:
    def test_every_table_says_that_it_is_simulated(self):
        text = markdown(outcomes())
        headings = [line for line in text.splitlines() if line.startswith("###")]
        assert all("simulated" in line for line in headings if "Computing time" not in line)

    def test_figures_are_means_over_people(self):
        row = next(
            line for line in markdown(outcomes()).splitlines() if "| 40 WPM | learned |" in line
        )
        assert "0.950" in row
        assert "10.0%" in row

    def test_rest_counts_false_presses(self):
        assert "| velocity | 3.00 | 3 | 0% |" in markdown(outcomes())
        assert "| learned | 0.00 | 0 | 100% |" in markdown(outcomes())

    def test_patience_has_a_table_of_its_own(self):
        text = markdown(outcomes())
        assert "| 40 WPM | learned, at once | 0.800 | 110 | 120 |" in text
        main = text.split("###")[1]
        assert "at once" not in main


class TestMean:
    def test_people_without_a_value_are_left_out(self):
        nothing = Score(10, 0, 0, 0, 0)
        assert mean_over_people([a_score(8), nothing], "precision") == 0.8
        assert math.isnan(mean_over_people([nothing], "key_accuracy"))
