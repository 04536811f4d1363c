from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER
from cameratokeyboard.detect.overlay import draw
from tests.detect.builders import make_detections


class TestDraw:
    def test_draws_on_a_copy_around_the_box(self) -> None:
        image = np.zeros((360, 640, 3), np.uint8)
        canvas = draw(image, make_detections([(FINGER, 300, 200)]))
        assert not image.any()
        assert canvas[190:211, 289:312].any()
        assert not canvas[300:].any()

    def test_nothing_found_changes_nothing(self) -> None:
        image = np.full((360, 640, 3), 7, np.uint8)
        assert np.array_equal(draw(image, make_detections([])), image)
