from __future__ import annotations

import pytest

from cameratokeyboard.datatypes import KeyPress
from cameratokeyboard.errors import TruthError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.tuning.align import align, keys_of_text

LAYOUT = load_layout("qwerty")
CENTRES = {
    key.name: tuple(centre) for key, centre in zip(LAYOUT.keys, LAYOUT.centres_mm(), strict=True)
}


def press(key: str, dx: float = 0.0) -> KeyPress:
    x, y = CENTRES[key]
    return KeyPress(key, key, 3, 0.0, 0.0, (x + dx, y), 0.9)


def summary(wanted: str, presses: list[KeyPress]) -> list[tuple[str | None, str | None]]:
    pairs = align(list(wanted), presses, LAYOUT)
    return [(pair.wanted, pair.press.key if pair.press else None) for pair in pairs]


class TestKeysOfText:
    def test_capitals_and_signs_are_the_keys_that_write_them(self) -> None:
        assert keys_of_text("Hi 1!\n", LAYOUT) == ["h", "i", "space", "one", "one", "enter"]

    def test_a_character_of_another_layout_is_named(self) -> None:
        with pytest.raises(TruthError, match=r"'ß'.*'qwerty'"):
            keys_of_text("Straße", LAYOUT)


class TestAlign:
    def test_right_presses_pair_one_by_one(self) -> None:
        assert summary("abc", [press("a"), press("b"), press("c")]) == [
            ("a", "a"),
            ("b", "b"),
            ("c", "c"),
        ]

    def test_a_neighbouring_key_is_a_miss_and_not_a_gap(self) -> None:
        assert summary("abc", [press("a"), press("v"), press("c")])[1] == ("b", "v")

    def test_a_press_that_was_not_seen_leaves_its_key_alone(self) -> None:
        assert summary("abc", [press("a"), press("c")]) == [("a", "a"), ("b", None), ("c", "c")]

    def test_a_press_nobody_asked_for_stands_alone(self) -> None:
        assert summary("ab", [press("a"), press("p"), press("b")])[1] == (None, "p")

    def test_anywhere_on_the_space_bar_is_right(self) -> None:
        pairs = align(["space", "m"], [press("space", dx=45), press("m")], LAYOUT)
        assert [pair.press is not None for pair in pairs] == [True, True]

    def test_without_presses_every_key_is_missed(self) -> None:
        assert summary("ab", []) == [("a", None), ("b", None)]
