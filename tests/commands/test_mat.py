from __future__ import annotations

from pathlib import Path

import pytest

from cameratokeyboard.cli import main


class TestMat:
    @pytest.mark.parametrize("suffix", ["pdf", "svg", "png"])
    def test_writes_the_kind_that_the_name_asks_for(
        self, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / f"mat.{suffix}"
        assert main(["mat", "--layout", "qwertz", "--dpi", "60", "-o", str(path)]) == 0
        heads = {"pdf": b"%PDF", "svg": b"<?xml", "png": b"\x89PNG"}
        assert path.read_bytes().startswith(heads[suffix])
        assert "100.0%" in capsys.readouterr().out

    def test_says_when_it_had_to_scale(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["mat", "--paper", "letter", "-o", str(tmp_path / "mat.svg")]) == 0
        assert "97.1%" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("flags", "word"),
        [
            (["--layout", "nope"], "nope"),
            (["--paper", "a7"], "a7"),
            (["--paper", "100x100"], "100 x 100"),
            (["--dpi", "1", "-o", "x.png"], "dpi"),
            (["-o", "mat.doc"], "mat.doc"),
        ],
    )
    def test_what_cannot_be_done_is_one_line(
        self,
        flags: list[str],
        word: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert main(["mat", *flags]) in {1, 2}
        error = capsys.readouterr().err
        assert word in error
        assert "Traceback" not in error
        assert list(tmp_path.iterdir()) == []


class TestLayouts:
    def test_lists_names_and_titles(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["layouts"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert any(line.split() == ["azerty", "AZERTY", "(ISO,", "French)"] for line in lines)

    def test_shows_one_with_its_keys(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["layouts", "qwertz"]) == 0
        shown = capsys.readouterr().out
        for piece in ("QWERTZ", "277.5 x 92.5 mm", "Q @", "u_diaeresis", "8, 9, 10, 11"):
            assert piece in shown

    def test_an_unknown_one_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["layouts", "nope"]) == 1
        assert "nope" in capsys.readouterr().err
