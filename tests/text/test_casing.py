from __future__ import annotations

import pytest

from cameratokeyboard.text.casing import Usage, with_capitals


def known(word: str) -> bool:
    return word != "zork"


INSIDE = Usage(knows=known)
START = Usage(starts=True, knows=known)


class TestWithCapitals:
    @pytest.mark.parametrize(
        ("text", "shifts", "usage", "wanted"),
        [
            ("monday", "lllllu", INSIDE, "monday"),
            ("anna", "ulll", INSIDE, "Anna"),
            ("the", "uul", START, "The"),
            ("nasa", "uuuu", INSIDE, "NASA"),
            ("zork", "llul", INSIDE, "zoRk"),
            ("i", "l", INSIDE, "i"),
            ("i", "u", INSIDE, "I"),
        ],
    )
    def test_what_shift_said_and_what_is_usual_decide(
        self, text: str, shifts: str, usage: Usage, wanted: str
    ) -> None:
        assert with_capitals(text, shifts, usage)[0] == wanted

    def test_a_capital_that_was_not_seen_is_restored_where_the_person_always_writes_one(
        self,
    ) -> None:
        always = Usage(starts=True, at_start=0.97, knows=known)
        assert with_capitals("then", "llll", always)[0] == "Then"

    def test_who_begins_sentences_small_is_left_alone(self) -> None:
        seldom = Usage(starts=True, at_start=0.3, knows=known)
        assert with_capitals("then", "llll", seldom)[0] == "then"

    def test_a_sentence_begins_behind_a_full_stop_within_the_text(self) -> None:
        usage = Usage(at_start=0.97, knows=known)
        assert with_capitals("so. then it", "ll??llll?ll", usage)[0] == "so. Then it"

    def test_letters_that_were_not_seen_say_nothing(self) -> None:
        assert with_capitals("cat", "???", INSIDE)[0] == "cat"

    def test_unusual_capitals_are_less_probable(self) -> None:
        assert with_capitals("cat", "lll", INSIDE)[1] > with_capitals("cat", "ull", INSIDE)[1]
