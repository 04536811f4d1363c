from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER_NAMES, THUMB_SLOTS
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.keyboard.layout import layout_names, load_layout
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.fingering import chords_of
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import HAND_FINGERS, reaches_mm
from cameratokeyboard.synthetic.style import STYLES
from cameratokeyboard.synthetic.typist import Typist
from cameratokeyboard.synthetic.written import text_of
from tests.synthetic.typing_builders import grid_layout, performed, qwerty, rng

EVERY_STYLE = [
    pytest.param(style, seed, id=f"{style}-{seed}") for style in STYLES for seed in (3, 4)
]


def fingerprint(performance: Performance) -> str:
    digest = hashlib.sha256()
    for array in (performance.pads_mm, performance.wrists_mm, performance.yaw_deg):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr(performance.events).encode())
    return digest.hexdigest()


class TestDeterminism:
    def test_same_seed_same_performance(self) -> None:
        runs = [Typist(qwerty(), None, 40, seed=5).type("hello there") for _ in range(2)]
        assert fingerprint(runs[0]) == fingerprint(runs[1])

    def test_reset_starts_over(self) -> None:
        typist = Typist(qwerty(), None, 40, seed=5)
        first = fingerprint(typist.type("hello"))
        second = fingerprint(typist.type("hello"))
        typist.reset(5)
        assert fingerprint(typist.type("hello")) == first != second

    def test_another_seed_types_differently(self) -> None:
        typist = Typist(qwerty(), None, 40, seed=5)
        first = fingerprint(typist.type("hello"))
        typist.reset(6)
        assert fingerprint(typist.type("hello")) != first

    def test_numpys_own_generator_plays_no_part(self) -> None:
        np.random.seed(1)
        first = fingerprint(Typist(qwerty(), None, 40, seed=5).type("abc"))
        np.random.seed(2)
        assert fingerprint(Typist(qwerty(), None, 40, seed=5).type("abc")) == first


@pytest.mark.parametrize(("style", "seed"), EVERY_STYLE)
class TestTrajectory:
    def test_pads_touch_exactly_while_a_key_is_down(self, style: str, seed: int) -> None:
        performance = performed(style, seed)
        assert performance.events
        for event in performance.events:
            finger = FINGER_NAMES.index(event.finger)
            down = (performance.t_s >= event.t_down) & (performance.t_s <= event.t_up)
            assert down.any()
            assert (performance.pads_mm[down, finger, 2] == 0).all()

    def test_pads_stand_still_while_a_key_is_down(self, style: str, seed: int) -> None:
        performance = performed(style, seed)
        for event in performance.events:
            finger = FINGER_NAMES.index(event.finger)
            down = (performance.t_s >= event.t_down) & (performance.t_s <= event.t_up)
            off = performance.pads_mm[down, finger, :2] - (event.x_mm, event.y_mm)
            assert np.abs(off).max() < 0.01

    def test_pads_are_above_the_paper_just_before_a_press(self, style: str, seed: int) -> None:
        performance = performed(style, seed)
        for event in performance.events:
            finger = FINGER_NAMES.index(event.finger)
            before = int(np.searchsorted(performance.t_s, event.t_down)) - 1
            assert performance.pads_mm[before - 3, finger, 2] > 0.5

    def test_no_pad_is_below_the_paper(self, style: str, seed: int) -> None:
        assert performed(style, seed).pads_mm[..., 2].min() >= 0

    def test_motion_has_no_jumps(self, style: str, seed: int) -> None:
        performance = performed(style, seed)
        speed = np.abs(np.diff(performance.pads_mm, axis=0)) * performance.rate_hz
        # Ten centimetres in an instant would be 24,000 mm/s; evading fingers are the fastest.
        assert speed[..., :2].max() < 2000
        assert speed[..., 2].max() < 1800

    def test_every_finger_can_reach_its_pad(self, style: str, seed: int) -> None:
        performance = performed(style, seed)
        reach = reaches_mm(performance.hand)
        for hand, fingers in enumerate(HAND_FINGERS):
            way = performance.pads_mm[:, list(fingers)] - performance.wrists_mm[:, hand, None]
            share = np.linalg.norm(way, axis=2) / reach
            assert share.min() > 0.55
            assert share.max() < 1.0
            assert np.quantile(share, 0.01) > 0.60
            assert np.quantile(share, 0.99) < 0.985

    def test_wrists_are_above_the_paper_behind_the_pads(self, style: str, seed: int) -> None:
        performance = performed(style, seed)
        height = performance.wrists_mm[..., 2]
        assert height.min() >= 5
        assert height.max() <= 95
        for hand, fingers in enumerate(HAND_FINGERS):
            wrist_y = performance.wrists_mm[:, hand, 1]
            assert (wrist_y < performance.pads_mm[:, list(fingers), 1].min(axis=1)).all()

    def test_fingers_of_a_hand_keep_their_order(self, style: str, seed: int) -> None:
        pads = performed(style, seed).pads_mm[..., 0]
        for a, b in ((0, 1), (1, 2), (2, 3), (6, 7), (7, 8), (8, 9)):
            assert np.quantile(pads[:, b] - pads[:, a], 0.005) > 4

    def test_hands_do_not_collide(self, style: str, seed: int) -> None:
        pads = performed(style, seed).pads_mm
        for left in range(5):
            for right in range(5, 10):
                gap = np.linalg.norm(pads[:, left] - pads[:, right], axis=1)
                assert np.quantile(gap, 0.005) > 7

    def test_letters_are_struck_by_the_fingers_of_the_style(self, style: str, seed: int) -> None:
        performance = performed(style, seed)
        striking = {FINGER_NAMES[finger] for finger in STYLES[style].fingers}
        roles = {key.name: key.role for key in qwerty().keys}
        assert {e.finger for e in performance.events if roles[e.key] == "char"} <= striking

    def test_text_is_what_the_presses_write(self, style: str, seed: int) -> None:
        performance = performed(style, seed)
        assert performance.text == text_of(performance.events, qwerty())


class TestEvents:
    def test_event_key_is_the_key_under_the_pad(self) -> None:
        layout = qwerty()
        centres, sizes = layout.centres_mm(), layout.sizes_mm()
        for event in performed("touch", 4).events:
            key = [k.name for k in layout.keys].index(event.key)
            off = np.abs(np.array([event.x_mm, event.y_mm]) - centres[key])
            assert (off <= sizes[key] / 2 + 1e-3).all()

    def test_events_come_in_time_order_and_fingers_press_one_key_at_a_time(self) -> None:
        events = performed("touch", 3).events
        assert [e.t_down for e in events] == sorted(e.t_down for e in events)
        for finger in FINGER_NAMES:
            own = [e for e in events if e.finger == finger]
            assert all(a.t_up < b.t_down for a, b in pairwise(own))

    def test_contacts_last_36_ms_or_little_less_at_the_shortest(self) -> None:
        events = performed("touch", 3, 110.0).events
        assert min(e.t_up - e.t_down for e in events) >= 0.033

    def test_careful_person_without_slips_writes_the_text(self) -> None:
        careful = Person(scatter_mm=(0.5, 0.5), slip_rate=0.0, held_rate=0.0)
        typed = [
            Typist(qwerty(), careful, 30, seed=s, liveliness=0).type("hello world").text
            for s in range(4)
        ]
        assert typed == ["hello world"] * 4

    def test_clumsy_person_makes_typos_and_takes_some_back(self) -> None:
        clumsy = Person(scatter_mm=(7.0, 7.0), notice_rate=1.0)
        performance = Typist(qwerty(), clumsy, 40, seed=1).type("the lazy dog sleeps")
        assert any(e.key == "backspace" for e in performance.events)

    def test_capitals_are_typed_with_shift_held(self) -> None:
        careful = Person(scatter_mm=(0.5, 0.5), slip_rate=0.0)
        performance = Typist(qwerty(), careful, 40, seed=1).type("Ab")
        shift = next(e for e in performance.events if "shift" in e.key)
        letter = next(e for e in performance.events if e.key == "a")
        assert shift.t_down < letter.t_down < shift.t_up
        assert shift.finger.startswith("right")

    def test_a_key_held_too_long_repeats_in_the_text(self) -> None:
        heavy = Person(scatter_mm=(0.5, 0.5), slip_rate=0.0, held_rate=1.0, notice_rate=0.0)
        performance = Typist(qwerty(), heavy, 40, seed=1, liveliness=0).type("ab")
        assert all(e.t_up - e.t_down > 0.5 for e in performance.events)
        assert performance.text.startswith("aa")
        assert performance.text == text_of(performance.events, qwerty())

    def test_asked_speed_is_typed(self) -> None:
        text = "the people of this country want to read a good story now and then " * 3
        for wpm in (25, 50, 80):
            events = Typist(qwerty(), None, wpm, seed=2, liveliness=0).type(text).events
            letters = [e.t_down for e in events]
            assert 12 / np.mean(np.diff(letters)) == pytest.approx(wpm, rel=0.2)

    def test_rollover_grows_with_speed(self) -> None:
        text = "the people of this country want to read a good story now and then " * 2

        def share(wpm: float) -> float:
            events = Typist(qwerty(), None, wpm, seed=2, liveliness=0).type(text).events
            pairs = list(pairwise(events))
            return sum(b.t_down < a.t_up for a, b in pairs) / len(pairs)

        assert share(20) < 0.1 < share(90)


class TestLiveliness:
    def test_fingers_rest_on_the_paper_without_a_press(self) -> None:
        restful = Person(rest_rate=0.9, thumb_rest_rate=0.9)
        performance = Typist(qwerty(), restful, 30, seed=1).type("resting fingers")
        touching = performance.pads_mm[..., 2] == 0
        pressing = np.zeros_like(touching)
        for event in performance.events:
            span = (performance.t_s >= event.t_down) & (performance.t_s <= event.t_up)
            pressing[span, FINGER_NAMES.index(event.finger)] = True
        assert (touching & ~pressing).mean() > 0.1

    def test_without_liveliness_nothing_but_presses_touches(self) -> None:
        performance = Typist(qwerty(), None, 40, seed=1, liveliness=0).type("only presses")
        touching = performance.pads_mm[..., 2] == 0
        for event in performance.events:
            span = (performance.t_s >= event.t_down) & (performance.t_s <= event.t_up)
            touching[span, FINGER_NAMES.index(event.finger)] = False
        assert not touching.any()

    def test_hands_leave_the_mat_and_come_back(self) -> None:
        restless = Person(leave_rate=1.0)
        performance = Typist(qwerty(), restless, 60, seed=1).type("a b c")
        away = np.abs(performance.pads_mm[:, 2, :2] - performance.pads_mm[0, 2, :2]).max()
        assert away > 80

    def test_taps_beside_the_keys_are_no_events(self) -> None:
        fidgety = Person(fidget_rate=1.0, pause_rate=0.0, leave_rate=0.0, rest_rate=0.0)
        layout = qwerty()
        performance = Typist(layout, fidgety, 60, seed=1).type("a b c d")
        half = np.array(layout.size_mm) / 2
        pads = performance.pads_mm
        beside = (pads[..., 2] == 0) & (np.abs(pads[..., :2]) > half).any(axis=2)
        assert beside.any()
        assert all(abs(e.x_mm) <= half[0] and abs(e.y_mm) <= half[1] for e in performance.events)


class TestEveryLayout:
    @pytest.mark.parametrize("name", layout_names())
    @pytest.mark.parametrize("style", ["touch", "two"])
    def test_every_character_of_a_layout_can_be_typed(self, name: str, style: str) -> None:
        layout = load_layout(name)
        text = "".join(chords_of(layout))
        careful = Person(scatter_mm=(0.3, 0.3), slip_rate=0.0, held_rate=0.0)
        typed = Typist(layout, careful, 30, style, seed=2, liveliness=0).type(text).text
        wrong = sum(a != b for a, b in zip(text, typed, strict=False)) + abs(len(text) - len(typed))
        # A shift let go too late may change a letter, as with people.
        assert wrong <= 0.05 * len(text) + 1

    def test_small_grid_without_space_can_be_typed(self) -> None:
        layout = grid_layout(["123", "456", "789"], space=False)
        careful = Person(scatter_mm=(0.3, 0.3), slip_rate=0.0, held_rate=0.0)
        assert Typist(layout, careful, 30, seed=1).type("159").text == "159"

    def test_straight_columns_keep_their_fingers(self) -> None:
        layout = grid_layout(["qwertyuiop", "asdfghjkl;", "zxcvbnm,./"])
        performance = Typist(layout, Person(slip_rate=0.0), 30, seed=1).type("pq")
        assert {e.finger for e in performance.events} == {"left_pinky", "right_pinky"}


class TestBadInput:
    @pytest.mark.parametrize("wpm", [0, 1000, -5, float("nan"), float("inf")])
    def test_impossible_speed_is_refused(self, wpm: float) -> None:
        with pytest.raises(SimulationError, match="words a minute"):
            Typist(qwerty(), None, wpm)

    def test_empty_text_is_refused(self) -> None:
        with pytest.raises(SimulationError, match="empty"):
            Typist(qwerty()).type("")

    def test_untypable_characters_are_named(self) -> None:
        with pytest.raises(SimulationError, match="'é' 'ж'"):
            Typist(qwerty()).type("caféж")

    def test_unknown_style_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(SimulationError, match="touch, six"):
            Typist(qwerty(), style="seven")

    @pytest.mark.parametrize("rate", [10, 100_000])
    def test_impossible_rate_is_refused(self, rate: float) -> None:
        with pytest.raises(SimulationError, match="sampling rate"):
            Typist(qwerty(), rate_hz=rate)

    def test_liveliness_out_of_range_is_refused(self) -> None:
        with pytest.raises(SimulationError, match="liveliness"):
            Typist(qwerty(), liveliness=-1)


class TestPerson:
    def test_people_differ_and_stay_within_adult_hands(self) -> None:
        people = [Person.random(rng(seed)) for seed in range(50)]
        lengths = [p.hand.length_mm for p in people]
        assert np.std(lengths) > 5
        assert min(lengths) >= 150
        assert max(lengths) <= 215

    def test_same_seed_same_person(self) -> None:
        assert Person.random(rng(4)) == Person.random(rng(4))

    def test_thumbs_rest_below_the_index_fingers(self) -> None:
        performance = performed("touch", 3)
        first = performance.pads_mm[0]
        assert all(
            first[thumb, 1] < first[index, 1]
            for thumb, index in zip(THUMB_SLOTS, (3, 6), strict=True)
        )
