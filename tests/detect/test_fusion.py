from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER, MARKER, THUMB, Detections
from cameratokeyboard.detect.fusion import SUREST_SHARE, fuse

Row = tuple[int, float, float, float]


def finds(rows: list[Row]) -> Detections:
    """rows: class, confidence, contact x and y; boxes of 20 px around them."""
    at = np.array([row[2:] for row in rows], float).reshape(-1, 2)
    points = np.ones((len(rows), 3, 3))
    points[:, :, :2] = at[:, None]
    return Detections(
        xyxy=np.concatenate([at - 10, at + 10], axis=1).astype(np.float32),
        class_id=np.array([row[0] for row in rows], np.int64),
        confidence=np.array([row[1] for row in rows], np.float32),
        keypoints=points.astype(np.float32),
        image_wh=(640, 480),
    )


class TestFuse:
    def test_what_two_looks_see_is_one_object_with_the_surer_ones_place(self) -> None:
        fused = fuse([finds([(FINGER, 0.4, 100, 100)]), finds([(FINGER, 0.8, 103, 101)])])
        assert len(fused) == 1
        assert fused.contact_px.tolist() == [[103, 101]]
        assert fused.confidence[0] == pytest.approx(SUREST_SHARE * 0.8 + (1 - SUREST_SHARE) * 0.6)

    def test_what_only_one_look_sees_is_less_sure(self) -> None:
        alone = fuse([finds([(MARKER, 0.8, 50, 50)]), finds([])])
        assert alone.confidence[0] == pytest.approx(SUREST_SHARE * 0.8 + (1 - SUREST_SHARE) * 0.4)

    def test_neighbours_stay_apart_and_the_surest_comes_first(self) -> None:
        fused = fuse([finds([(FINGER, 0.5, 100, 100), (FINGER, 0.9, 118, 100)]), finds([])])
        assert fused.contact_px[:, 0].tolist() == [118, 100]

    def test_one_thing_has_one_name_the_surer_one(self) -> None:
        fused = fuse([finds([(FINGER, 0.5, 100, 100)]), finds([(THUMB, 0.7, 100, 101)])])
        assert fused.class_id.tolist() == [THUMB]

    def test_the_second_of_two_finds_in_one_look_does_not_count_as_another_look(self) -> None:
        doubled = fuse([finds([(FINGER, 0.8, 100, 100), (FINGER, 0.7, 103, 100)]), finds([])])
        alone = fuse([finds([(FINGER, 0.8, 100, 100)]), finds([])])
        assert doubled.confidence.tolist() == alone.confidence.tolist()

    def test_nothing_seen(self) -> None:
        assert len(fuse([finds([]), finds([])])) == 0
