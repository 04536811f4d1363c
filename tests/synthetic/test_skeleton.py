from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.hand_posture import usual
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from cameratokeyboard.synthetic.hand_source import FOREARM, HAND, rotation
from cameratokeyboard.synthetic.hand_state import FINGER_DOFS, FLEX_0, HAND_DOFS, STATE_SIZE
from cameratokeyboard.synthetic.skeleton import bone_frames, point_derivatives, stance
from tests.synthetic.hand_builders import toy_source


@pytest.fixture(scope="module")
def rig() -> HandRig:
    return build_rig(toy_source(), HandShape())


class TestRotation:
    @pytest.mark.parametrize(("axis", "expected"), [(0, [0, 0, 1]), (2, [-1, 0, 0])])
    def test_quarter_turn_takes_y_where_a_right_hand_says(
        self, axis: int, expected: list[float]
    ) -> None:
        turned = rotation(axis, np.pi / 2) @ [0.0, 1, 0]

        np.testing.assert_allclose(turned, expected, atol=1e-12)


class TestStance:
    def test_segments_keep_their_lengths(self, rig: HandRig) -> None:
        state = usual(20.0) + np.random.default_rng(0).normal(0, 0.2, STATE_SIZE)

        now = stance(rig, state)

        joints = np.concatenate([now.joints, now.ends[:, None]], axis=1)
        np.testing.assert_allclose(
            np.linalg.norm(np.diff(joints, axis=1), axis=2), rig.lengths, rtol=1e-9
        )

    def test_flexion_lowers_the_fingertips(self, rig: HandRig) -> None:
        straight = stance(rig, np.zeros(STATE_SIZE))
        bent = np.zeros(STATE_SIZE)
        bent[HAND_DOFS + FLEX_0 :: FINGER_DOFS] = np.radians(40)

        lower = stance(rig, bent).ends[1:, 2] - straight.ends[1:, 2]

        assert (lower < -30).all()

    def test_yaw_turns_the_hand_counterclockwise_about_the_wrist(self, rig: HandRig) -> None:
        state = np.zeros(STATE_SIZE)
        state[:3], state[3] = [10.0, 20, 30], np.pi / 2

        now = stance(rig, state)

        assert now.ends[2, 0] < -100
        np.testing.assert_array_equal(now.wrist, [10, 20, 30])


class TestPointDerivatives:
    def test_they_match_small_steps_of_the_state(self, rig: HandRig) -> None:
        state = usual(20.0) + np.random.default_rng(1).normal(0, 0.1, STATE_SIZE)
        finger, segment = np.array([0, 1, 2, 4, 3]), np.array([2, 0, 1, 2, 2])
        local = np.array([2.0, 11.0, -5.0])

        def points(at: np.ndarray) -> np.ndarray:
            now = stance(rig, at)
            return now.joints[finger, segment] + now.segments[finger, segment] @ local

        found = point_derivatives(stance(rig, state), finger, segment, points(state))

        for column in range(STATE_SIZE):
            small = np.zeros(STATE_SIZE)
            small[column] = 1e-6
            expected = (points(state + small) - points(state - small)) / 2e-6
            np.testing.assert_allclose(found[:, :, column], expected, atol=1e-5)


class TestBoneFrames:
    def test_forearm_points_from_the_elbow_to_the_wrist(self, rig: HandRig) -> None:
        now = stance(rig, usual(20.0))
        elbow = now.wrist + np.array([100.0, -200, 30])

        frames, starts = bone_frames(rig, now, elbow)

        way = (now.wrist - elbow) / np.linalg.norm(now.wrist - elbow)
        np.testing.assert_allclose(frames[FOREARM][:, 1], way, atol=1e-12)
        np.testing.assert_array_equal(starts[FOREARM], starts[HAND])

    def test_all_frames_are_rotations(self, rig: HandRig) -> None:
        frames, _ = bone_frames(rig, stance(rig, usual(20.0)), np.array([100.0, -200, 30]))

        np.testing.assert_allclose(np.linalg.det(frames), 1.0)
