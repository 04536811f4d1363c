from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER, MARKER, THUMB
from cameratokeyboard.detect.decode import decode, iou
from cameratokeyboard.errors import ModelError
from tests.detect.builders import candidate, make_info, raw_output


class TestDecode:
    def test_boxes_classes_and_keypoints(self) -> None:
        raw = raw_output(candidate(THUMB, 100, 50, 20, 24, 0.8), candidate(MARKER, 30, 40))
        found = decode(raw, make_info())
        assert found.class_id.tolist() == [MARKER, THUMB]
        assert found.xyxy[1] == pytest.approx([90, 38, 110, 62])
        assert found.keypoints[1, 0] == pytest.approx([100, 62, 0.9])

    def test_each_class_has_its_own_threshold(self) -> None:
        raw = raw_output(
            candidate(FINGER, 50, 50, score=0.35),  # below 0.4
            candidate(THUMB, 150, 50, score=0.35),  # above 0.3
            candidate(MARKER, 250, 50, score=0.45),  # below 0.5
        )
        assert decode(raw, make_info()).class_id.tolist() == [THUMB]

    def test_candidates_of_one_object_become_one_at_their_weighted_mean(self) -> None:
        raw = raw_output(
            candidate(FINGER, 100, 50, score=0.8),
            candidate(FINGER, 102, 50, score=0.8),
            candidate(FINGER, 101, 51, score=0.8),
        )
        found = decode(raw, make_info())
        assert len(found.class_id) == 1
        assert found.xyxy[0, :2] + found.xyxy[0, 2:] == pytest.approx([202, 100.667], abs=0.01)
        assert found.keypoints[0, 0, 0] == pytest.approx(101, abs=0.01)

    def test_neighbouring_fingers_both_stay(self) -> None:
        raw = raw_output(candidate(FINGER, 100, 50), candidate(FINGER, 112, 50))
        assert len(decode(raw, make_info()).class_id) == 2

    def test_finger_and_thumb_at_one_place_leave_the_surer_one(self) -> None:
        raw = raw_output(
            candidate(FINGER, 100, 50, score=0.7), candidate(THUMB, 101, 50, score=0.9)
        )
        assert decode(raw, make_info()).class_id.tolist() == [THUMB]

    def test_a_finger_over_a_marker_leaves_both(self) -> None:
        raw = raw_output(candidate(FINGER, 100, 50), candidate(MARKER, 100, 50))
        assert sorted(decode(raw, make_info()).class_id.tolist()) == [FINGER, MARKER]

    def test_plain_box_model_gives_unknown_keypoints(self) -> None:
        info = make_info(kpt_shape="[1, 2]")
        raw = raw_output(candidate(FINGER, 100, 50))[:, :9]
        found = decode(raw, info)
        assert found.keypoints[0, 0, 2] == 1
        assert np.isnan(found.keypoints[0, 1:, :2]).all()
        assert (found.keypoints[0, 1:, 2] == 0).all()

    def test_nothing_found_is_empty(self) -> None:
        assert len(decode(raw_output(), make_info()).class_id) == 0

    def test_wrong_channels_are_named(self) -> None:
        with pytest.raises(ModelError, match=r"expected \(1, 16, N\)"):
            decode(np.zeros((1, 84, 10), np.float32), make_info())


class TestIou:
    def test_half_overlap(self) -> None:
        first = np.array([[0, 0, 10, 10.0]])
        second = np.array([[5, 0, 15, 10.0], [20, 20, 30, 30]])
        assert iou(first, second)[0] == pytest.approx([1 / 3, 0])
