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

    def test_a_known_pair_makes_the_beginning_of_its_second_word_likelier(self) -> None:
        model = LanguageModel(WORDS, {("the", "cat"): 9.0, ("the", "then"): 1.0})
        assert model.prefix_log_p("ca", "the") > model.prefix_log_p("ca")

    def test_pairs_that_are_few_of_all_count_little(self) -> None:
        pairs = {("the", "cat"): 9.0}
        few, all_of_them = LanguageModel(WORDS, pairs, {"the": 900.0}), LanguageModel(WORDS, pairs)
        assert few.word_log_p("cat", "the") < all_of_them.word_log_p("cat", "the")

    def test_letters_go_on_towards_known_words_the_likeliest_first(self) -> None:
        model = LanguageModel(WORDS)
        assert [letter for letter, _ in model.continuations("")] == ["t", "c"]
        assert model.continuations("cat") == ()

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

    def test_first_halves_of_contractions_are_no_words(self) -> None:
        pytest.importorskip("symspellpy")
        model = load_language("en")
        assert model.knows("isn't")
        assert not model.knows("isn")

    def test_german_knows_eszett_and_double_s_and_writes_many_capitals(self) -> None:
        pytest.importorskip("wordfreq")
        german = load_language("de")
        assert german.knows("größe")
        assert german.knows("grösse")
        assert german.capitals > load_language("en").capitals
