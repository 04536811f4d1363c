from __future__ import annotations

import pytest

from cameratokeyboard.datatypes import KeyBox, KeyPress, TextEdit
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.text.editor import RawEditor
from cameratokeyboard.text.graphemes import last_grapheme_length


def press(key: str, text: str = "", modifiers: frozenset[str] = frozenset()) -> KeyPress:
    return KeyPress(key, text, 3, 1.5, 1.6, (0.0, 0.0), 0.9, modifiers=modifiers)


def typed(*presses: KeyPress) -> RawEditor:
    editor = RawEditor()
    for one in presses:
        editor.press(one)
    return editor


class TestLastGraphemeLength:
    @pytest.mark.parametrize(
        ("text", "length"),
        [
            ("", 0),
            ("a", 1),
            ("ab", 1),
            ("e\u0301", 2),
            ("ab e\u0301\u0323", 3),
            ("\u0301", 1),
            ("a\r\n", 2),
            ("a\n", 1),
            ("\n\u0301", 1),
            ("x\U0001f44d\U0001f3fd", 2),
            ("\u2764\ufe0f", 2),
            ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 5),
            ("\U0001f1e9\U0001f1ea", 2),
            ("\U0001f1e9\U0001f1ea\U0001f1eb", 1),
            ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 2),
            ("a\u200d", 2),
        ],
    )
    def test_counts_what_a_reader_takes_for_one(self, text: str, length: int) -> None:
        assert last_grapheme_length(text) == length


class TestRawEditor:
    def test_characters_are_added_at_the_end(self) -> None:
        assert typed(press("h", "h"), press("i", "i"), press("space", " ")).text == "hi "

    def test_an_edit_says_what_was_inserted_and_when(self) -> None:
        assert RawEditor().press(press("a", "a")) == [TextEdit(1.5, 0, "a")]

    def test_enter_and_tab_write_their_characters(self) -> None:
        assert typed(press("enter", "\n"), press("tab", "\t")).text == "\n\t"

    def test_backspace_takes_the_last_character_away(self) -> None:
        assert typed(press("a", "a"), press("b", "b"), press("backspace")).text == "a"

    def test_backspace_takes_a_composed_character_away_as_one(self) -> None:
        editor = typed(press("x", "x"), press("e", "e\u0301"))
        assert editor.press(press("backspace")) == [TextEdit(1.5, 2, "")]
        assert editor.text == "x"

    def test_backspace_on_an_empty_text_does_nothing(self) -> None:
        editor = RawEditor()
        assert editor.press(press("backspace")) == []
        assert editor.text == ""

    @pytest.mark.parametrize("modifier", ["ctrl", "alt", "win"])
    def test_shortcuts_change_nothing(self, modifier: str) -> None:
        editor = typed(press("a", "a"))
        assert editor.press(press("c", "c", frozenset({modifier}))) == []
        assert editor.press(press("backspace", "", frozenset({modifier}))) == []
        assert editor.text == "a"

    def test_shift_and_altgr_are_no_shortcuts(self) -> None:
        altgr = press("e", "€", frozenset({"altgr"}))
        assert typed(press("a", "A", frozenset({"shift"})), altgr).text == "A€"

    def test_keys_without_text_change_nothing(self) -> None:
        assert typed(press("left_shift"), press("menu")).text == ""

    def test_a_layouts_own_deleting_key_deletes(self) -> None:
        layout = load_layout("compact")
        keys = (*layout.keys[:-1], KeyBox("rubout", layout.keys[-1].box, role="backspace"))
        renamed = type(layout)("x", "X", layout.size_mm, keys, layout.markers)
        editor = RawEditor(renamed)
        editor.press(press("a", "a"))
        editor.press(press("rubout"))
        assert editor.text == ""

    def test_time_alone_changes_nothing(self) -> None:
        editor = typed(press("a", "a"))
        assert editor.advance(100.0) == []
        assert editor.text == "a"
