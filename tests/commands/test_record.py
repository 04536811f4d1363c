from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import pytest

from cameratokeyboard.capture.video import VideoSource
from cameratokeyboard.cli import main
from tests.capture import builders as capture

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return capture.video(tmp_path / "camera.mp4", 20)


def record(clip: Path, target: Path, *more: str) -> int:
    source = ["--source", str(clip), "--no-realtime", "--ui", "none"]
    return main(["record", "-o", str(target), *source, *more])


class TestRecord:
    def test_writes_the_clip_and_what_was_asked_for(
        self, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        target = tmp_path / "out.mp4"
        assert record(clip, target, "--prompt", "hello", "--layout", "qwerty") == 0
        about = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        assert (about["prompt"], about["layout"], about["frames"]) == ("hello", "qwerty", 20)
        with VideoSource(target) as source:
            assert source.frame_count == 20
        said = capsys.readouterr()
        assert "20 frames" in said.out
        assert "recording video" in said.err

    def test_stops_after_the_seconds_asked_for(self, clip: Path, tmp_path: Path) -> None:
        assert record(clip, tmp_path / "out.mp4", "--seconds", "0.3") == 0
        about = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        assert about["frames"] == 9

    def test_shows_that_it_records(self, clip: Path, tmp_path: Path, capsys) -> None:
        target = str(tmp_path / "out.mp4")
        arguments = ["record", "-o", target, "--source", str(clip), "--ui", "terminal"]
        assert main([*arguments, "--prompt", "hello"]) == 0
        assert "[REC] Type: hello" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("more", "code", "said"),
        [
            (["--seconds", "0"], 2, "above 0"),
            (["--seconds", "x"], 2, "--seconds"),
            (["--layout", "nonsense"], 1, "nonsense"),
        ],
    )
    def test_wrong_usage_is_one_clear_line(
        self, clip: Path, tmp_path: Path, more: list[str], code: int, said: str, capsys
    ) -> None:
        assert record(clip, tmp_path / "out.mp4", *more) == code
        assert said in capsys.readouterr().err
        assert not (tmp_path / "out.mp4").exists()

    def test_an_older_clip_is_kept_unless_told_otherwise(self, clip: Path, tmp_path: Path) -> None:
        target = tmp_path / "out.mp4"
        assert record(clip, target) == 0
        before = target.read_bytes()
        assert record(clip, target, "--seconds", "0.2") == 1
        assert target.read_bytes() == before
        assert record(clip, target, "--seconds", "0.2", "--overwrite") == 0
        assert target.read_bytes() != before

    def test_a_source_without_frames_leaves_nothing_behind(self, tmp_path: Path, capsys) -> None:
        assert record(tmp_path / "gone.mp4", tmp_path / "out.mp4") == 1
        assert "there is no such file" in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
    def test_ctrl_c_keeps_what_was_recorded(self, tmp_path: Path) -> None:
        for number in range(3):
            cv2.imwrite(str(tmp_path / f"{number}.png"), capture.picture(50 * number))
        target = tmp_path / "out.mp4"
        program = [sys.executable, "-m", "cameratokeyboard", "record", "-o", str(target)]
        process = subprocess.Popen(
            [*program, "--source", str(tmp_path), "--fps", "1", "--ui", "none"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.stderr is not None
        while "recording" not in process.stderr.readline():
            assert process.poll() is None
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert "wrote" in out
        assert "Traceback" not in err
        assert json.loads((tmp_path / "out.json").read_text())["frames"] >= 1
