"""Metadata of ONNX files without the onnx package, and the check that a model runs."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cameratokeyboard.errors import ModelError
from cameratokeyboard.registry.onnxfile import check_runs, read_figures, read_metadata
from tests.registry import builders


class TestReadMetadata:
    def test_says_what_the_onnx_package_says(self, tmp_path: Path) -> None:
        path = builders.write_model(tmp_path / "m.onnx", figures={"recall": 0.5}, padding=5000)
        expected = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
        assert read_metadata(path) == expected
        assert expected["names"] == builders.NAMES

    def test_long_and_foreign_text_survives(self, tmp_path: Path) -> None:
        path = builders.write_model(tmp_path / "m.onnx", date="é" * 5000)
        assert read_metadata(path)["date"] == "é" * 5000

    def test_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"none\.onnx: expected a readable model"):
            read_metadata(tmp_path / "none.onnx")

    @pytest.mark.parametrize(
        "body", [b"", b"PK\x03\x04zip of a pickle", b"\x80\x04pickle", b"<html>"]
    )
    def test_other_files_are_refused(self, tmp_path: Path, body: bytes) -> None:
        path = tmp_path / "m.onnx"
        path.write_bytes(body)
        with pytest.raises(ModelError, match="expected an ONNX model"):
            read_metadata(path)

    def test_cut_file_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "m.onnx"
        path.write_bytes(builders.model_bytes(padding=1000)[:-50])
        with pytest.raises(ModelError, match="expected an ONNX model"):
            read_metadata(path)

    @given(body=st.binary(max_size=300))
    @settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_no_bytes_bring_it_down(self, tmp_path: Path, body: bytes) -> None:
        path = tmp_path / "m.onnx"
        path.write_bytes(body)
        try:
            read_metadata(path)
        except ModelError as error:
            assert "m.onnx" in str(error)  # noqa: PT017  (either end is right)


class TestCheckRuns:
    def test_detector_passes(self, tmp_path: Path) -> None:
        check_runs(builders.write_model(tmp_path / "m.onnx"))

    @pytest.mark.parametrize("names", ["{0: 'cat'}", "", "{0: 'finger', 1: 'thumb'}", "boom("])
    def test_other_classes_are_refused(self, tmp_path: Path, names: str) -> None:
        with pytest.raises(ModelError, match="expected a detector of finger, thumb, marker"):
            check_runs(builders.write_model(tmp_path / "m.onnx", names=names))

    def test_unknown_operator_is_refused(self, tmp_path: Path) -> None:
        path = builders.write_model(tmp_path / "m.onnx")
        model = onnx.load(path)
        model.graph.node[0].op_type = "NoSuchOperator"
        onnx.save(model, path)
        with pytest.raises(ModelError, match="cannot open it"):
            check_runs(path)

    def test_weights_outside_the_file_are_refused(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_bytes(b"0123")
        folder = tmp_path / "models"
        path = builders.write_model(folder / "m.onnx")
        model = onnx.load(path)
        weight = model.graph.initializer[0]
        weight.ClearField("float_data")
        weight.data_location = onnx.TensorProto.EXTERNAL
        entry = weight.external_data.add()
        entry.key, entry.value = "location", "../secret"
        path.write_bytes(model.SerializeToString())
        with pytest.raises(ModelError, match="cannot open it"):
            check_runs(path)


class TestReadFigures:
    def test_what_was_written_is_read(self) -> None:
        assert read_figures({"c2k_figures": '{"validation": {"map50": 0.9}}'}) == {
            "validation": {"map50": 0.9}
        }

    @pytest.mark.parametrize("text", ["", "rubbish", "[1]", "null"])
    def test_other_text_is_no_figures(self, text: str) -> None:
        assert read_figures({"c2k_figures": text}) == {}
