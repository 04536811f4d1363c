from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from cameratokeyboard.datatypes import CameraPose, Detections, Layout, MatPose
from cameratokeyboard.geometry.homography import apply_homography
from cameratokeyboard.geometry.locator import MEMORY_S, MarkerMatLocator
from cameratokeyboard.keyboard.layout import load_layout
from tests.geometry.builders import (
    IMAGE_WH,
    keyboard_corners_mm,
    make_camera,
    make_detections,
    make_frame,
    make_picture,
    random_boxes,
    true_px,
)

CODED = load_layout("qwerty")
PLAIN = load_layout("forerunner")
USUAL = make_camera(yaw=5, pitch=28, distance=430)
MOVED = make_camera(yaw=-10, pitch=35, distance=480, look_at=(15, 5))
NOTHING = Detections.empty(IMAGE_WH)


def error_mm(pose: MatPose | None, camera: CameraPose, layout: Layout = CODED) -> float:
    """How far the keyboard's corners are off, at worst."""
    if pose is None:
        return float("nan")
    corners = keyboard_corners_mm(layout)
    mapped = apply_homography(pose.px_to_mm, true_px(camera, corners))
    return float(np.linalg.norm(mapped - corners, axis=1).max())


class Scene:
    """A mat before a camera."""

    def __init__(self, layout: Layout, boxes: bool = False, false_boxes: int = 0) -> None:
        self.layout = layout
        self.locator = MarkerMatLocator(layout)
        self._boxes, self._false_boxes = boxes, false_boxes
        self._index = 0

    def show(
        self,
        camera: CameraPose,
        frames: int = 1,
        hidden: tuple[int, ...] = (),
        change: Callable[[np.ndarray], np.ndarray] = lambda image: image,
    ) -> list[MatPose | None]:
        poses = []
        for _ in range(frames):
            picture = make_picture(self.layout, camera, hidden=hidden)
            seen = NOTHING
            if self._boxes:
                seen = make_detections(
                    self.layout,
                    camera,
                    missing=hidden,
                    jitter_px=1.5,
                    seed=self._index,
                    false_boxes=random_boxes(self._false_boxes, self._index),
                )
            frame = make_frame(change(picture), self._index)
            poses.append(self.locator.update(frame, seen))
            self._index += 1
        return poses


def generations(poses: Sequence[MatPose | None]) -> list[int]:
    return [pose.generation for pose in poses if pose is not None]


class TestCodedMat:
    @pytest.mark.parametrize("yaw", [0.0, 90.0, 180.0, -90.0])
    def test_any_of_four_orientations_is_found_without_a_detector(self, yaw: float) -> None:
        camera = make_camera(yaw=yaw, pitch=48, distance=520, hfov=70)
        pose = Scene(CODED).show(camera)[-1]
        assert error_mm(pose, camera) < 0.3
        assert pose is not None
        assert pose.camera is not None
        assert (pose.camera.yaw_deg - yaw + 180) % 360 - 180 == pytest.approx(0, abs=1.0)

    @pytest.mark.parametrize("name", ["qwertz", "azerty", "dvorak", "colemak", "compact"])
    def test_every_layouts_codes_are_found(self, name: str) -> None:
        layout = load_layout(name)
        pose = Scene(layout).show(USUAL)[-1]
        assert error_mm(pose, USUAL, layout) < 0.3

    def test_a_mat_of_other_codes_is_not_taken_for_ones_own(self) -> None:
        picture = make_picture(load_layout("qwertz"), USUAL)
        locator = MarkerMatLocator(CODED)
        poses = [locator.update(make_frame(picture, i), NOTHING) for i in range(8)]
        assert poses == [None] * 8

    def test_camera_pose_is_told(self) -> None:
        pose = Scene(CODED).show(USUAL, 5)[-1]
        assert pose is not None
        assert pose.camera is not None
        assert pose.camera.pitch_deg == pytest.approx(28, abs=0.5)
        assert pose.camera.distance_mm == pytest.approx(430, rel=0.03)

    def test_both_homographies_are_inverse_and_the_error_is_small(self) -> None:
        pose = Scene(CODED).show(USUAL, 3)[-1]
        assert pose is not None
        assert pose.px_to_mm @ pose.mm_to_px / (pose.px_to_mm @ pose.mm_to_px)[
            2, 2
        ] == pytest.approx(np.eye(3), abs=1e-6)
        assert 0 < pose.error_mm < 0.3

    @pytest.mark.parametrize("hidden", [(0,), (0, 1), (2, 3), (0, 2)])
    def test_two_or_three_markers_suffice_from_the_start(self, hidden: tuple[int, ...]) -> None:
        pose = Scene(CODED).show(USUAL, hidden=hidden)[-1]
        assert error_mm(pose, USUAL) < 1.0
        assert pose is not None
        assert [not seen for seen in pose.markers_seen] == [i in hidden for i in range(4)]

    def test_a_grazing_view_is_found_with_the_detectors_boxes(self) -> None:
        camera = make_camera(pitch=12, distance=400)
        poses = Scene(CODED, boxes=True).show(camera, 6)
        assert error_mm(poses[-1], camera) < 1.0

    def test_a_mirrored_picture_gives_no_pose_and_is_told(self) -> None:
        scene = Scene(CODED)
        poses = scene.show(make_camera(pitch=40), 6, change=lambda i: i[:, ::-1].copy())
        assert poses == [None] * 6
        assert scene.locator.mirrored

    def test_a_plain_picture_is_not_told_to_be_mirrored(self) -> None:
        scene = Scene(CODED)
        scene.show(USUAL, 2)
        assert not scene.locator.mirrored


class TestUncodedMat:
    @pytest.mark.parametrize("false_boxes", [0, 8, 46])
    def test_is_found_among_false_boxes(self, false_boxes: int) -> None:
        poses = Scene(PLAIN, boxes=True, false_boxes=false_boxes).show(USUAL, 3)
        assert error_mm(poses[-1], USUAL, PLAIN) < 0.6

    def test_false_boxes_alone_give_no_pose(self) -> None:
        locator = MarkerMatLocator(PLAIN)
        blank = np.full((720, 1280, 3), 120, np.uint8)
        for index in range(20):
            boxes = make_detections(
                PLAIN, USUAL, missing=(0, 1, 2, 3), false_boxes=random_boxes(8, index)
            )
            assert locator.update(make_frame(blank, index), boxes) is None

    def test_the_camera_is_taken_to_face_the_typist(self) -> None:
        pose = Scene(PLAIN, boxes=True).show(make_camera(yaw=180, pitch=35), 3)[-1]
        assert pose is not None
        assert pose.camera is not None
        assert abs(pose.camera.yaw_deg) < 2.0

    def test_one_hidden_from_the_start_is_inferred(self) -> None:
        poses = Scene(PLAIN, boxes=True).show(USUAL, 8, hidden=(3,))
        assert error_mm(poses[-1], USUAL, PLAIN) < 6.0
        assert poses[-1] is not None
        assert poses[-1].markers_seen.tolist() == [True, True, True, False]
        assert poses[-1].error_mm > 0.2

    def test_without_a_detector_it_is_not_found(self) -> None:
        assert Scene(PLAIN).show(USUAL, 3) == [None] * 3


class TestStandingStill:
    @pytest.mark.parametrize("layout", [CODED, PLAIN], ids=["coded", "uncoded"])
    def test_a_pose_that_does_not_change_is_the_very_same(self, layout: Layout) -> None:
        locator = MarkerMatLocator(layout)
        images = [make_picture(layout, USUAL, seed=seed) for seed in range(3)]
        poses = []
        for index in range(40):
            boxes = make_detections(layout, USUAL, jitter_px=1.5, seed=index)
            poses.append(locator.update(make_frame(images[index % 3], index), boxes))
        late = [pose.mm_to_px for pose in poses[20:] if pose is not None]
        assert len(late) == 20
        assert len({matrix.tobytes() for matrix in late}) <= 3
        drift = [np.abs(p.markers_px - poses[-1].markers_px).max() for p in poses[20:] if p]
        assert max(drift) < 0.1

    @pytest.mark.parametrize("hidden", [(3,), (2, 3), (1, 2, 3)])
    def test_hands_over_markers_do_not_move_the_mat(self, hidden: tuple[int, ...]) -> None:
        scene = Scene(CODED)
        before = scene.show(USUAL, 15)[-1]
        during = scene.show(USUAL, 15, hidden=hidden)
        assert all(pose is not None for pose in during)
        assert before is not None
        for pose in during:
            assert pose is not None
            assert np.abs(pose.markers_px - before.markers_px).max() < 0.3
            assert int(pose.markers_seen.sum()) == 4 - len(hidden)
        assert set(generations(during)) == {before.generation}

    def test_an_uncoded_mat_survives_two_hidden_markers(self) -> None:
        scene = Scene(PLAIN, boxes=True)
        scene.show(USUAL, 12)
        poses = scene.show(USUAL, 20, hidden=(2, 3))
        assert error_mm(poses[-1], USUAL, PLAIN) < 0.8

    def test_all_hidden_is_remembered_for_a_while_and_then_missing(self) -> None:
        scene = Scene(CODED)
        scene.show(USUAL, 12)
        poses = scene.show(USUAL, int(MEMORY_S * 30) + 10, hidden=(0, 1, 2, 3))
        assert poses[20] is not None
        assert not poses[20].markers_seen.any()
        assert poses[-1] is None

    def test_found_again_in_the_same_place_it_is_the_same_generation(self) -> None:
        scene = Scene(CODED)
        before = scene.show(USUAL, 12)
        scene.show(USUAL, int(MEMORY_S * 30) + 10, hidden=(0, 1, 2, 3))
        after = scene.show(USUAL, 6)
        assert error_mm(after[-1], USUAL) < 0.3
        assert set(generations(after)) == set(generations(before))


class TestMovement:
    @pytest.mark.parametrize("layout", [CODED, PLAIN], ids=["coded", "uncoded"])
    def test_a_moved_camera_starts_one_new_generation(self, layout: Layout) -> None:
        scene = Scene(layout, boxes=True)
        before = scene.show(USUAL, 15)
        after = scene.show(MOVED, 15)
        assert error_mm(after[-1], MOVED, layout) < 0.6
        assert set(generations(after)) - set(generations(before)) == {generations(before)[-1] + 1}

    def test_a_small_shift_is_noticed(self) -> None:
        scene = Scene(CODED)
        scene.show(USUAL, 15)
        shifted = make_camera(yaw=5, pitch=28, distance=430, look_at=(2.5, 0))
        poses = scene.show(shifted, 12)
        assert error_mm(poses[-1], shifted) < 0.3
        assert generations(poses)[-1] == 1

    def test_slow_drift_is_followed_within_a_generation(self) -> None:
        scene = Scene(CODED)
        scene.show(USUAL, 12)
        for step in range(12):
            camera = make_camera(yaw=5 + 0.03 * step, pitch=28, distance=430)
            (pose,) = scene.show(camera)
            assert error_mm(pose, camera) < 1.2
        assert pose is not None
        assert pose.generation == 0

    def test_a_pan_is_followed_frame_by_frame(self) -> None:
        scene = Scene(CODED)
        for step in range(8):
            camera = make_camera(yaw=5 + 0.5 * step, pitch=28, distance=430)
            (pose,) = scene.show(camera)
            assert error_mm(pose, camera) < 3.0

    def test_moved_while_hidden_it_is_found_again(self) -> None:
        scene = Scene(CODED)
        scene.show(USUAL, 12)
        scene.show(USUAL, 10, hidden=(0, 1, 2, 3))
        poses = scene.show(MOVED, 8)
        assert error_mm(poses[-1], MOVED) < 0.3
        assert generations(poses)[-1] == 1

    def test_an_uncoded_mat_moved_with_one_marker_hidden_is_found_again(self) -> None:
        scene = Scene(PLAIN, boxes=True, false_boxes=3)
        scene.show(USUAL, 12)
        poses = scene.show(MOVED, 14, hidden=(3,))
        assert error_mm(poses[-1], MOVED, PLAIN) < 4.0


class TestReset:
    def test_a_reset_forgets_and_starts_a_new_generation(self) -> None:
        scene = Scene(CODED)
        scene.show(USUAL, 3)
        scene.locator.reset()
        assert scene.show(USUAL, hidden=(0, 1, 2, 3))[-1] is None
        assert generations(scene.show(USUAL, 5))[-1] == 1

    def test_a_new_picture_size_starts_afresh(self) -> None:
        scene = Scene(CODED)
        scene.show(USUAL, 3)
        small_wh = (960, 540)
        camera = make_camera(pitch=35, image_wh=small_wh)
        picture = make_picture(CODED, camera, image_wh=small_wh)
        pose = scene.locator.update(make_frame(picture, 3), Detections.empty(small_wh))
        assert pose is not None
        assert pose.generation == 1
        expected = true_px(camera, np.array([m.xy_mm for m in CODED.markers]), small_wh)
        assert np.abs(pose.markers_px - expected).max() < 0.3

    def test_two_locators_given_the_same_frames_agree_exactly(self) -> None:
        runs = []
        for _ in range(2):
            scene = Scene(PLAIN, boxes=True, false_boxes=5)
            poses = scene.show(USUAL, 6) + scene.show(MOVED, 6)
            runs.append([None if p is None else p.mm_to_px.tobytes() for p in poses])
        assert runs[0] == runs[1]


class TestOddInput:
    @pytest.mark.parametrize("size", [(1, 1), (3, 900), (31, 31), (64, 48)])
    @pytest.mark.parametrize("value", [0, 127, 255])
    def test_tiny_and_blank_pictures_give_no_pose(self, size: tuple[int, int], value: int) -> None:
        locator = MarkerMatLocator(CODED)
        image = np.full((size[1], size[0], 3), value, np.uint8)
        for index in range(3):
            assert locator.update(make_frame(image, index), Detections.empty(size)) is None

    def test_noise_gives_no_pose(self) -> None:
        locator = MarkerMatLocator(CODED)
        image = np.random.default_rng(1).integers(0, 255, (360, 640, 3)).astype(np.uint8)
        for index in range(6):
            frame = make_frame(image, index)
            assert locator.update(frame, Detections.empty((640, 360))) is None

    def test_boxes_that_are_no_boxes_are_ignored(self) -> None:
        bad = np.array(
            [
                [np.nan, 0, 10, 10],
                [5, 5, 5, 5],
                [90, 90, 10, 10],
                [-1e9, -1e9, 1e9, 1e9],
                [np.inf, 1, 2, 3],
            ]
        )
        boxes = make_detections(PLAIN, USUAL, false_boxes=bad)
        locator = MarkerMatLocator(PLAIN)
        picture = make_picture(PLAIN, USUAL)
        for index in range(4):
            pose = locator.update(make_frame(picture, index), boxes)
        assert error_mm(pose, USUAL, PLAIN) < 0.6

    def test_time_that_goes_backwards_forgets_what_cannot_be_seen(self) -> None:
        scene = Scene(CODED)
        scene.show(USUAL, 5)
        hidden = make_picture(CODED, USUAL, hidden=(0, 1, 2, 3))
        assert scene.locator.update(make_frame(hidden, -100), NOTHING) is None
