from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.errors import MissingExtraError, SimulationError
from cameratokeyboard.synthetic import hand_anny
from cameratokeyboard.synthetic.datatypes import PART_FINGER, PART_FOREARM, PART_NAIL, HandShape
from cameratokeyboard.synthetic.hand import Hand, load_hands
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from tests.synthetic.hand_builders import (
    HAS_ANNY,
    HOME_PADS_MM,
    HOME_WRIST_MM,
    HOME_YAW_DEG,
    toy_source,
)

MIRROR = np.array([-1.0, 1.0, 1.0])


@pytest.fixture(scope="module", params=["toy", "anny"])
def rig(request: pytest.FixtureRequest) -> HandRig:
    if request.param == "toy":
        return build_rig(toy_source(), HandShape())
    if not HAS_ANNY:
        pytest.skip("the anny package is not installed")
    return build_rig(hand_anny.load_source(HandShape()), HandShape())


class TestPose:
    def test_pads_are_the_contact_keypoints(self, rig: HandRig) -> None:
        posed = Hand(rig, "right").pose(HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)

        assert np.linalg.norm(posed.keypoints_mm[:, 0] - HOME_PADS_MM, axis=1).max() < 1.0
        np.testing.assert_allclose(
            posed.residual_mm,
            np.linalg.norm(posed.keypoints_mm[:, 0] - HOME_PADS_MM, axis=1),
        )

    def test_skin_is_at_the_contact(self, rig: HandRig) -> None:
        posed = Hand(rig, "right").pose(HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)

        for finger in range(5):
            own = posed.vertices_mm[posed.mesh.finger == finger]
            contact = posed.keypoints_mm[finger, 0]
            assert np.linalg.norm(own - contact, axis=1).min() < 4.0
            assert own[:, 2].min() == pytest.approx(contact[2], abs=1.5)

    @pytest.mark.parametrize("drop_mm", [0.0, 3.0, 30.0])
    def test_nothing_is_below_the_paper(self, rig: HandRig, drop_mm: float) -> None:
        pads = HOME_PADS_MM * [1, 1, 0]
        wrist = HOME_WRIST_MM - [0, 0, drop_mm]

        posed = Hand(rig, "right").pose(pads, wrist, HOME_YAW_DEG)

        assert posed.vertices_mm[:, 2].min() >= -0.5
        assert posed.keypoints_mm[:, :, 2].min() >= -1.0

    def test_keypoints_follow_the_finger(self, rig: HandRig) -> None:
        posed = Hand(rig, "right").pose(HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)

        contact, tip, joint = posed.keypoints_mm.swapaxes(0, 1)
        assert (np.linalg.norm(tip - joint, axis=1) > 12).all()
        assert (
            np.linalg.norm(contact - tip, axis=1) < np.linalg.norm(contact - joint, axis=1)
        ).all()
        assert (joint[1:, 2] > contact[1:, 2]).all()

    def test_left_hand_mirrors_the_right(self, rig: HandRig) -> None:
        right = Hand(rig, "right").pose(HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)
        left = Hand(rig, "left").pose(HOME_PADS_MM * MIRROR, HOME_WRIST_MM * MIRROR, -HOME_YAW_DEG)

        np.testing.assert_allclose(left.vertices_mm * MIRROR, right.vertices_mm)
        np.testing.assert_allclose(left.normals * MIRROR, right.normals)
        np.testing.assert_allclose(left.keypoints_mm * MIRROR, right.keypoints_mm)
        np.testing.assert_allclose(left.wrist_mm * MIRROR, right.wrist_mm)

    def test_faces_of_both_hands_face_outwards(self, rig: HandRig) -> None:
        for side, mirror in (("right", np.ones(3)), ("left", MIRROR)):
            posed = Hand(rig, side).pose(
                HOME_PADS_MM * mirror, HOME_WRIST_MM * mirror, HOME_YAW_DEG * mirror[0]
            )
            corner = posed.vertices_mm[posed.mesh.faces]
            facing = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
            normal = posed.normals[posed.mesh.faces].mean(axis=1)
            assert (np.einsum("fi,fi->f", facing, normal) > -1e-3).mean() > 0.95

    def test_normals_have_unit_length(self, rig: HandRig) -> None:
        posed = Hand(rig, "right").pose(HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)

        np.testing.assert_allclose(np.linalg.norm(posed.normals, axis=1), 1.0)

    def test_forearm_leads_back_and_away_from_the_other_hand(self, rig: HandRig) -> None:
        posed = Hand(rig, "right").pose(HOME_PADS_MM, HOME_WRIST_MM, HOME_YAW_DEG)

        arm = posed.vertices_mm[posed.mesh.part == PART_FOREARM]
        far = arm[np.linalg.norm(arm - posed.wrist_mm, axis=1) > 150].mean(axis=0)
        assert far[1] < posed.wrist_mm[1] - 100
        assert far[0] > posed.wrist_mm[0] + 20

    @pytest.mark.parametrize(
        ("pads", "wrist", "yaw"),
        [
            (HOME_PADS_MM[:4], HOME_WRIST_MM, 0.0),
            (HOME_PADS_MM, HOME_WRIST_MM[:2], 0.0),
            (HOME_PADS_MM * np.nan, HOME_WRIST_MM, 0.0),
            (HOME_PADS_MM, HOME_WRIST_MM, np.inf),
        ],
    )
    def test_wrong_input_is_refused(
        self, rig: HandRig, pads: np.ndarray, wrist: np.ndarray, yaw: float
    ) -> None:
        with pytest.raises(SimulationError, match="hand needs"):
            Hand(rig, "right").pose(pads, wrist, yaw)


class TestLabels:
    def test_every_finger_has_an_end_of_15_mm_on_its_last_segment(self, rig: HandRig) -> None:
        mesh = rig.mesh
        for finger in range(5):
            end = (mesh.tip_distance_mm < 15) & (mesh.finger == finger)
            assert end.sum() > 20
            last = rig.weights[end, 2 + 3 * finger + 2]
            assert last.mean() > 0.9
            assert mesh.tip_distance_mm[mesh.finger == finger].min() < 0.5

    def test_palm_and_forearm_are_far_from_any_tip(self, rig: HandRig) -> None:
        assert (rig.mesh.tip_distance_mm[rig.mesh.finger < 0] > 100).all()

    def test_every_finger_has_a_nail_on_its_back(self, rig: HandRig) -> None:
        mesh = rig.mesh
        for finger in range(5):
            nail = (mesh.part == PART_NAIL) & (mesh.finger == finger)
            assert nail.sum() >= 6
            assert mesh.dorsal[nail].mean() > 0.7
            assert mesh.tip_distance_mm[nail].max() < 25

    def test_part_finger_and_dorsal_are_consistent(self, rig: HandRig) -> None:
        mesh = rig.mesh
        on_finger = np.isin(mesh.part, (PART_FINGER, PART_NAIL))
        np.testing.assert_array_equal(on_finger, mesh.finger >= 0)
        assert mesh.dorsal.min() >= 0
        assert mesh.dorsal.max() <= 1


class TestHand:
    def test_unknown_side_is_refused(self, rig: HandRig) -> None:
        with pytest.raises(SimulationError, match="left or right"):
            Hand(rig, "middle")


class TestLoadHands:
    def test_unknown_kind_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SimulationError, match="anny, webxr"):
            load_hands("plush", folder=tmp_path)

    def test_missing_package_names_the_extra(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def absent(name: str) -> str:
            raise hand_anny.importlib.metadata.PackageNotFoundError(name)

        monkeypatch.setattr(hand_anny.importlib.metadata, "version", absent)

        with pytest.raises(MissingExtraError, match="synthetic"):
            load_hands("anny", folder=tmp_path)

    @pytest.mark.skipif(not HAS_ANNY, reason="the anny package is not installed")
    def test_second_time_comes_from_the_cache(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shape = HandShape(length_mm=170.0)
        _, first = load_hands("anny", shape, tmp_path)
        monkeypatch.setattr(hand_anny, "load_source", None)

        _, again = load_hands("anny", shape, tmp_path)

        np.testing.assert_array_equal(again.mesh.rest_mm, first.mesh.rest_mm)
