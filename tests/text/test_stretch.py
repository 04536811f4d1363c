from __future__ import annotations

import pytest

from cameratokeyboard.text.hypotheses import Context
from cameratokeyboard.text.observation import Observation, Seen
from cameratokeyboard.text.stretch import Stretch, smallest_edit, words_of


def seen(written: str) -> Seen:
    erases = float(written == "\b")
    typed = "" if erases else written
    return Seen(1.0, written, 0.99, 0.9, Observation({}, 0.99, typed=typed, erases=erases))


def stretch(text: str) -> Stretch:
    return Stretch(Context(), presses=[seen(c) for c in text], written=text)


class TestStretch:
    def test_what_was_typed_is_without_what_was_erased(self) -> None:
        assert stretch("teh\b\bhe").typed == "the"

    def test_writing_what_stands_there_is_no_edit(self) -> None:
        assert stretch("the").write("the", 2.0) == []

    def test_a_backspace_right_behind_a_correction_brings_back_what_was_typed(self) -> None:
        word = stretch("teh ")
        word.write("the ", 2.0)
        edits = word.erase(seen("\b"), 1, 3.0)
        assert [(edit.delete, edit.insert) for edit in edits] == [(2, "eh")]
        assert (word.written, word.kept) == ("teh", "teh")

    def test_a_backspace_behind_later_letters_only_erases(self) -> None:
        word = stretch("teh ")
        word.write("the ", 2.0)
        word.presses.append(seen("x"))
        word.written += "x"
        assert word.erase(seen("\b"), 1, 3.0) == []
        assert (word.written, word.kept) == ("the ", None)

    def test_what_has_stood_for_a_while_stays_when_gone_back_into(self) -> None:
        word = stretch("teh ")
        word.write("the ", 2.0)
        word.returned = True
        assert word.erase(seen("\b"), 1, 3.0) == []
        assert word.written == "the"


class TestSmallestEdit:
    @pytest.mark.parametrize(
        ("old", "new", "delete", "insert"),
        [("wprld", "world", 4, "orld"), ("cat", "cats", 0, "s"), ("cats", "cat", 1, "")],
    )
    def test_the_beginning_both_have_in_common_stays(
        self, old: str, new: str, delete: int, insert: str
    ) -> None:
        edit = smallest_edit(old, new, 1.0)
        assert (edit.delete, edit.insert, edit.correction) == (delete, insert, True)


class TestWordsOf:
    def test_spaces_and_signs_around_are_left_out(self) -> None:
        assert words_of(' "well-known, words". ') == "well-known, words"
