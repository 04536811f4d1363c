from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER
from cameratokeyboard.detect.yolo import WIDE_SHARE, YoloDetector, load_yolo
from cameratokeyboard.errors import ModelError
from tests.detect.builders import (
    PROPERTIES,
    FakeEngine,
    candidate,
    make_frame,
    make_info,
    raw_output,
    write_onnx,
)


class TestYoloDetector:
    def test_finds_come_in_px_of_the_frame(self) -> None:
        engine = FakeEngine(raw_output(candidate(FINGER, 208, 117, contact=(208, 130))))
        found = YoloDetector(engine, make_info()).detect(make_frame(1280, 720))
        assert engine.shown[0].shape == (1, 3, 256, 416)
        scale = 416 / 1280
        assert found.contact_px[0] == pytest.approx([208 / scale, 130 / scale], abs=2)
        assert found.image_wh == (1280, 720)

    def test_looks_at_whole_frames_may_spend_more_pixels(self) -> None:
        engine = FakeEngine(raw_output())
        detector = YoloDetector(engine, make_info())
        for look in (detector, detector.wider()):
            look.detect(make_frame(1280, 720))
        near, wide = (blob.shape[2] * blob.shape[3] for blob in engine.shown)
        assert 1.4 * near < wide <= WIDE_SHARE * near

    def test_region_offset_is_added(self) -> None:
        engine = FakeEngine(raw_output(candidate(FINGER, 100, 100)))
        detector = YoloDetector(engine, make_info())
        region = np.array([600.0, 300, 1016, 556])
        found = detector.detect(make_frame(1280, 720), region)
        middle = (found.xyxy[0, :2] + found.xyxy[0, 2:]) / 2
        assert middle == pytest.approx([700, 400], abs=1)

    def test_finds_in_the_padding_are_dropped(self) -> None:
        engine = FakeEngine(raw_output(candidate(FINGER, 100, 300)), fixed_wh=(320, 320))
        found = YoloDetector(engine, make_info()).detect(make_frame(640, 360))
        assert len(found) == 0

    def test_other_thresholds_by_channel(self) -> None:
        engine = FakeEngine(raw_output(candidate(FINGER, 100, 100, score=0.2)))
        detector = YoloDetector(engine, make_info())
        assert len(detector.detect(make_frame())) == 0
        assert len(detector.with_thresholds((0.1, 0.1, 0.1)).detect(make_frame())) == 1

    @pytest.mark.parametrize("size", [(1, 1), (3840, 2160), (90, 700)])
    def test_odd_frame_sizes_work(self, size: tuple[int, int]) -> None:
        detector = YoloDetector(FakeEngine(raw_output()), make_info())
        assert len(detector.detect(make_frame(*size))) == 0


class TestLoadYolo:
    @pytest.fixture
    def onnx_file(self, tmp_path: Path) -> Path:
        pytest.importorskip("onnx")
        return write_onnx(tmp_path / "m.onnx")

    @pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
    def test_each_engine_loads_the_same_file_with_its_metadata(
        self, onnx_file: Path, engine: str
    ) -> None:
        if engine == "openvino":
            pytest.importorskip("openvino")
        detector = load_yolo(onnx_file, engine)
        assert detector.engine.name == engine
        assert detector.info.thresholds == (0.4, 0.3, 0.5)
        assert len(detector.detect(make_frame())) == 0

    def test_image_size_sets_the_budget(self, onnx_file: Path) -> None:
        assert load_yolo(onnx_file, "onnxruntime", image_size=640).budget_px == 640 * 352

    @pytest.mark.parametrize("engine", ["auto", "onnxruntime"])
    def test_cut_off_file_is_one_line(self, onnx_file: Path, engine: str) -> None:
        data = onnx_file.read_bytes()
        onnx_file.write_bytes(data[: len(data) // 2])
        assert "damaged" in _message(onnx_file, engine)

    def test_text_file(self, tmp_path: Path) -> None:
        path = tmp_path / "m.onnx"
        path.write_text("this is no model, only words")
        assert "it is a text file" in _message(path)

    def test_random_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "m.onnx"
        path.write_bytes(np.random.default_rng(0).bytes(5000))
        assert "expected an ONNX detector" in _message(path)

    def test_missing_empty_and_folder(self, tmp_path: Path) -> None:
        assert "no such model file" in _message(tmp_path / "none.onnx")
        (tmp_path / "empty.onnx").touch()
        assert "the file is empty" in _message(tmp_path / "empty.onnx")
        (tmp_path / "folder.onnx").mkdir()
        assert "it is a folder" in _message(tmp_path / "folder.onnx")

    def test_wrong_output_rank_and_channels(self, tmp_path: Path) -> None:
        pytest.importorskip("onnx")
        flat = write_onnx(tmp_path / "flat.onnx", output_rank=2)
        assert "raw output (1, C, N)" in _message(flat)
        wide = write_onnx(tmp_path / "wide.onnx", channels=84)
        assert "(1, 16, N)" in _message(wide)

    def test_wrong_classes(self, tmp_path: Path) -> None:
        pytest.importorskip("onnx")
        properties = {**PROPERTIES, "names": "{0: 'cat'}"}
        assert "finger, thumb, marker" in _message(
            write_onnx(tmp_path / "cats.onnx", properties=properties)
        )

    def test_pickle_is_warned_of(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        pytest.importorskip("ultralytics")
        path = tmp_path / "m.pt"
        path.write_bytes(b"\x80\x04not a checkpoint\xff\xfe")
        assert "checkpoint" in _message(path)
        assert "pickle" in capsys.readouterr().err


def _message(path: Path, engine: str = "onnxruntime") -> str:
    with pytest.raises(ModelError) as caught:
        load_yolo(path, engine)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message
