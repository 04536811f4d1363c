"""``c2k simulate`` and ``c2k synthesize`` from the outside: what wrong input gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from cameratokeyboard.cli import main


class TestSimulateCommand:
    @pytest.mark.parametrize(
        ("flags", "told"),
        [
            (["--text", ""], "--text"),
            (["--text", "漢"], "漢"),
            (["--text", "a", "--wpm", "0"], "typing speed"),
            (["--text", "a", "--wpm", "1000"], "typing speed"),
            (["--text", "a", "--size", "big"], "--size"),
            (["--text", "a", "--fps", "0"], "--fps"),
            (["--text", "a", "--seed", "-1"], "--seed"),
            (["--text", "a", "--layout", "nothing"], "nothing"),
        ],
    )
    def test_wrong_input_is_one_clear_line(
        self, flags: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["simulate", *flags, "-o", str(tmp_path / "clip.mp4")]) == 1
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1
        assert told in lines[0]
        assert list(tmp_path.iterdir()) == []

    def test_a_clip_in_a_missing_folder_is_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["simulate", "--text", "a", "-o", str(tmp_path / "no" / "clip.mp4")]) == 1
        assert "existing folder" in capsys.readouterr().err

    def test_without_an_output_the_usage_is_wrong(self) -> None:
        assert main(["simulate", "--text", "a"]) == 2


class TestSynthesizeCommand:
    @pytest.mark.parametrize(
        ("flags", "told"),
        [
            (["--count", "0"], "--count"),
            (["--count", "1", "--size", "10"], "--size"),
            (["--count", "1", "--seed", "-1"], "--seed"),
            (["--count", "1", "--workers", "-1"], "--workers"),
        ],
    )
    def test_wrong_input_is_one_clear_line(
        self, flags: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["synthesize", *flags, "-o", str(tmp_path / "set")]) == 1
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1
        assert told in lines[0]

    def test_a_file_in_place_of_the_folder_is_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "set"
        path.write_text("x")
        assert main(["synthesize", "--count", "1", "-o", str(path)]) == 1
        assert str(path) in capsys.readouterr().err
