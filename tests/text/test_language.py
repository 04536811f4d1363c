from __future__ import annotations

import math

import pytest

from cameratokeyboard.errors import SettingsError
from cameratokeyboard.text.language import LanguageModel, load_language

WORDS = {"the": 700.0, "then": 200.0, "cat": 100.0}


class TestLanguageModel:
    def test_a_prefix_is_as_likely_as_all_words_that_begin_with_it(self) -> None:
        model = LanguageModel(WORDS)
        assert math.exp(model.prefix_log_p("the")) == pytest.approx(0.9, abs=0.03)

    def test_a_known_pair_makes_its_second_word_likelier(self) -> None:
        model = LanguageModel(WORDS, {("the", "cat"): 9.0, ("the", "then"): 1.0})
        assert model.word_log_p("cat", "the") > model.word_log_p("cat")

    def test_a_word_of_no_list_is_possible_but_unlikely(self) -> None:
        model = LanguageModel(WORDS)
        assert -math.inf < model.word_log_p("hat") < model.word_log_p("cat")

    def test_no_words_are_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            LanguageModel({})


class TestLoadLanguage:
    def test_an_unknown_language_names_the_known_ones(self) -> None:
        pytest.importorskip("wordfreq")
        with pytest.raises(SettingsError, match=r"'xx'.*de.*en"):
            load_language("xx")

    def test_english_knows_common_words_and_contractions(self) -> None:
        pytest.importorskip("wordfreq")
        model = load_language("en")
        assert all(model.knows(word) for word in ("the", "keyboard", "don't"))
        assert model.word_log_p("of", "one") > model.word_log_p("of")
