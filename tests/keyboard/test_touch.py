from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cameratokeyboard.datatypes import FINGER_COUNT, KeyPress, KeyRelease, TouchDown, TouchUp
from cameratokeyboard.errors import SettingsError
from cameratokeyboard.keyboard.bias import FingerBias
from cameratokeyboard.keyboard.layout import layout_names, load_layout
from cameratokeyboard.keyboard.touch import RepeatRate, TouchKeyboard
from cameratokeyboard.text.editor import RawEditor
from tests.keyboard.builders import down, presses, releases, tap, up, written

LAYOUT = load_layout("qwerty")
LEVELS = ("", "shift", "altgr")


def levels_of(name: str) -> list[tuple[str, int, str]]:
    """(key, level, what it writes) of every character of a layout."""
    return [
        (key.name, level, legend)
        for key in load_layout(name).keys
        for level, legend in enumerate(key.legends)
        if legend
    ]


class TestEveryKeyOfEveryLayout:
    @pytest.mark.parametrize("name", layout_names())
    def test_each_level_writes_its_legend(self, name: str) -> None:
        layout = load_layout(name)
        roles = {role: [k.name for k in layout.keys if k.role == role] for role in LEVELS[1:]}
        for number, (key, level, legend) in enumerate(levels_of(name)):
            keyboard, editor = TouchKeyboard(layout), RawEditor(layout)
            t_s = 10.0 * number
            touches: list[TouchDown | TouchUp] = []
            if level:
                touches.append(down(layout, roles[LEVELS[level]][0], t_s, finger=0))
            touches += [down(layout, key, t_s + 0.3, finger=6), up(t_s + 0.4, finger=6)]
            if layout.by_name[key].role == "dead":
                touches += [down(layout, "space", t_s + 0.5, finger=4), up(t_s + 0.6, finger=4)]
            for event in presses(keyboard.update(touches, t_s + 0.5)):
                editor.press(event)
            is_dead_level = layout.by_name[key].role == "dead" and legend in "^´`¨~"
            tail = " " if layout.by_name[key].role == "dead" and not is_dead_level else ""
            assert editor.text == legend + tail, (name, key, level)

    @pytest.mark.parametrize("name", layout_names())
    def test_each_key_is_pressed_and_released_by_its_name(self, name: str) -> None:
        layout = load_layout(name)
        keyboard = TouchKeyboard(layout)
        for number, key in enumerate(layout.keys):
            t_s = 10.0 * number
            events = keyboard.update([down(layout, key.name, t_s), up(t_s + 0.1)], t_s + 0.2)
            assert [(type(e), e.key) for e in events] == [
                (KeyPress, key.name),
                (KeyRelease, key.name),
            ]
        assert keyboard.held == frozenset()


class TestPress:
    def test_a_press_carries_the_touch_and_its_candidates(self) -> None:
        touch = down(LAYOUT, "f", 1.0, finger=3, offset=(4.0, 0.0), sd_mm=3.0)
        (press,) = presses(TouchKeyboard(LAYOUT).update([touch], 1.1))
        assert (press.key, press.text, press.finger, press.t_s) == ("f", "f", 3, 1.0)
        assert (press.emitted_s, press.xy_mm) == (touch.emitted_s, touch.xy_mm)
        assert press.candidates[0][0] == "f"
        assert press.candidates[1][0] == "g"
        assert press.confidence == pytest.approx(0.9 * press.candidates[0][1])
        assert not press.repeat

    def test_off_the_board_nothing_is_pressed_or_released(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        off = TouchDown(3, 1.0, 1.0, (0.0, 90.0), np.eye(2), 0.9)
        assert keyboard.update([off, up(1.2)], 1.3) == []

    def test_a_release_names_key_and_finger(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        keyboard.update([down(LAYOUT, "f", 1.0)], 1.0)
        assert keyboard.update([up(1.2)], 1.2) == [KeyRelease("f", 3, 1.2, 1.3)]

    def test_rolled_over_keys_are_pressed_and_released_each(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        events = keyboard.update(
            [
                down(LAYOUT, "f", 1.00, finger=3),
                down(LAYOUT, "j", 1.05, finger=6),
                up(1.09, finger=3),
                up(1.15, finger=6),
            ],
            1.2,
        )
        assert [(type(e).__name__, e.key) for e in events] == [
            ("KeyPress", "f"),
            ("KeyPress", "j"),
            ("KeyRelease", "f"),
            ("KeyRelease", "j"),
        ]

    def test_touches_are_applied_in_order_of_contact(self) -> None:
        late, early = down(LAYOUT, "b", 1.1, finger=3), down(LAYOUT, "a", 1.0, finger=0)
        assert written(TouchKeyboard(LAYOUT).update([late, early], 1.2)) == "ab"

    def test_a_second_finger_on_a_held_key_does_not_press_it_again(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        events = keyboard.update(
            [down(LAYOUT, "space", 1.0, finger=4), down(LAYOUT, "space", 1.05, finger=5)], 1.1
        )
        assert len(presses(events)) == 1
        assert keyboard.update([up(1.1, finger=4)], 1.1) == []
        assert [e.key for e in releases(keyboard.update([up(1.2, finger=5)], 1.2))] == ["space"]

    def test_a_finger_that_presses_again_without_a_release_releases_first(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        keyboard.update([down(LAYOUT, "f", 1.0)], 1.0)
        events = keyboard.update([down(LAYOUT, "g", 2.0)], 1.1)
        assert [(type(e).__name__, e.key) for e in events] == [
            ("KeyRelease", "f"),
            ("KeyPress", "g"),
        ]

    def test_a_release_without_a_press_is_ignored(self) -> None:
        assert TouchKeyboard(LAYOUT).update([up(1.0)], 1.0) == []


class TestModifiers:
    def test_shift_held_writes_capitals_and_is_reported(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        keyboard.update([down(LAYOUT, "left_shift", 1.0, finger=0)], 1.0)
        (press,) = tap(keyboard, "k", 1.2, finger=7)
        assert (press.text, press.modifiers) == ("K", {"shift"})
        keyboard.update([up(1.5, finger=0)], 1.5)
        (press,) = tap(keyboard, "k", 1.7, finger=7)
        assert (press.text, press.modifiers) == ("k", frozenset())

    def test_a_modifiers_own_press_writes_nothing(self) -> None:
        (press,) = tap(TouchKeyboard(LAYOUT), "left_shift", 1.0)
        assert (press.key, press.text, press.modifiers) == ("left_shift", "", frozenset())

    def test_shift_seen_a_hair_after_the_letter_still_counts(self) -> None:
        touches = [down(LAYOUT, "k", 1.0, finger=7), down(LAYOUT, "left_shift", 1.01, finger=0)]
        assert written(TouchKeyboard(LAYOUT).update(touches, 1.1)) == "K"

    def test_a_letter_decided_after_the_release_of_shift_is_still_a_capital(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        keyboard.update([down(LAYOUT, "left_shift", 1.0, finger=0), up(1.3, finger=0)], 1.35)
        assert written(keyboard.update([down(LAYOUT, "k", 1.2, finger=7)], 1.4)) == "K"

    def test_a_finger_that_moves_to_shift_within_the_slack_keeps_it_held(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        keyboard.update([down(LAYOUT, "a", 1.0, finger=0)], 1.0)
        keyboard.update([up(1.2, finger=0), down(LAYOUT, "left_shift", 1.21, finger=0)], 1.25)
        assert keyboard.held == {"left_shift"}
        keyboard.update([up(1.5, finger=0)], 1.5)
        assert keyboard.held == frozenset()

    def test_caps_lock_toggles_letters_only(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        tap(keyboard, "caps_lock", 1.0)
        assert keyboard.caps_lock
        assert [tap(keyboard, k, t)[0].text for k, t in (("a", 2.0), ("one", 3.0))] == ["A", "1"]
        tap(keyboard, "caps_lock", 4.0)
        assert tap(keyboard, "a", 5.0)[0].text == "a"

    def test_a_shortcut_writes_nothing_and_names_its_modifiers(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        touches = [
            down(LAYOUT, "left_ctrl", 1.0, finger=0),
            down(LAYOUT, "left_shift", 1.1, finger=1),
            down(LAYOUT, "z", 1.3, finger=3),
        ]
        press = presses(keyboard.update(touches, 1.4))[-1]
        assert (press.key, press.text, press.modifiers) == ("z", "", {"ctrl", "shift"})

    def test_sticky_shift_writes_one_capital(self) -> None:
        keyboard = TouchKeyboard(LAYOUT, sticky=True)
        tap(keyboard, "left_shift", 1.0, finger=0)
        assert [tap(keyboard, "a", t)[0].text for t in (2.0, 3.0)] == ["A", "a"]


class TestDeadKeys:
    AZERTY = load_layout("azerty")

    def test_an_accent_waits_for_its_letter(self) -> None:
        keyboard = TouchKeyboard(self.AZERTY)
        texts = [tap(keyboard, k, t)[0].text for k, t in (("circumflex", 1.0), ("e", 2.0))]
        assert texts == ["", "ê"]

    def test_an_accent_does_not_outlive_the_next_key(self) -> None:
        keyboard = TouchKeyboard(self.AZERTY)
        for key, t_s in (("circumflex", 1.0), ("z", 2.0)):
            tap(keyboard, key, t_s)
        assert tap(keyboard, "e", 3.0)[0].text == "e"

    def test_shift_between_accent_and_letter_changes_nothing(self) -> None:
        keyboard = TouchKeyboard(self.AZERTY)
        tap(keyboard, "circumflex", 1.0)
        keyboard.update([down(self.AZERTY, "left_shift", 2.0, finger=0)], 2.0)
        assert tap(keyboard, "e", 2.5, finger=6)[0].text == "Ê"

    def test_hands_that_vanish_take_the_accent_with_them(self) -> None:
        keyboard = TouchKeyboard(self.AZERTY)
        tap(keyboard, "circumflex", 1.0)
        keyboard.release_all(2.0)
        assert tap(keyboard, "e", 3.0)[0].text == "e"


class TestRepeat:
    RATE = RepeatRate(delay_s=0.5, rate_hz=10.0)

    def hold(self, key: str, until_s: float, fps: float = 30.0) -> list[KeyPress]:
        keyboard = TouchKeyboard(LAYOUT, repeat=self.RATE)
        events = keyboard.update([down(LAYOUT, key, 0.0)], 0.0)
        for frame in range(1, int(until_s * fps) + 1):
            events += keyboard.update([], frame / fps)
        return presses(events)

    def test_a_held_key_repeats_after_the_delay_at_the_rate(self) -> None:
        held = self.hold("x", 1.02)
        assert [p.repeat for p in held] == [False] + [True] * 6
        assert held[1].t_s == pytest.approx(0.5)
        assert held[2].t_s - held[1].t_s == pytest.approx(0.1)
        assert all(p.text == "x" for p in held)

    @pytest.mark.parametrize("key", ["left_shift", "caps_lock", "left_ctrl"])
    def test_modifiers_do_not_repeat(self, key: str) -> None:
        assert len(self.hold(key, 2.0)) == 1

    def test_a_released_key_stops(self) -> None:
        keyboard = TouchKeyboard(LAYOUT, repeat=self.RATE)
        keyboard.update([down(LAYOUT, "x", 0.0), up(0.2)], 0.3)
        assert keyboard.update([], 5.0) == []

    def test_repeats_that_fell_into_a_gap_are_dropped(self) -> None:
        keyboard = TouchKeyboard(LAYOUT, repeat=self.RATE)
        keyboard.update([down(LAYOUT, "x", 0.0)], 0.0)
        assert len(keyboard.update([], 60.0)) == 1
        assert keyboard.update([], 60.03) == []

    def test_only_the_key_pressed_last_repeats(self) -> None:
        keyboard = TouchKeyboard(LAYOUT, repeat=self.RATE)
        keyboard.update([down(LAYOUT, "x", 0.0, finger=1)], 0.0)
        keyboard.update([down(LAYOUT, "j", 0.3, finger=6)], 0.3)
        assert written(keyboard.update([], 0.7)) == ""
        assert written(keyboard.update([], 0.9)) == "j"

    def test_a_repeat_takes_the_modifiers_of_its_moment(self) -> None:
        keyboard = TouchKeyboard(LAYOUT, repeat=self.RATE)
        keyboard.update([down(LAYOUT, "x", 0.0, finger=1)], 0.0)
        keyboard.update([down(LAYOUT, "right_shift", 0.3, finger=9)], 0.3)
        assert written(keyboard.update([], 0.6)) == "X"

    def test_a_rate_of_zero_never_repeats(self) -> None:
        keyboard = TouchKeyboard(LAYOUT, repeat=RepeatRate(rate_hz=0.0))
        keyboard.update([down(LAYOUT, "x", 0.0)], 0.0)
        assert keyboard.update([], 10.0) == []

    @pytest.mark.parametrize(("delay", "rate"), [(0.0, 10.0), (-1.0, 10.0), (0.5, -1.0)])
    def test_impossible_rates_are_refused(self, delay: float, rate: float) -> None:
        with pytest.raises(SettingsError, match="key repeat"):
            RepeatRate(delay, rate)


class TestReleaseAll:
    def test_every_held_key_is_released_and_nothing_repeats(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        keyboard.update(
            [down(LAYOUT, "left_shift", 1.0, finger=0), down(LAYOUT, "j", 1.1, finger=6)], 1.2
        )
        released = keyboard.release_all(2.0)
        assert {(r.key, r.t_s) for r in released} == {("left_shift", 2.0), ("j", 2.0)}
        assert keyboard.held == frozenset()
        assert keyboard.update([], 5.0) == []
        assert tap(keyboard, "a", 6.0)[0].text == "a"

    def test_a_late_release_of_a_finger_is_harmless(self) -> None:
        keyboard = TouchKeyboard(LAYOUT)
        keyboard.update([down(LAYOUT, "j", 1.0)], 1.0)
        keyboard.release_all(2.0)
        assert keyboard.update([up(2.1)], 2.1) == []


class TestBias:
    def test_a_finger_that_always_misses_the_same_way_is_understood(self) -> None:
        bias = FingerBias(18.5)
        keyboard = TouchKeyboard(LAYOUT, bias=bias)
        miss = (5.0, -2.0)
        for number in range(150):
            key = ("f", "g", "r", "v")[number % 4]
            t_s = float(number)
            keyboard.update([down(LAYOUT, key, t_s, offset=miss), up(t_s + 0.1)], t_s + 0.2)
        assert bias.offset_mm(3) == pytest.approx(miss, abs=0.7)
        (press,) = presses(keyboard.update([down(LAYOUT, "f", 999.0, offset=(10.5, -2.0))], 999.0))
        assert press.key == "f"

    def test_a_press_that_is_taken_back_teaches_nothing(self) -> None:
        bias = FingerBias(18.5)
        keyboard = TouchKeyboard(LAYOUT, bias=bias)
        keyboard.update([down(LAYOUT, "f", 1.0, offset=(5.0, 0.0)), up(1.1)], 1.2)
        tap(keyboard, "backspace", 2.0, finger=9)
        tap(keyboard, "j", 3.0, finger=6)
        assert bias.presses[3] == 0

    def test_along_a_wide_key_nothing_is_learned(self) -> None:
        layout = load_layout("compact")
        bias = FingerBias(25.0)
        keyboard = TouchKeyboard(layout, bias=bias)
        for number in range(20):
            t_s = float(number)
            keyboard.update(
                [down(layout, "period", t_s, offset=(12.0, 4.0)), up(t_s + 0.1)], t_s + 0.2
            )
        assert bias.offset_mm(3)[0] == 0.0
        assert bias.offset_mm(3)[1] > 1.0


TOUCHES = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(0, FINGER_COUNT - 1),
        st.floats(allow_nan=True, allow_infinity=True, width=32),
        st.floats(-200, 200),
        st.floats(-100, 100),
    ),
    max_size=25,
)


class TestAnyInput:
    @settings(max_examples=60, deadline=None)
    @given(TOUCHES, st.booleans())
    def test_presses_and_releases_of_a_key_alternate_and_none_is_stuck(
        self, raw: list[tuple[bool, int, float, float, float]], sticky: bool
    ) -> None:
        keyboard = TouchKeyboard(LAYOUT, sticky=sticky, repeat=RepeatRate(rate_hz=0.0))
        is_down: dict[str, bool] = {}
        for is_press, finger, t_s, x, y in raw:
            touch = (
                TouchDown(finger, t_s, t_s, (x, y), np.eye(2), 0.5)
                if is_press
                else TouchUp(finger, t_s, t_s)
            )
            for event in keyboard.update([touch], t_s):
                assert is_down.get(event.key, False) != isinstance(event, KeyPress)
                is_down[event.key] = isinstance(event, KeyPress)
        for event in keyboard.release_all(1.0):
            is_down[event.key] = False
        assert not any(is_down.values())
