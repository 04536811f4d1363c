from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.geometry.boxes import box_prior, dark_patch, match_boxes, refined_centre
from cameratokeyboard.geometry.camera import camera_homography
from cameratokeyboard.geometry.edges import fit_edges, seen_markers
from cameratokeyboard.geometry.fiducials import FiducialReader
from cameratokeyboard.geometry.homography import facing, quad_homographies
from cameratokeyboard.geometry.markers import code_cells, marker_model, sample
from cameratokeyboard.keyboard.layout import load_layout
from tests.geometry.builders import (
    IMAGE_WH,
    make_camera,
    make_picture,
    marker_boxes,
    true_px,
)

CODED = load_layout("qwerty")
PLAIN = load_layout("forerunner")
ALL = np.ones(4, bool)


def nudged(layout, camera, by_px: np.ndarray) -> np.ndarray:
    """A homography whose anchors are off by (4, 2) px."""
    model = marker_model(layout)
    anchors = true_px(camera, model.centres) + by_px
    return facing(quad_homographies(model.centres, anchors[None])[0], model.centres)


class TestSample:
    def test_interpolates_between_pixels(self) -> None:
        ramp = np.tile(np.arange(10, dtype=np.uint8) * 10, (4, 1))
        points = np.array([[2.25, 1.5], [0.0, 0.0], [9.0, 3.0]])
        assert sample(ramp, points) == pytest.approx([22.5, 0.0, 90.0])

    def test_outside_is_unknown(self) -> None:
        image = np.zeros((4, 6, 3), np.uint8)
        points = np.array([[-0.1, 0], [5.1, 0], [0, 3.2], [np.nan, 1], [np.inf, 1]])
        assert np.isnan(sample(image, points)).all()


class TestSeenMarkers:
    def test_all_four_show_at_their_places(self) -> None:
        camera = make_camera(pitch=18)
        picture = make_picture(CODED, camera)
        seen, scores = seen_markers(
            picture, marker_model(CODED), camera_homography(camera, IMAGE_WH)
        )
        assert seen.all()
        assert scores.min() > 0.9

    def test_a_covered_marker_does_not(self) -> None:
        camera = make_camera()
        picture = make_picture(CODED, camera, hidden=(2,))
        seen, _ = seen_markers(picture, marker_model(CODED), camera_homography(camera, IMAGE_WH))
        assert seen.tolist() == [True, True, False, True]

    def test_turned_round_none_does(self) -> None:
        picture = make_picture(CODED, make_camera(yaw=0))
        other = camera_homography(make_camera(yaw=180), IMAGE_WH)
        assert not seen_markers(picture, marker_model(CODED), other)[0].any()

    def test_a_blank_picture_shows_none(self) -> None:
        blank = np.full((720, 1280, 3), 128, np.uint8)
        matrix = camera_homography(make_camera(), IMAGE_WH)
        assert not seen_markers(blank, marker_model(CODED), matrix)[0].any()


class TestFitEdges:
    @pytest.mark.parametrize(
        ("layout", "tolerance"), [(CODED, 0.2), (PLAIN, 0.35)], ids=["coded", "uncoded"]
    )
    @pytest.mark.parametrize("pitch", [15.0, 30.0, 60.0])
    def test_anchors_are_found_to_a_fraction_of_a_pixel(
        self, layout, tolerance: float, pitch: float
    ) -> None:
        camera = make_camera(pitch=pitch, yaw=7)
        picture = make_picture(layout, camera)
        off = np.random.default_rng(3).normal(0, 1.0, (4, 2))
        model = marker_model(layout)
        fit = fit_edges(picture, model, nudged(layout, camera, off), ALL, reach_cells=1.5, steps=3)
        assert fit is not None
        assert fit.by_edges.all()
        assert np.abs(fit.anchors_px - true_px(camera, model.centres)).max() < tolerance

    def test_repeated_frames_agree_to_a_few_hundredths(self) -> None:
        camera = make_camera(pitch=25)
        model = marker_model(CODED)
        found = []
        for seed in range(5):
            picture = make_picture(CODED, camera, seed=seed, noise=4.0)
            fit = fit_edges(picture, model, camera_homography(camera, IMAGE_WH), ALL)
            assert fit is not None
            found.append(fit.anchors_px)
        assert np.std(found, axis=0).max() < 0.04

    def test_its_information_is_honest(self) -> None:
        camera = make_camera(pitch=25)
        model = marker_model(CODED)
        fit = fit_edges(
            make_picture(CODED, camera), model, camera_homography(camera, IMAGE_WH), ALL
        )
        assert fit is not None
        claimed = np.sqrt(np.diag(np.linalg.inv(fit.information)))
        miss = np.abs(fit.anchors_px - true_px(camera, model.centres)).reshape(8)
        assert np.all(miss < 4 * claimed)
        assert claimed.max() < 0.3

    def test_a_prior_holds_what_is_not_measured(self) -> None:
        camera = make_camera()
        model = marker_model(PLAIN)
        picture = make_picture(PLAIN, camera, hidden=(3,))
        matrix = camera_homography(camera, IMAGE_WH)
        boxes = marker_boxes(PLAIN, camera)[3:]
        prior = box_prior(picture, model, matrix, boxes, ~np.array([1, 1, 1, 0], bool), 2.0)
        fit = fit_edges(picture, model, matrix, np.array([1, 1, 1, 0], bool), prior=prior)
        assert fit is not None
        assert fit.seen.all()
        assert fit.by_edges.tolist() == [True, True, True, False]
        assert np.abs(fit.anchors_px - true_px(camera, model.centres)).max() < 1.0

    def test_nothing_to_measure_gives_none(self) -> None:
        camera = make_camera()
        matrix, model = camera_homography(camera, IMAGE_WH), marker_model(CODED)
        assert fit_edges(make_picture(CODED, camera), model, matrix, ~ALL) is None
        blank = np.full((720, 1280, 3), 128, np.uint8)
        assert fit_edges(blank, model, matrix, ALL) is None


class TestBoxes:
    def test_boxes_are_matched_to_their_markers(self) -> None:
        camera = make_camera()
        boxes = marker_boxes(CODED, camera)[[2, 0, 3]] + 2.0
        matched = match_boxes(camera_homography(camera, IMAGE_WH), marker_model(CODED), boxes)
        assert matched == [1, -1, 0, 2]

    def test_far_or_oversized_boxes_are_not(self) -> None:
        camera = make_camera()
        boxes = marker_boxes(CODED, camera)
        far = boxes + 80.0
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        large = np.concatenate([middle - 200, middle + 200], axis=1)
        for bad in (far, large, np.zeros((0, 4))):
            matched = match_boxes(camera_homography(camera, IMAGE_WH), marker_model(CODED), bad)
            assert matched == [-1] * 4

    @pytest.mark.parametrize("layout", [CODED, PLAIN], ids=["coded", "uncoded"])
    def test_a_loose_box_is_refined_to_the_markers_middle(self, layout) -> None:
        camera = make_camera(pitch=35)
        picture = make_picture(layout, camera)
        true = marker_boxes(layout, camera)[0]
        loose = true + np.array([-3.0, 1.0, 2.0, 4.0])
        centre = true_px(camera, marker_model(layout).centres)[0]
        assert np.abs(refined_centre(picture, loose) - centre).max() < 1.3

    def test_a_box_without_a_dark_patch_keeps_its_middle(self) -> None:
        blank = np.full((720, 1280, 3), 200, np.uint8)
        box = np.array([100.0, 100.0, 140.0, 130.0])
        assert dark_patch(blank, box) is None
        assert refined_centre(blank, box).tolist() == [120.0, 115.0]

    @pytest.mark.parametrize(
        "box", [[-50, -50, -10, -10], [1279, 719, 1300, 740], [5, 5, 5, 5], [0, 0, 1280, 720]]
    )
    def test_odd_boxes_are_no_trouble(self, box: list[float]) -> None:
        picture = make_picture(PLAIN, make_camera())
        assert np.isfinite(refined_centre(picture, np.array(box, float))).all()


class TestFiducialReader:
    def grey(self, **camera: float) -> np.ndarray:
        return make_picture(CODED, make_camera(**camera))[..., 1].copy()

    def test_reads_all_codes_of_the_layout(self) -> None:
        model = marker_model(CODED)
        camera = make_camera(pitch=40)
        found = FiducialReader(model.codes).read(self.grey(pitch=40))
        assert sorted(found) == [0, 1, 2, 3]
        for place, corners in found.items():
            expected = true_px(camera, model.corners[place])
            assert np.abs(corners - expected).max() < 1.5

    def test_reads_small_codes_inside_boxes(self) -> None:
        camera = make_camera(pitch=40, distance=700)
        picture = make_picture(CODED, camera)[..., 1].copy()
        boxes = marker_boxes(CODED, camera)
        assert sorted(FiducialReader((0, 1, 2, 3)).read_boxes(picture, boxes)) == [0, 1, 2, 3]

    def test_codes_of_other_layouts_are_left_out(self) -> None:
        assert FiducialReader((8, 9, 10, 11)).read(self.grey(pitch=40)) == {}

    def test_a_code_seen_twice_is_left_out(self) -> None:
        picture = np.full((300, 600), 255, np.uint8)
        cells = np.kron(code_cells(0), np.ones((20, 20))) * 255
        for left in (50, 350):
            picture[80:200, left : left + 120] = cells.astype(np.uint8)
        assert FiducialReader((0, 1, 2, 3)).read(picture) == {}

    def test_a_mirrored_picture_is_noticed(self) -> None:
        reader = FiducialReader((0, 1, 2, 3))
        assert reader.mirrored(self.grey(pitch=40)[:, ::-1].copy())
        assert not reader.mirrored(self.grey(pitch=40))
