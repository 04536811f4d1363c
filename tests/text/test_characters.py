from __future__ import annotations

import math

import pytest

from cameratokeyboard.text.characters import CharacterModel

WORDS = {"that": 100.0, "this": 80.0, "the": 400.0, "cat": 10.0, "chat": 5.0}


class TestCharacterModel:
    def test_the_probabilities_of_all_next_letters_and_the_end_sum_to_one(self) -> None:
        model = CharacterModel(WORDS)
        total = sum(math.exp(model.prefix_log_p("th" + c)) for c in model.alphabet)
        total += math.exp(model.word_log_p("th"))
        assert total == pytest.approx(math.exp(model.prefix_log_p("th")))

    def test_a_familiar_beginning_is_likelier_than_a_strange_one(self) -> None:
        model = CharacterModel(WORDS)
        assert model.prefix_log_p("tha") > model.prefix_log_p("sct")

    def test_a_word_of_strange_letters_still_has_a_probability(self) -> None:
        assert CharacterModel(WORDS).word_log_p("ssss") > -math.inf

    def test_an_order_of_zero_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least 1, got 0"):
            CharacterModel(WORDS, order=0)
