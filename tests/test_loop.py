from __future__ import annotations

import asyncio

import pytest

from cameratokeyboard.errors import SourceError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.loop import RunReport, run
from cameratokeyboard.session import PlainSession
from tests import builders as b
from tests.test_pipeline import pipeline


def play(source: b.FakeSource, ui: b.FakeUI, sink: b.FakeSink, script: dict) -> RunReport:
    session = PlainSession(pipeline(script), load_layout("qwerty"), (sink,))
    return asyncio.run(run(source, session, ui))


def frames(count: int) -> list:
    return [b.frame(round(i * 0.1, 1), i) for i in range(count)]


class TestRun:
    def test_every_frame_is_processed_and_shown_in_order(self) -> None:
        ui = b.FakeUI()
        report = play(b.FakeSource(frames(5)), ui, b.FakeSink(), {})
        assert report.frames == 5
        assert [data.frame.index for data in ui.data] == [0, 1, 2, 3, 4]
        assert len(report.compute_ms) == 5
        assert report.first_frame_s is not None

    def test_the_sink_hears_presses_states_and_the_text_last(self) -> None:
        sink = b.FakeSink()
        play(b.FakeSource(frames(6)), b.FakeUI(), sink, {0.1: [b.touch_down(0.1)]})
        assert sink.calls == [
            ("press", "a"),
            ("state", "valid"),
            ("release", "a"),
            ("text", "a"),
        ]

    def test_closing_the_window_ends_the_run_and_still_tells_the_text(self) -> None:
        sink = b.FakeSink()
        report = play(
            b.FakeSource(frames(50)), b.FakeUI(close_after=3), sink, {0.1: [b.touch_down(0.1)]}
        )
        assert report.frames == 3
        assert sink.calls[-1] == ("text", "a")

    def test_a_source_that_breaks_off_raises_after_the_text_was_told(self) -> None:
        sink = b.FakeSink()
        source = b.FakeSource(frames(2), SourceError("camera 0: unplugged"))
        with pytest.raises(SourceError, match="unplugged"):
            play(source, b.FakeUI(), sink, {0.1: [b.touch_down(0.1)]})
        assert sink.calls[-1] == ("text", "a")

    def test_a_source_without_frames_ends_at_once(self) -> None:
        report = play(b.FakeSource([]), b.FakeUI(), b.FakeSink(), {})
        assert report.frames == 0
        assert report.first_frame_s is None

    def test_held_keys_are_shown_until_they_are_released(self) -> None:
        ui = b.FakeUI()
        play(b.FakeSource(frames(3)), ui, b.FakeSink(), {0.1: [b.touch_down(0.1)]})
        assert [sorted(data.held) for data in ui.data] == [[], ["a"], ["a"]]
