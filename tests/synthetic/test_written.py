from __future__ import annotations

import pytest

from cameratokeyboard.synthetic.datatypes import TruthEvent
from cameratokeyboard.synthetic.written import repeats_of, text_of
from tests.synthetic.typing_builders import qwerty


def press(key: str, t_down: float, t_up: float | None = None) -> TruthEvent:
    return TruthEvent(t_down, t_up or t_down + 0.1, key, "left_index", 0.0, 0.0)


class TestTextOf:
    def test_keys_write_in_time_order(self) -> None:
        assert text_of([press("b", 1.0), press("a", 0.5), press("space", 0.7)], qwerty()) == "a b"

    def test_shift_counts_while_it_is_down(self) -> None:
        events = [press("left_shift", 0.9, 1.2), press("a", 1.0), press("a", 1.3)]
        assert text_of(events, qwerty()) == "Aa"

    def test_backspace_takes_back(self) -> None:
        events = [press("a", 1), press("b", 2), press("backspace", 3), press("c", 4)]
        assert text_of(events, qwerty()) == "ac"

    def test_caps_lock_changes_letters_only_until_pressed_again(self) -> None:
        keys = ["caps_lock", "a", "one", "caps_lock", "a"]
        assert text_of([press(k, float(n)) for n, k in enumerate(keys)], qwerty()) == "A1a"

    def test_a_held_key_repeats_until_another_is_pressed(self) -> None:
        held = [press("a", 1.0, 1.6), press("b", 1.56)]
        assert text_of(held, qwerty()) == "aaab"

    def test_enter_starts_a_line(self) -> None:
        assert text_of([press("enter", 1.0)], qwerty()) == "\n"

    def test_no_presses_no_text(self) -> None:
        assert text_of([], qwerty()) == ""


class TestRepeatsOf:
    def test_short_presses_do_not_repeat(self) -> None:
        assert repeats_of(1.0, 1.4, 9.0) == []

    def test_times_follow_delay_and_interval(self) -> None:
        assert repeats_of(1.0, 1.6, 9.0) == pytest.approx([1.5, 1.54, 1.58])
