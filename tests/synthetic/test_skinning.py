from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.hand_rig import HandRig, build_rig
from cameratokeyboard.synthetic.hand_source import FOREARM, HAND, bone_of, rotation
from cameratokeyboard.synthetic.skinning import quaternions, skin
from tests.synthetic.hand_builders import toy_source


@pytest.fixture(scope="module")
def rig() -> HandRig:
    return build_rig(toy_source(), HandShape())


def at_rest(rig: HandRig) -> tuple[np.ndarray, np.ndarray]:
    starts = rig.heads.copy()
    starts[FOREARM] = rig.heads[HAND]
    return rig.frames.copy(), starts


class TestQuaternions:
    @pytest.mark.parametrize("seed", range(5))
    def test_they_turn_vectors_as_their_matrices_do(self, seed: int) -> None:
        angles = np.random.default_rng(seed).uniform(-np.pi, np.pi, 3)
        matrix = rotation(0, angles[0]) @ rotation(1, angles[1]) @ rotation(2, angles[2])
        vector = np.array([1.0, -2, 3])

        w, *v = quaternions(matrix[None])[0]

        turned = vector + 2 * np.cross(v, np.cross(v, vector) + w * vector)
        np.testing.assert_allclose(turned, matrix @ vector)

    def test_half_turn_is_a_unit_quaternion(self) -> None:
        found = quaternions(rotation(1, np.pi)[None])[0]

        assert np.linalg.norm(found) == pytest.approx(1)
        assert abs(found[2]) == pytest.approx(1)


class TestSkin:
    def test_rest_pose_leaves_the_mesh_as_it_is(self, rig: HandRig) -> None:
        vertices, normals = skin(rig, *at_rest(rig))

        np.testing.assert_allclose(vertices, rig.mesh.rest_mm, atol=1e-9)
        np.testing.assert_allclose(normals, rig.normals, atol=1e-9)

    def test_whole_hand_moves_as_one(self, rig: HandRig) -> None:
        frames, starts = at_rest(rig)
        turn, shift = rotation(2, 0.7) @ rotation(0, -0.4), np.array([50.0, -20, 9])

        vertices, normals = skin(rig, turn @ frames, starts @ turn.T + shift)

        np.testing.assert_allclose(vertices, rig.mesh.rest_mm @ turn.T + shift, atol=1e-8)
        np.testing.assert_allclose(normals, rig.normals @ turn.T, atol=1e-8)

    def test_bent_finger_keeps_its_thickness_at_the_joint(self, rig: HandRig) -> None:
        frames, starts = at_rest(rig)
        first = bone_of(2, 1)
        bend = frames[first] @ rotation(0, -np.radians(80)) @ frames[first].T
        for bone in (first, first + 1):
            frames[bone] = bend @ frames[bone]
            starts[bone] = starts[first] + bend @ (starts[bone] - starts[first])

        vertices, _ = skin(rig, frames, starts)

        near = np.linalg.norm(rig.mesh.rest_mm - starts[first], axis=1) < 1.2 * rig.radii[2, 1]
        near &= rig.mesh.finger == 2
        before = np.linalg.norm(rig.mesh.rest_mm[near] - starts[first], axis=1)
        after = np.linalg.norm(vertices[near] - starts[first], axis=1)
        assert (after > 0.8 * before).all()
