from __future__ import annotations

from pathlib import Path

import pytest

from cameratokeyboard.cli import main
from cameratokeyboard.commands.doctor import report
from cameratokeyboard.doctor.base import fail, ok, warn
from tests.capture import builders as capture


class TestReport:
    @pytest.mark.parametrize(
        ("findings", "code", "end"),
        [
            ([ok("a", "1")], 0, "1 ok, 0 to look at, 0 failed: ready"),
            ([ok("a", "1"), warn("b", "2", "do")], 0, "1 ok, 1 to look at, 0 failed: ready"),
            ([fail("a", "1", "do"), ok("b", "2")], 1, "1 ok, 0 to look at, 1 failed: this"),
        ],
    )
    def test_only_a_failure_is_an_error(
        self, findings: list, code: int, end: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert report(findings) == code
        assert capsys.readouterr().out.splitlines()[-1].startswith(end)

    def test_advice_stands_under_its_finding(self, capsys: pytest.CaptureFixture[str]) -> None:
        report([warn("light", "dark", "add light")])
        lines = capsys.readouterr().out.splitlines()
        assert lines[:2] == ["warn  light: dark", "        -> add light"]


class TestDoctor:
    def test_checks_everything_even_with_a_broken_model_and_source(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
        bad = tmp_path / "model.onnx"
        bad.write_text("no model")
        code = main(["doctor", "--model", str(bad), "--source", str(tmp_path / "gone.mp4")])
        lines = capsys.readouterr().out.splitlines()
        assert code == 1
        subjects = {
            line[6:].split(":")[0] for line in lines if line[:4] in ("ok  ", "warn", "fail")
        }
        wanted = {"settings", "Python", "packages", "inference engines", "display", "camera"}
        assert wanted <= subjects
        assert any(line.startswith("fail  model") for line in lines)
        assert any(line.startswith("fail  camera") and "gone.mp4" in line for line in lines)

    def test_a_source_that_works_is_good(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
        clip = capture.video(tmp_path / "clip.mp4", 5)
        main(["doctor", "--source", str(clip)])
        out = capsys.readouterr().out
        assert f"ok    camera: video {clip}: gives 64x48 px" in out

    def test_a_wrong_setting_is_a_line_and_the_rest_is_still_checked(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        config = tmp_path / "config.toml"
        config.write_text("[camera]\nfps = 'fast'\n")
        main(["doctor", "--no-camera", "--config", str(config)])
        out = capsys.readouterr().out
        assert "warn  settings:" in out
        assert "ok    Python" in out
