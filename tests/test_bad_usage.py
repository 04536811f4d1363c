"""What a person may get wrong on the command line, run as they would run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def c2k(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=120,
        check=False,
    )


@pytest.fixture
def bad_files(tmp_path: Path) -> Path:
    (tmp_path / "bad.toml").write_text('[camera]\nfps = "fast"\n')
    (tmp_path / "unknown.toml").write_text("[camera]\nfsp = 3\n")
    (tmp_path / "text.onnx").write_text("this is no model\n")
    (tmp_path / "corrupt.onnx").write_bytes(bytes(range(256)) * 64)
    (tmp_path / "empty").mkdir()
    (tmp_path / "zero.mp4").write_bytes(b"")
    (tmp_path / "bad.yaml").write_text("name: x\n")
    return tmp_path


RUN = ("run", "--ui", "none", "--no-realtime")


class TestBadUsage:
    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (("--no-such-flag",), 2, "--no-such-flag"),
            (("fly",), 2, "fly"),
            ((*RUN, "--fps", "many"), 2, "many"),
            ((*RUN, "--keystroke", "magic"), 2, "magic"),
            ((*RUN, "--fps", "-3"), 1, "camera.fps = -3.0: expected a number from 1 to 240"),
            ((*RUN, "--config", "bad.toml"), 1, "camera.fps = 'fast': expected a number"),
            ((*RUN, "--config", "unknown.toml"), 1, "unknown setting 'camera.fsp'"),
            ((*RUN, "--config", "none.toml"), 1, "none.toml: expected a TOML file"),
            ((*RUN, "--source", "demo", "--layout", "klingon"), 1, "klingon"),
            ((*RUN, "--source", "demo", "--layout", "bad.yaml"), 1, "bad.yaml"),
            ((*RUN, "--source", "demo", "--model", "none.onnx"), 1, "none.onnx"),
            ((*RUN, "--source", "demo", "--model", "text.onnx"), 1, "text.onnx"),
            ((*RUN, "--source", "demo", "--model", "corrupt.onnx"), 1, "corrupt.onnx"),
            ((*RUN, "--source", "empty"), 1, "empty"),
            ((*RUN, "--source", "zero.mp4"), 1, "zero.mp4"),
            ((*RUN, "--source", "nowhere.mp4"), 1, "nowhere.mp4"),
        ],
        ids=lambda value: " ".join(value)[-40:] if isinstance(value, tuple) else None,
    )
    def test_one_clear_line_and_the_right_code(
        self, bad_files: Path, arguments: tuple[str, ...], code: int, said: str
    ) -> None:
        result = c2k(*arguments, folder=bad_files)
        assert result.returncode == code
        assert said in result.stderr
        assert "Traceback" not in result.stderr
        if code == 1:
            assert result.stderr.startswith("c2k: ")
            assert len(result.stderr.splitlines()) == 1
