from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic import hand_webxr
from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.hand import Hand
from cameratokeyboard.synthetic.hand_rig import build_rig
from cameratokeyboard.synthetic.hand_source import FOREARM, HAND, bone_of
from tests.synthetic.hand_builders import HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG

fetched = pytest.mark.skipif(
    not hand_webxr.mesh_file().is_file(), reason="the WebXR hand was never fetched here"
)


class TestFetch:
    def test_without_npm_the_message_says_what_to_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hand_webxr.shutil, "which", lambda name: None)

        with pytest.raises(SimulationError, match=r"npm pack @webxr-input-profiles/assets@"):
            hand_webxr.fetch(tmp_path / "right.glb")

    def test_failing_npm_is_reported_and_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hand_webxr.shutil, "which", lambda name: str(tmp_path / "no-npm"))

        with pytest.raises(SimulationError, match="could not be fetched"):
            hand_webxr.fetch(tmp_path / "cache" / "right.glb")
        assert list((tmp_path / "cache").iterdir()) == []


class TestBoneOfJoint:
    @pytest.mark.parametrize(
        ("joint", "bone"),
        [
            ("wrist", HAND),
            ("thumb-metacarpal", bone_of(0, 0)),
            ("thumb-tip", bone_of(0, 2)),
            ("index-finger-metacarpal", HAND),
            ("middle-finger-phalanx-proximal", bone_of(2, 0)),
            ("pinky-finger-phalanx-intermediate", bone_of(4, 1)),
            ("ring-finger-tip", bone_of(3, 2)),
        ],
    )
    def test_joints_of_the_standard_find_their_bone(self, joint: str, bone: int) -> None:
        assert hand_webxr.bone_of_joint(joint) == bone


@fetched
class TestLoadSource:
    def test_forearm_carries_on_from_the_wrist(self) -> None:
        source = hand_webxr.load_source(HandShape())

        assert source.vertices[:, 1].min() < -180
        assert source.weights[source.vertices[:, 1] < -60, FOREARM].min() == pytest.approx(1.0)
        np.testing.assert_allclose(source.weights.sum(axis=1), 1.0)

    def test_mesh_is_open_only_at_the_sleeve(self) -> None:
        source = hand_webxr.load_source(HandShape())

        edges = np.sort(
            np.concatenate(
                [source.faces[:, [0, 1]], source.faces[:, [1, 2]], source.faces[:, [2, 0]]]
            )
        )
        found, uses = np.unique(edges, axis=0, return_counts=True)
        rim = source.vertices[found[uses == 1].ravel()]
        assert uses.max() == 2
        assert rim[:, 1].max() < -150

    def test_pads_reach_home_keys(self) -> None:
        rig = build_rig(hand_webxr.load_source(HandShape()), HandShape())

        posed = Hand(rig, "right").pose(HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)

        assert posed.residual_mm.max() < 1.0
