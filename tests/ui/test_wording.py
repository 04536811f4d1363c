from __future__ import annotations

import pytest

from cameratokeyboard.datatypes import State
from cameratokeyboard.ui.wording import (
    STATE_MESSAGES,
    cell_width,
    finger_label,
    printable,
    state_message,
    tail,
    wrap,
)


class TestStateMessage:
    def test_every_state_says_something(self) -> None:
        assert set(STATE_MESSAGES) == set(State)
        assert "all four markers" in state_message(State.MISSING_MARKERS)

    def test_a_pause_is_told_first(self) -> None:
        assert state_message(State.VALID, paused=True).startswith("Paused")


class TestFingerLabel:
    def test_names_hand_and_finger(self) -> None:
        assert [finger_label(0), finger_label(5), finger_label(6, short=True)] == [
            "L pinky",
            "R thumb",
            "Ri",
        ]


class TestPrintable:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("plain äöü", "plain äöü"),
            ("a\nb\tc\r", "a\u23ceb\u21e5c"),
            ("\x00\x1b[31m", "\ufffd\ufffd[31m"),
            ("\ud83d", "\ufffd"),
            ("\U0001f600", "\U0001f600"),
        ],
    )
    def test_leaves_nothing_that_could_upset_a_screen(self, text: str, shown: str) -> None:
        assert printable(text) == shown


class TestTail:
    @pytest.mark.parametrize(
        ("text", "columns", "shown"),
        [
            ("hello", 10, "hello"),
            ("hello", 5, "hello"),
            ("hello", 4, "\u2026llo"),
            ("ab\u4f60\u597d", 5, "\u2026\u4f60\u597d"),
            ("ab\u4f60\u597d", 4, "\u2026\u597d"),
            ("abc", 1, "\u2026"),
            ("abc", 0, ""),
        ],
    )
    def test_keeps_the_end_that_fits(self, text: str, columns: int, shown: str) -> None:
        assert tail(text, columns) == shown
        assert cell_width(shown) <= max(columns, 0)

    def test_combining_marks_take_no_room(self) -> None:
        assert cell_width("e\u0301") == 1


class TestWrap:
    def test_breaks_at_spaces_and_leaves_long_words_whole(self) -> None:
        assert wrap("aa bb ccccccc d", 5, len) == ["aa bb", "ccccccc", "d"]
