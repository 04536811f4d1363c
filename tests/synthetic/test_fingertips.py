from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.fingertips import fingertips_at
from cameratokeyboard.synthetic.hand_rig import build_rig
from cameratokeyboard.synthetic.ik import reach
from tests.synthetic.hand_builders import (
    HOME_PADS_MM,
    HOME_WRIST_MM,
    HOME_YAW_DEG,
    toy_source,
)

_MIRROR = np.array([-1.0, 1.0, 1.0])
#: Pads drawn in, so that the fingers are well bent.
_PADS_MM = HOME_PADS_MM - np.array([0.0, 20.0, 0.0])


def _right_bones(raised_mm: float) -> FloatArray:
    """(5, 3) last bones of the right hand, thumb to pinky, by the light model."""
    wrist = HOME_WRIST_MM + np.array([0.0, 0.0, raised_mm])
    pads = np.concatenate([(_PADS_MM * _MIRROR)[::-1], _PADS_MM])
    yaw = np.array([-HOME_YAW_DEG, HOME_YAW_DEG])
    tips = fingertips_at(
        pads[None], np.stack([wrist * _MIRROR, wrist])[None], yaw[None], HandShape()
    )
    bones = (tips.tip - tips.joint)[0, 5:]
    return np.asarray(bones / np.linalg.norm(bones, axis=1, keepdims=True))


class TestFingertipsAt:
    @pytest.mark.parametrize("raised_mm", [-12.0, 0.0, 30.0])
    def test_last_bones_point_where_a_posed_hand_has_them(self, raised_mm: float) -> None:
        wrist = HOME_WRIST_MM + np.array([0.0, 0.0, raised_mm])
        posed = reach(build_rig(toy_source(), HandShape()), _PADS_MM, wrist, HOME_YAW_DEG)

        cosine = (_right_bones(raised_mm) * posed.stance.segments[:, 2, :, 1]).sum(axis=1)

        assert np.degrees(np.arccos(cosine))[1:].max() < 20

    def test_pads_are_where_they_were_asked_to_be(self) -> None:
        pads = np.concatenate([(HOME_PADS_MM * _MIRROR)[::-1], HOME_PADS_MM])[None]
        wrists = np.stack([HOME_WRIST_MM * _MIRROR, HOME_WRIST_MM])[None]

        tips = fingertips_at(pads, wrists, np.zeros((1, 2)), HandShape())

        np.testing.assert_array_equal(tips.contact, pads)
        assert (tips.joint[..., 2] > tips.tip[..., 2]).all()
