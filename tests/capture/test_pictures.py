from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.capture.pictures import PictureSource, picture_files, read_picture
from cameratokeyboard.errors import SourceError
from tests.capture import builders as b


def save(path: Path, image: np.ndarray) -> Path:
    good, raw = cv2.imencode(path.suffix, image)
    assert good
    path.write_bytes(raw.tobytes())
    return path


class TestReadPicture:
    @pytest.mark.parametrize(
        ("shape", "dtype"),
        [
            ((48, 64), np.uint8),
            ((48, 64, 3), np.uint8),
            ((48, 64, 4), np.uint8),
            ((48, 64), np.uint16),
            ((48, 64, 3), np.uint16),
            ((1, 1, 3), np.uint8),
            ((64, 48, 3), np.uint8),
            ((2160, 3840, 3), np.uint8),
        ],
    )
    def test_any_kind_of_picture_becomes_bgr_of_its_size(
        self, tmp_path: Path, shape: tuple[int, ...], dtype: type
    ) -> None:
        value = 200 if dtype is np.uint8 else 200 << 8
        image = read_picture(save(tmp_path / "a.png", np.full(shape, value, dtype)))
        assert image.shape == (*shape[:2], 3)
        assert image.dtype == np.uint8
        assert abs(int(image[0, 0, 0]) - 200) <= 1

    @pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tiff"])
    def test_all_usual_formats_are_read(self, tmp_path: Path, suffix: str) -> None:
        image = read_picture(save(tmp_path / f"a{suffix}", b.picture(120)))
        assert abs(float(image.mean()) - 120) < 3

    def test_a_photo_taken_on_its_side_is_turned_upright(self, tmp_path: Path) -> None:
        raw = save(tmp_path / "a.jpg", b.picture(120)).read_bytes()
        exif = (
            b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01"
            b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
        )
        segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
        (tmp_path / "b.jpg").write_bytes(raw[:2] + segment + raw[2:])
        assert read_picture(tmp_path / "b.jpg").shape == (64, 48, 3)

    @pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"just text", bytes(300)])
    def test_what_is_no_picture_is_named_in_one_line(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "bad.png"
        path.write_bytes(content)
        with pytest.raises(SourceError, match=r"bad\.png: expected a picture") as caught:
            read_picture(path)
        assert "\n" not in str(caught.value)

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match=r"gone\.png: cannot be read"):
            read_picture(tmp_path / "gone.png")


class TestPictureFiles:
    def test_numbers_in_names_count_as_numbers(self, tmp_path: Path) -> None:
        for name in ("a10.png", "a9.PNG", "a1.jpg", "b.png", "A2.png"):
            (tmp_path / name).touch()
        names = [path.name for path in picture_files(tmp_path)]
        assert names == ["a1.jpg", "A2.png", "a9.PNG", "a10.png", "b.png"]

    def test_other_and_hidden_files_and_folders_are_left_out(self, tmp_path: Path) -> None:
        for name in ("a.png", "notes.txt", ".hidden.png"):
            (tmp_path / name).touch()
        (tmp_path / "folder.png").mkdir()
        assert [path.name for path in picture_files(tmp_path)] == ["a.png"]

    def test_a_folder_without_pictures_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").touch()
        with pytest.raises(SourceError, match=r"expected a folder with pictures \(\.bmp"):
            picture_files(tmp_path)


class TestPictureSource:
    def test_times_follow_the_rate_asked_for(self, tmp_path: Path) -> None:
        for number in range(3):
            save(tmp_path / f"{number}.png", b.picture(10 * number))
        with PictureSource(tmp_path, fps=10) as source:
            frames = [source.read() for _ in range(3)]
            assert source.read() is None
        assert [f.t_s for f in frames if f] == pytest.approx([0.0, 0.1, 0.2])
        assert [b.level(f.image) for f in frames if f] == [0, 1, 2]

    def test_an_unreadable_picture_is_passed_over_and_its_moment_stays_empty(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        save(tmp_path / "0.png", b.picture(0))
        (tmp_path / "1.png").write_bytes(b"broken")
        save(tmp_path / "2.png", b.picture(20))
        with caplog.at_level(logging.WARNING), PictureSource(tmp_path, fps=10) as source:
            frames = [source.read(), source.read()]
        assert [(f.index, f.t_s) for f in frames if f] == [(0, 0.0), (2, 0.2)]
        assert "1.png" in caplog.text
        assert "passed over" in caplog.text

    def test_a_folder_of_nothing_readable_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "1.png").write_bytes(b"broken")
        (tmp_path / "2.png").write_bytes(b"broken")
        with PictureSource(tmp_path) as source, pytest.raises(SourceError, match="none of its 2"):
            source.read()

    def test_a_single_unreadable_picture_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "1.png").write_bytes(b"broken")
        with (
            PictureSource(tmp_path / "1.png") as source,
            pytest.raises(SourceError, match=r"1\.png: expected a picture"),
        ):
            source.read()

    def test_sizes_may_differ_from_picture_to_picture(self, tmp_path: Path) -> None:
        save(tmp_path / "0.png", b.picture(0, 20, 10))
        save(tmp_path / "1.png", b.picture(0, 1, 1))
        with PictureSource(tmp_path) as source:
            sizes = [frame.size_wh for frame in (source.read(), source.read()) if frame]
        assert sizes == [(20, 10), (1, 1)]
