from __future__ import annotations

import pytest

from cameratokeyboard.text.grammar import A_NUMBER, BEHIND, OTHER, START, WORD, State, end, step
from cameratokeyboard.text.language import LanguageModel
from cameratokeyboard.text.trigrams import SENTENCE_START

MODEL = LanguageModel({"the": 500.0, "cat": 90.0})


def walk(text: str) -> tuple[float, State]:
    log_p, state, written = 0.0, State("", "", START), ""
    for character in text:
        gained, state = step(MODEL, written, state, character)
        written += character
        log_p += gained
    return log_p + end(MODEL, state), state


class TestStep:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("ca", State("ca", "", WORD)),
            ("the ", State("", "the", START)),
            ("the cat,", State("", "the cat", BEHIND)),
            ("the. ", State("", SENTENCE_START, START)),
            ("(the", State("the", "", WORD)),
            ("12.5", State("", A_NUMBER, OTHER)),
            ("12 ", State("", A_NUMBER, START)),
            ("the cat the ", State("", "cat the", START)),
            ("cat7", State("", "", OTHER)),
            ("the-cat", State("cat", "", WORD)),
        ],
    )
    def test_the_state_says_where_the_text_stands(self, text: str, wanted: State) -> None:
        assert walk(text)[1] == wanted

    @pytest.mark.parametrize(
        ("likely", "unlikely"),
        [
            ("the cat", "the  cat"),
            ("the. cat", "the.cat"),
            ("the cat", "thecat"),
            ("the  cat", "the   cat"),
            ("cat", "c=t"),
        ],
    )
    def test_what_is_usual_is_more_probable(self, likely: str, unlikely: str) -> None:
        assert walk(likely)[0] > walk(unlikely)[0]

    def test_two_spaces_behind_a_sentence_are_usual_with_some(self) -> None:
        behind_sentence = walk("the.  cat")[0] - walk("the. cat")[0]
        behind_word = walk("the  cat")[0] - walk("the cat")[0]
        assert behind_sentence > behind_word


class TestEnd:
    def test_an_unfinished_word_counts_as_a_whole_one(self) -> None:
        assert end(MODEL, State("the", "", WORD)) > end(MODEL, State("th", "", WORD))

    def test_nothing_is_open_behind_a_space(self) -> None:
        assert end(MODEL, State("", "the", START)) == 0.0
