from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic import ik
from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.hand_habit import HABIT_SIZE, habit_state, random_habit
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from cameratokeyboard.synthetic.hand_shape import check_shape
from cameratokeyboard.synthetic.hand_source import unit
from cameratokeyboard.synthetic.hand_state import (
    DEVIATION,
    FINGER_DOFS,
    FLEX_1,
    HAND_DOFS,
    PITCH,
    STATE_SIZE,
    TWIST,
)
from cameratokeyboard.synthetic.ik import Reach, reach
from cameratokeyboard.synthetic.skeleton import stance
from tests.synthetic.hand_builders import HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG, toy_source

INDEX = 1


def _habit(finger: int, angle: int, degrees: float) -> tuple[float, ...]:
    values = [0.0] * HABIT_SIZE
    values[HAND_DOFS - PITCH + FINGER_DOFS * finger + angle] = degrees
    return tuple(values)


def _rig(habit: tuple[float, ...] | None) -> HandRig:
    return build_rig(toy_source(), replace(HandShape(), habit_deg=habit))


def _typing(rig: HandRig) -> Reach:
    return reach(rig, HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)


class TestHabitState:
    def test_no_habit_is_the_usual_state(self) -> None:
        state, twists = habit_state(None)

        assert not state.any()
        assert not twists.any()

    def test_angles_go_into_the_state_and_twists_apart(self) -> None:
        values = tuple(float(v) for v in np.arange(1, HABIT_SIZE + 1))

        state, twists = habit_state(values)

        assert not state[:PITCH].any()
        assert np.degrees(state[PITCH]) == pytest.approx(1.0)
        assert np.degrees(state[HAND_DOFS + DEVIATION]) == pytest.approx(3.0)
        np.testing.assert_array_equal(state[HAND_DOFS + TWIST :: FINGER_DOFS], 0)
        np.testing.assert_allclose(np.degrees(twists), [4, 9, 14, 19, 24])


class TestHands:
    def test_pads_touch_where_asked_whatever_the_habit(self) -> None:
        rng = np.random.default_rng(0)
        for _ in range(20):
            assert _typing(_rig(random_habit(rng))).residual_mm.max() < 1.5

    def test_who_bends_a_joint_more_does_so_while_typing(self) -> None:
        place = HAND_DOFS + FINGER_DOFS * INDEX + FLEX_1
        bent = [_typing(_rig(_habit(INDEX, FLEX_1, d))).state[place] for d in (-10.0, 0.0, 10.0)]

        assert bent[0] < bent[1] - np.radians(2)
        assert bent[1] < bent[2] - np.radians(2)

    def test_a_twist_turns_the_whole_finger_about_its_length(self) -> None:
        plain, turned = (
            stance(r, np.zeros(STATE_SIZE)) for r in (_rig(None), _rig(_habit(INDEX, TWIST, 20.0)))
        )

        for segment in range(3):
            before, after = plain.segments[INDEX, segment], turned.segments[INDEX, segment]
            np.testing.assert_allclose(after[:, 1], before[:, 1], atol=1e-9)
            assert unit(after[:, 2]) @ before[:, 2] == pytest.approx(np.cos(np.radians(20)))
        np.testing.assert_allclose(turned.segments[2], plain.segments[2])


class TestRandomHabit:
    def test_draws_are_possible_and_differ_both_ways(self) -> None:
        rng = np.random.default_rng(1)
        drawn = np.array([random_habit(rng) for _ in range(400)])

        for habit in drawn[:50]:
            check_shape(replace(HandShape(), habit_deg=tuple(habit)))
        assert np.abs(drawn.mean(axis=0)).max() < 2
        assert drawn.std(axis=0).min() > 1

    def test_fingers_of_a_hand_bend_alike(self) -> None:
        rng = np.random.default_rng(2)
        drawn = np.array([random_habit(rng) for _ in range(400)])[:, HAND_DOFS - PITCH :]
        bent = drawn.reshape(len(drawn), 5, FINGER_DOFS)[:, :, FLEX_1]

        assert np.corrcoef(bent[:, 1], bent[:, 4])[0, 1] > 0.4
        assert abs(np.corrcoef(bent[:, 0], bent[:, 4])[0, 1]) < 0.2


@pytest.mark.parametrize(
    ("habit", "said"),
    [((1.0, 2.0), "habit_deg: expected 27 numbers, got 2"), ((90.0,) * 27, r"habit_deg\[0\]")],
)
def test_impossible_habits_are_refused(habit: tuple[float, ...], said: str) -> None:
    with pytest.raises(SimulationError, match=said):
        check_shape(replace(HandShape(), habit_deg=habit))


def test_a_habit_gives_way_where_it_keeps_a_pad_from_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fingers = [
        [0, 0, 0, 0, 1],
        [-1, 0, 1, 1, -1],
        [1, 1, 1, -1, 1],
        [1, 1, 0, 0, 1],
        [1, 0, 0, 0, 1],
    ]
    fist = _rig((0.0, 0.0, *(45.0 * np.ravel(fingers))))

    assert _typing(fist).residual_mm.max() < 0.8

    monkeypatch.setattr(ik, "_HABIT_SHARES", (1.0,))
    assert _typing(fist).residual_mm.max() > 2
