from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.errors import DatasetError
from cameratokeyboard.training.folder import (
    dataset_version,
    fingerprint,
    folder_version,
    load_folder,
)
from tests.training.builders import draw_picture, write_dataset


class TestLoadFolder:
    def test_pictures_labels_and_sizes(self, tmp_path: Path) -> None:
        items = load_folder(write_dataset(tmp_path / "d", 3))
        assert [item.image.name for item in items] == ["p000.png", "p001.png", "p002.png"]
        assert all(item.size_wh == (96, 64) for item in items)
        assert all(len(item.labels) == 4 for item in items)

    def test_an_empty_label_file_is_a_picture_of_nothing(self, tmp_path: Path) -> None:
        folder = write_dataset(tmp_path / "d", 1)
        (folder / "labels" / "p000.txt").write_text("")
        assert len(load_folder(folder)[0].labels) == 0

    def test_manifest_groups_with_and_without_ending(self, tmp_path: Path) -> None:
        folder = write_dataset(tmp_path / "d", 2, {"p000.png": "a", "p001": "b"})
        assert [item.group for item in load_folder(folder)] == ["a", "b"]

    def test_manifest_tells_where_the_paper_lies(self, tmp_path: Path) -> None:
        paper = [[2.0, 0.1, 40.0], [0.0, -1.0, 30.0], [0.0, 0.001, 1.0]]
        folder = write_dataset(tmp_path / "d", 2, papers={"p001": paper})
        first, second = load_folder(folder)
        assert first.mm_to_px is None
        assert second.mm_to_px is not None
        assert second.mm_to_px.tolist() == paper

    @pytest.mark.parametrize(
        "paper", [[[1, 0], [0, 1]], [[1, 0, 0], [2, 0, 0], [0, 0, 1]], "none", [[1, "x"]], None]
    )
    def test_a_paper_that_is_none_is_named(self, tmp_path: Path, paper: object) -> None:
        folder = write_dataset(tmp_path / "d", 1, papers={"p000": paper})
        with pytest.raises(DatasetError, match=r"p000: mm_to_px: expected three rows of three"):
            load_folder(folder)

    def test_all_faults_are_listed_at_once(self, tmp_path: Path) -> None:
        folder = write_dataset(tmp_path / "d", 5)
        (folder / "labels" / "p000.txt").unlink()
        (folder / "labels" / "p001.txt").write_text("7 0.5 0.5 0.1 0.1\n")
        picture = folder / "images" / "p002.png"
        picture.write_bytes(picture.read_bytes()[:200])
        (folder / "images" / "p003.png").write_bytes(b"")
        (folder / "labels" / "lonely.txt").write_text("")
        (folder / "images" / "p004.jpg").write_bytes(b"no picture")
        with pytest.raises(DatasetError) as caught:
            load_folder(folder)
        message = str(caught.value)
        assert "7 fault(s)" in message
        for words in ("p000.txt", "class 7", "p002.png", "p003.png", "lonely.txt", "same label"):
            assert words in message

    def test_a_cut_off_jpeg_is_found(self, tmp_path: Path) -> None:
        folder = write_dataset(tmp_path / "d", 1)
        data = cv2.imencode(".jpg", draw_picture(0)[0])[1].tobytes()
        (folder / "images" / "p000.png").unlink()
        (folder / "images" / "p000.jpg").write_bytes(data[: len(data) * 2 // 3])
        with pytest.raises(DatasetError, match="cut off"):
            load_folder(folder)

    @pytest.mark.parametrize("make", [False, True])
    def test_missing_or_empty_folder(self, tmp_path: Path, make: bool) -> None:
        if make:
            (tmp_path / "images").mkdir()
        with pytest.raises(DatasetError, match="images"):
            load_folder(tmp_path)


class TestVersion:
    def test_does_not_depend_on_order_names_or_line_ends(self, tmp_path: Path) -> None:
        one = write_dataset(tmp_path / "one", 4)
        two = tmp_path / "two"
        (two / "images").mkdir(parents=True)
        (two / "labels").mkdir()
        for number, image in enumerate(sorted((one / "images").iterdir(), reverse=True)):
            label = one / "labels" / (image.stem + ".txt")
            (two / "images" / f"q{number}.png").write_bytes(image.read_bytes())
            text = label.read_bytes().replace(b"\n", b"\r\n")
            (two / "labels" / f"q{number}.txt").write_bytes(text)
        assert folder_version(one) == folder_version(two)

    def test_known_value(self, tmp_path: Path) -> None:
        for name, text in (("b", b"beta"), ("a", b"alpha")):
            (tmp_path / name).write_bytes(text)
        # md5 of "2c1743a391305fbf367df8e4f069f9f9" + "987bcab01b929eb2c07877b224215c92"
        expected = "258acfe6378df63d0bb2c39de25b2e04"
        assert dataset_version([tmp_path / "b", tmp_path / "a"]) == expected

    def test_a_changed_label_changes_it(self, tmp_path: Path) -> None:
        folder = write_dataset(tmp_path / "d", 2)
        before = folder_version(folder)
        (folder / "labels" / "p000.txt").write_text("0 0.5 0.5 0.1 0.1\n")
        assert folder_version(folder) != before


class TestFingerprint:
    def test_noise_and_brightness_change_little_and_another_scene_much(self) -> None:
        grey = cv2.resize(
            np.random.default_rng(0).integers(0, 255, (12, 16), dtype=np.uint8), (320, 240)
        )
        brighter = np.clip(grey.astype(int) + 12, 0, 255).astype(np.uint8)
        assert _bits(grey, brighter) < 24
        assert _bits(grey, np.ascontiguousarray(grey[:, ::-1])) > 60


def _bits(first: np.ndarray, second: np.ndarray) -> int:
    return int(np.bitwise_count(fingerprint(first) ^ fingerprint(second)).sum())
