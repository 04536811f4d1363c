from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER, MARKER, THUMB, Detections, Frame, MatPose
from cameratokeyboard.detect.closeup import (
    CONTEXT,
    INPUT_PX,
    MAX_FINDS,
    WINDOW_RATIO,
    CloseDetector,
    CloseFinds,
    CloseSettings,
    CloseupNetwork,
    View,
    cut_window,
    cut_windows,
    join,
    look_closely,
    scout,
    windows_of,
)
from cameratokeyboard.detect.slant import SLANT, slants
from cameratokeyboard.detect.yolo import YoloDetector
from cameratokeyboard.errors import ModelError
from tests.detect.builders import (
    FakeEngine,
    make_detections,
    make_frame,
    make_info,
    raw_output,
    write_onnx,
)


class FakeNetwork:
    """Answers the same for every window, and counts what it was shown."""

    def __init__(
        self,
        names: tuple[float, float, float] = (0.9, 0.05, 0.05),
        contact: tuple[float, float] = (0.0, 0.25),
        settings: CloseSettings | None = None,
    ) -> None:
        self.names, self.contact = names, contact
        self.settings = settings or CloseSettings()
        self.shown = 0
        self.looks: list[tuple[np.ndarray, bool]] = []
        self.slants: list[np.ndarray] = []

    def look(self, batch: np.ndarray, slant: np.ndarray, mirror: bool = False) -> CloseFinds:
        self.shown = len(batch)
        self.looks.append((batch, mirror))
        self.slants.append(slant)
        points = np.zeros((len(batch), 3, 2))
        points[:, 0] = self.contact
        return CloseFinds(points, np.tile(self.names, (len(batch), 1)))


class OneFinder:
    """A detector that always reports the same."""

    def __init__(self, found: Detections) -> None:
        self.found = found

    def detect(
        self, frame: Frame, region_px: object = None, mat: MatPose | None = None
    ) -> Detections:
        return self.found


def dotted(x: float, y: float, radius: int = 6) -> np.ndarray:
    """A dark picture with a bright dot whose middle is at x, y px."""
    image = np.zeros((300, 400, 3), np.uint8)
    shift = 4
    centre = (round((x - 0.5) * 2**shift), round((y - 0.5) * 2**shift))
    cv2.circle(image, centre, radius << shift, (255, 255, 255), -1, cv2.LINE_AA, shift)
    return image


def middle_of_light(cut: np.ndarray) -> np.ndarray:
    light = cut[:, :, 0].astype(float)
    rows, columns = np.mgrid[: cut.shape[0], : cut.shape[1]] + 0.5
    return np.array([(columns * light).sum(), (rows * light).sum()]) / light.sum()


class TestWindows:
    def test_are_square_around_the_boxes_middle(self) -> None:
        windows = windows_of(np.array([[10.0, 20.0, 30.0, 65.0]]))
        assert windows[0] == pytest.approx([20.0, 42.5, WINDOW_RATIO * 30.0])

    @pytest.mark.parametrize("side", [40.0, 64.0, 90.0, 150.0])
    def test_a_point_keeps_its_place_at_every_scale(self, side: float) -> None:
        cut = cut_window(dotted(203.3, 147.6), 200.0, 150.0, side, INPUT_PX)
        wanted = (np.array([203.3, 147.6]) - [200.0, 150.0]) * INPUT_PX / side + INPUT_PX / 2
        assert middle_of_light(cut) == pytest.approx(wanted, abs=0.12)

    @pytest.mark.parametrize("side", [40.0, 150.0])
    def test_what_is_outside_of_the_picture_is_grey(self, side: float) -> None:
        cut = cut_window(dotted(6.3, 5.2), 0.0, 0.0, side, INPUT_PX)
        assert cut.shape == (INPUT_PX, INPUT_PX, 3)
        assert (cut[:20, :20] == 114).all()
        assert cut[INPUT_PX // 2 + 2 :, INPUT_PX // 2 + 2 :].max() > 200

    def test_a_point_keeps_its_place_beside_the_pictures_edge(self) -> None:
        near, far = dotted(12.3, 11.2), np.zeros((300, 400, 3), np.uint8)
        far[100:, 100:] = near[:200, :300]
        cut = cut_window(near, 2.0, 3.0, 150.0, INPUT_PX)
        whole = cut_window(far, 102.0, 103.0, 150.0, INPUT_PX)
        seen = slice(INPUT_PX // 2 + 1, None)
        assert np.abs(cut[seen, seen].astype(int) - whole[seen, seen]).max() < 40

    def test_the_network_is_shown_red_first_between_0_and_1(self) -> None:
        image = np.zeros((100, 100, 3), np.uint8)
        image[:, :, 2] = 255
        batch = cut_windows(image, np.array([[50.0, 50.0, 40.0]]))
        assert batch.shape == (1, 3, INPUT_PX, INPUT_PX)
        assert batch[0].mean(axis=(1, 2)) == pytest.approx([1, 0, 0])

    def test_the_surroundings_are_shown_as_well(self) -> None:
        batch = cut_windows(dotted(190.0, 150.0), np.array([[150.0, 150.0, 80.0]]))
        edge = INPUT_PX / 2 * (1 + 1 / CONTEXT)
        assert batch[0, 0, INPUT_PX // 2, round(edge)] > 0.9
        assert batch[0, 0, INPUT_PX // 2, round(edge) - 20] < 0.1


def joined(
    class_id: int, confidence: float, names: tuple[float, ...], settings: CloseSettings
) -> Detections:
    found = make_detections([(class_id, 100.0, 80.0)], confidence=confidence)
    finds = CloseFinds(np.array([[[0.1, 0.5], [0, 0], [0, -0.5]]]), np.array([names]))
    return join(found, np.array([0]), windows_of(found.xyxy), finds, settings)


class TestJoin:
    def test_points_come_from_the_close_look(self) -> None:
        found = joined(FINGER, 0.8, (0.9, 0.05, 0.05), CloseSettings())
        half = WINDOW_RATIO * 20 / 2
        assert found.keypoints[0, 0, :2] == pytest.approx([100 + 0.1 * half, 80 + 0.5 * half])

    def test_confidence_lies_between_both(self) -> None:
        found = joined(FINGER, 0.5, (0.05, 0.0, 0.95), CloseSettings(trust=0.5))
        assert 0.05 < found.confidence[0] < 0.5

    def test_without_trust_the_confidence_stays(self) -> None:
        found = joined(FINGER, 0.6, (0.05, 0.0, 0.95), CloseSettings(trust=0.0))
        assert found.confidence[0] == pytest.approx(0.6, abs=1e-6)

    @pytest.mark.parametrize(
        ("was", "names", "becomes"),
        [
            (FINGER, (0.1, 0.8, 0.1), THUMB),
            (THUMB, (0.8, 0.1, 0.1), FINGER),
            (FINGER, (0.4, 0.5, 0.1), FINGER),
            (THUMB, (0.5, 0.4, 0.1), THUMB),
        ],
    )
    def test_names_change_only_when_much_likelier(
        self, was: int, names: tuple[float, ...], becomes: int
    ) -> None:
        assert joined(was, 0.8, names, CloseSettings(rename=2.0)).class_id[0] == becomes


class TestLookClosely:
    def test_drops_what_turns_out_to_be_nothing(self) -> None:
        network = FakeNetwork(names=(0.01, 0.01, 0.98), settings=CloseSettings(finger=0.4))
        found = make_detections([(FINGER, 100.0, 80.0), (MARKER, 300.0, 80.0)], confidence=0.5)
        assert look_closely(make_frame().image, found, network).class_id.tolist() == [MARKER]

    def test_markers_get_no_look_and_stay_as_they_are(self) -> None:
        network = FakeNetwork()
        found = make_detections([(MARKER, 300.0, 80.0)], confidence=0.2)
        seen = look_closely(make_frame().image, found, network)
        assert network.shown == 0
        assert np.array_equal(seen.keypoints, found.keypoints)

    def test_looks_at_the_surest_when_there_are_too_many(self) -> None:
        network = FakeNetwork()
        rows = [(FINGER, 20.0 + 10 * n, 80.0) for n in range(MAX_FINDS + 9)]
        look_closely(make_frame().image, make_detections(rows), network)
        assert network.shown == MAX_FINDS

    def test_nothing_found_needs_no_look(self) -> None:
        network = FakeNetwork()
        found = Detections.empty((640, 360))
        detector = CloseDetector(OneFinder(found), network)
        assert len(detector.detect(make_frame())) == 0
        assert network.shown == 0


class TestViews:
    def test_successive_frames_are_shown_in_turn(self) -> None:
        network = FakeNetwork()
        views = (View(), View(mirrored=True))
        detector = CloseDetector(
            OneFinder(make_detections([(FINGER, 100.0, 80.0)])), network, views
        )
        for _ in range(4):
            detector.detect(make_frame())
        assert [mirrored for _, mirrored in network.looks] == [False, True, False, True]

    @pytest.mark.parametrize("zoom", [0.8, 1.0, 1.25])
    def test_points_are_told_in_the_window_that_was_shown(self, zoom: float) -> None:
        network = FakeNetwork(contact=(0.1, 0.5))
        found = make_detections([(FINGER, 100.0, 80.0)])
        seen = look_closely(make_frame().image, found, network, View(zoom))
        half = zoom * WINDOW_RATIO * 20 / 2
        assert seen.keypoints[0, 0, :2] == pytest.approx([100 + 0.1 * half, 80 + 0.5 * half])

    def test_the_shipped_network_tells_a_mirrored_window_as_its_mirror_image(self) -> None:
        network = CloseupNetwork.load()
        batch = np.random.default_rng(3).random((2, 3, INPUT_PX, INPUT_PX), np.float32)
        slant = np.tile(np.array([1, -0.7, 0.2, -0.7, 0.65], np.float32), (2, 1))
        turned = slant * np.array([1, 1, -1, 1, 1], np.float32)
        straight = network.look(np.ascontiguousarray(batch[..., ::-1]), turned)
        mirrored = network.look(batch, slant, mirror=True)
        assert mirrored.points == pytest.approx(straight.points * [-1.0, 1.0], abs=1e-6)
        assert mirrored.names == pytest.approx(straight.names, abs=1e-6)


class TestSlant:
    PAPER = np.array([[2.0, 0.0, 90.0], [0.0, -1.0, 70.0], [0.0, 0.002, 1.0]])

    def test_of_each_window_as_it_is_shown_goes_to_the_network(self) -> None:
        network = FakeNetwork()
        found = make_detections([(FINGER, 100.0, 80.0), (FINGER, 160.0, 90.0)])
        mat = MatPose(
            np.linalg.inv(self.PAPER), self.PAPER, np.zeros((4, 2)), np.ones(4, bool), 0.1, 0
        )
        detector = CloseDetector(OneFinder(found), network, (View(1.3),))
        detector.detect(make_frame(), mat=mat)
        windows = windows_of(found.xyxy) * [1, 1, 1.3]
        assert network.slants[0] == pytest.approx(slants(self.PAPER, windows))
        assert network.slants[0][:, 0].tolist() == [1, 1]

    def test_is_unknown_without_a_mat(self) -> None:
        network = FakeNetwork()
        detector = CloseDetector(OneFinder(make_detections([(FINGER, 100.0, 80.0)])), network)
        detector.detect(make_frame())
        assert network.slants[0].tolist() == [[0.0] * SLANT]

    def test_the_shipped_network_heeds_it_for_points_and_not_for_names(self) -> None:
        network = CloseupNetwork.load()
        batch = np.random.default_rng(3).random((1, 3, INPUT_PX, INPUT_PX), np.float32)
        flat, steep = (
            network.look(batch, np.array([[1, -0.7, 0, -height, short]], np.float32))
            for height, short in ((0.95, 0.3), (0.3, 0.95))
        )
        assert abs(flat.points - steep.points).max() > 0.01
        assert flat.names == pytest.approx(steep.names, abs=1e-6)


class TestScout:
    def test_lowers_the_thresholds_of_hands_only(self) -> None:
        detector = YoloDetector(FakeEngine(raw_output()), make_info())
        lowered = scout(detector, CloseSettings(scout=0.5)).info.thresholds
        assert lowered == pytest.approx((0.2, 0.15, 0.5))


class TestLoad:
    def test_the_shipped_network_answers_every_number_of_windows(self) -> None:
        network = CloseupNetwork.load()
        for count in (1, 7):
            windows = np.full((count, 3, INPUT_PX, INPUT_PX), 0.5, np.float32)
            finds = network.look(windows, np.zeros((count, SLANT), np.float32))
            assert finds.points.shape == (count, 3, 2)
            assert finds.names.sum(axis=1) == pytest.approx(np.ones(count), abs=1e-5)

    def test_another_model_is_refused_by_name(self, tmp_path: Path) -> None:
        pytest.importorskip("onnx")
        with pytest.raises(ModelError, match=r"expected a close-up model .* found kind 'none'"):
            CloseupNetwork.load(write_onnx(tmp_path / "m.onnx"))

    def test_a_model_that_knows_no_slant_is_refused(self, tmp_path: Path) -> None:
        pytest.importorskip("onnx")
        about = {"kind": "cameratokeyboard closeup", "input_px": str(INPUT_PX)}
        path = write_onnx(tmp_path / "m.onnx", properties=about)
        with pytest.raises(ModelError, match=r"told the paper's slant, .* train it again"):
            CloseupNetwork.load(path)

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="no such model file"):
            CloseupNetwork.load(tmp_path / "none.onnx")
