from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER, FINGER_COUNT, MARKER, THUMB, THUMB_SLOTS
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.boxes import BoxStream, detect_without_pixels
from cameratokeyboard.synthetic.fingerstream import finger_stream, map_points, mat_pose
from cameratokeyboard.synthetic.noise import DetectorNoise
from cameratokeyboard.synthetic.sessions import Session, SessionWish, make_session
from cameratokeyboard.synthetic.tipview import TipTruth, film, frame_times, front_shot
from tests.synthetic.typing_builders import performed, qwerty, rng


@lru_cache(maxsize=1)
def filmed() -> TipTruth:
    return film(performed(), front_shot())


def seen(noise: DetectorNoise, seed: int = 0) -> BoxStream:
    return detect_without_pixels(filmed(), front_shot(), qwerty(), noise, rng(seed))


class TestFilm:
    def test_contact_lies_in_the_box_and_the_tip_on_its_rim_side(self) -> None:
        truth = filmed()
        inside = (truth.contact > truth.xyxy[..., :2] - 2) & (
            truth.contact < truth.xyxy[..., 2:] + 2
        )
        assert inside.all(axis=2).mean() > 0.98

    def test_a_fingertip_is_about_as_large_as_fifteen_millimetres(self) -> None:
        truth, shot = filmed(), front_shot()
        height = truth.xyxy[..., 3] - truth.xyxy[..., 1]
        px_per_mm = shot.camera.focal_px / 450
        assert 12 < np.median(height) / px_per_mm < 28

    def test_frames_come_at_the_asked_rate(self) -> None:
        steps = np.diff(frame_times(performed(), 25.0))
        assert steps == pytest.approx(0.04)

    def test_zero_frames_a_second_is_refused(self) -> None:
        with pytest.raises(SimulationError, match="frame rate"):
            frame_times(performed(), 0)

    def test_a_longer_exposure_blurs_more(self) -> None:
        short = film(performed(), front_shot(exposure_s=0.002))
        long = film(performed(), front_shot(exposure_s=0.03))
        assert long.blur.mean() > 5 * short.blur.mean() > 0

    def test_truth_follows_the_camera_exactly_at_a_contact(self) -> None:
        performance, shot = performed(), front_shot(exposure_s=0.002)
        event = max(performance.events, key=lambda e: e.t_up - e.t_down)
        truth = film(performance, shot, start_s=(event.t_down + event.t_up) / 2)
        expected, _ = shot.camera.project(np.array([event.x_mm, event.y_mm, 0.0]))
        gap = np.linalg.norm(truth.contact[0] - expected, axis=1)
        assert gap.min() < 0.1


class TestDetectWithoutPixels:
    def test_a_perfect_detector_reports_the_truth(self) -> None:
        stream, truth = seen(DetectorNoise.none()), filmed()
        assert (stream.present[:, :FINGER_COUNT] == truth.in_view).all()
        found = stream.present[:, :FINGER_COUNT]
        error = stream.keypoints[:, :FINGER_COUNT, 0, :2] - truth.contact
        assert np.abs(error[found]).max() < 1e-6

    def test_jitter_has_the_asked_size(self) -> None:
        noise = replace(DetectorNoise.none(), jitter_px=2.0)
        error = seen(noise).keypoints[:, :FINGER_COUNT, 0, :2] - filmed().contact
        assert np.nanstd(error) == pytest.approx(2.0, rel=0.1)

    def test_jitter_is_correlated_in_time_only_where_asked(self) -> None:
        def lag_one(share: float) -> float:
            noise = replace(DetectorNoise.none(), jitter_px=1.0, correlated=share)
            error = seen(noise).keypoints[:, :FINGER_COUNT, 0, 0] - filmed().contact[..., 0]
            return float(np.nanmean(error[1:] * error[:-1]))

        assert abs(lag_one(0.0)) < 0.1
        assert lag_one(0.8) > 0.4

    def test_misses_come_at_the_asked_rate_and_in_bursts(self) -> None:
        noise = replace(DetectorNoise.none(), miss_finger=0.1, miss_thumb=0.4, burst_frames=4.0)
        lost = np.concatenate([~seen(noise, s).present[:, :FINGER_COUNT] for s in range(8)])
        fingers = [f for f in range(FINGER_COUNT) if f not in THUMB_SLOTS]
        assert lost[:, fingers].mean() == pytest.approx(0.1, abs=0.04)
        assert lost[:, list(THUMB_SLOTS)].mean() == pytest.approx(0.4, abs=0.12)
        again = (lost[1:] & lost[:-1])[:, fingers].mean() / lost[:, fingers].mean()
        assert again == pytest.approx(0.75, abs=0.15)

    def test_hidden_fingertips_get_lost(self) -> None:
        truth = replace(filmed(), cover=np.ones_like(filmed().cover))
        noise = replace(DetectorNoise.none(), hidden_miss=0.9)
        stream = detect_without_pixels(truth, front_shot(), qwerty(), noise, rng())
        assert stream.present[:, :FINGER_COUNT].mean() == pytest.approx(0.1, abs=0.05)

    def test_thumbs_are_thumbs_and_swaps_come_at_the_asked_rate(self) -> None:
        stream = seen(DetectorNoise.none())
        assert (stream.class_id[:, list(THUMB_SLOTS)] == THUMB).all()
        swapped = seen(replace(DetectorNoise.none(), swap=0.2)).class_id[:, :FINGER_COUNT]
        assert (swapped != stream.class_id[:, :FINGER_COUNT]).mean() == pytest.approx(0.2, abs=0.04)

    def test_four_markers_are_seen_where_they_lie(self) -> None:
        stream = seen(DetectorNoise.none())
        markers = stream.detections(5).of_class(MARKER)
        places = np.array([m.xy_mm for m in qwerty().markers])
        expected, _ = front_shot().camera.project(np.c_[places, np.zeros(4)])
        gaps = np.linalg.norm(markers.contact_px[:, None] - expected[None], axis=2)
        assert (gaps.min(axis=0) < 0.01).all()

    def test_false_finds_come_at_the_asked_rate(self) -> None:
        stream = seen(replace(DetectorNoise.none(), false_find=0.5))
        assert stream.present[:, FINGER_COUNT + 4 :].sum(axis=1).mean() == pytest.approx(
            0.5, abs=0.1
        )

    def test_detections_of_a_frame_are_valid_and_sorted_by_confidence(self) -> None:
        stream = seen(DetectorNoise())
        for frame in range(0, len(stream), 20):
            found = stream.detections(frame)
            assert np.isfinite(found.xyxy).all()
            assert (found.xyxy[:, 2:] > found.xyxy[:, :2]).all()
            assert (np.diff(found.confidence) <= 0).all()
            assert set(found.class_id) <= {FINGER, THUMB, MARKER}

    def test_same_seed_same_stream(self) -> None:
        a, b = seen(DetectorNoise(), 7), seen(DetectorNoise(), 7)
        assert np.array_equal(a.xyxy, b.xyxy, equal_nan=True)
        assert np.array_equal(a.present, b.present)


class TestFingerStream:
    def test_pads_map_to_the_mat_at_contact(self) -> None:
        shot = front_shot()
        stream = seen(DetectorNoise.none())
        fingers = finger_stream(stream, filmed(), mat_pose(shot.camera, qwerty()), performed())
        error = np.linalg.norm(fingers.mm - fingers.true_mm[..., :2], axis=2)
        settled = fingers.pressing[1:-1] & fingers.pressing[:-2] & fingers.pressing[2:]
        assert settled.any()
        assert error[1:-1][settled].max() < 0.5

    def test_hovering_pads_map_beside_their_true_place(self) -> None:
        shot = front_shot()
        stream = seen(DetectorNoise.none())
        fingers = finger_stream(stream, filmed(), mat_pose(shot.camera, qwerty()), performed())
        high = fingers.true_mm[..., 2] > 10
        error = np.linalg.norm(fingers.mm - fingers.true_mm[..., :2], axis=2)
        assert np.nanmedian(error[high]) > 10

    def test_unseen_fingers_have_no_position(self) -> None:
        stream = seen(replace(DetectorNoise.none(), miss_finger=0.3))
        pose = mat_pose(front_shot().camera, qwerty())
        fingers = finger_stream(stream, filmed(), pose, performed())
        assert np.isnan(fingers.px[~fingers.visible]).all()
        assert np.isfinite(fingers.mm[fingers.visible]).all()
        assert fingers.fingers(3).px.shape == (FINGER_COUNT, 2)

    def test_pose_maps_markers_to_their_places(self) -> None:
        pose = mat_pose(front_shot().camera, qwerty())
        places = np.array([m.xy_mm for m in qwerty().markers])
        assert map_points(pose.px_to_mm, pose.markers_px) == pytest.approx(places)
        assert pose.camera is not None
        assert pose.camera.yaw_deg == pytest.approx(0, abs=1)
        assert pose.camera.pitch_deg == pytest.approx(30, abs=1)

    def test_a_marker_error_needs_a_generator(self) -> None:
        with pytest.raises(SimulationError, match="random generator"):
            mat_pose(front_shot().camera, qwerty(), 1.0)


class TestMakeSession:
    @staticmethod
    def session(seed: int, **wish: object) -> Session:
        return make_session(qwerty(), seed, SessionWish(seconds=6, **wish))  # type: ignore[arg-type]

    def test_same_seed_same_session(self) -> None:
        a, b = self.session(3), self.session(3)
        assert a.performance.events == b.performance.events
        assert np.array_equal(a.boxes.xyxy, b.boxes.xyxy, equal_nan=True)

    def test_a_wish_for_the_noise_leaves_the_typing_alone(self) -> None:
        a, b = self.session(3), self.session(3, noise=DetectorNoise.none(), exact_noise=True)
        assert a.performance.events == b.performance.events
        assert b.noise == DetectorNoise.none()

    def test_wishes_are_fulfilled(self) -> None:
        session = self.session(3, text="abc", style="two", wpm=20.0, fps=60.0)
        assert session.performance.notes["asked_for"] == "abc"
        assert (session.style.name, session.wpm, session.shot.fps) == ("two", 20.0, 60.0)

    def test_no_seconds_are_refused(self) -> None:
        with pytest.raises(SimulationError, match="seconds"):
            make_session(qwerty(), 0, SessionWish(seconds=0))
