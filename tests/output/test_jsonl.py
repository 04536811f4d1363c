from __future__ import annotations

import io
import json
import math
from pathlib import Path

import pytest

from cameratokeyboard.datatypes import KeyPress, KeyRelease, State, TextEdit
from cameratokeyboard.errors import OutputError
from cameratokeyboard.output.jsonl import JsonLinesSink

PRESS = KeyPress("a", "a", 0, 12.43349, 12.5331, (-101.23, 3.051), 0.9712)


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


class TestEvents:
    def test_a_press_is_as_in_the_contract(self, stream: io.StringIO) -> None:
        with JsonLinesSink("-", stream) as sink:
            sink.press(PRESS)
        assert lines(stream.getvalue()) == [
            {
                "type": "press",
                "t": 12.433,
                "emitted": 12.533,
                "key": "a",
                "text": "a",
                "finger": "left_pinky",
                "x_mm": -101.2,
                "y_mm": 3.1,
                "confidence": 0.97,
            }
        ]

    def test_fields_come_in_the_order_of_the_contract(self, stream: io.StringIO) -> None:
        with JsonLinesSink("-", stream) as sink:
            sink.press(PRESS)
        wanted = "type t emitted key text finger x_mm y_mm confidence"
        assert " ".join(lines(stream.getvalue())[0]) == wanted

    def test_a_repeat_says_so(self, stream: io.StringIO) -> None:
        with JsonLinesSink("-", stream) as sink:
            sink.press(KeyPress("a", "a", 0, 1.0, 1.0, (0.0, 0.0), 1.0, repeat=True))
        assert lines(stream.getvalue())[0]["repeat"] is True

    def test_release_edit_state_and_text(self, stream: io.StringIO) -> None:
        with JsonLinesSink("-", stream) as sink:
            sink.release(KeyRelease("a", 0, 12.5212, 12.6))
            sink.edit(TextEdit(13.0, 2, "he", correction=True), 13.1)
            sink.state(State.MISSING_THUMBS, 0.8004)
            sink.text("the")
        assert lines(stream.getvalue()) == [
            {"type": "release", "t": 12.521, "emitted": 12.6, "key": "a", "finger": "left_pinky"},
            {"type": "edit", "t": 13.1, "delete": 2, "insert": "he"},
            {"type": "state", "t": 0.8, "state": "missing_thumbs"},
            {"type": "text", "text": "the"},
        ]

    def test_what_is_not_known_is_null_and_never_nan(self, stream: io.StringIO) -> None:
        with JsonLinesSink("-", stream) as sink:
            sink.press(KeyPress("a", "a", -1, 1.0, 1.0, (math.nan, math.inf), math.nan))
        event = lines(stream.getvalue())[0]
        assert [event[k] for k in ("finger", "x_mm", "y_mm", "confidence")] == [None] * 4

    def test_minus_zero_is_zero(self, stream: io.StringIO) -> None:
        with JsonLinesSink("-", stream) as sink:
            sink.press(KeyPress("a", "a", 0, 1.0, 1.0, (-0.01, 0.0), 1.0))
        assert '"x_mm":0.0' in stream.getvalue()

    @pytest.mark.parametrize("text", ["äöü €", "\U0001f600", 'a "quoted" \\ line\nnext', "\ud800"])
    def test_any_text_is_ascii_on_one_line(self, stream: io.StringIO, text: str) -> None:
        with JsonLinesSink("-", stream) as sink:
            sink.text(text)
        assert stream.getvalue().isascii()
        assert lines(stream.getvalue()) == [{"type": "text", "text": text}]


class TestFile:
    def test_each_line_is_in_the_file_at_once(self, tmp_path: Path) -> None:
        path = tmp_path / "events.jsonl"
        with JsonLinesSink(str(path)) as sink:
            sink.press(PRESS)
            assert len(lines(path.read_text())) == 1
            sink.text("a")
            assert len(lines(path.read_text())) == 2

    def test_an_older_file_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "events.jsonl"
        path.write_text("old\n" * 10)
        with JsonLinesSink(str(path)) as sink:
            sink.text("")
        assert path.read_text() == '{"type":"text","text":""}\n'

    def test_nothing_is_written_before_entry(self, tmp_path: Path) -> None:
        JsonLinesSink(str(tmp_path / "events.jsonl"))
        assert not (tmp_path / "events.jsonl").exists()

    def test_a_folder_that_is_not_there_is_an_error_that_names_it(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match=r"--events .*events\.jsonl: expected a file"):
            JsonLinesSink(str(tmp_path / "no" / "events.jsonl")).__enter__()

    def test_an_event_after_the_end_is_an_error(self, tmp_path: Path) -> None:
        with JsonLinesSink(str(tmp_path / "e")) as sink:
            pass
        with pytest.raises(OutputError, match="while it is not open"):
            sink.text("late")

    def test_a_full_disk_is_an_error_in_one_line(self) -> None:
        class Full(io.StringIO):
            def write(self, text: str) -> int:
                raise OSError(28, "No space left on device")

        with JsonLinesSink("-", Full()) as sink, pytest.raises(OutputError, match="No space left"):
            sink.text("a")

    def test_a_reader_that_goes_away_is_told_as_a_broken_pipe(self) -> None:
        class Gone(io.StringIO):
            def write(self, text: str) -> int:
                raise BrokenPipeError

        with JsonLinesSink("-", Gone()) as sink, pytest.raises(BrokenPipeError):
            sink.text("a")
