from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER, Detections, FloatArray, Frame, MatPose
from cameratokeyboard.errors import DatasetError, SourceError
from cameratokeyboard.training.clipfigures import Counter, evaluate_clip
from tests.builders import FakeLocator
from tests.detect.builders import make_detections
from tests.training.builders import make_labels

WH = (640, 360)


def labels_at(x: float, y: float):
    """One finger with a visible contact point at (x, y) px."""
    return make_labels(
        (0, x / 640, (y - 10) / 360, 20 / 640, 20 / 360, x / 640, y / 360, 2, 0, 0, 0, 0, 0, 0)
    )


def found_at(x: float, y: float) -> Detections:
    return make_detections([(FINGER, x, y - 10)], WH, side=20)


class TestCounter:
    def test_jitter_of_a_still_finger_is_the_spread_of_its_error(self) -> None:
        rng = np.random.default_rng(0)
        count = Counter()
        for _ in range(400):
            dx, dy = rng.normal(0, 0.7, 2)
            count.add(found_at(302 + dx, 201 + dy), labels_at(300, 200))
        figures = count.figures()
        assert figures.jitter_px == pytest.approx(0.7, rel=0.08)
        assert figures.contact_px[0] == pytest.approx(np.hypot(2, 1), abs=0.3)
        assert figures.classes["finger"].recall == 1

    def test_two_fingers_are_followed_apart(self) -> None:
        count = Counter()
        row = (0, 0.5, 0.5, 0.05, 0.05, 0.5, 0.5, 2)
        labels = make_labels((0, 0.25, 0.5, 0.05, 0.05, 0.25, 0.5, 2), row)
        found = make_detections([(FINGER, 161, 170), (FINGER, 322, 170)], WH, side=20)
        for _ in range(10):
            count.add(found, labels)
        assert count.figures().still == 20

    def test_motion_is_no_jitter(self) -> None:
        count = Counter()
        for step in range(50):
            count.add(found_at(300 + 2 * step, 200), labels_at(300 + 2 * step, 200))
        figures = count.figures()
        assert figures.still == 0
        assert np.isnan(figures.jitter_px)
        assert figures.contact_px[0] == pytest.approx(0, abs=1e-3)

    def test_a_bias_that_stays_is_no_jitter(self) -> None:
        count = Counter()
        for _ in range(20):
            count.add(found_at(303, 200), labels_at(300, 200))
        assert count.figures().jitter_px == pytest.approx(0, abs=1e-3)

    def test_missed_frames_lower_recall(self) -> None:
        count = Counter()
        for index in range(10):
            found = found_at(300, 200) if index % 2 else Detections.empty(WH)
            count.add(found, labels_at(300, 200))
        assert count.figures().classes["finger"].recall == 0.5


class Always:
    def __init__(self) -> None:
        self.mats: list[MatPose | None] = []

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        self.mats.append(mat)
        return found_at(300, 200)


class TestEvaluateClip:
    def test_counts_the_labelled_frames_of_a_clip(self, tmp_path: Path) -> None:
        clip, labels = tmp_path / "c.avi", tmp_path / "labels"
        labels.mkdir()
        writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 30, WH)
        for index in range(12):
            writer.write(np.full((360, 640, 3), 50, np.uint8))
            (labels / f"c_{index:06}.txt").write_text(
                f"0 {300 / 640} {190 / 360} {20 / 640} {20 / 360} {300 / 640} {200 / 360} 2\n"
            )
        writer.release()
        detector = Always()
        figures = evaluate_clip(detector, FakeLocator(lost_from_s=0.25), clip, labels)
        assert figures.frames == 12
        assert figures.classes["finger"].hits == 12
        assert figures.still == 12
        # As in the program, a frame is looked at with the mat as it was in the one before.
        assert [mat is not None for mat in detector.mats] == [False] + [True] * 8 + [False] * 3

    def test_missing_labels_and_clip_are_told(self, tmp_path: Path) -> None:
        with pytest.raises(DatasetError, match="one a frame"):
            evaluate_clip(Always(), FakeLocator(), tmp_path / "c.mp4", tmp_path)
        (tmp_path / "c_000000.txt").write_text("")
        with pytest.raises(SourceError, match=r"c\.mp4"):
            evaluate_clip(Always(), FakeLocator(), tmp_path / "c.mp4", tmp_path)
