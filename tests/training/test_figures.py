from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER, MARKER, THUMB, Detections
from cameratokeyboard.training.figures import (
    Tally,
    Truth,
    average_precision,
    best_threshold,
    contact_errors,
    tally,
)
from tests.detect.builders import make_detections


def make_truth(*rows: tuple[int, float, float], side: float = 20) -> Truth:
    xy = np.array([(x, y) for _, x, y in rows], float).reshape(-1, 2)
    boxes = np.concatenate([xy - side / 2, xy + side / 2], axis=1)
    return Truth(np.array([c for c, _, _ in rows], int), boxes, xy + np.array([0, side / 2]))


class TestTally:
    def test_box_centre_inside_the_grown_box_is_a_hit(self) -> None:
        truth = make_truth((FINGER, 100, 100))
        assert tally(make_detections([(FINGER, 111, 100)]), truth, FINGER).hits == 1

    def test_contact_point_alone_inside_is_a_hit(self) -> None:
        truth = make_truth((FINGER, 100, 100))
        found = make_detections([(FINGER, 100, 84)])  # centre 16 above, contact 6 above
        assert tally(found, truth, FINGER).hits == 1

    def test_outside_is_none(self) -> None:
        truth = make_truth((FINGER, 100, 100))
        counts = tally(make_detections([(FINGER, 114, 100)]), truth, FINGER)
        assert (counts.hits, counts.found, counts.labelled) == (0, 1, 1)

    def test_wrong_class_is_none(self) -> None:
        truth = make_truth((FINGER, 100, 100))
        found = make_detections([(THUMB, 100, 100)])
        assert tally(found, truth, FINGER).hits == 0
        assert tally(found, truth, THUMB).precision == 0

    def test_one_to_one(self) -> None:
        truth = make_truth((FINGER, 100, 100), (FINGER, 112, 100))
        found = make_detections([(FINGER, 101, 100), (FINGER, 99, 100), (FINGER, 113, 100)])
        counts = tally(found, truth, FINGER)
        assert (counts.hits, counts.found) == (2, 3)
        assert counts.recall == 1

    def test_nothing_labelled_nothing_found(self) -> None:
        counts = tally(make_detections([]), make_truth(), MARKER)
        assert np.isnan(counts.recall)
        assert np.isnan(counts.precision)


class TestContactErrors:
    def test_signed_difference_of_hits(self) -> None:
        truth = make_truth((FINGER, 100, 100), (MARKER, 300, 100))
        found = make_detections([(FINGER, 103, 98), (MARKER, 500, 100)])
        assert contact_errors(found, truth) == pytest.approx(np.array([[3, -2]]))


class TestAveragePrecision:
    def test_perfect(self) -> None:
        pictures = [(make_detections([(FINGER, 100, 100)]), make_truth((FINGER, 100, 100)))]
        assert average_precision(pictures, FINGER) == 1

    def test_a_surer_false_find_before_a_true_one_halves_it(self) -> None:
        found = make_detections([(FINGER, 100, 100), (FINGER, 300, 100)])
        found = Detections(
            found.xyxy,
            found.class_id,
            np.array([0.5, 0.9], np.float32),
            found.keypoints,
            (640, 360),
        )
        assert average_precision([(found, make_truth((FINGER, 100, 100)))], FINGER) == 0.5

    def test_unlabelled_class_is_unknown_and_missed_class_is_zero(self) -> None:
        pictures = [(make_detections([]), make_truth((FINGER, 100, 100)))]
        assert np.isnan(average_precision(pictures, THUMB))
        assert average_precision(pictures, FINGER) == 0


class TestBestThreshold:
    def test_lies_between_true_and_false_finds(self) -> None:
        truth = make_truth((FINGER, 100, 100))
        found = make_detections([(FINGER, 100, 100), (FINGER, 300, 100)])
        confidence = np.array([0.7, 0.3], np.float32)
        found = Detections(found.xyxy, found.class_id, confidence, found.keypoints, (640, 360))
        assert best_threshold([(found, truth)], FINGER) == pytest.approx(0.5, abs=0.03)

    def test_where_precision_counts_more_it_is_higher(self) -> None:
        truth = make_truth(*[(FINGER, 50 * n, 100) for n in range(1, 9)])
        places = [(FINGER, 50 * n, 100) for n in range(1, 9)] + [
            (FINGER, 300, 300),
            (FINGER, 400, 300),
        ]
        found = make_detections(places)
        confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.9, 0.4, 0.4, 0.4, 0.6, 0.6], np.float32)
        found = Detections(found.xyxy, found.class_id, confidence, found.keypoints, (640, 360))
        thresholds = [best_threshold([(found, truth)], FINGER, beta) for beta in (1.0, 0.5)]
        assert thresholds[0] < 0.4
        assert thresholds[1] > 0.6

    def test_f_of_counts(self) -> None:
        counts = Tally(hits=6, found=8, labelled=12)
        assert counts.f1 == pytest.approx(0.6)
        assert counts.f(0.5) == pytest.approx(1.25 * 0.75 * 0.5 / (0.25 * 0.75 + 0.5))
        assert Tally(0, 0, 0).f(0.5) == 0
