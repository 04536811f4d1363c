from __future__ import annotations

import json
from pathlib import Path

import pytest

from cameratokeyboard.cli import main
from cameratokeyboard.detect.closeup import CloseupNetwork
from tests.detect.builders import write_onnx
from tests.training.builders import write_dataset

pytest.importorskip("onnx")


class TestEvaluateDataset:
    def test_json_figures_of_a_model_that_finds_nothing(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        dataset = write_dataset(tmp_path / "set", 3)
        model = write_onnx(tmp_path / "m.onnx")
        code = main(["evaluate", "--dataset", str(dataset), "--model", str(model), "--json"])
        assert code == 0
        tree = json.loads(capsys.readouterr().out)
        assert tree["pictures"] == 3
        assert tree["model"] == "abc"
        assert tree["classes"]["finger"]["labelled"] == 6
        assert tree["classes"]["finger"]["recall"] == 0
        assert tree["classes"]["finger"]["precision"] is None
        assert tree["classes"]["finger"]["threshold"] == CloseupNetwork.load().settings.finger
        assert tree["map50"] == 0
        assert tree["contact"] is None

    def test_table_for_people(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        dataset = write_dataset(tmp_path / "set", 2)
        model = write_onnx(tmp_path / "m.onnx")
        assert main(["evaluate", "--dataset", str(dataset), "--model", str(model)]) == 0
        out = capsys.readouterr().out
        assert "finger" in out
        assert "mAP50 0.000 over 2 pictures" in out

    @pytest.mark.parametrize("arguments", [[], ["clip.mp4"], ["a", "b", "--dataset", "c"]])
    def test_neither_or_both_is_an_error(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["evaluate", *arguments]) == 1
        assert "expected CLIP and TRUTH" in capsys.readouterr().err

    def test_missing_dataset_is_one_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        model = write_onnx(tmp_path / "m.onnx")
        arguments = ["--dataset", str(tmp_path / "none"), "--model", str(model)]
        assert main(["evaluate", *arguments]) == 1
        assert capsys.readouterr().err.count("\n") == 1
