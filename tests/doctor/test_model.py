from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import pytest

from cameratokeyboard.doctor.base import Verdict
from cameratokeyboard.doctor.model import SLOW_MS, check_model, check_speed, check_sum
from cameratokeyboard.errors import ModelError
from tests.builders import FakeDetector


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "fingertips.onnx"
    path.write_bytes(b"weights")
    return path


class TestCheckSum:
    def test_a_matching_checksum_is_good(self, model: Path) -> None:
        digest = hashlib.sha256(b"weights").hexdigest()
        model.with_suffix(".sha256").write_text(f"{digest}  fingertips.onnx\n")
        finding = check_sum(model)
        assert finding.verdict is Verdict.OK
        assert "checksum matches" in finding.detail

    def test_another_checksum_fails(self, model: Path) -> None:
        model.with_suffix(".sha256").write_text("0" * 64)
        assert check_sum(model).verdict is Verdict.FAIL

    @pytest.mark.parametrize("content", [None, "", "\n"])
    def test_without_a_known_checksum_that_is_said(self, model: Path, content: str | None) -> None:
        if content is not None:
            model.with_suffix(".sha256").write_text(content)
        finding = check_sum(model)
        assert finding.verdict is Verdict.OK
        assert "no known checksum" in finding.detail

    def test_a_missing_file_fails(self, tmp_path: Path) -> None:
        assert check_sum(tmp_path / "gone.onnx").verdict is Verdict.FAIL


class TestCheckSpeed:
    @pytest.mark.parametrize(
        ("step_ms", "verdict"), [(SLOW_MS / 2, Verdict.OK), (SLOW_MS * 2, Verdict.WARN)]
    )
    def test_is_judged_by_the_time_of_a_picture(self, step_ms: float, verdict: Verdict) -> None:
        ticks = itertools.count(step=step_ms / 1000)
        finding = check_speed(FakeDetector(), lambda: next(ticks))
        assert finding.verdict is verdict
        assert f"{step_ms:.0f} ms" in finding.detail


class TestCheckModel:
    def test_a_model_that_loads_is_good(self, model: Path) -> None:
        findings = check_model(lambda: model, lambda path: FakeDetector(), lambda: 0.0)
        assert {finding.verdict for finding in findings} == {Verdict.OK}

    def test_a_model_that_does_not_load_fails(self, model: Path) -> None:
        def load(path: Path) -> FakeDetector:
            raise ModelError(f"{path.name}: not an ONNX file")

        assert check_model(lambda: model, load)[-1].verdict is Verdict.FAIL

    def test_no_model_at_all_fails(self) -> None:
        def find() -> Path:
            raise ModelError("there is none")

        (finding,) = check_model(find, lambda path: FakeDetector())
        assert finding.verdict is Verdict.FAIL
