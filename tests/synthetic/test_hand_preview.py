from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.synthetic.datatypes import HandShape, PosedHand
from cameratokeyboard.synthetic.hand import Hand
from cameratokeyboard.synthetic.hand_preview import draw_hands, look_at
from cameratokeyboard.synthetic.hand_rig import build_rig
from tests.synthetic.hand_builders import HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG, toy_source


@pytest.fixture(scope="module")
def right() -> PosedHand:
    hand = Hand(build_rig(toy_source(), HandShape()), "right")
    return hand.pose(HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)


class TestLookAt:
    @pytest.mark.parametrize("azimuth_deg", [0.0, 90.0, 180.0])
    @pytest.mark.parametrize("pitch_deg", [15.0, 60.0])
    def test_centre_of_the_mat_is_straight_ahead_and_up_is_up(
        self, azimuth_deg: float, pitch_deg: float
    ) -> None:
        rotation, translation = look_at(450, pitch_deg, azimuth_deg)

        np.testing.assert_allclose(translation, [0, 0, 450])
        assert np.linalg.det(rotation) == pytest.approx(1)
        assert (rotation @ [0, 0, 1.0])[1] < 0


class TestDrawHands:
    def test_right_hand_is_left_of_the_middle_seen_from_across(self, right: PosedHand) -> None:
        blank = draw_hands([], size_wh=(320, 180))
        drawn = draw_hands([right], size_wh=(320, 180))

        changed = np.nonzero((blank != drawn).any(axis=2))[1]
        assert changed.size > 500
        assert changed.mean() < 160

    def test_right_hand_is_right_of_the_middle_seen_from_behind(self, right: PosedHand) -> None:
        blank = draw_hands([], size_wh=(320, 180), azimuth_deg=180)
        drawn = draw_hands([right], size_wh=(320, 180), azimuth_deg=180)

        assert np.nonzero((blank != drawn).any(axis=2))[1].mean() > 160

    def test_keypoints_can_be_marked(self, right: PosedHand) -> None:
        plain = draw_hands([right], size_wh=(320, 180))
        marked = draw_hands([right], size_wh=(320, 180), keypoints=True)

        assert (plain != marked).any()
