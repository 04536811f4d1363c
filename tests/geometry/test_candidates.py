from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.geometry.candidates import four_marker_hypotheses, three_marker_hypotheses
from cameratokeyboard.geometry.homography import apply_homography
from cameratokeyboard.geometry.markers import marker_model
from cameratokeyboard.keyboard.layout import load_layout
from tests.geometry.builders import (
    IMAGE_WH,
    make_camera,
    marker_boxes,
    random_boxes,
    true_px,
)

LAYOUT = load_layout("forerunner")
MODEL = marker_model(LAYOUT)


def random_camera(seed: int):
    random = np.random.default_rng(seed)
    return make_camera(
        yaw=random.uniform(-25, 25),
        pitch=random.uniform(16, 55),
        distance=random.uniform(380, 560),
        hfov=random.uniform(58, 75),
        look_at=tuple(random.uniform(-25, 25, 2)),
        roll=random.uniform(-4, 4),
    )


def found_four(boxes: np.ndarray, confidence: np.ndarray | None = None, facing: bool = True):
    sure = np.full(len(boxes), 0.8) if confidence is None else confidence
    return four_marker_hypotheses(boxes, sure, MODEL, IMAGE_WH, facing_prior=facing, max_rank=24.0)


class TestFourMarkers:
    @pytest.mark.parametrize("seed", range(25))
    def test_the_markers_are_chosen_and_named_among_false_ones(self, seed: int) -> None:
        camera = random_camera(seed)
        random = np.random.default_rng(seed)
        boxes = marker_boxes(LAYOUT, camera) + random.normal(0, 1.0, (4, 4))
        everything = np.concatenate([boxes, random_boxes(6, seed)])
        order = random.permutation(len(everything))
        best = found_four(everything[order])[0]
        assert [order[i] for i in best.boxes] == [0, 1, 2, 3]

    def test_facing_is_assumed_without_codes(self) -> None:
        boxes = marker_boxes(LAYOUT, make_camera(yaw=180))
        assert found_four(boxes)[0].boxes == (2, 3, 0, 1)

    def test_without_that_assumption_both_ends_are_offered(self) -> None:
        found = found_four(marker_boxes(LAYOUT, make_camera(pitch=40)), facing=False)
        assert {(0, 1, 2, 3), (2, 3, 0, 1)} <= {h.boxes for h in found}

    def test_a_camera_that_looks_level_over_the_mat_is_possible(self) -> None:
        camera = make_camera(pitch=8, distance=800, look_at=(0.0, -400.0))
        boxes = marker_boxes(LAYOUT, camera)
        assert boxes[:, 3].max() < IMAGE_WH[1]
        assert found_four(boxes)[0].boxes == (0, 1, 2, 3)

    @pytest.mark.parametrize("count", [0, 1, 2, 3])
    def test_fewer_than_four_give_nothing(self, count: int) -> None:
        assert found_four(marker_boxes(LAYOUT, make_camera())[:count]) == []

    def test_points_on_a_line_give_nothing(self) -> None:
        centres = np.column_stack([np.linspace(100, 900, 4), np.full(4, 300.0)])
        assert found_four(np.concatenate([centres - 20, centres + 20], axis=1)) == []

    def test_four_boxes_of_one_place_give_nothing(self) -> None:
        assert found_four(np.repeat(marker_boxes(LAYOUT, make_camera())[:1], 4, axis=0)) == []

    def test_boxes_much_too_small_for_their_distance_are_refused(self) -> None:
        boxes = marker_boxes(LAYOUT, make_camera())
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        assert found_four(np.concatenate([middle - 2, middle + 2], axis=1)) == []

    def test_random_boxes_seldom_make_a_mat(self) -> None:
        believed = [
            h
            for seed in range(30)
            for h in found_four(random_boxes(8, 1000 + seed))[:1]
            if h.cost < 9.0
        ]
        assert len(believed) <= 3

    def test_fifty_candidates_are_no_trouble(self) -> None:
        boxes = marker_boxes(LAYOUT, make_camera())
        confidence = np.concatenate([np.full(4, 0.9), np.full(46, 0.4)])
        everything = np.concatenate([boxes, random_boxes(46, 3)])
        assert found_four(everything, confidence)[0].boxes == (0, 1, 2, 3)


class TestThreeMarkers:
    @pytest.mark.parametrize("hidden", range(4))
    @pytest.mark.parametrize("seed", range(4))
    def test_the_hidden_one_is_told_from_the_others(self, hidden: int, seed: int) -> None:
        camera = random_camera(seed)
        boxes = np.delete(marker_boxes(LAYOUT, camera), hidden, axis=0)
        best = three_marker_hypotheses(
            boxes,
            np.full(3, 0.9),
            MODEL,
            IMAGE_WH,
            focal_px=camera.focal_px,
            facing_prior=True,
            max_rank=24.0,
        )[0]
        assert best.boxes.index(-1) == hidden
        assert sorted(best.boxes) == [-1, 0, 1, 2]
        miss = apply_homography(best.mm_to_px, MODEL.centres) - true_px(camera, MODEL.centres)
        assert np.abs(miss).max() < 12.0

    def test_two_boxes_give_nothing(self) -> None:
        boxes = marker_boxes(LAYOUT, make_camera())[:2]
        found = three_marker_hypotheses(
            boxes,
            np.full(2, 0.9),
            MODEL,
            IMAGE_WH,
            focal_px=1000.0,
            facing_prior=True,
            max_rank=24.0,
        )
        assert found == []
