from __future__ import annotations

import pytest

from cameratokeyboard.text.beam import WordDecoder
from cameratokeyboard.text.hypotheses import Context
from cameratokeyboard.text.language import LanguageModel
from cameratokeyboard.text.observation import Observation

WORDS = {"the": 500.0, "then": 80.0, "cat": 90.0, "car": 90.0, "hello": 60.0, "world": 60.0}


def sure(text: str, confidence: float = 0.99) -> list[Observation]:
    return [Observation({c: 1.0}, confidence) for c in text]


def erasing(confidence: float = 0.99) -> Observation:
    return Observation({}, confidence, erases=1.0)


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
        assert decoder.decode(presses, Context("the"))[0].text == "cat"

    def test_a_press_that_was_not_seen_is_restored(self, decoder: WordDecoder) -> None:
        assert decoder.decode(sure("wrld"))[0].text == "world"

    def test_a_gap_in_the_rhythm_decides_whether_a_letter_is_missing(self) -> None:
        decoder = WordDecoder(LanguageModel({"he": 500.0, "the": 500.0, "her": 50.0, "a": 1.0}))
        steady = [Observation({c: 1.0}, 0.99, pace=0.0) for c in "he"]
        late = [Observation({"h": 1.0}, 0.99, pace=1.2), steady[1]]

        def first_missing(presses: list[Observation]) -> float:
            readings = {reading.text: reading.log_p for reading in decoder.decode(presses)}
            return readings["the"] - readings["he"]

        assert first_missing(late) > first_missing(steady) + 2

    def test_who_misses_more_gets_more_restored(self) -> None:
        decoder = WordDecoder(LanguageModel({"he": 500.0, "the": 500.0}))

        def missing(context: Context) -> float:
            readings = {r.text: r.log_p for r in decoder.decode(sure("he"), context)}
            return readings["the"] - readings["he"]

        assert missing(Context(missed=3.0)) > missing(Context()) + 1

    def test_a_doubtful_press_that_makes_no_sense_is_dropped(self, decoder: WordDecoder) -> None:
        presses = [*sure("he"), Observation({"q": 1.0}, 0.3), *sure("llo")]
        assert decoder.decode(presses)[0].text == "hello"

    def test_a_space_that_was_not_seen_is_restored(self, decoder: WordDecoder) -> None:
        assert decoder.decode(sure("thecat"))[0].text == "the cat"

    def test_a_press_that_may_have_been_the_space_splits(self, decoder: WordDecoder) -> None:
        presses = [*sure("the"), torn("v", " "), *sure("cat")]
        assert decoder.decode(presses)[0].text == "the cat"

    def test_what_may_go_on_is_as_likely_as_the_words_it_begins(self) -> None:
        decoder = WordDecoder(LanguageModel({"no": 500.0, "nobody": 500.0}))
        presses = [*sure("no"), torn(" ", "b")]

        def begun(*, goes_on: bool) -> float:
            found = {r.text: r.log_p for r in decoder.decode(presses, goes_on=goes_on)}
            return found["nob"] - found["no "]

        assert begun(goes_on=False) < -2
        assert begun(goes_on=True) == pytest.approx(0.0, abs=0.7)

    def test_no_presses_have_no_reading(self, decoder: WordDecoder) -> None:
        assert decoder.decode([]) == []

    def test_a_press_without_any_letter_can_only_be_dropped(self, decoder: WordDecoder) -> None:
        readings = decoder.decode([*sure("the"), Observation({"7": 1.0}, 0.5)])
        assert readings[0].text == "the"

    def test_letters_struck_in_the_wrong_order_change_places(self, decoder: WordDecoder) -> None:
        assert decoder.decode(sure("wrold"))[0].text == "world"

    def test_a_press_that_repeats_its_neighbour_is_dropped(self, decoder: WordDecoder) -> None:
        presses = sure("hello")
        twice = [Observation({"h": 1.0}, 0.999, repeats=True)] * 2
        assert decoder.decode([*twice, *presses[1:]])[0].text == "hello"

    def test_what_backspace_took_away_is_not_read(self, decoder: WordDecoder) -> None:
        presses = [*sure("hx"), erasing(), *sure("ello")]
        assert decoder.decode(presses)[0].text == "hello"

    def test_a_false_press_amid_letters_taken_back_costs_no_letter(
        self, decoder: WordDecoder
    ) -> None:
        # "wo", two slips of which one press was none, taken back by as many as the person typed.
        presses = [*sure("wox"), Observation({"q": 1.0}, 0.2), erasing(), *sure("rld")]
        assert decoder.decode(presses)[0].text == "world"

    def test_a_doubtful_backspace_that_makes_no_sense_is_undone(self, decoder: WordDecoder) -> None:
        presses = [*sure("hello"), erasing(0.3)]
        assert decoder.decode(presses)[0].text == "hello"

    def test_a_fixed_press_stays_whatever_it_may_have_been(self, decoder: WordDecoder) -> None:
        fixed = [Observation({"o": 0.9, c: 0.1}, 0.3, typed=c, fixed=True) for c in "wprld"]
        assert [reading.text for reading in decoder.decode(fixed)] == ["wprld"]

    def test_a_space_is_restored_behind_a_digit(self, decoder: WordDecoder) -> None:
        digit = Observation({"8": 1.0}, 0.99, typed="8", digit=True)
        assert decoder.decode([digit, *sure("world")])[0].text == "8 world"

    def test_a_key_that_wrote_nothing_may_have_been_a_letter(self, decoder: WordDecoder) -> None:
        silent = Observation({"o": 0.2}, 0.99, silent=0.8)
        assert decoder.decode([*sure("w"), silent, *sure("rld")])[0].text == "world"

    def test_more_presses_are_read_as_if_all_came_at_once(self) -> None:
        model = LanguageModel(WORDS)
        grown, whole = WordDecoder(model), WordDecoder(model)
        presses = [*sure("wrld"), Observation({"q": 1.0}, 0.3), erasing(), *sure("the")]
        for count in range(1, len(presses)):
            grown.decode(presses[:count])
        assert grown.decode(presses) == whole.decode(presses)

    def test_another_word_before_is_not_confused_with_the_last(self, decoder: WordDecoder) -> None:
        presses = [*sure("ca"), torn("t", "r", 0.45)]
        first = decoder.decode(presses, Context("the"))[0].text
        assert (first, decoder.decode(presses)[0].text) == ("cat", "car")

    def test_a_sentence_begins_with_a_capital_that_was_not_seen(self, decoder: WordDecoder) -> None:
        readings = decoder.decode(sure("hello"), Context(starts=True, at_start=0.95))
        assert readings[0].text == "Hello"
