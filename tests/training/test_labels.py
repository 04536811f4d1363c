from __future__ import annotations

from pathlib import Path

import pytest

from cameratokeyboard.errors import DatasetError
from cameratokeyboard.training.labels import parse_labels, read_labels, write_labels
from tests.training.builders import make_labels


class TestParseLabels:
    def test_five_numbers_of_the_forerunner_have_unknown_keypoints(self) -> None:
        labels, faults = parse_labels("0 0.5 0.5 0.1 0.2\n\n2 0.25 0.5 0.1 0.1\n")
        assert faults == []
        assert labels.class_id.tolist() == [0, 2]
        assert labels.xyxy[0] == pytest.approx([0.45, 0.4, 0.55, 0.6])
        assert (labels.keypoints[..., 2] == 0).all()

    def test_one_or_all_keypoints_are_read_in_order(self) -> None:
        one = make_labels((1, 0.5, 0.5, 0.1, 0.2, 0.5, 0.6, 2))
        assert one.keypoints[0].tolist() == [[0.5, 0.6, 2], [0, 0, 0], [0, 0, 0]]
        full = make_labels((0, 0.5, 0.5, 0.1, 0.2, 0.5, 0.6, 2, 0.4, 0.5, 1, 0, 0, 0))
        assert full.keypoints[0, 1].tolist() == [0.4, 0.5, 1]

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("7 0.5 0.5 0.1 0.1", "class 7: expected one of 0 finger, 1 thumb, 2 marker"),
            ("0 0.5 0.5 0.1", "expected 5, 8, 14 numbers, got 4"),
            ("0 0.5 0.5 0 0.1", "expected more than 0"),
            ("0 0.99 0.5 0.1 0.1", "expected 0 to 1"),
            ("0 0.5 x 0.1 0.1", "expected numbers"),
            ("0 nan 0.5 0.1 0.1", "finite"),
            ("0 0.5 0.5 0.1 0.1 0.5 0.5 3", "visibility"),
            ("0 0.5 0.5 0.1 0.1 9 0.5 2", "outside"),
        ],
    )
    def test_a_wrong_line_is_told_and_the_others_are_kept(self, line: str, words: str) -> None:
        labels, faults = parse_labels("0 0.5 0.5 0.1 0.1\n" + line)
        assert len(labels) == 1
        assert len(faults) == 1
        assert "line 2" in faults[0]
        assert words in faults[0]


class TestWriteLabels:
    def test_round_trip(self, tmp_path: Path) -> None:
        labels = make_labels((1, 0.5, 0.5, 0.1, 0.2, 0.5, 0.6, 2), (2, 0.25, 0.5, 0.1, 0.1))
        path = tmp_path / "a.txt"
        write_labels(path, labels)
        again = read_labels(path)
        assert again.xywh == pytest.approx(labels.xywh)
        assert again.keypoints == pytest.approx(labels.keypoints)
        assert path.read_text().splitlines()[1].count(" ") == 4
        assert list(tmp_path.iterdir()) == [path]

    def test_missing_folder_is_one_line(self, tmp_path: Path) -> None:
        with pytest.raises(DatasetError, match="cannot be written"):
            write_labels(tmp_path / "none" / "a.txt", make_labels((0, 0.5, 0.5, 0.1, 0.1)))


class TestReadLabels:
    def test_the_file_and_line_are_named(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("9 0.5 0.5 0.1 0.1\n")
        with pytest.raises(DatasetError, match=r"a\.txt: line 1: class 9"):
            read_labels(path)
