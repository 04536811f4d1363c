from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.cli import main
from cameratokeyboard.commands.detect import as_json
from cameratokeyboard.datatypes import FINGER, MARKER
from tests.detect.builders import make_detections, write_onnx

pytest.importorskip("onnx")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_onnx(tmp_path / "m.onnx")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("b.png", "a.jpg"):
        cv2.imwrite(str(folder / name), np.full((48, 64, 3), 90, np.uint8))
    return folder


def detect(*arguments: object) -> int:
    return main(["detect", *map(str, arguments)])


class TestDetect:
    def test_json_has_an_entry_for_each_picture_in_order(
        self, model: Path, pictures: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out.json"
        assert detect(pictures, "--model", model, "--json", out) == 0
        tree = json.loads(out.read_text())
        assert [entry["image"] for entry in tree] == ["a.jpg", "b.png"]
        assert tree[0] == {"image": "a.jpg", "width": 64, "height": 48, "detections": []}

    def test_overlays_have_the_size_of_their_picture(
        self, model: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        overlays = tmp_path / "overlays"
        assert detect(pictures / "a.jpg", "--model", model, "--overlay", overlays) == 0
        assert cv2.imread(str(overlays / "a.png")).shape == (48, 64, 3)
        assert capsys.readouterr().out == "a.jpg: 0 fingers, 0 thumbs, 0 markers\n"

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda folder: folder / "none.jpg", "no such picture"),
            (lambda folder: _written(folder / "x" / "t.txt").parent, "there are none"),
            (lambda folder: _written(folder / "broken.jpg"), "cannot be decoded"),
        ],
    )
    def test_unusable_pictures_are_one_line(
        self, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], make, words: str
    ) -> None:
        assert detect(make(tmp_path), "--model", model) == 1
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1

    def test_a_text_file_as_model_is_one_line(
        self, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert detect(pictures, "--model", _written(tmp_path / "m.onnx")) == 1
        assert capsys.readouterr().err.count("\n") == 1


class TestAsJson:
    def test_follows_the_contract(self) -> None:
        found = make_detections([(FINGER, 100, 50), (MARKER, 300, 80)])
        entry = as_json(Path("x/a.jpg"), found)
        assert entry["detections"][0] == {
            "class": "finger",
            "confidence": 0.9,
            "xyxy": [90.0, 40.0, 110.0, 60.0],
            "contact": [100.0, 60.0],
        }
        assert entry["detections"][1]["class"] == "marker"


def _written(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("words")
    return path
