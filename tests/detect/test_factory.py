from __future__ import annotations

from pathlib import Path

import pytest

from cameratokeyboard.detect.factory import open_detector, shipped_model
from cameratokeyboard.detect.focus import FocusDetector
from cameratokeyboard.detect.refine import SteadyDetector
from tests.detect.builders import make_frame, write_onnx


class TestOpenDetector:
    @pytest.mark.parametrize(("refine", "kind"), [(True, SteadyDetector), (False, FocusDetector)])
    def test_steadies_points_unless_told_otherwise(
        self, tmp_path: Path, refine: bool, kind: type
    ) -> None:
        pytest.importorskip("onnx")
        detector = open_detector(write_onnx(tmp_path / "m.onnx"), "onnxruntime", refine=refine)
        assert type(detector) is kind
        assert len(detector.detect(make_frame())) == 0

    def test_the_shipped_model_lies_in_the_package(self) -> None:
        assert shipped_model().name == "fingertips.onnx"
        assert shipped_model().parent.name == "data"
