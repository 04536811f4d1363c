from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from cameratokeyboard.datatypes import KeyPress, Layout, TextEdit
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keyboard.location import KeyLocator
from cameratokeyboard.synthetic.fingering import chords_of
from cameratokeyboard.text.beam import WordDecoder
from cameratokeyboard.text.correction import CorrectingEditor
from cameratokeyboard.text.editor import RawEditor
from cameratokeyboard.text.language import LanguageModel, load_language

WORDS = {"the": 500.0, "hello": 60.0, "world": 60.0, "cat": 90.0, "i": 50.0}
NAMES = {" ": "space", ",": "comma", ".": "period", "\n": "enter", "1": "one", "'": "quote"}
NAMES |= {"/": "slash", ":": "semicolon", "(": "nine"}


#: Confidence of a press that the keystroke stage does not doubt.
SURE = 0.999
_CLOCK = itertools.count(1)


def press(written: str, **doubt: float) -> KeyPress:
    """A press that wrote ``written``; doubt gives other keys' probabilities."""
    if written == "\b":
        return KeyPress("backspace", "", 3, 0.0, 0.0, (0, 0), SURE)
    key = NAMES.get(written, written.lower())
    own = 1 - sum(doubt.values())
    candidates = ((key, own), *doubt.items())
    return KeyPress(key, written, 3, 0.0, 0.0, (0, 0), SURE * own, candidates)


def type_all(editor: CorrectingEditor, *parts: str | KeyPress) -> list[TextEdit]:
    """Presses that follow each other at an everyday pace."""
    edits: list[TextEdit] = []
    for part in parts:
        for item in [part] if isinstance(part, KeyPress) else [press(c) for c in part]:
            edits += editor.press(replace(item, t_s=0.2 * next(_CLOCK)))
    return [edit for edit in edits if edit.correction]


@pytest.fixture
def editor() -> CorrectingEditor:
    decoder = WordDecoder(LanguageModel(WORDS))
    return CorrectingEditor(RawEditor(), load_layout("qwerty"), lambda: decoder)


class TestPress:
    def test_raw_text_is_there_at_once(self, editor: CorrectingEditor) -> None:
        edits = editor.press(press("w"))
        assert edits == [TextEdit(0.0, 0, "w")]

    def test_a_finished_word_is_corrected_by_its_smallest_edit(
        self, editor: CorrectingEditor
    ) -> None:
        edits = type_all(editor, "w", press("p", o=0.4), "rld", " ")
        assert [(edit.delete, edit.insert) for edit in edits] == [(5, "orld ")]
        assert editor.text == "world "

    def test_punctuation_behind_the_word_stays(self, editor: CorrectingEditor) -> None:
        type_all(editor, "w", press("p", o=0.4), "rld.", " ")
        assert editor.text == "world. "

    @pytest.mark.parametrize(("first", "wanted"), [("W", "World "), ("w", "world ")])
    def test_the_case_stays(self, editor: CorrectingEditor, first: str, wanted: str) -> None:
        type_all(editor, first, press("p", o=0.4), "rld ")
        assert editor.text == wanted

    def test_capitals_stay_capitals(self, editor: CorrectingEditor) -> None:
        type_all(editor, "W", press("P", o=0.4), "RLD ")
        assert editor.text == "WORLD "

    @pytest.mark.parametrize(
        "token", ["w1rld", "hxllo.com/cat", "a@hxllo", "www.hxllo", "c:/hxllo", "h(llo"]
    )
    def test_digits_addresses_and_odd_tokens_are_left_alone(
        self, editor: CorrectingEditor, token: str
    ) -> None:
        assert type_all(editor, token, " ") == []
        assert editor.text == token + " "

    def test_backspacing_within_the_word_forgets_only_that_press(
        self, editor: CorrectingEditor
    ) -> None:
        type_all(editor, "wx\b", press("p", o=0.4), "rld ")
        assert editor.text == "world "

    def test_a_known_word_is_not_touched(self, editor: CorrectingEditor) -> None:
        assert type_all(editor, "the cat ") == []

    def test_an_unknown_word_of_sure_presses_is_not_touched(self, editor: CorrectingEditor) -> None:
        assert type_all(editor, "trellow ") == []

    def test_while_the_language_loads_words_stay_as_typed(self) -> None:
        editor = CorrectingEditor(RawEditor(), load_layout("qwerty"), lambda: None)
        assert type_all(editor, "wprld ") == []


class TestFinish:
    def test_the_last_word_is_corrected_without_a_space(self, editor: CorrectingEditor) -> None:
        type_all(editor, "w", press("p", o=0.4), "rld")
        assert [edit.insert for edit in editor.finish(9.0)] == ["orld"]
        assert editor.text == "world"

    def test_nothing_open_means_no_edit(self, editor: CorrectingEditor) -> None:
        type_all(editor, "the ")
        assert editor.finish(9.0) == []


class TestDoubtfulSpace:
    @staticmethod
    def space(confidence: float, **doubt: float) -> KeyPress:
        own = 1 - sum(doubt.values())
        candidates = (("space", own), *doubt.items())
        return KeyPress("space", " ", 4, 0.0, 0.0, (0, 0), confidence * own, candidates)

    def test_space_that_was_no_press_is_taken_out_of_the_word(
        self, editor: CorrectingEditor
    ) -> None:
        type_all(editor, "hel", self.space(0.6), "lo ")
        assert editor.text == "hello "

    def test_space_that_was_a_letter_of_the_bottom_row_becomes_that_letter(self) -> None:
        decoder = WordDecoder(LanguageModel(WORDS | {"nobody": 80.0, "no": 200.0}))
        editor = CorrectingEditor(RawEditor(), load_layout("qwerty"), lambda: decoder)
        type_all(editor, "no", self.space(0.99, b=0.35), "ody ")
        assert editor.text == "nobody "

    def test_doubtful_space_between_two_words_stays(self, editor: CorrectingEditor) -> None:
        assert type_all(editor, "the", self.space(0.7), "cat ") == []
        assert editor.text == "the cat "

    def test_word_before_a_doubtful_space_is_corrected_with_the_next(
        self, editor: CorrectingEditor
    ) -> None:
        type_all(editor, "w", press("p", o=0.4), "rld", self.space(0.8), "cat ")
        assert editor.text == "world cat "

    def test_doubtful_space_at_the_very_end_stays(self, editor: CorrectingEditor) -> None:
        type_all(editor, "w", press("p", o=0.4), "rld", self.space(0.7))
        editor.finish(9.0)
        assert editor.text == "world "

    def test_sure_space_leaves_the_word_for_good(self) -> None:
        decoder = WordDecoder(LanguageModel(WORDS | {"then": 90.0}))
        editor = CorrectingEditor(RawEditor(), load_layout("qwerty"), lambda: decoder)
        type_all(editor, "the n ")
        assert editor.text == "the n "


class TestDigits:
    def test_digit_that_was_surely_meant_keeps_the_word_as_typed(
        self, editor: CorrectingEditor
    ) -> None:
        assert type_all(editor, "w", press("9", o=0.1), "rld ") == []

    def test_doubtful_digit_amid_letters_is_a_letter(self, editor: CorrectingEditor) -> None:
        type_all(
            editor,
            "w",
            KeyPress("nine", "9", 3, 0, 0, (0, 0), 0.9, (("nine", 0.55), ("o", 0.45))),
            "rld ",
        )
        assert editor.text == "world "

    @pytest.mark.parametrize("number", ["12", "9", "1x"])
    def test_numbers_stay(self, editor: CorrectingEditor, number: str) -> None:
        assert type_all(editor, number, " ") == []


class TestOpenWord:
    """A word whose end is doubtful is read together with what follows."""

    def test_false_space_inside_a_word_is_taken_out(self, editor: CorrectingEditor) -> None:
        type_all(editor, "wor", TestDoubtfulSpace.space(0.9), "ld ")
        assert editor.text == "world "

    def test_restored_space_splits_the_word(self, editor: CorrectingEditor) -> None:
        type_all(editor, "thecat ")
        assert editor.text == "the cat "

    def test_presses_are_read_in_the_order_of_their_contact(self, editor: CorrectingEditor) -> None:
        for letter, t_s in (("w", 1.0), ("o", 1.2), ("l", 1.6), ("r", 1.55), ("d", 1.8)):
            editor.press(replace(press(letter), t_s=t_s))
        assert editor.text == "wolrd"
        editor.press(replace(press(" "), t_s=2.1))
        assert editor.text == "world "

    def test_enter_leaves_the_word_whatever_it_is(self, editor: CorrectingEditor) -> None:
        type_all(editor, "qx", TestDoubtfulSpace.space(0.6), "x\n")
        before = editor.text
        type_all(editor, "the ")
        assert editor.text == before + "the "

    def test_second_space_that_repeats_the_first_is_taken_out(
        self, editor: CorrectingEditor
    ) -> None:
        type_all(editor, "the  cat ")
        assert editor.text == "the cat "

    @pytest.mark.parametrize("text", ["The cat.  The cat ", "the\n    cat ", "    the "])
    def test_spaces_that_people_mean_stay(self, editor: CorrectingEditor, text: str) -> None:
        type_all(editor, text)
        assert editor.text == text

    def test_doubtful_backspace_is_undone(self, editor: CorrectingEditor) -> None:
        erase = KeyPress(
            "backspace", "", 3, 0.0, 0.0, (0, 0), 0.3, (("backspace", 0.6), ("equal", 0.4))
        )
        type_all(editor, "hello", erase, " ")
        assert editor.text == "hello "

    def test_deliberate_correction_of_a_slip_is_kept(self, editor: CorrectingEditor) -> None:
        type_all(editor, "hwl\b\bello ")
        assert editor.text == "hello "

    def test_best_reading_is_shown_while_the_end_is_doubtful(
        self, editor: CorrectingEditor
    ) -> None:
        edits = type_all(editor, "w", press("p", o=0.4), "rld", TestDoubtfulSpace.space(0.8))
        assert [(edit.delete, edit.insert) for edit in edits] == [(5, "orld ")]

    def test_what_was_shown_changes_with_what_follows(self) -> None:
        decoder = WordDecoder(LanguageModel(WORDS | {"nobody": 80.0, "no": 200.0}))
        editor = CorrectingEditor(RawEditor(), load_layout("qwerty"), lambda: decoder)
        type_all(editor, "nn", TestDoubtfulSpace.space(0.99, b=0.35))
        assert editor.text == "no "
        type_all(editor, "ody ")
        assert editor.text == "nobody "


class TestGoingBack:
    """Backspaces into a word that was corrected or left."""

    @pytest.fixture
    def corrected(self, editor: CorrectingEditor) -> CorrectingEditor:
        type_all(editor, "w", press("p", o=0.4), "rld ")
        assert editor.text == "world "
        return editor

    def test_backspace_right_behind_a_correction_takes_it_back(
        self, corrected: CorrectingEditor
    ) -> None:
        type_all(corrected, "\b")
        assert corrected.text == "wprld"

    @pytest.mark.parametrize("ending", [" ", ", ", "\n"])
    def test_what_was_taken_back_stays(self, corrected: CorrectingEditor, ending: str) -> None:
        type_all(corrected, "\b", ending, "the ")
        assert corrected.text == f"wprld{ending}the "

    def test_what_was_taken_back_and_changed_is_corrected(
        self, corrected: CorrectingEditor
    ) -> None:
        type_all(corrected, "\b", "cat ")
        assert corrected.text == "world cat "

    def test_word_that_was_left_some_time_ago_is_changed_as_it_stands(
        self, corrected: CorrectingEditor
    ) -> None:
        assert type_all(corrected, "the\b\b\b\b", "s") == []
        assert corrected.text == "worlds"

    def test_word_left_some_time_ago_is_read_anew_where_it_makes_no_sense(
        self, corrected: CorrectingEditor
    ) -> None:
        type_all(corrected, "t\b\b\b", "dd ")
        assert corrected.text == "world "

    def test_word_left_some_time_ago_that_makes_sense_is_left_alone(
        self, editor: CorrectingEditor
    ) -> None:
        type_all(editor, "thexcat ")
        assert editor.text == "the cat "
        edits = type_all(editor, "i\b\b\b\b\b", "hello ")
        assert edits == []
        assert editor.text == "the hello "

    def test_word_that_was_left_as_typed_goes_on(self, editor: CorrectingEditor) -> None:
        type_all(editor, "hel \b", "lo ")
        assert editor.text == "hello "

    def test_backspaces_beyond_what_is_remembered_correct_nothing(
        self, editor: CorrectingEditor
    ) -> None:
        type_all(editor, "wprld\n")
        before = editor.text
        assert type_all(editor, "\b\b", "x ") == []
        assert editor.text == before[:-2] + "x "


class TestHeldKeys:
    @pytest.mark.parametrize("letter", ["o", ","])
    def test_repeats_that_nobody_meant_are_taken_out(
        self, editor: CorrectingEditor, letter: str
    ) -> None:
        repeats = [replace(press(letter), repeat=True) for _ in range(9)]
        type_all(editor, "hello" if letter == "o" else "hello,", *repeats, " ")
        assert editor.text == ("hello " if letter == "o" else "hello, ")

    def test_rows_of_signs_stay(self, editor: CorrectingEditor) -> None:
        dash = KeyPress("minus", "-", 3, 0, 0, (0, 0), 0.99, (("minus", 0.99),))
        type_all(editor, dash, *[replace(dash, repeat=True)] * 9, " ")
        assert editor.text == "---------- "


class TestCapitals:
    def test_who_writes_capitals_gets_one_that_was_not_seen(self, editor: CorrectingEditor) -> None:
        type_all(editor, "The cat. Hello world. The cat. the ")
        assert editor.text.endswith("The ")

    def test_who_writes_none_gets_none(self, editor: CorrectingEditor) -> None:
        type_all(editor, "the cat. hello world. the ")
        assert editor.text == "the cat. hello world. the "

    def test_letter_that_got_shift_by_mistake_is_small(self, editor: CorrectingEditor) -> None:
        type_all(editor, "hello", " ", "worlD ")
        assert editor.text == "hello world "


def in_the_middle(text: str, layout: Layout) -> list[KeyPress]:
    """Presses that hit each key of the text in its middle, with everyday uncertainty."""
    locator, centres = KeyLocator(layout), layout.centres_mm()
    index = {key.name: n for n, key in enumerate(layout.keys)}
    presses: list[KeyPress] = []
    for n, character in enumerate(text):
        chord = chords_of(layout)[character]
        located = locator.locate(centres[index[chord.key]], np.eye(2) * 4.0**2)
        assert located is not None
        candidates = tuple((layout.keys[i].name, p) for i, p in located.keys)
        held = frozenset({chord.modifier} if chord.modifier else ())
        sure = 0.995 * located.probability
        at = 0.2 * n
        presses.append(KeyPress(chord.key, character, 3, at, at, (0, 0), sure, candidates, held))
    return presses


class TestNoHarm:
    """Text of sure presses stays as it is, in the languages and layouts that people have."""

    @pytest.mark.parametrize(
        ("language", "layout", "text"),
        [
            ("en", "qwerty", "Zoe asked Xavier whether the museum in Oslo opens at 10."),
            ("en", "qwerty", "see https://example.com/a_b?x=1 or mail bob.smith@mail.org, ok?"),
            ("en", "qwerty", 'He said "stop" (twice) and left.  Then he paid 12.50 for the 4th.'),
            ("en", "dvorak", "HELLO WORLD THIS IS LOUD, don't you think so?"),
            ("de", "qwertz", "Die Straßenbahn fährt heute nicht. Grüße, Jörg"),
            ("fr", "azerty", "le chat dort dans la maison et il ne fait rien du tout."),
        ],
    )
    def test_sure_text_stays(self, language: str, layout: str, text: str) -> None:
        pytest.importorskip("wordfreq")
        keys, decoder = load_layout(layout), WordDecoder(load_language(language))
        editor = CorrectingEditor(RawEditor(keys), keys, lambda: decoder)
        for item in in_the_middle(text, keys):
            editor.press(item)
        editor.finish(99.0)
        assert editor.text == text
