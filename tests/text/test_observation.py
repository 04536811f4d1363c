from __future__ import annotations

import pytest

from cameratokeyboard.datatypes import KeyPress
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.text.observation import Observation, Observer, Seen


def press(
    key: str, text: str, *others: tuple[str, float], own: float = 0.9, shift: bool = False
) -> KeyPress:
    held = frozenset({"shift"}) if shift else frozenset()
    return KeyPress(key, text, 3, 1.0, 1.0, (0, 0), 0.99 * own, ((key, own), *others), held)


@pytest.fixture
def observer() -> Observer:
    return Observer(load_layout("qwerty"))


def observed(seen: Seen | None) -> Observation:
    assert seen is not None
    return seen.observation


class TestSee:
    def test_the_likeliest_key_is_the_likeliest_character(self, observer: Observer) -> None:
        seen = observed(observer.see(press("g", "g", ("h", 0.1))))
        assert [c for c, _ in seen.letters[:2]] == ["g", "h"]

    def test_a_neighbour_is_possible_where_no_candidate_names_it(self, observer: Observer) -> None:
        characters = observed(observer.see(press("g", "g", own=1.0))).characters
        assert characters["f"] > characters.get("a", 0.0)

    def test_letters_are_small_and_shift_is_told(self, observer: Observer) -> None:
        seen = observed(observer.see(press("g", "G", shift=True)))
        assert (seen.letters[0][0], seen.upper) == ("g", True)

    def test_a_sign_may_have_been_the_other_one_of_its_key(self, observer: Observer) -> None:
        characters = observed(observer.see(press("g", "g", ("slash", 0.3)))).characters
        assert characters["/"] > characters["?"] > 0

    def test_backspace_may_have_been_meant_for_a_neighbour(self, observer: Observer) -> None:
        seen = observer.see(press("backspace", "", ("equal", 0.4), own=0.6))
        assert seen is not None
        assert seen.erases
        assert seen.observation.characters["="] > 0.1

    def test_a_sure_modifier_is_no_observation(self, observer: Observer) -> None:
        assert observer.see(press("left_shift", "", own=1.0)) is None

    def test_a_doubtful_modifier_may_have_been_a_letter(self, observer: Observer) -> None:
        seen = observed(observer.see(press("left_shift", "", ("a", 0.4), own=0.6)))
        assert seen.silent > seen.characters["a"] > 0.1

    def test_a_shortcut_is_no_observation(self, observer: Observer) -> None:
        observer.see(press("left_ctrl", "", own=0.95))
        shortcut = KeyPress("c", "", 3, 1, 1, (0, 0), 0.9, (("c", 1.0),), frozenset({"ctrl"}))
        assert observer.see(shortcut) is None

    def test_a_letter_under_a_modifier_that_was_none_is_seen(self, observer: Observer) -> None:
        observer.see(press("left_alt", "", ("x", 0.3), ("z", 0.3), own=0.3))
        swallowed = KeyPress("c", "", 3, 1, 1, (0, 0), 0.9, (("c", 1.0),), frozenset({"alt"}))
        assert observed(observer.see(swallowed)).letters[0][0] == "c"

    def test_after_a_doubtful_caps_lock_shift_alone_tells_capitals(
        self, observer: Observer
    ) -> None:
        caps = next(k.name for k in load_layout("qwerty").keys if k.role == "caps")
        observer.see(press(caps, "", ("a", 0.5), own=0.5))
        assert not observed(observer.see(press("g", "G"))).upper

    def test_after_a_sure_caps_lock_the_text_tells_capitals(self, observer: Observer) -> None:
        caps = next(k.name for k in load_layout("qwerty").keys if k.role == "caps")
        observer.see(press(caps, "", own=0.99))
        assert observed(observer.see(press("g", "G"))).upper

    def test_false_presses_fall_on_the_space_bar_most(self, observer: Observer) -> None:
        spread = [
            observed(observer.see(press(key, text))).spread
            for key, text in (("space", " "), ("f", "f"), ("t", "t"))
        ]
        assert spread == sorted(spread, reverse=True)
        assert len(set(spread)) == 3
