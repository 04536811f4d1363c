from __future__ import annotations

from dataclasses import replace

import numpy as np

from cameratokeyboard.datatypes import FINGER, THUMB, Detections
from cameratokeyboard.detect.doubles import SAME_CONTACT, without_doubles


def finds(rows: list[tuple[int, float, float, float]]) -> Detections:
    """rows: class, confidence, contact x and y; boxes of 20 px."""
    at = np.array([row[2:] for row in rows], float).reshape(-1, 2)
    points = np.full((len(rows), 3, 3), np.nan)
    points[:, 0] = np.concatenate([at, np.ones((len(rows), 1))], axis=1)
    return Detections(
        xyxy=np.concatenate([at - 10, at + 10], axis=1).astype(np.float32),
        class_id=np.array([row[0] for row in rows]),
        confidence=np.array([row[1] for row in rows], np.float32),
        keypoints=points.astype(np.float32),
        image_wh=(640, 480),
    )


class TestWithoutDoubles:
    def test_the_surer_of_two_finds_that_touch_one_point_stays(self) -> None:
        found = finds([(FINGER, 0.5, 100, 100), (FINGER, 0.9, 103, 101), (FINGER, 0.4, 300, 90)])
        kept = without_doubles(found)
        assert kept.confidence.tolist() == np.array([0.9, 0.4], np.float32).tolist()

    def test_neighbours_stay(self) -> None:
        step = 20 * SAME_CONTACT + 0.5
        found = finds([(FINGER, 0.9, 100 + step * k, 100) for k in range(4)])
        assert len(without_doubles(found)) == 4

    def test_what_a_dropped_find_touched_does_not_count(self) -> None:
        step = 20 * SAME_CONTACT - 0.5
        found = finds([(FINGER, 0.9 - 0.1 * k, 100 + step * k, 100) for k in range(3)])
        assert without_doubles(found).contact_px[:, 0].tolist() == [100, 100 + 2 * step]

    def test_thumbs_and_finds_without_contact_point_stay(self) -> None:
        thumbs = finds([(THUMB, 0.9, 100, 100), (THUMB, 0.8, 101, 100)])
        assert len(without_doubles(thumbs)) == 2
        fingers = finds([(FINGER, 0.9, 100, 100), (FINGER, 0.8, 101, 100)])
        unknown = replace(fingers, keypoints=np.zeros((2, 3, 3), np.float32))
        assert len(without_doubles(unknown)) == 2

    def test_nothing_found(self) -> None:
        assert len(without_doubles(finds([]))) == 0
