from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from cameratokeyboard.text.trigrams import SENTENCE_START, Trigrams

IMPOSSIBLE = -(10**9)


class FewWords:
    """Knows three contexts. Remembers what was asked last."""

    known = {("cat",): -2, ("the",): -1, ("cat", "the"): 0}

    def prob(self, words: Sequence[str]) -> int:
        self.asked = tuple(words)
        return self.known.get(self.asked, IMPOSSIBLE)


def exp(logarithm: int) -> float:
    return 0.0 if logarithm == IMPOSSIBLE else 10.0**logarithm


class TestTrigrams:
    def test_the_nearer_word_before_is_looked_at_first(self) -> None:
        assert Trigrams(FewWords(), exp).probability("cat", "the") == 1.0

    def test_what_stands_before_an_unknown_word_is_not_looked_at(self) -> None:
        assert Trigrams(FewWords(), exp).probability("cat", "the zyx") == 0.01

    def test_an_unknown_word_is_impossible(self) -> None:
        assert Trigrams(FewWords(), exp).probability("zyx", "") == 0.0


class TestLoadEnglish:
    def test_the_shipped_model_knows_what_follows_what(self) -> None:
        pytest.importorskip("pocketsphinx")
        model = Trigrams.load_english()
        assert model is not None
        assert model.probability("of", "one") > 5 * model.probability("of", "")
        assert model.probability("the", "one of") > model.probability("the", "")
        assert model.probability("the", SENTENCE_START) > 0.01
        assert math.isclose(model.probability("xqzt", "one of"), 0.0)
