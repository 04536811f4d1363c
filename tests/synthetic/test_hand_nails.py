from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.datatypes import (
    PART_FINGER,
    PART_NAIL,
    HandShape,
    NailShape,
    TipShape,
)
from cameratokeyboard.synthetic.hand_nails import LEAST, MOST, random_nails
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from cameratokeyboard.synthetic.hand_shape import check_shape
from cameratokeyboard.synthetic.hand_source import bone_of
from tests.synthetic.hand_builders import toy_source

INDEX = 1
USUAL = NailShape(0.7, 11.0, 40.0, 3.0)


def _rig(nail: NailShape | None) -> HandRig:
    nails = None if nail is None else (nail,) * 5
    return build_rig(toy_source(), replace(HandShape(), nails=nails))


def _nail(rig: HandRig) -> FloatArray:
    """(P, 3) mm: the index finger's nail in its last segment's frame."""
    bone = bone_of(INDEX, 2)
    mine = (rig.mesh.part == PART_NAIL) & (rig.mesh.finger == INDEX)
    return np.asarray((rig.mesh.rest_mm[mine] - rig.heads[bone]) @ rig.frames[bone])


class TestNailMask:
    def test_only_nails_differ(self) -> None:
        own, drawn = _rig(None), _rig(USUAL)

        np.testing.assert_allclose(own.mesh.rest_mm, drawn.mesh.rest_mm)
        changed = own.mesh.part != drawn.mesh.part
        assert changed.any()
        assert set(np.unique(drawn.mesh.part[changed])) <= {PART_FINGER, PART_NAIL}

    def test_a_finger_touches_where_it_did_without(self) -> None:
        broad = NailShape(0.95, 14.0, 75.0, 6.0)

        np.testing.assert_array_equal(_rig(broad).pads, _rig(None).pads)

    def test_a_twisted_end_takes_its_nail_along(self) -> None:
        tips = (TipShape(twist_deg=25.0),) * 5
        turned = build_rig(toy_source(), replace(HandShape(), nails=(USUAL,) * 5, tips=tips))

        angle = [
            np.degrees(np.arctan2(*_nail(rig)[:, [0, 2]].mean(axis=0)))
            for rig in (_rig(USUAL), turned)
        ]
        assert angle[1] - angle[0] == pytest.approx(25.0, abs=5.0)

    def test_every_finger_has_one_on_its_back(self) -> None:
        mesh = _rig(USUAL).mesh

        for finger in range(5):
            nail = (mesh.part == PART_NAIL) & (mesh.finger == finger)
            assert nail.sum() > 3
            assert (mesh.dorsal[nail] > 0.5).all()

    def test_breadth_and_length_are_those_asked_for(self) -> None:
        narrow, broad = (_nail(_rig(replace(USUAL, breadth=b))) for b in (0.5, 0.9))
        short, long = (_nail(_rig(replace(USUAL, length_mm=v))) for v in (8.0, 14.0))

        assert np.ptp(broad[:, 0]) > 1.3 * np.ptp(narrow[:, 0])
        assert np.ptp(long[:, 1]) - np.ptp(short[:, 1]) == pytest.approx(6.0, abs=2.0)

    def test_a_turned_nail_follows_the_fingers_end(self) -> None:
        flat, turned = (_nail(_rig(replace(USUAL, turn_deg=t))) for t in (15.0, 75.0))

        assert turned[:, 1].max() > flat[:, 1].max() + 0.5
        assert turned[:, 2].min() < flat[:, 2].min()

    def test_a_nail_aside_lies_on_that_side(self) -> None:
        left, right = (_nail(_rig(replace(USUAL, aside=a)))[:, 0] for a in (-0.3, 0.3))

        middles = [(x.min() + x.max()) / 2 for x in (left, right)]
        assert middles[0] < -0.5
        assert middles[1] > 0.5


class TestRandomNails:
    def test_all_can_be_hands_and_some_are_the_meshs_own(self) -> None:
        rng = np.random.default_rng(5)
        drawn = [random_nails(rng) for _ in range(300)]

        for nails in drawn:
            check_shape(replace(HandShape(), nails=nails))
        own = sum(nails is None for nails in drawn)
        assert 30 < own < 100

    def test_people_differ_more_than_one_persons_fingers(self) -> None:
        rng = np.random.default_rng(6)
        drawn = [nails for nails in (random_nails(rng) for _ in range(300)) if nails]
        turn = np.array([[nail.turn_deg for nail in nails] for nails in drawn])

        assert turn.mean(axis=1).std() > 3 * turn.std(axis=1).mean()
        assert turn.min() < 20
        assert turn.max() > 60


def test_impossible_nails_are_refused_by_name() -> None:
    nails = (USUAL,) * 4 + (replace(USUAL, turn_deg=95.0),)

    with pytest.raises(SimulationError, match=r"nails\[4\].turn_deg: expected 5 to 80, got 95"):
        build_rig(toy_source(), replace(HandShape(), nails=nails))


def test_least_is_below_most() -> None:
    for name in ("breadth", "length_mm", "turn_deg", "squareness", "aside"):
        assert getattr(LEAST, name) < getattr(MOST, name)
