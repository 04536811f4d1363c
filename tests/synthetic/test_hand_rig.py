from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.datatypes import PART_NAIL, HandShape
from cameratokeyboard.synthetic.hand_rig import build_rig
from cameratokeyboard.synthetic.hand_source import HAND, bone_of, rotation, to_hand_frame
from tests.synthetic.hand_builders import toy_source


class TestToHandFrame:
    def test_turned_source_comes_back_upright(self) -> None:
        source = toy_source()
        turn = rotation(0, 1.0) @ rotation(2, 2.0)
        turned = replace(
            source,
            vertices=source.vertices @ turn.T + 50,
            heads=source.heads @ turn.T + 50,
            tips=source.tips @ turn.T + 50,
            dorsal=source.dorsal @ turn.T,
        )

        found, expected = to_hand_frame(turned), to_hand_frame(source)

        np.testing.assert_allclose(found.vertices, expected.vertices, atol=1e-9)
        np.testing.assert_allclose(found.dorsal, expected.dorsal, atol=1e-9)
        np.testing.assert_allclose(found.heads[HAND], 0, atol=1e-9)

    def test_left_hand_is_refused(self) -> None:
        source = toy_source()
        mirror = np.array([-1.0, 1, 1])
        left = replace(
            source,
            vertices=source.vertices * mirror,
            heads=source.heads * mirror,
            tips=source.tips * mirror,
            dorsal=source.dorsal * mirror,
        )

        with pytest.raises(SimulationError, match="right hand"):
            to_hand_frame(left)


class TestBuildRig:
    @pytest.mark.parametrize("length_mm", [160.0, 185.0, 210.0])
    def test_length_runs_from_wrist_to_middle_fingertip(self, length_mm: float) -> None:
        rig = build_rig(toy_source(), HandShape(length_mm=length_mm))

        palm = np.linalg.norm(rig.heads[bone_of(2, 0)])
        assert palm + rig.lengths[2].sum() == pytest.approx(length_mm, rel=0.01)

    def test_breadth_widens_the_palm_only_across(self) -> None:
        slim = build_rig(toy_source(), HandShape(breadth_mm=75.0))
        broad = build_rig(toy_source(), HandShape(breadth_mm=95.0))

        knuckles = [bone_of(1, 0), bone_of(4, 0)]
        across = [np.ptp(rig.heads[knuckles, 0]) for rig in (slim, broad)]
        assert across[1] / across[0] == pytest.approx(95 / 75)
        np.testing.assert_allclose(slim.heads[knuckles, 1], broad.heads[knuckles, 1])

    def test_finger_scale_lengthens_one_finger(self) -> None:
        usual = build_rig(toy_source(), HandShape())
        longer = build_rig(toy_source(), HandShape(finger_scale=(1, 1, 1, 1.2, 1)))

        np.testing.assert_allclose(longer.lengths[3] / usual.lengths[3], 1.2)
        np.testing.assert_allclose(longer.lengths[[0, 1, 2, 4]], usual.lengths[[0, 1, 2, 4]])

    def test_girth_thickens_the_fingers(self) -> None:
        usual = build_rig(toy_source(), HandShape())
        thick = build_rig(toy_source(), HandShape(girth=1.25))

        np.testing.assert_allclose(thick.radii[1:] / usual.radii[1:], 1.25, rtol=0.02)

    def test_nails_grow_beyond_the_flesh(self) -> None:
        usual = build_rig(toy_source(), HandShape())
        grown = build_rig(toy_source(), HandShape(nail_mm=6.0))

        moved = np.linalg.norm(grown.mesh.rest_mm - usual.mesh.rest_mm, axis=1)
        assert moved[usual.mesh.part == PART_NAIL].max() == pytest.approx(6.0)
        assert moved[usual.mesh.part != PART_NAIL].max() == 0

    def test_weights_of_each_vertex_sum_to_one(self) -> None:
        rig = build_rig(toy_source(), HandShape())

        np.testing.assert_allclose(rig.weights.sum(axis=1), 1.0)
