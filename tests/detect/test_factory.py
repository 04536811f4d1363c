from __future__ import annotations

from pathlib import Path

import pytest

from cameratokeyboard.detect.closeup import CloseDetector
from cameratokeyboard.detect.factory import open_detector, open_picture_detector, shipped_model
from cameratokeyboard.detect.focus import FocusDetector
from cameratokeyboard.detect.pictures import PictureDetector
from cameratokeyboard.detect.refine import SteadyDetector
from tests.detect.builders import make_frame, write_onnx


class TestOpenDetector:
    @pytest.mark.parametrize(("refine", "kind"), [(True, SteadyDetector), (False, FocusDetector)])
    def test_steadies_points_unless_told_otherwise(
        self, tmp_path: Path, refine: bool, kind: type
    ) -> None:
        pytest.importorskip("onnx")
        detector = open_detector(
            write_onnx(tmp_path / "m.onnx"), "onnxruntime", refine=refine, closeup=False
        )
        assert type(detector) is kind
        assert len(detector.detect(make_frame())) == 0

    @pytest.mark.parametrize(("closeup", "kind"), [(True, CloseDetector), (False, FocusDetector)])
    def test_looks_closely_unless_told_otherwise(
        self, tmp_path: Path, closeup: bool, kind: type
    ) -> None:
        pytest.importorskip("onnx")
        detector = open_detector(
            write_onnx(tmp_path / "m.onnx"), "onnxruntime", refine=False, closeup=closeup
        )
        assert type(detector) is kind
        assert len(detector.detect(make_frame())) == 0

    @pytest.mark.parametrize(("closeup", "kind"), [(True, CloseDetector), (False, PictureDetector)])
    def test_single_pictures_get_the_same(self, tmp_path: Path, closeup: bool, kind: type) -> None:
        pytest.importorskip("onnx")
        model = write_onnx(tmp_path / "m.onnx")
        assert type(open_picture_detector(model, "onnxruntime", closeup=closeup)) is kind

    def test_the_shipped_model_lies_in_the_package(self) -> None:
        assert shipped_model().name == "fingertips.onnx"
        assert shipped_model().parent.name == "data"
