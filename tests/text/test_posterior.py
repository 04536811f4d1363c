from __future__ import annotations

import pytest

from cameratokeyboard.text.hypotheses import Decoded
from cameratokeyboard.text.posterior import least_errors, probabilities


class TestProbabilities:
    def test_they_add_up_to_one_and_keep_their_order(self) -> None:
        shares = probabilities([Decoded("a", -1.0), Decoded("b", -2.0)])
        assert sum(p for _, p in shares) == pytest.approx(1.0)
        assert shares[0][1] / shares[1][1] == pytest.approx(2.718, abs=0.01)


class TestLeastErrors:
    def test_a_text_between_two_others_beats_the_likeliest(self) -> None:
        shares = [("abcd", 0.36), ("abxy", 0.33), ("abxd", 0.31)]
        assert least_errors(shares, "abcd") == "abxd"

    def test_what_was_typed_stays_where_nothing_is_better(self) -> None:
        assert least_errors([("cab", 0.5), ("cat", 0.5)], "cat") == "cat"

    def test_a_certain_reading_is_taken(self) -> None:
        assert least_errors([("cat", 0.99), ("cab", 0.01)], "cab") == "cat"
