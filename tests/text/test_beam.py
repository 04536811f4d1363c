from __future__ import annotations

import pytest

from cameratokeyboard.text.beam import Observation, WordDecoder
from cameratokeyboard.text.language import LanguageModel

WORDS = {"the": 500.0, "then": 80.0, "cat": 90.0, "car": 90.0, "hello": 60.0, "world": 60.0}


def sure(text: str, confidence: float = 0.99) -> list[Observation]:
    return [Observation({c: 1.0}, confidence) for c in text]


def torn(a: str, b: str, share: float = 0.5) -> Observation:
    return Observation({a: share, b: 1 - share}, 0.99)


@pytest.fixture
def decoder() -> WordDecoder:
    return WordDecoder(LanguageModel(WORDS, {("the", "cat"): 50.0, ("the", "car"): 1.0}))


class TestDecode:
    def test_sure_presses_of_a_known_word_are_read_as_they_are(self, decoder: WordDecoder) -> None:
        assert decoder.decode(sure("hello"))[0].text == "hello"

    def test_sure_presses_of_an_unknown_word_are_kept(self, decoder: WordDecoder) -> None:
        assert decoder.decode(sure("trellow"))[0].text == "trellow"

    def test_a_torn_press_is_decided_by_the_word(self, decoder: WordDecoder) -> None:
        presses = [*sure("w"), torn("i", "o"), *sure("rld")]
        assert decoder.decode(presses)[0].text == "world"

    def test_a_torn_press_is_decided_by_the_word_before(self, decoder: WordDecoder) -> None:
        presses = [*sure("ca"), torn("t", "r")]
        assert decoder.decode(presses, "the")[0].text == "cat"

    def test_a_press_that_was_not_seen_is_restored(self, decoder: WordDecoder) -> None:
        assert decoder.decode(sure("wrld"))[0].text == "world"

    def test_a_doubtful_press_that_makes_no_sense_is_dropped(self, decoder: WordDecoder) -> None:
        presses = [*sure("he"), Observation({"q": 1.0}, 0.3), *sure("llo")]
        assert decoder.decode(presses)[0].text == "hello"

    def test_a_space_that_was_not_seen_is_restored(self, decoder: WordDecoder) -> None:
        assert decoder.decode(sure("thecat"))[0].text == "the cat"

    def test_a_press_that_may_have_been_the_space_splits(self, decoder: WordDecoder) -> None:
        presses = [*sure("the"), torn("v", " "), *sure("cat")]
        assert decoder.decode(presses)[0].text == "the cat"

    def test_no_presses_have_no_reading(self, decoder: WordDecoder) -> None:
        assert decoder.decode([]) == []

    def test_a_press_without_any_letter_can_only_be_dropped(self, decoder: WordDecoder) -> None:
        readings = decoder.decode([*sure("the"), Observation({"7": 1.0}, 0.5)])
        assert readings[0].text == "the"


class TestScore:
    def test_it_is_on_the_scale_of_decode(self, decoder: WordDecoder) -> None:
        presses = sure("hello")
        best = decoder.decode(presses)[0]
        assert decoder.score("hello", presses) == pytest.approx(best.log_p)
