from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.benchmarks.scripts import load_script


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script("mediapipe_hands")


BOXES = np.array([[0.0, 0, 10, 10], [5, 0, 15, 10]])


class TestCountHits:
    @pytest.mark.parametrize(
        ("points", "hits"),
        [
            ([], 0),
            ([(20, 5)], 0),
            ([(2, 5)], 1),
            ([(7, 5)], 1),  # one point in both boxes serves one
            ([(7, 5), (2, 5)], 2),  # the shared point goes where it is needed
            ([(2, 5), (7, 5), (12, 5)], 2),
        ],
    )
    def test_each_point_serves_one_box(
        self, script: ModuleType, points: list[tuple[int, int]], hits: int
    ) -> None:
        assert script.count_hits(BOXES, np.array(points, float).reshape(-1, 2)) == hits


class TestReadBoxes:
    def test_boxes_are_in_pixels_and_grown_by_a_fifth(
        self, script: ModuleType, tmp_path: Path
    ) -> None:
        label = tmp_path / "a.txt"
        label.write_text("0 0.5 0.5 0.1 0.2 0.5 0.5 2\n1 0.1 0.1 0.1 0.1\n2 0.9 0.9 0.1 0.1\n")

        boxes = script.read_boxes(label, (200, 100))

        np.testing.assert_allclose(boxes[0], [[88, 38, 112, 62]])
        assert len(boxes[1]) == 1
        assert set(boxes) == {0, 1}
