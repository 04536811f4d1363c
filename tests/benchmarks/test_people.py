from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from cameratokeyboard.datatypes import (
    FINGER,
    MARKER,
    THUMB,
    Detections,
    FloatArray,
    Frame,
    MatPose,
)
from cameratokeyboard.synthetic.clip import ClipFrame
from cameratokeyboard.synthetic.labels import Label
from tests.benchmarks.scripts import load_script
from tests.builders import FakeLocator

SIZE_WH = (200, 100)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script("people")


def label(class_id: int, x: float, visibility: int = 2) -> Label:
    """A box of 20 px whose contact point is its lower middle."""
    points = ((x, 60.0, visibility), (x, 65.0, 2), (x, 30.0, 2))
    return Label(class_id, 0, (x - 10, 40.0, x + 10, 60.0), points)


class Wavering:
    """Finds a finger at x = 50, each time 1 px further right, and a thumb every other time."""

    def __init__(self) -> None:
        self.looks = 0
        self.mats: list[MatPose | None] = []

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        self.mats.append(mat)
        if len(self.mats) == 1:  # only to find the mat
            return Detections.empty(SIZE_WH)
        self.looks += 1
        found = [(FINGER, 50.0 + self.looks)] + [(THUMB, 100.0)] * (self.looks % 2)
        keypoints = np.zeros((len(found), 3, 3), np.float32)
        keypoints[:, 0] = [(x, 61.0, 2) for _, x in found]
        return Detections(
            np.array([(x - 10, 40, x + 10, 60) for _, x in found], np.float32),
            np.array([c for c, _ in found]),
            np.full(len(found), 0.9, np.float32),
            keypoints,
            SIZE_WH,
        )


class TestFrameErrors:
    def errors(self, script: ModuleType, *labels: Label) -> list[tuple[int, FloatArray | None]]:
        image = np.zeros((SIZE_WH[1], SIZE_WH[0], 3), np.uint8)
        detector = Wavering()
        found: list[tuple[int, FloatArray | None]] = script.frame_errors(
            detector, FakeLocator(), ClipFrame(0, image, list(labels))
        )
        assert [mat is not None for mat in detector.mats] == [False, True, True, True, True]
        return found

    def test_are_the_mean_of_all_views(self, script: ModuleType) -> None:
        ((class_id, error),) = self.errors(script, label(FINGER, 50.0))

        assert class_id == FINGER
        np.testing.assert_allclose(error, [2.5, 1.0])

    def test_are_those_of_the_views_that_find_it(self, script: ModuleType) -> None:
        found = self.errors(script, label(FINGER, 50.0), label(THUMB, 99.0))

        assert [class_id for class_id, _ in found] == [FINGER, THUMB]
        np.testing.assert_allclose(found[1][1], [1.0, 1.0])

    def test_what_is_not_found_has_none(self, script: ModuleType) -> None:
        ((class_id, error),) = self.errors(script, label(THUMB, 170.0))

        assert class_id == THUMB
        assert error is None

    def test_hidden_contact_points_and_markers_do_not_count(self, script: ModuleType) -> None:
        assert self.errors(script, label(FINGER, 50.0, 1), label(MARKER, 120.0)) == []
