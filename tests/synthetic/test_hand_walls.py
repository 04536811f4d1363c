from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.hand_posture import HIGH, usual
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from cameratokeyboard.synthetic.hand_state import (
    DEVIATION,
    FINGER_DOFS,
    FLEX_1,
    FLEX_2,
    HAND_DOFS,
    PITCH,
    STATE_SIZE,
)
from cameratokeyboard.synthetic.hand_walls import Walls, closest_points
from cameratokeyboard.synthetic.skeleton import stance
from tests.synthetic.hand_builders import toy_source


@pytest.fixture(scope="module")
def rig() -> HandRig:
    return build_rig(toy_source(), HandShape())


def high_above(rig: HandRig) -> np.ndarray:
    state = usual(20.0)
    state[2] = 300.0
    return state


class TestClosestPoints:
    @pytest.mark.parametrize("seed", range(8))
    def test_no_sampled_pair_is_nearer(self, seed: int) -> None:
        a0, a1, b0, b1 = np.random.default_rng(seed).uniform(-10, 10, (4, 1, 3))
        share = np.linspace(0, 1, 101)[:, None]
        first, second = a0 + share * (a1 - a0), b0 + share * (b1 - b0)
        sampled = np.linalg.norm(first[:, None] - second[None], axis=2).min()

        a, b = closest_points(a0, a1, b0, b1)

        found = np.linalg.norm(a - b)
        assert found <= sampled + 1e-9
        assert found == pytest.approx(sampled, abs=0.2)

    def test_parallel_segments_are_handled(self) -> None:
        a, b = closest_points(*np.array([[[0.0, 0, 0]], [[10, 0, 0]], [[0, 5, 0]], [[10, 5, 0]]]))

        assert np.linalg.norm(a - b) == pytest.approx(5)


class TestWalls:
    def test_open_hand_in_the_air_meets_none(self, rig: HandRig) -> None:
        state = high_above(rig)

        walls = Walls(rig, stance(rig, state), state)

        assert walls.rows.size == 0
        assert walls.slopes().shape == (0, STATE_SIZE)

    def test_wrist_in_the_table_is_a_wall(self, rig: HandRig) -> None:
        state = high_above(rig)
        state[2] = 0.0

        assert Walls(rig, stance(rig, state), state).rows.max() > 5

    def test_crossed_fingers_are_a_wall(self, rig: HandRig) -> None:
        state = high_above(rig)
        index = HAND_DOFS + FINGER_DOFS + DEVIATION
        state[index], state[index + FINGER_DOFS] = np.radians([-16.0, 16.0])

        assert Walls(rig, stance(rig, state), state).rows.max() > 2

    def test_joint_beyond_its_limit_is_a_wall(self, rig: HandRig) -> None:
        state = high_above(rig)
        thumb_end = HAND_DOFS + FLEX_2
        state[thumb_end] = HIGH[thumb_end] + np.radians(3)

        rows = Walls(rig, stance(rig, state), state).rows

        assert rows.max() == pytest.approx(3.0)

    def test_last_bone_that_folds_back_is_a_wall_unless_the_hand_is_raised(
        self, rig: HandRig
    ) -> None:
        state = high_above(rig)
        state[HAND_DOFS + 2 * FINGER_DOFS + FLEX_1] = np.radians(95)
        raised = state.copy()
        raised[PITCH] += np.radians(60)

        assert Walls(rig, stance(rig, state), state).rows.max() > 3
        assert Walls(rig, stance(rig, raised), raised).rows.size == 0

    def test_slopes_match_small_steps(self, rig: HandRig) -> None:
        state = high_above(rig)
        state[2] = 5.0
        state[HAND_DOFS + FINGER_DOFS + DEVIATION] = np.radians(-15)
        state[HAND_DOFS + 3 * FINGER_DOFS + FLEX_1] = np.radians(95)
        walls = Walls(rig, stance(rig, state), state)
        found = walls.slopes()

        for column in range(STATE_SIZE):
            small = np.zeros(STATE_SIZE)
            small[column] = 1e-7
            ahead = Walls(rig, stance(rig, state + small), state + small).rows
            behind = Walls(rig, stance(rig, state - small), state - small).rows
            np.testing.assert_allclose(found[:, column], (ahead - behind) / 2e-7, atol=1e-3)
