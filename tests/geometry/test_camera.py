from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.geometry.camera import (
    camera_homography,
    camera_pose,
    estimate_focal,
    focal_of_hfov,
    mm_per_px,
    pose_error_px,
    project,
)
from cameratokeyboard.geometry.homography import apply_homography
from tests.geometry.builders import IMAGE_WH, make_camera, true_px

MM = np.array([[-124.0, 75.0], [124.0, 75.0], [124.0, -75.0], [-124.0, -75.0]])


class TestBuiltCameras:
    @pytest.mark.parametrize("yaw", [-170.0, -90.0, -20.0, 0.0, 35.0, 90.0, 180.0])
    @pytest.mark.parametrize("pitch", [12.0, 45.0, 85.0])
    def test_yaw_pitch_and_distance_are_as_the_contract_defines_them(
        self, yaw: float, pitch: float
    ) -> None:
        camera = make_camera(yaw=yaw, pitch=pitch, distance=500.0)
        assert (camera.yaw_deg - yaw + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
        assert camera.pitch_deg == pytest.approx(pitch)
        assert camera.distance_mm == pytest.approx(500.0)

    def test_facing_the_typist_the_number_row_is_lower_and_left_is_right(self) -> None:
        px = true_px(make_camera(yaw=0.0), MM)
        assert px[0, 1] > px[3, 1]
        assert px[0, 0] > px[1, 0]

    def test_straight_down_with_the_number_row_below_is_facing(self) -> None:
        assert make_camera(yaw=0.0, pitch=89.9).yaw_deg == pytest.approx(0, abs=0.5)


class TestEstimateFocal:
    @pytest.mark.parametrize("hfov", [50.0, 65.0, 80.0])
    def test_precise_anchors_tell_the_focal_length(self, hfov: float) -> None:
        camera = make_camera(hfov=hfov, pitch=35, yaw=12)
        focal = estimate_focal(MM, true_px(camera, MM), IMAGE_WH, 0.05)
        assert focal == pytest.approx(camera.focal_px, rel=0.02)

    def test_straight_down_the_usual_one_is_taken(self) -> None:
        camera = make_camera(hfov=55, pitch=89.5)
        focal = estimate_focal(MM, true_px(camera, MM), IMAGE_WH, 0.5)
        assert focal == pytest.approx(focal_of_hfov(65.0, 1280), rel=0.05)

    def test_noise_does_not_lead_it_astray(self) -> None:
        camera = make_camera(hfov=60, pitch=30)
        for seed in range(20):
            noise = np.random.default_rng(seed).normal(0, 1.0, (4, 2))
            focal = estimate_focal(MM, true_px(camera, MM) + noise, IMAGE_WH, 1.0)
            assert 0.7 < focal / camera.focal_px < 1.4


class TestCameraPose:
    @pytest.mark.parametrize("yaw", [-120.0, 0.0, 25.0, 180.0])
    @pytest.mark.parametrize("pitch", [15.0, 35.0, 70.0])
    def test_finds_the_camera_that_took_the_picture(self, yaw: float, pitch: float) -> None:
        camera = make_camera(yaw=yaw, pitch=pitch, distance=480)
        found = camera_pose(MM, true_px(camera, MM), IMAGE_WH, camera.focal_px)
        assert found is not None
        assert found.rotation == pytest.approx(camera.rotation, abs=1e-4)
        assert found.translation == pytest.approx(camera.translation, abs=0.1)
        assert found.pitch_deg == pytest.approx(pitch, abs=0.05)

    def test_points_above_the_paper_project_where_the_camera_sees_them(self) -> None:
        camera = make_camera()
        above = np.array([[10.0, 20.0, 15.0], [10.0, 20.0, 0.0]])
        high, low = project(camera, above, IMAGE_WH)
        assert high[1] < low[1]
        flat = apply_homography(camera_homography(camera, IMAGE_WH), above[1:, :2])[0]
        assert low == pytest.approx(flat)

    def test_a_point_behind_the_camera_has_no_place(self) -> None:
        behind = make_camera(distance=300).rotation.T @ np.array([0, 0, -900.0])
        assert np.isnan(project(make_camera(distance=300), behind, IMAGE_WH)).all()


class TestPoseErrorPx:
    def test_a_real_view_has_none(self) -> None:
        assert pose_error_px(MM, true_px(make_camera(yaw=20), MM), IMAGE_WH, 0.1) < 0.3

    def test_markers_in_wrong_places_have_much(self) -> None:
        px = true_px(make_camera(pitch=40), MM)
        assert pose_error_px(MM, np.roll(px, 1, axis=0), IMAGE_WH, 0.1) > 20


class TestMmPerPx:
    def test_straight_down_it_is_distance_by_focal_length(self) -> None:
        camera = make_camera(pitch=89.99, distance=500)
        size = mm_per_px(camera_homography(camera, IMAGE_WH), np.zeros(2))
        assert size == pytest.approx(500 / camera.focal_px, rel=1e-3)
