"""HandTracker: names that stay with their fingers."""

from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import Detections, Fingers, Frame
from cameratokeyboard.fingers import FingerSettings, HandTracker
from tests.fingers.builders import (
    HOME,
    SIZE_WH,
    Camera,
    detections,
    frame,
    see,
    truth_px,
)

FPS = 30.0


def shifted(dx: float = 0.0, dy: float = 0.0, dz: float = 0.0) -> np.ndarray:
    return HOME + np.array([dx, dy, dz])


def assert_names(fingers: Fingers, camera: Camera, tips_mm: np.ndarray, within_px: float = 4.0):
    expected = truth_px(camera, tips_mm)
    seen = fingers.visible
    assert np.hypot(*(fingers.px[seen] - expected[seen]).T).max(initial=0) < within_px


class TestNaming:
    @pytest.mark.parametrize("yaw", [0.0, 180.0, 25.0, -150.0])
    @pytest.mark.parametrize("pitch", [20.0, 35.0, 70.0])
    def test_resting_hands_named_at_first_sight_from_any_side(self, pitch: float, yaw: float):
        camera = Camera(pitch, yaw)
        fingers = HandTracker().update(frame(0.0), see(camera, HOME), camera.mat())
        assert fingers.visible.all()
        assert_names(fingers, camera, HOME, 0.1)

    @pytest.mark.parametrize("pitch", [8.0, 12.0, 20.0])
    def test_low_camera_that_sees_the_horizon_still_gives_places_on_the_mat(self, pitch: float):
        camera = Camera(pitch)
        fingers = HandTracker().update(frame(0.0), see(camera, HOME), camera.mat())
        assert fingers.mm == pytest.approx(HOME[:, :2], abs=0.01)

    @pytest.mark.parametrize("hidden", range(10))
    def test_one_missing_finger_renames_no_other(self, hidden: int):
        camera = Camera()
        fingers = HandTracker().update(frame(0.0), see(camera, HOME, hide=(hidden,)), camera.mat())
        assert list(np.flatnonzero(~fingers.visible)) == [hidden]
        assert_names(fingers, camera, HOME, 0.1)

    @pytest.mark.parametrize("away", [(0, 1, 2, 3, 4), (5, 6, 7, 8, 9)])
    def test_one_hand_alone_is_named_as_that_hand(self, away: tuple[int, ...]):
        camera = Camera()
        fingers = HandTracker().update(frame(0.0), see(camera, HOME, hide=away), camera.mat())
        assert list(np.flatnonzero(~fingers.visible)) == list(away)
        assert_names(fingers, camera, HOME, 0.1)

    def test_without_a_mat_a_camera_facing_the_typist_is_assumed(self):
        camera = Camera()
        fingers = HandTracker().update(frame(0.0), see(camera, HOME), None)
        assert_names(fingers, camera, HOME, 0.1)
        assert fingers.visible.all()
        assert np.isnan(fingers.mm).all()

    def test_false_alarms_take_no_name(self):
        camera = Camera()
        real = see(camera, HOME)
        false_mm = np.array([[5.0, 60.0, 0.0], [-150.0, 30.0, 0.0]])
        px = np.concatenate([real.contact_px, camera.project(false_mm)])
        both = detections(
            px,
            np.append(real.class_id == 1, [False, False]),
            np.append(np.full(10, 0.9), [0.35] * 2),
        )
        fingers = HandTracker().update(frame(0.0), both, camera.mat())
        assert_names(fingers, camera, HOME, 0.1)

    def test_every_finger_seen_twice_is_named_once(self):
        camera = Camera()
        real = see(camera, HOME)
        px = np.concatenate([real.contact_px, real.contact_px + 2.0])
        twice = detections(px, np.tile(real.class_id == 1, 2), np.repeat([0.9, 0.6], 10))
        fingers = HandTracker().update(frame(0.0), twice, camera.mat())
        assert_names(fingers, camera, HOME, 0.1)
        assert fingers.visible.all()


class TestTracking:
    def follow(
        self,
        path,
        frames: int = 60,
        fps: float = FPS,
        hide=lambda i: (),
        noise: float = 0.0,
        camera: Camera | None = None,
    ) -> list[Fingers]:
        camera = camera or Camera()
        rng = np.random.default_rng(1)
        tracker = HandTracker()
        results = []
        for i in range(frames):
            tips = path(i / fps)
            fingers = tracker.update(
                frame(i / fps), see(camera, tips, hide(i), noise, rng), camera.mat()
            )
            assert_names(fingers, camera, tips, 4.0 + 4 * noise)
            results.append(fingers)
        return results

    def test_hand_moving_across_the_keyboard_keeps_its_names(self):
        def path(t: float) -> np.ndarray:
            tips = HOME.copy()
            tips[5:] += [30 - 30 * np.cos(4 * t), 25 * np.sin(3 * t), 8.0]
            return tips

        assert all(f.visible.all() for f in self.follow(path, noise=1.0))

    @pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
    def test_names_hold_at_any_frame_rate(self, fps: float):
        def path(t: float) -> np.ndarray:
            tips = HOME.copy()
            tips[:, 1] += 12 * np.sin(2 * np.pi * 1.5 * t + np.arange(10))
            tips[:, 2] += 8 + 8 * np.sin(2 * np.pi * 2 * t + 2 * np.arange(10))
            return tips

        self.follow(path, frames=int(3 * fps), fps=fps, noise=0.8)

    def test_random_misses_rename_nobody(self):
        rng = np.random.default_rng(5)

        def path(t: float) -> np.ndarray:
            tips = HOME.copy()
            tips[:, 0] += 15 * np.sin(2 * t)
            tips[:, 2] += 6 + 6 * np.sin(12 * t + np.arange(10))
            return tips

        def hide(_: int) -> tuple[int, ...]:
            return tuple(np.flatnonzero(rng.random(10) < 0.15))

        self.follow(path, frames=120, hide=hide, noise=1.0)

    def test_finger_hidden_while_the_hand_moves_is_found_again_under_its_name(self):
        def path(t: float) -> np.ndarray:
            return shifted(dx=20 * np.sin(2 * t))

        results = self.follow(path, hide=lambda i: (8,) if 15 <= i < 40 else ())
        assert not results[30].visible[8]
        assert results[-1].visible[8]

    def test_hand_that_leaves_and_returns_elsewhere_is_known_again(self):
        def path(t: float) -> np.ndarray:
            tips = HOME.copy()
            tips[5:, :2] += [25, 15] if t > 1.5 else [0, 0]
            return tips

        hide = lambda i: (5, 6, 7, 8, 9) if 20 <= i < 55 else ()  # noqa: E731
        results = self.follow(path, frames=80, hide=hide)
        assert results[-1].visible.all()
        assert not results[40].visible[5:].any()

    def test_hand_that_jumps_within_one_frame_keeps_its_names(self):
        def path(t: float) -> np.ndarray:
            tips = HOME.copy()
            tips[5:, 0] += 17.0 if t > 1 else 0.0
            return tips

        self.follow(path)

    @pytest.mark.parametrize("phase", [0.0, 0.25, 0.5, 0.75])
    @pytest.mark.parametrize("finger", [1, 6])
    def test_strike_that_ends_on_the_paper_loses_no_frame(self, finger: int, phase: float):
        def strike(t: float) -> np.ndarray:
            """Up 22 mm, then down ever faster within 55 ms and still at once, as a collision is."""
            since = t - 0.5 - phase / FPS
            tips = HOME.copy()
            height = np.clip(since / 0.14, 0, 1) - np.clip((since - 0.2) / 0.055, 0, 1) ** 2
            tips[finger, 2] += 22.0 * height
            return tips

        assert all(fingers.visible[finger] for fingers in self.follow(strike, 40))

    def test_velocity_follows_the_hand(self):
        results = self.follow(lambda t: shifted(dx=100 * t), frames=20)
        assert results[-1].velocity_mm_s[[1, 7], 0] == pytest.approx([100, 100], rel=0.15)


class TestGaps:
    def test_unseen_finger_is_predicted_for_a_short_time_only(self):
        camera = Camera()
        tracker = HandTracker(settings=FingerSettings(gap_s=0.15))
        for i in range(10):
            tracker.update(frame(i / FPS), see(camera, HOME), camera.mat())
        soon = tracker.update(frame(10 / FPS), see(camera, HOME, hide=(2,)), camera.mat())
        for i in range(11, 16):
            late = tracker.update(frame(i / FPS), see(camera, HOME, hide=(2,)), camera.mat())
        assert not soon.visible[2]
        assert soon.mm[2] == pytest.approx(HOME[2, :2], abs=2)
        assert np.isnan(late.mm[2]).all()

    def test_new_generation_of_the_mat_starts_afresh(self):
        first, second = Camera(yaw_deg=0.0), Camera(yaw_deg=180.0)
        tracker = HandTracker()
        tracker.update(frame(0.0), see(first, HOME), first.mat(0))
        fingers = tracker.update(frame(1 / FPS), see(second, HOME), second.mat(1))
        assert fingers.generation == 1
        assert_names(fingers, second, HOME, 0.1)

    def test_mat_lost_for_a_frame_keeps_names_without_mm(self):
        camera = Camera(yaw_deg=180.0)
        tracker = HandTracker()
        tracker.update(frame(0.0), see(camera, HOME), camera.mat())
        fingers = tracker.update(frame(1 / FPS), see(camera, HOME), None)
        assert_names(fingers, camera, HOME, 0.1)
        assert np.isnan(fingers.mm).all()


class TestBadInput:
    def test_thousand_detections_are_survived(self):
        camera = Camera()
        rng = np.random.default_rng(3)
        many = detections(rng.uniform(0, 1, (1000, 2)) * SIZE_WH, rng.random(1000) < 0.2)
        tracker = HandTracker()
        for i in range(5):
            fingers = tracker.update(frame(i / FPS), many, camera.mat())
        assert fingers.visible.sum() <= 10

    def test_nan_positions_are_ignored(self):
        camera = Camera()
        good = see(camera, HOME)
        px = good.contact_px.copy()
        px[3] = np.nan
        fingers = HandTracker().update(frame(0.0), detections(px, good.class_id == 1), camera.mat())
        assert fingers.visible.sum() == 9
        assert np.isfinite(fingers.px[fingers.visible]).all()

    def test_no_detections_give_no_fingers(self):
        camera = Camera()
        fingers = HandTracker().update(frame(0.0), Detections.empty(SIZE_WH), camera.mat())
        assert not fingers.visible.any()

    def test_same_moment_twice_gives_the_same_fingers(self):
        camera = Camera()
        tracker = HandTracker()
        first = tracker.update(frame(0.5), see(camera, HOME), camera.mat())
        assert tracker.update(frame(0.5), Detections.empty(SIZE_WH), camera.mat()) is first

    @pytest.mark.parametrize("t_s", [-3.0, 0.4, 40.0])
    def test_time_that_goes_back_or_jumps_starts_afresh(self, t_s: float):
        camera = Camera()
        tracker = HandTracker()
        tracker.update(frame(1.0), see(camera, HOME), camera.mat())
        moved = shifted(dx=-15, dy=10)
        fingers = tracker.update(frame(t_s), see(camera, moved), camera.mat())
        assert_names(fingers, camera, moved, 0.1)
        assert fingers.t_s == t_s

    def test_nan_time_gives_no_fingers(self):
        camera = Camera()
        fingers = HandTracker().update(
            Frame(np.zeros((4, 4, 3), np.uint8), float("nan"), 0), see(camera, HOME), camera.mat()
        )
        assert not fingers.visible.any()
