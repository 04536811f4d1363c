from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.datatypes import PART_NAIL, HandShape, TipShape
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from cameratokeyboard.synthetic.hand_source import bone_of, rotation
from cameratokeyboard.synthetic.hand_tips import random_tips
from cameratokeyboard.synthetic.pad_fit import GIVE_MM, lowest_points
from tests.synthetic.hand_builders import toy_source

INDEX = 1


def _rig(tip: TipShape) -> HandRig:
    tips = [TipShape()] * 5
    tips[INDEX] = tip
    return build_rig(toy_source(), HandShape(tips=tuple(tips)))


def _last_segment(rig: HandRig) -> FloatArray:
    """(P, 3) mm: the index finger's last segment in its own frame."""
    bone = bone_of(INDEX, 2)
    mine = rig.weights[:, bone] > 0.99
    return np.asarray((rig.mesh.rest_mm[mine] - rig.heads[bone]) @ rig.frames[bone])


class TestWithTips:
    def test_other_fingers_and_segments_stay(self) -> None:
        usual, formed = _rig(TipShape()), _rig(TipShape(0.7, 1.1, 0.2, 1.0, 8.0))

        elsewhere = usual.weights[:, bone_of(INDEX, 2)] == 0
        moved = np.linalg.norm(formed.mesh.rest_mm - usual.mesh.rest_mm, axis=1)
        assert moved[elsewhere].max() < 0.05
        assert moved[~elsewhere].max() > 1

    def test_depth_thins_the_pad_and_not_the_nail(self) -> None:
        usual, flat = _rig(TipShape()), _rig(TipShape(depth=0.6))

        below = [_last_segment(rig)[:, 2].min() for rig in (usual, flat)]
        above = [_last_segment(rig)[:, 2].max() for rig in (usual, flat)]
        # The segment's first part keeps its form, its middle has the new one.
        middle = [
            part[np.abs(part[:, 1] / usual.lengths[INDEX, 2] - 0.7) < 0.1, 2].min()
            for part in (_last_segment(usual), _last_segment(flat))
        ]
        assert middle[1] / middle[0] == pytest.approx(0.6, abs=0.05)
        assert below[1] > below[0] - 1e-9
        assert above[1] == pytest.approx(above[0])

    def test_pad_follows_the_form(self) -> None:
        usual, flat = _rig(TipShape()), _rig(TipShape(depth=0.6))

        frame, here = rotation(0, np.radians(-50)), np.zeros((1, 3))
        lowest = []
        for rig in (usual, flat):
            point, _ = lowest_points(rig.pads[INDEX : INDEX + 1], frame[None], here)
            flesh = (_last_segment(rig) @ frame.T)[:, 2].min()
            assert point[0, 2] == pytest.approx(flesh + GIVE_MM, abs=0.3)
            lowest.append(point[0, 2])
        assert lowest[1] > lowest[0] + 0.5

    def test_breadth_and_taper_work_from_side_to_side(self) -> None:
        usual, broad, tapered = (
            _last_segment(_rig(t))
            for t in (TipShape(), TipShape(breadth=1.2), TipShape(taper=-0.3))
        )

        assert np.ptp(broad[:, 0]) / np.ptp(usual[:, 0]) == pytest.approx(1.2, abs=0.05)
        far = usual[:, 1] > 0.9 * usual[:, 1].max()
        assert np.ptp(tapered[far, 0]) < 0.8 * np.ptp(usual[far, 0])
        np.testing.assert_allclose(np.ptp(tapered[:, 0]), np.ptp(usual[:, 0]), rtol=0.02)

    def test_reach_lengthens_the_finger(self) -> None:
        usual, longer = _rig(TipShape()), _rig(TipShape(reach_mm=2.0))

        assert longer.ends[INDEX, 1] - usual.ends[INDEX, 1] == pytest.approx(2.0, abs=0.2)
        assert longer.lengths[INDEX, 2] - usual.lengths[INDEX, 2] == pytest.approx(2.0, abs=0.2)

    def test_rise_bends_the_end_to_the_nails_side(self) -> None:
        usual, risen = _rig(TipShape()), _rig(TipShape(rise_deg=15.0))

        nail = (usual.mesh.part == PART_NAIL) & (usual.mesh.finger == INDEX)
        up = (risen.mesh.rest_mm - usual.mesh.rest_mm)[nail] @ usual.frames[bone_of(INDEX, 2)][:, 2]
        assert up.min() > 0
        assert up.max() > 1

    def test_back_thickens_the_nails_side_and_not_the_pad(self) -> None:
        usual, thick = (_last_segment(_rig(t)) for t in (TipShape(), TipShape(back=1.5)))

        assert thick[:, 2].max() / usual[:, 2].max() == pytest.approx(1.5, abs=0.1)
        assert thick[:, 2].min() == pytest.approx(usual[:, 2].min())

    def test_fall_takes_back_the_nails_side_alone(self) -> None:
        usual, fallen = (_last_segment(_rig(t)) for t in (TipShape(), TipShape(fall_mm=3.0)))

        back = usual[:, 1] - fallen[:, 1]
        end = usual[:, 1] > 0.7 * usual[:, 1].max()
        top, pad = end & (usual[:, 2] > 5.0), end & (usual[:, 2] < -1.0)
        assert 0.5 < back[top].min() < back[top].max() < 3.1
        assert np.abs(back[pad]).max() < 0.05
        np.testing.assert_allclose(fallen[:, [0, 2]], usual[:, [0, 2]], atol=0.05)

    def test_aside_bends_the_end_to_the_flexion_axis(self) -> None:
        usual, bent = (_last_segment(_rig(t)) for t in (TipShape(), TipShape(aside_deg=8.0)))

        aside = (bent - usual)[:, 0]
        far = usual[:, 1] > 0.9 * usual[:, 1].max()
        assert aside[far].min() > 1
        assert np.abs(aside[usual[:, 1] < 0.2 * usual[:, 1].max()]).max() < 0.1

    def test_twist_turns_the_end_about_the_bone(self) -> None:
        usual, turned = (_last_segment(_rig(t)) for t in (TipShape(), TipShape(twist_deg=20.0)))

        end = (usual[:, 1] > 0.7 * usual[:, 1].max()) & (np.hypot(*usual[:, [0, 2]].T) > 2)
        before, after = (np.arctan2(p[end, 0], p[end, 2]) for p in (usual, turned))
        by = np.degrees(np.angle(np.exp(1j * (after - before))))
        np.testing.assert_allclose(by, 20.0, atol=1.5)
        np.testing.assert_allclose(turned[:, 1], usual[:, 1], atol=0.1)

    def test_section_is_that_asked_for_and_the_joint_keeps_its_form(self) -> None:
        usual, skewed = (_last_segment(_rig(t)) for t in (TipShape(), TipShape(skew=0.15)))

        moved = np.linalg.norm(skewed - usual, axis=1)
        share = usual[:, 1] / usual[:, 1].max()
        assert moved[share > 0.6].max() > 0.5
        assert moved[share < 0.3].max() < 0.35 * moved.max()

    def test_a_slanted_end_reaches_further_on_one_side(self) -> None:
        usual, cut = (_last_segment(_rig(t)) for t in (TipShape(), TipShape(slant_deg=15.0)))

        further = (cut - usual)[:, 1]
        end = usual[:, 1] > 0.85 * usual[:, 1].max()
        right, left = end & (usual[:, 0] > 3), end & (usual[:, 0] < -3)
        assert further[right].min() > 0.3
        assert further[left].max() < -0.3
        np.testing.assert_allclose(cut[:, [0, 2]], usual[:, [0, 2]], atol=0.05)


class TestRandomTips:
    def test_people_differ_more_than_one_persons_fingers(self) -> None:
        rng = np.random.default_rng(3)
        depth = np.array([[tip.depth for tip in random_tips(rng)] for _ in range(300)])

        assert depth.mean(axis=1).std() > 2 * depth.std(axis=1).mean()
        assert depth.min() < 0.7
        assert depth.max() > 1.05

    def test_thumbs_are_turned_most(self) -> None:
        rng = np.random.default_rng(5)
        twist = np.array([[tip.twist_deg for tip in random_tips(rng)] for _ in range(300)])

        assert twist[:, 0].std() > 1.5 * twist[:, 1:].std()
        assert abs(twist.mean()) < 2

    @pytest.mark.parametrize("measure", ["slant_deg", "rise_deg"])
    def test_thumbs_differ_most_in_how_they_end(self, measure: str) -> None:
        rng = np.random.default_rng(5)
        drawn = np.array([[getattr(t, measure) for t in random_tips(rng)] for _ in range(300)])

        assert drawn[:, 0].std() > 1.2 * drawn[:, 1:].std()
        assert abs(drawn.mean()) < 2

    def test_some_are_round_and_some_more_angular_than_the_mesh(self) -> None:
        rng = np.random.default_rng(6)
        drawn = np.array([[t.roundness for t in random_tips(rng)] for _ in range(300)])

        assert drawn.min() < -0.2
        assert drawn.max() > 1.0
        assert drawn.mean(axis=1).std() > drawn.std(axis=1).mean()

    def test_any_draw_builds_a_hand(self) -> None:
        rng = np.random.default_rng(4)
        for _ in range(20):
            rig = build_rig(toy_source(), replace(HandShape(), tips=random_tips(rng)))
            assert np.isfinite(rig.mesh.rest_mm).all()
            spans = np.sqrt(rig.pads[:, 1:].reshape(5, -1, 3, 3)[..., [0, 1, 2], [0, 1, 2]])
            assert (spans.sum(axis=1) > 1).all()
