"""score and combine on hand-made runs."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.scoring import Press, Recognised, Score, Truth, combine, score

LAYOUT = load_layout("qwerty")


def typed(*items: tuple[float, str], late_s: float = 0.1) -> tuple[Press, ...]:
    return tuple(Press(t, key, "left_index", t + late_s) for t, key in items)


def true(*items: tuple[float, str, str]) -> tuple[Press, ...]:
    return tuple(Press(t, key, finger) for t, key, finger in items)


TRUTH = Truth(
    "at 1",
    true(
        (1.0, "a", "left_pinky"),
        (1.3, "t", "left_index"),
        (1.6, "space", "right_thumb"),
        (1.9, "one", "left_pinky"),
    ),
)


class TestScore:
    def test_perfect_run_scores_one(self):
        run = Recognised(typed((1.0, "a"), (1.3, "t"), (1.6, "space"), (1.9, "one")), "at 1")
        found = score(TRUTH, run, LAYOUT)
        assert (found.precision, found.recall, found.strict_f1) == (1, 1, 1)
        assert (found.key_accuracy, found.cer) == (1, 0)

    def test_wrong_key_costs_precision_recall_and_key_accuracy(self):
        run = Recognised(typed((1.0, "s"), (1.3, "t"), (1.6, "space"), (1.9, "one")), "st 1")
        found = score(TRUTH, run, LAYOUT)
        assert found.strict_f1 == pytest.approx(0.75)
        assert found.timed_f1 == 1.0
        assert found.key_accuracy == pytest.approx(0.75)
        assert found.cer == pytest.approx(0.25)

    def test_missed_press_costs_recall_only(self):
        run = Recognised(typed((1.0, "a"), (1.3, "t"), (1.9, "one")), "at1")
        found = score(TRUTH, run, LAYOUT)
        assert (found.precision, found.recall) == (1, 0.75)
        assert found.strict_f1 == pytest.approx(6 / 7)

    def test_extra_press_costs_precision_only(self):
        items = typed((1.0, "a"), (1.3, "t"), (1.45, "f"), (1.6, "space"), (1.9, "one"))
        found = score(TRUTH, Recognised(items, "atf 1"), LAYOUT)
        assert (found.precision, found.recall) == (0.8, 1)

    def test_recall_is_told_by_row_and_by_finger(self):
        run = Recognised(typed((1.0, "a"), (1.3, "t")), "at")
        found = score(TRUTH, run, LAYOUT)
        rows = {name: share.value for name, share in found.by_row.items()}
        assert rows == {"home": 1.0, "top": 1.0, "space": 0.0, "digits": 0.0}
        fingers = {name: share.value for name, share in found.by_finger.items()}
        assert fingers == {"left_pinky": 0.5, "left_index": 1.0, "right_thumb": 0.0}

    def test_latency_is_from_contact_to_emission(self):
        run = Recognised(typed((1.0, "a"), (1.3, "t"), late_s=0.09), "at")
        assert score(TRUTH, run, LAYOUT).latency(50) == pytest.approx(0.09)

    def test_nothing_recognised_has_recall_zero_and_no_precision(self):
        found = score(TRUTH, Recognised((), ""), LAYOUT)
        assert (found.recall, found.strict_f1, found.cer) == (0, 0, 1)
        assert math.isnan(found.precision)
        assert math.isnan(found.latency(50))

    def test_correction_is_scored_beside_the_raw_text(self):
        run = Recognised(typed((1.0, "a")), "ax 1", corrected="at 1")
        found = score(TRUTH, run, LAYOUT)
        assert found.cer == pytest.approx(0.25)
        assert found.corrected_cer == 0

    def test_a_slip_that_is_mended_is_no_error_of_the_corrected_text(self):
        slipped = replace(TRUTH, text="st 1", meant="at 1")
        found = score(slipped, Recognised((), "st 1", corrected="at 1"), LAYOUT)
        assert (found.cer, found.corrected_cer) == (0, 0)
        assert found.corrected_cer_pressed == pytest.approx(0.25)

    def test_a_slip_that_stays_is_an_error_of_the_corrected_text_alone(self):
        slipped = replace(TRUTH, text="st 1", meant="at 1")
        found = score(slipped, Recognised((), "st 1", corrected="st 1"), LAYOUT)
        assert (found.cer, found.corrected_cer) == (0, 0.25)

    def test_without_what_was_meant_the_pressed_text_counts(self):
        found = score(TRUTH, Recognised((), "at 1", corrected="a 1"), LAYOUT)
        assert found.corrected_cer == found.corrected_cer_pressed == 0.25


class TestCombine:
    def test_counts_are_added_and_error_rates_averaged(self):
        good = score(TRUTH, Recognised(typed((1.0, "a"), (1.3, "t")), "at 1"), LAYOUT)
        bad = score(TRUTH, Recognised((), ""), LAYOUT)
        both = combine([good, bad])
        assert both.recall == pytest.approx(2 / 8)
        assert both.cer == pytest.approx(0.5)
        assert both.by_finger["left_pinky"].value == pytest.approx(1 / 4)

    def test_no_runs_have_no_figures(self):
        assert combine([]) == Score(0, 0, 0, 0, 0)
        assert math.isnan(combine([]).strict_f1)
