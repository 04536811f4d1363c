from __future__ import annotations

import sys

import pytest

from cameratokeyboard.errors import MissingExtraError, SimulationError
from cameratokeyboard.synthetic.fingering import chords_of
from cameratokeyboard.synthetic.prompts import PromptWriter, vocabulary
from tests.synthetic.typing_builders import grid_layout, qwerty, rng


class TestPromptWriter:
    def test_same_seed_same_text(self) -> None:
        assert PromptWriter(rng(1)).text(200) == PromptWriter(rng(1)).text(200)

    def test_text_has_at_least_the_asked_length_and_whole_sentences(self) -> None:
        text = PromptWriter(rng(1)).text(200)
        assert len(text) >= 200
        assert text[0].isupper()
        assert text[-1] in ".?!"

    def test_shares_are_those_of_everyday_text(self) -> None:
        text = PromptWriter(rng(2)).text(20_000)
        share = {
            "space": text.count(" "),
            "digit": sum(c.isdigit() for c in text),
            "capital": sum(c.isupper() for c in text),
            "mark": sum(not c.isalnum() and c != " " for c in text),
        }
        share = {k: v / len(text) for k, v in share.items()}
        assert 0.14 < share["space"] < 0.24
        assert 0.005 < share["digit"] < 0.04
        assert 0.015 < share["capital"] < 0.06
        assert 0.02 < share["mark"] < 0.08

    def test_every_character_can_be_typed_on_the_layout(self) -> None:
        layout = grid_layout(["etaoin", "shrdlu"])
        text = PromptWriter(rng(1), layout).text(300)
        assert set(text) <= set(chords_of(layout))

    def test_plain_text_has_small_letters_and_spaces_only(self) -> None:
        text = PromptWriter(rng(1), plain=True).text(500)
        assert all(c == " " or (c.isalpha() and c.islower()) for c in text)

    def test_layout_without_letters_is_an_error(self) -> None:
        with pytest.raises(SimulationError, match="none of the words"):
            PromptWriter(rng(1), grid_layout(["@#"], space=False)).text(20)


class TestVocabulary:
    def test_shares_add_up(self) -> None:
        words = vocabulary()
        assert words.shares.sum() == pytest.approx(1)
        assert len(words.words) == len(words.shares) > 300

    def test_unknown_source_is_refused(self) -> None:
        with pytest.raises(SimulationError, match="'own' or 'wordfreq'"):
            vocabulary("other")

    def test_wordfreq_brings_thousands_of_words(self) -> None:
        pytest.importorskip("wordfreq")
        vocabulary.cache_clear()
        assert len(vocabulary("wordfreq").words) > 3000

    def test_missing_wordfreq_names_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        vocabulary.cache_clear()
        monkeypatch.setitem(sys.modules, "wordfreq", None)
        with pytest.raises(MissingExtraError, match=r"cameratokeyboard\[text\]"):
            vocabulary("wordfreq")

    def test_own_words_come_with_qwerty_keys(self) -> None:
        assert set("".join(vocabulary().words)) <= set(chords_of(qwerty()))
