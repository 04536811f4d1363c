from __future__ import annotations

import cv2
import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER, MARKER, Detections, FloatArray, Frame, MatPose
from cameratokeyboard.detect.refine import MAX_COAST, SteadyDetector, blend, carried_doubt
from tests.builders import mat_pose
from tests.detect.builders import make_detections

PLACE = np.array([320.0, 180.0])


def textured(seed: int, width: int, height: int) -> np.ndarray:
    grain = np.random.default_rng(seed).integers(0, 255, (height // 4, width // 4, 3), np.uint8)
    return cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)


GROUND, TIP = textured(0, 640, 360), textured(1, 48, 64)


def frame_at(place: np.ndarray, index: int, noise: float = 2.0) -> Frame:
    """A textured fingertip whose lower end is at ``place``, on a still textured ground."""
    image = GROUND.copy()
    map_ = np.array([[1, 0, place[0] - 24], [0, 1, place[1] - 64]], float)
    mask = cv2.warpAffine(np.full((64, 48), 255, np.uint8), map_, (640, 360))
    tip = cv2.warpAffine(TIP, map_, (640, 360))
    share = mask[:, :, None] / 255
    mixed = image * (1 - share) + tip * share
    mixed = mixed + np.random.default_rng(index).normal(0, noise, image.shape)
    return Frame(np.clip(mixed, 0, 255).astype(np.uint8), index / 30, index)


class Jittery:
    """Sees the fingertip with an error of 1 px by axis, or not at all in some frames."""

    def __init__(self, jitter: float = 1.0, missing: tuple[int, ...] = ()) -> None:
        self.rng = np.random.default_rng(7)
        self.jitter = jitter
        self.missing = missing
        self.place = PLACE
        self.said: list[FloatArray] = []
        self.mats: list[MatPose | None] = []

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        self.mats.append(mat)
        if frame.index in self.missing:
            return Detections.empty(frame.size_wh)
        x, y = self.place + self.rng.normal(0, self.jitter, 2)
        self.said.append(np.array([x, y]))
        rows = [(FINGER, x, y - 20), (MARKER, 100.0 + self.rng.normal(), 100.0)]
        return make_detections(rows, frame.size_wh, side=40)


def contact(found: Detections) -> FloatArray:
    return found.of_class(FINGER).keypoints[0, 0, :2]


class TestSteadyDetector:
    def test_hands_on_where_the_mat_lies(self) -> None:
        inner, mat = Jittery(), mat_pose()
        steady = SteadyDetector(inner)
        steady.detect(frame_at(PLACE, 0))
        steady.detect(frame_at(PLACE, 1), mat=mat)
        assert inner.mats == [None, mat]

    def test_a_still_finger_stays_within_half_a_pixel(self) -> None:
        inner = Jittery()
        steady = SteadyDetector(inner)
        points = np.array([contact(steady.detect(frame_at(PLACE, i))) for i in range(90)])
        raw = np.array(inner.said)
        assert raw[30:].std(axis=0).min() > 0.8
        assert points[30:].std(axis=0).max() < 0.45
        assert points[30:].mean(axis=0) == pytest.approx(PLACE, abs=0.5)

    def test_a_moving_finger_is_followed_without_lag(self) -> None:
        inner = Jittery()
        steady = SteadyDetector(inner)
        errors = []
        for i in range(60):
            inner.place = PLACE + np.array([3.0 * max(i - 20, 0), 12 * np.sin(i / 4)])
            errors.append(contact(steady.detect(frame_at(inner.place, i))) - inner.place)
        assert np.abs(np.array(errors)[10:]).mean() < 0.65

    def test_a_jump_is_believed_at_once(self) -> None:
        inner = Jittery(jitter=0)
        steady = SteadyDetector(inner)
        for i in range(10):
            steady.detect(frame_at(PLACE, i))
        inner.place = PLACE + np.array([60, 0])
        assert contact(steady.detect(frame_at(inner.place, 10))) == pytest.approx(inner.place)

    def test_missed_frames_are_bridged_then_given_up(self) -> None:
        missing = tuple(range(10, 20))
        steady = SteadyDetector(Jittery(missing=missing))
        found = [steady.detect(frame_at(PLACE, i)) for i in range(20)]
        counts = [len(f.of_class(FINGER)) for f in found]
        assert counts == [1] * (10 + MAX_COAST) + [0] * (10 - MAX_COAST)
        assert contact(found[10]) == pytest.approx(PLACE, abs=1.5)
        assert found[10].confidence[0] < found[9].confidence[0]

    def test_markers_are_left_as_they_are(self) -> None:
        inner = Jittery()
        steady = SteadyDetector(inner)
        raw = Jittery()
        for i in range(5):
            frame = frame_at(PLACE, i)
            seen = steady.detect(frame).of_class(MARKER)
            assert np.array_equal(seen.xyxy, raw.detect(frame).of_class(MARKER).xyxy)

    def test_same_frames_same_result(self) -> None:
        runs = []
        for _ in range(2):
            steady = SteadyDetector(Jittery())
            runs.append([contact(steady.detect(frame_at(PLACE, i))) for i in range(10)])
        assert np.array_equal(runs[0], runs[1])

    def test_a_gap_in_time_or_another_size_starts_anew(self) -> None:
        inner = Jittery()
        steady = SteadyDetector(inner)
        steady.detect(frame_at(PLACE, 0))
        late = frame_at(PLACE, 1)
        late = Frame(late.image, 5.0, 150)
        assert contact(steady.detect(late)) == pytest.approx(inner.said[-1], abs=1e-3)
        small = Frame(late.image[:300, :600], 5.03, 151)
        assert contact(steady.detect(small)) == pytest.approx(inner.said[-1], abs=1e-3)

    def test_a_finger_that_stopped_is_where_it_is_seen(self) -> None:
        inner = Jittery(jitter=0)
        steady = SteadyDetector(inner)
        for i in range(20):
            inner.place = PLACE + np.array([0.0, 4.0 * min(i, 12)])
            # The picture moves by less than the finger: flow loses 1 px a frame.
            shown = PLACE + np.array([0.0, 3.0 * min(i, 12)])
            found = contact(steady.detect(frame_at(shown, i)))
            if i == 16:
                assert found == pytest.approx(inner.place, abs=0.5)


class TestBlend:
    def test_what_is_less_doubted_counts_for_more(self) -> None:
        carried, seen = np.array([[0.0, 0]]), np.array([[1.0, 0]])
        doubtful, left = blend(carried, seen, side=40, doubt=3.0)
        sure, less = blend(carried, seen, side=40, doubt=0.1)
        assert doubtful[0, 0] == pytest.approx(0.75, abs=0.01)
        assert sure[0, 0] == pytest.approx(0.09, abs=0.01)
        assert less < left < 1

    def test_large_gaps_are_all_network(self) -> None:
        carried = np.array([[0.0, 0], [0, 0]])
        seen = np.array([[40.0, 0], [np.nan, np.nan]])
        fused, left = blend(carried, seen, side=40, doubt=0.1)
        assert fused[0, 0] == pytest.approx(40)
        assert np.isnan(fused[1]).all()
        assert left == pytest.approx(1.0)


class TestCarriedDoubt:
    def test_grows_a_little_at_rest_and_much_in_motion(self) -> None:
        still = carried_doubt(0.2, np.zeros(2), side=40)
        moved = carried_doubt(0.2, np.array([4.0, 0.0]), side=40)
        assert 0.2 < still < 0.3
        assert moved > 1
        assert carried_doubt(0.2, np.array([8.0, 0.0]), side=80) == pytest.approx(moved)

    def test_points_at_rest_become_means_of_many(self) -> None:
        doubt, points = 1.0, np.array([[0.0, 0]])
        for _ in range(100):
            doubt = carried_doubt(doubt, np.zeros(2), side=40)
            points, doubt = blend(points, points, side=40, doubt=doubt)
        assert 1 / 15 < doubt < 1 / 4
