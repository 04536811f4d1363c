"""Reading truth and event files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cameratokeyboard.errors import TruthError
from cameratokeyboard.scoring import Press, read_events, read_truth


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def press(t: float, key: str, text: str, **more: object) -> dict[str, object]:
    finger = "left_index"
    return {"type": "press", "t": t, "emitted": t + 0.1, "key": key, "text": text,
            "finger": finger, **more}  # fmt: skip


class TestReadTruth:
    def test_presses_come_in_the_order_of_time(self, tmp_path: Path):
        events = [
            {"t_down": 2.0, "t_up": 2.1, "key": "b", "finger": "left_index", "x_mm": 0, "y_mm": 0},
            {"t_down": 1.0, "t_up": 1.1, "key": "a", "finger": "left_pinky", "x_mm": 0, "y_mm": 0},
        ]
        path = write(
            tmp_path / "c.truth.json", {"text": "ab", "layout": "qwerty", "events": events}
        )
        truth = read_truth(path)
        assert [p.key for p in truth.presses] == ["a", "b"]
        assert (truth.text, truth.layout) == ("ab", "qwerty")

    @pytest.mark.parametrize(("more", "meant"), [({"asked_for": "an"}, "an"), ({}, None)])
    def test_what_was_meant_is_read_where_it_is_said(
        self, tmp_path: Path, more: dict[str, str], meant: str | None
    ):
        path = write(tmp_path / "c.truth.json", {"text": "ab", "events": [], **more})
        assert read_truth(path).meant == meant

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("no json", "expected JSON"),
            ([], "expected a JSON object"),
            ({"text": "a"}, "'events'"),
            ({"text": "a", "events": [{"key": "a"}]}, "event 0: expected 't_down'"),
            ({"text": "a", "events": [3]}, "event 0"),
            ({"events": []}, "'text'"),
        ],
    )
    def test_broken_file_is_named_with_what_is_wrong(
        self, tmp_path: Path, content: object, says: str
    ):
        path = write(tmp_path / "broken.json", content)
        with pytest.raises(TruthError, match=says) as caught:
            read_truth(path)
        assert "broken.json" in str(caught.value)

    def test_missing_file_is_an_error(self, tmp_path: Path):
        with pytest.raises(TruthError, match=r"none\.json"):
            read_truth(tmp_path / "none.json")


class TestReadEvents:
    def lines(self, tmp_path: Path, *events: dict[str, object]) -> Path:
        return write(tmp_path / "e.jsonl", "\n".join(json.dumps(e) for e in events))

    def test_presses_and_text_are_read(self, tmp_path: Path):
        path = self.lines(
            tmp_path,
            {"type": "state", "t": 0.1, "state": "valid"},
            press(1.0, "a", "a"),
            {"type": "release", "t": 1.1, "emitted": 1.2, "key": "a", "finger": "left_index"},
            {"type": "text", "text": "a"},
        )
        found = read_events(path)
        assert found.presses == (Press(1.0, "a", "left_index", 1.1),)
        assert (found.text, found.corrected) == ("a", None)

    def test_repeats_write_but_are_no_presses(self, tmp_path: Path):
        path = self.lines(tmp_path, press(1.0, "a", "a"), press(1.5, "a", "a", repeat=True))
        found = read_events(path)
        assert len(found.presses) == 1
        assert found.text == "aa"

    def test_raw_text_stands_beside_the_corrected_one(self, tmp_path: Path):
        path = self.lines(
            tmp_path,
            press(1.0, "t", "t"),
            press(1.1, "x", "x"),
            press(1.2, "backspace", ""),
            press(1.3, "e", "e"),
            {"type": "edit", "t": 1.4, "delete": 1, "insert": "he"},
            {"type": "text", "text": "the"},
        )
        found = read_events(path)
        assert (found.text, found.corrected) == ("te", "the")

    def test_broken_line_is_named(self, tmp_path: Path):
        path = write(tmp_path / "e.jsonl", json.dumps(press(1, "a", "a")) + '\n{"type": "press"}\n')
        with pytest.raises(TruthError, match="line 2"):
            read_events(path)
