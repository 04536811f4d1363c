"""Better, worse, or not to be compared."""

from __future__ import annotations

import pytest

from cameratokeyboard.registry.gate import Evaluation, complaints, quality


def on_set(**figures: float) -> Evaluation:
    return Evaluation({k.replace("__", "."): v for k, v in figures.items()}, "set")


class TestComplaints:
    @pytest.mark.parametrize(
        ("new", "current", "is_worse"),
        [
            (on_set(map50=0.90), on_set(map50=0.90), False),
            (on_set(map50=0.895), on_set(map50=0.90), False),
            (on_set(map50=0.88), on_set(map50=0.90), True),
            (on_set(contact__median_px=1.005), on_set(contact__median_px=1.0), False),
            (on_set(contact__median_px=1.05), on_set(contact__median_px=1.0), True),
            (on_set(contact__median_px=0.5), on_set(contact__median_px=1.0), False),
            (on_set(map50=0.99, thumb__recall=0.5), on_set(map50=0.9, thumb__recall=0.9), True),
            (on_set(map50=0.9), on_set(map50=0.9, thumb__recall=0.9), False),
        ],
    )
    def test_margin(self, new: Evaluation, current: Evaluation, is_worse: bool) -> None:
        assert bool(complaints(new, current, 0.01)) is is_worse

    def test_nothing_in_common_is_a_complaint(self) -> None:
        assert "no figure in common" in complaints(on_set(map50=1), on_set(f1=1), 0.01)[0]

    @pytest.mark.parametrize("on", ["", "another set"])
    def test_other_evaluation_set_is_a_complaint(self, on: str) -> None:
        new = Evaluation({"map50": 1.0}, on)
        assert "same evaluation set" in complaints(new, on_set(map50=0.1), 0.01)[0]

    def test_unknown_sets_are_not_the_same_set(self) -> None:
        unknown = Evaluation({"map50": 1.0}, "")
        assert complaints(unknown, unknown, 0.01)


def test_counts_thresholds_and_speed_are_no_quality() -> None:
    figures = {"milliseconds": 9.0, "classes.finger.labelled": 5, "classes.finger.recall": 0.9}
    assert quality(figures) == {"classes.finger.recall": 0.9}
