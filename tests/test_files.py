from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from cameratokeyboard.files import replacing, write_bytes, write_private_text, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestReplacing:
    def test_old_content_stays_until_the_block_ends(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("old")

        with replacing(path) as part:
            part.write_text("new")
            assert path.read_text() == "old"

        assert path.read_text() == "new"
        assert names(tmp_path) == ["a.txt"]

    @pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt(), ValueError("no")])
    def test_after_an_error_the_old_file_is_there_and_no_other(
        self, tmp_path: Path, error: BaseException
    ) -> None:
        path = tmp_path / "a.txt"
        path.write_text("old")

        def interrupted() -> None:
            with replacing(path) as part:
                part.write_text("half")
                raise error

        with pytest.raises(type(error)):
            interrupted()

        assert path.read_text() == "old"
        assert names(tmp_path) == ["a.txt"]

    def test_nothing_written_is_an_error_and_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError), replacing(tmp_path / "a.txt"):
            pass

        assert names(tmp_path) == []

    def test_two_at_once_write_under_different_names(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"

        with replacing(path) as first, replacing(path) as second:
            first.write_text("first")
            second.write_text("second")

        assert path.read_text() == "first"
        assert names(tmp_path) == ["a.txt"]

    def test_the_temporary_name_is_hidden_and_of_no_kind_that_is_read(self, tmp_path: Path) -> None:
        with replacing(tmp_path / "a.txt") as part:
            part.touch()

            assert part.parent == tmp_path
            assert part.name.startswith(".a.txt.")
            assert part.suffix == ".part"

    def test_a_file_in_the_folders_place_is_told_as_such(self, tmp_path: Path) -> None:
        (tmp_path / "taken").touch()

        with pytest.raises(NotADirectoryError):
            write_text(tmp_path / "taken" / "a.txt", "a")

    def test_a_folder_in_the_files_place_stays(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").mkdir()

        with pytest.raises(OSError, match=r"a\.txt"):
            write_text(tmp_path / "a.txt", "a")

        assert (tmp_path / "a.txt").is_dir()
        assert names(tmp_path) == ["a.txt"]


class TestWrite:
    def test_bytes(self, tmp_path: Path) -> None:
        write_bytes(tmp_path / "a", b"\x00\r\n\xff")

        assert (tmp_path / "a").read_bytes() == b"\x00\r\n\xff"

    def test_text_is_utf_8_with_plain_line_ends(self, tmp_path: Path) -> None:
        write_text(tmp_path / "a", "é\n")

        assert (tmp_path / "a").read_bytes() == "é\n".encode()

    @pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
    def test_private_text_is_for_its_owner_only_even_over_an_open_file(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "a"
        path.touch(mode=0o666)

        write_private_text(path, "secret")

        assert path.read_text() == "secret"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
