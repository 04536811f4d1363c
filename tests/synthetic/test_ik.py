from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.hand_posture import HIGH, LOW
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from cameratokeyboard.synthetic.hand_state import STATE_SIZE
from cameratokeyboard.synthetic.hand_walls import closest_points
from cameratokeyboard.synthetic.ik import contact_derivatives, reach
from cameratokeyboard.synthetic.pad_fit import lowest_points
from cameratokeyboard.synthetic.skeleton import stance
from tests.synthetic.hand_builders import (
    HOME_PADS_MM,
    HOME_WRIST_MM,
    HOME_YAW_DEG,
    toy_source,
)


@pytest.fixture(scope="module")
def rig() -> HandRig:
    return build_rig(toy_source(), HandShape())


def strike(finger: int, dx: float, dy: float) -> np.ndarray:
    """Home pads with one finger on the paper at an offset from home and the others lifted."""
    pads = HOME_PADS_MM.copy()
    pads[:, 2] += 5.0
    pads[finger] += [dx, dy, 0]
    pads[finger, 2] = 0.0
    return pads


class TestReach:
    @pytest.mark.parametrize("finger", [1, 2, 3, 4])
    @pytest.mark.parametrize("row_mm", [-18.5, 0.0, 18.5])
    def test_keys_around_home_are_touched_exactly(
        self, rig: HandRig, finger: int, row_mm: float
    ) -> None:
        found = reach(rig, strike(finger, 5.0, row_mm), HOME_WRIST_MM, HOME_YAW_DEG)

        assert found.residual_mm[1:].max() < 1.0
        # The resting thumb of this hand of cylinders gives way to its joints' walls.
        assert found.residual_mm[0] < 1.5

    def test_space_is_touched_by_the_thumb(self, rig: HandRig) -> None:
        found = reach(rig, strike(0, 0.0, 0.0), HOME_WRIST_MM, HOME_YAW_DEG)

        assert found.residual_mm[0] < 0.5
        assert found.contacts[0, 2] == pytest.approx(0, abs=0.5)

    def test_fingers_hang_from_higher_knuckles_when_the_wrist_is_raised(self, rig: HandRig) -> None:
        near = HOME_WRIST_MM + np.array([0.0, 15.0, 0.0])
        low = reach(rig, HOME_PADS_MM, near, HOME_YAW_DEG)
        raised = reach(rig, HOME_PADS_MM, near + np.array([0.0, 0.0, 50.0]), HOME_YAW_DEG)

        knuckles = [found.stance.joints[1:, 0, 2] for found in (low, raised)]
        assert (knuckles[1] - knuckles[0]).min() > 5.0
        assert raised.residual_mm.max() < 1.0

    def test_contacts_are_the_lowest_points_of_the_pads(self, rig: HandRig) -> None:
        found = reach(rig, HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)

        now = found.stance
        points, _ = lowest_points(rig.pads, now.segments[:, 2], now.joints[:, 2])
        np.testing.assert_allclose(found.contacts, points)

    @pytest.mark.parametrize("seed", range(6))
    def test_angles_stay_within_joint_limits_wherever_the_pads_are(
        self, rig: HandRig, seed: int
    ) -> None:
        rng = np.random.default_rng(seed)
        pads = HOME_PADS_MM + rng.normal(0, 15, (5, 3))
        pads[:, 2] = np.abs(pads[:, 2])

        state = reach(rig, pads, HOME_WRIST_MM, HOME_YAW_DEG).state

        assert (state >= LOW).all()
        assert (state <= HIGH).all()

    @pytest.mark.parametrize("raised_mm", [-15.0, 0.0, 30.0, 50.0])
    @pytest.mark.parametrize("ahead_mm", [0.0, 12.0])
    def test_no_last_bone_folds_back_under_the_hand(
        self, rig: HandRig, raised_mm: float, ahead_mm: float
    ) -> None:
        wrist = HOME_WRIST_MM + np.array([0.0, ahead_mm, raised_mm])

        found = reach(rig, HOME_PADS_MM, wrist, HOME_YAW_DEG)

        last = found.stance.segments[1:, 2, :, 1]
        ahead = last[:, :2] @ found.stance.hand[:2, 1]
        assert np.degrees(np.arctan2(-last[:, 2], ahead)).max() < 98

    def test_far_target_is_approached_and_its_distance_reported(self, rig: HandRig) -> None:
        pads = strike(1, 0.0, 220.0)

        found = reach(rig, pads, HOME_WRIST_MM, HOME_YAW_DEG)

        assert found.residual_mm[1] > 20
        np.testing.assert_allclose(found.residual_mm, np.linalg.norm(found.contacts - pads, axis=1))
        assert found.contacts[1, 1] > 10

    def test_crossed_targets_leave_fingers_side_by_side(self, rig: HandRig) -> None:
        pads = HOME_PADS_MM.copy()
        pads[[1, 2]] = pads[[2, 1]]

        now = reach(rig, pads, HOME_WRIST_MM, HOME_YAW_DEG).stance

        a, b = closest_points(now.joints[1:2, 2], now.ends[1:2], now.joints[2:3, 2], now.ends[2:3])
        assert np.linalg.norm(a - b) > 0.5 * (rig.radii[1, 2] + rig.radii[2, 2])

    def test_wrist_and_yaw_are_followed_when_the_pads_allow(self, rig: HandRig) -> None:
        found = reach(rig, HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)

        assert np.linalg.norm(found.state[:3] - HOME_WRIST_MM) < 25
        assert np.degrees(found.state[3]) == pytest.approx(HOME_YAW_DEG, abs=8)

    def test_smooth_motion_gives_smooth_angles(self, rig: HandRig) -> None:
        steps = np.linspace(0, 1, 25)
        states = [
            reach(rig, HOME_PADS_MM + np.array([0, 12 * s, 0]), HOME_WRIST_MM, HOME_YAW_DEG).state
            for s in steps
        ]

        jumps = np.degrees(np.abs(np.diff(np.array(states)[:, 3:], n=2, axis=0)))
        assert jumps.max() < 0.5

    def test_same_wish_gives_the_same_hand(self, rig: HandRig) -> None:
        first = reach(rig, HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)
        reach(rig, HOME_PADS_MM + 20, HOME_WRIST_MM, 0.0)
        again = reach(rig, HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)

        np.testing.assert_array_equal(first.state, again.state)


class TestContactDerivatives:
    def test_they_match_small_steps_of_the_state(self, rig: HandRig) -> None:
        state = reach(rig, HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG).state

        def contacts(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            now = stance(rig, at)
            return lowest_points(rig.pads, now.segments[:, 2], now.joints[:, 2])

        found = contact_derivatives(stance(rig, state), *contacts(state))

        for column in range(STATE_SIZE):
            small = np.zeros(STATE_SIZE)
            small[column] = 1e-6
            expected = (contacts(state + small)[0] - contacts(state - small)[0]) / 2e-6
            np.testing.assert_allclose(found[:, :, column], expected, atol=1e-4)
