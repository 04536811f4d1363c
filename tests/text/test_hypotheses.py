from __future__ import annotations

from cameratokeyboard.text.grammar import START, State
from cameratokeyboard.text.hypotheses import Grown, Hypothesis, taken_back_of
from cameratokeyboard.text.observation import Observation

LETTER = Observation({"a": 1.0}, 0.99, typed="a")
ERASING = Observation({}, 0.99, erases=1.0)


def hypothesis(text: str, score: float) -> Hypothesis:
    return Hypothesis(score, score, 0.0, text, "", State("", "", START))


class TestGrown:
    def test_the_better_of_two_ways_to_one_text_is_kept(self) -> None:
        grown = Grown({}, reach=5.0)
        for score in (-3.0, -1.0, -2.0):
            grown.add(hypothesis("a", score))
        assert [h.score for h in grown.beam.values()] == [-1.0]

    def test_what_is_far_below_the_best_is_not_taken_in(self) -> None:
        grown = Grown({}, reach=5.0)
        grown.add(hypothesis("a", -1.0))
        grown.add(hypothesis("b", -7.0))
        assert list(grown.beam) == ["a"]


class TestTakenBackOf:
    def test_letters_before_backspaces_are_counted_from_behind(self) -> None:
        presses = [LETTER, LETTER, LETTER, ERASING, ERASING, LETTER]
        assert taken_back_of(presses) == [0, 0, 1, 2, 1, 0, 0]

    def test_more_backspaces_than_letters_reach_before_the_first(self) -> None:
        assert taken_back_of([LETTER, ERASING, ERASING]) == [1, 2, 1, 0]
