from __future__ import annotations

import pytest

from cameratokeyboard.datatypes import KeyBox
from cameratokeyboard.keyboard.compose import compose
from cameratokeyboard.keyboard.modifiers import Modifiers, text_of

BOX = (0.0, 0.0, 0.1, 0.1)
SHIFT = KeyBox("left_shift", BOX, role="shift")
RIGHT_SHIFT = KeyBox("right_shift", BOX, role="shift")
CTRL = KeyBox("left_ctrl", BOX, role="ctrl")
LETTER = KeyBox("e", BOX, ("e", "E", "€"))
DIGIT = KeyBox("two", BOX, ("2", '"', ""))
NONE: frozenset[str] = frozenset()


class TestHeld:
    def test_in_force_from_press_to_release(self) -> None:
        modifiers = Modifiers()
        modifiers.press(SHIFT, 1.0)
        modifiers.release(SHIFT, 2.0)
        assert [modifiers.in_force(t) for t in (0.9, 1.0, 1.9, 2.0)] == [
            NONE,
            frozenset({"shift"}),
            frozenset({"shift"}),
            NONE,
        ]

    def test_one_shift_stays_in_force_while_the_other_is_released(self) -> None:
        modifiers = Modifiers()
        modifiers.press(SHIFT, 1.0)
        modifiers.press(RIGHT_SHIFT, 1.1)
        modifiers.release(SHIFT, 1.2)
        assert modifiers.in_force(1.3) == {"shift"}

    def test_a_late_decision_about_an_earlier_moment_sees_the_modifier(self) -> None:
        modifiers = Modifiers()
        modifiers.press(SHIFT, 1.0)
        modifiers.release(SHIFT, 1.2)
        assert modifiers.in_force(1.15) == {"shift"}

    def test_modifiers_add_up(self) -> None:
        modifiers = Modifiers()
        modifiers.press(SHIFT, 1.0)
        modifiers.press(CTRL, 1.1)
        assert modifiers.in_force(1.2) == {"shift", "ctrl"}

    def test_release_all_lets_go(self) -> None:
        modifiers = Modifiers(caps=True)
        modifiers.press(SHIFT, 1.0)
        modifiers.release_all(1.5)
        assert modifiers.in_force(1.6) == NONE
        assert modifiers.caps


class TestSticky:
    def tap(self, modifiers: Modifiers, t_s: float) -> None:
        modifiers.press(SHIFT, t_s)
        modifiers.release(SHIFT, t_s + 0.1)

    def test_a_tapped_modifier_holds_for_one_key(self) -> None:
        modifiers = Modifiers(sticky=True)
        self.tap(modifiers, 1.0)
        assert modifiers.in_force(2.0) == {"shift"}
        modifiers.use(2.0)
        assert modifiers.in_force(2.1) == NONE

    def test_tapped_twice_it_holds_until_tapped_again(self) -> None:
        modifiers = Modifiers(sticky=True)
        self.tap(modifiers, 1.0)
        self.tap(modifiers, 1.5)
        modifiers.use(2.0)
        assert modifiers.in_force(2.1) == {"shift"}
        self.tap(modifiers, 3.0)
        assert modifiers.in_force(3.5) == NONE

    def test_a_modifier_held_for_a_key_does_not_latch(self) -> None:
        modifiers = Modifiers(sticky=True)
        modifiers.press(SHIFT, 1.0)
        modifiers.use(1.2)
        modifiers.release(SHIFT, 1.4)
        assert modifiers.in_force(1.5) == NONE

    def test_without_the_option_a_tap_does_not_latch(self) -> None:
        modifiers = Modifiers()
        self.tap(modifiers, 1.0)
        assert modifiers.in_force(2.0) == NONE

    def test_a_finger_that_vanished_does_not_latch(self) -> None:
        modifiers = Modifiers(sticky=True)
        modifiers.press(SHIFT, 1.0)
        modifiers.release(SHIFT, 1.1, tap=False)
        assert modifiers.in_force(1.2) == NONE


class TestTextOf:
    @pytest.mark.parametrize(
        ("key", "modifiers", "caps", "text"),
        [
            (LETTER, NONE, False, "e"),
            (LETTER, {"shift"}, False, "E"),
            (LETTER, NONE, True, "E"),
            (LETTER, {"shift"}, True, "e"),
            (LETTER, {"altgr"}, False, "€"),
            (DIGIT, NONE, True, "2"),
            (DIGIT, {"shift"}, True, '"'),
            (DIGIT, {"altgr"}, False, ""),
            (LETTER, {"ctrl"}, False, ""),
            (LETTER, {"ctrl", "shift"}, False, ""),
            (LETTER, {"win"}, False, ""),
            (KeyBox("enter", BOX, role="enter"), NONE, False, "\n"),
            (KeyBox("enter", BOX, role="enter"), {"shift"}, True, "\n"),
            (KeyBox("tab", BOX, role="tab"), NONE, False, "\t"),
            (KeyBox("space", BOX, role="space"), {"shift"}, False, " "),
            (KeyBox("space", BOX, (" ", " ", "\u00a0"), role="space"), {"altgr"}, False, "\u00a0"),
            (KeyBox("menu", BOX, role="other"), NONE, False, ""),
            (KeyBox("backspace", BOX, role="backspace"), NONE, False, ""),
            (KeyBox("o", BOX, ("ö", "Ö", "")), NONE, True, "Ö"),
        ],
    )
    def test_writes_the_level_in_force(
        self, key: KeyBox, modifiers: set[str], caps: bool, text: str
    ) -> None:
        assert text_of(key, frozenset(modifiers), caps) == text


class TestCompose:
    @pytest.mark.parametrize(
        ("accent", "text", "result"),
        [
            ("^", "e", "ê"),
            ("´", "E", "É"),
            ("`", "a", "à"),
            ("¨", "i", "ï"),
            ("~", "n", "ñ"),
            ("^", " ", "^"),
            ("^", "^", "^"),
            ("´", "k", "ḱ"),
            ("¨", "q", "¨q"),
            ("^", "3", "^3"),
        ],
    )
    def test_an_accent_joins_its_letter_where_there_is_one(
        self, accent: str, text: str, result: str
    ) -> None:
        assert compose(accent, text) == result
