from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from cameratokeyboard.app import AppSession, plain_sinks
from cameratokeyboard.config import Settings
from cameratokeyboard.errors import LayoutError
from cameratokeyboard.ui.base import RequestKind, UIRequest
from tests import builders as b


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppSession]:
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:
        yield AppSession(Settings(), stack, detector=b.FakeDetector())


def ask(session: AppSession, kind: RequestKind, value: bool | str) -> None:
    session.handle(UIRequest(kind, value), 1.0)


class TestAppSession:
    def test_it_processes_frames_without_anything_in_view(self, session: AppSession) -> None:
        step = session.step(b.frame(0.0, width=640, height=480))
        assert step.mat is None
        assert step.text == session.text == ""

    def test_an_unknown_layout_is_refused_at_the_start(self) -> None:
        with ExitStack() as stack, pytest.raises(LayoutError, match="klingon"):
            AppSession(replace(Settings(), layout="klingon"), stack, detector=b.FakeDetector())

    def test_a_pause_is_shown_and_ends(self, session: AppSession) -> None:
        ask(session, RequestKind.PAUSE, True)
        assert session.status.paused
        ask(session, RequestKind.PAUSE, False)
        assert not session.status.paused

    def test_another_layout_is_taken_while_running(self, session: AppSession) -> None:
        ask(session, RequestKind.LAYOUT, "qwertz")
        assert session.layout.name == "qwertz"
        assert session.status.message == ""

    def test_a_request_that_fails_changes_nothing_and_says_why(self, session: AppSession) -> None:
        ask(session, RequestKind.LAYOUT, "klingon")
        assert session.layout.name == "qwerty"
        assert "klingon" in session.status.message

    def test_a_pause_outlasts_a_change_of_strategy(self, session: AppSession) -> None:
        ask(session, RequestKind.PAUSE, True)
        ask(session, RequestKind.KEYSTROKE, "peak")
        assert session.status.paused

    def test_recording_writes_the_frames_to_a_new_clip(
        self, session: AppSession, tmp_path: Path
    ) -> None:
        ask(session, RequestKind.RECORD, True)
        assert session.status.recording
        for index in range(12):
            session.step(b.frame(index / 30, index, width=64, height=48))
        ask(session, RequestKind.RECORD, False)
        assert not session.status.recording
        assert (tmp_path / "clip-001.mp4").stat().st_size > 0
        assert (tmp_path / "clip-001.json").is_file()

    def test_a_recording_that_runs_at_the_end_is_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with ExitStack() as stack:
            session = AppSession(Settings(), stack, detector=b.FakeDetector())
            ask(session, RequestKind.RECORD, True)
            for index in range(12):
                session.step(b.frame(index / 30, index, width=64, height=48))
        assert (tmp_path / "clip-001.mp4").stat().st_size > 0


class TestPlainSinks:
    @pytest.mark.parametrize(
        ("ui", "events", "count"),
        [("none", "", 1), ("none", "-", 1), ("none", "e.jsonl", 2), ("pygame", "", 0)],
    )
    def test_standard_output_has_the_text_or_the_events(
        self, ui: str, events: str, count: int
    ) -> None:
        settings = Settings()
        settings = replace(
            settings,
            ui=replace(settings.ui, kind=ui),
            output=replace(settings.output, events=events),
        )
        assert len(plain_sinks(settings, True)) == count

    def test_the_text_can_be_left_to_the_caller(self) -> None:
        settings = replace(Settings(), ui=replace(Settings().ui, kind="none"))
        assert plain_sinks(settings, False) == []
