"""The scene's camera."""

from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.camera import CameraPlan, View, draw_plan, look_at


class TestProjection:
    def test_target_lands_on_the_principal_point(self) -> None:
        camera = CameraPlan(target_mm=(5.0, -7.0, 3.0)).build((640, 480))
        point, depth = camera.project(np.array([5.0, -7.0, 3.0]))
        assert point == pytest.approx([320, 240])
        assert depth == pytest.approx(450.0)

    def test_the_typists_right_is_on_the_left_when_facing_them(self) -> None:
        camera = CameraPlan(yaw_deg=0).build((640, 480))
        right, left = camera.project(np.array([[100.0, 0, 0], [-100.0, 0, 0]]))[0]
        assert right[0] < left[0]

    def test_the_typists_right_stays_right_from_behind(self) -> None:
        camera = CameraPlan(yaw_deg=180).build((640, 480))
        right, left = camera.project(np.array([[100.0, 0, 0], [-100.0, 0, 0]]))[0]
        assert right[0] > left[0]

    def test_points_behind_the_camera_are_unknown(self) -> None:
        camera = CameraPlan(pitch_deg=30).build((640, 480))
        point, depth = camera.project(camera.position_mm + np.array([0.0, 400.0, 200.0]))
        assert np.isnan(point).all()
        assert np.isnan(depth)

    def test_positive_distortion_pushes_outwards(self) -> None:
        spot = np.array([120.0, 60.0, 0.0])
        plain = CameraPlan().build((640, 480)).project(spot)[0]
        bent = CameraPlan(distortion=(0.1, 0.0)).build((640, 480)).project(spot)[0]
        middle = np.array([320.0, 240.0])
        assert np.linalg.norm(bent - middle) > np.linalg.norm(plain - middle)

    def test_a_larger_picture_shows_the_same_view(self) -> None:
        camera = CameraPlan(shift=(0.05, -0.02), distortion=(0.03, 0.01)).build((320, 240))
        spots = np.array([[100.0, 40, 0], [-90.0, -60, 20]])
        larger = camera.resized((640, 480)).project(spots)[0]
        assert larger == pytest.approx(2 * camera.project(spots)[0])

    def test_position_is_recovered_from_the_pose(self) -> None:
        rotation, translation = look_at(np.array([10.0, 300, 200]), np.zeros(3), 5.0)
        assert -rotation.T @ translation == pytest.approx([10.0, 300, 200])
        assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-12)

    def test_looking_at_its_own_place_is_an_error(self) -> None:
        with pytest.raises(SimulationError, match="1 mm apart"):
            look_at(np.zeros(3), np.zeros(3), 0.0)


class TestDrawnPlans:
    @pytest.mark.parametrize("view", list(View))
    def test_every_drawn_camera_sees_the_keyboards_middle_region(self, view: View) -> None:
        for seed in range(30):
            camera = draw_plan(np.random.default_rng(seed), view).build((640, 640))
            _, depth = camera.project(np.zeros(3))
            assert 150 < depth < 1200

    def test_front_cameras_stand_across_the_mat_and_look_down(self) -> None:
        for seed in range(30):
            camera = draw_plan(np.random.default_rng(seed), View.FRONT).build((640, 640))
            assert camera.position_mm[1] > 0
            assert camera.position_mm[2] > 20

    def test_same_seed_same_camera(self) -> None:
        plans = [draw_plan(np.random.default_rng(4), View.FRONT) for _ in range(2)]
        assert plans[0] == plans[1]


class TestView:
    def test_hands_are_low_and_flat_only_where_they_would_hide_their_fingers(self) -> None:
        wrists = np.array([[-60.0, -90.0, 70.0], [60.0, -90.0, 12.0]])

        np.testing.assert_array_equal(View.FRONT.wrists_seen_past(wrists), wrists)
        for view in (View.ABOVE, View.BEHIND):
            flat = view.wrists_seen_past(wrists)
            np.testing.assert_array_equal(flat[:, 0], wrists[:, 0])
            assert (flat[:, 1] < wrists[:, 1] - 10).all()
            assert flat[0, 2] < 20
            assert (flat[:, 2] <= wrists[:, 2]).all()
