from __future__ import annotations

import io

from cameratokeyboard.datatypes import State
from cameratokeyboard.ui.terminal import TerminalUI
from cameratokeyboard.ui.wording import cell_width
from tests.ui import builders as b


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def line(self) -> str:
        """The last line as it stands on the screen."""
        return self.getvalue().rstrip("\n").rpartition("\r")[2].removesuffix("\x1b[K")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def terminal_ui(stream: io.StringIO, columns: int = 100, clock: object = None) -> TerminalUI:
    return TerminalUI(stream, clock=clock or Clock(), columns=lambda: columns)


class TestInATerminal:
    def test_status_figures_and_text_stand_on_one_line(self) -> None:
        stream = Terminal()
        with terminal_ui(stream) as ui:
            ui.update_data(b.data(fps=29.7, compute_ms=12.3))
            ui.update_text("hello")
            assert stream.line() == "Ready: type on the paper | 30 fps, 12 ms | hello"
        assert "\n" not in stream.getvalue().removesuffix("\nhello\n")

    def test_a_long_text_shows_its_end_and_never_wraps(self) -> None:
        stream = Terminal()
        with terminal_ui(stream, columns=60) as ui:
            ui.update_data(b.data())
            ui.update_text("x" * 500 + " the end")
            assert stream.line().endswith("the end")
            assert cell_width(stream.line()) < 60

    def test_a_narrow_terminal_keeps_the_text(self) -> None:
        stream = Terminal()
        with terminal_ui(stream, columns=30) as ui:
            ui.update_data(b.data())
            ui.update_text("the end")
            assert stream.line().endswith("the end")
            assert cell_width(stream.line()) < 30

    def test_nothing_is_written_while_nothing_changes(self) -> None:
        stream = Terminal()
        with terminal_ui(stream) as ui:
            ui.update_data(b.data())
            before = stream.getvalue()
            for _ in range(20):
                ui.update_data(b.data())
                ui.closed()
            assert stream.getvalue() == before

    def test_the_line_is_not_rewritten_more_often_than_ten_times_a_second(self) -> None:
        stream = Terminal()
        now = [0.0]
        with TerminalUI(stream, clock=lambda: now[0], columns=lambda: 80) as ui:
            for step in range(100):
                now[0] = step * 0.01
                ui.update_text("a" * step)
            assert stream.getvalue().count("\r") <= 11

    def test_what_came_too_soon_is_shown_later(self) -> None:
        stream = Terminal()
        now = [0.0]
        with TerminalUI(stream, clock=lambda: now[0], columns=lambda: 80) as ui:
            ui.update_text("late")
            now[0] = 0.5
            ui.closed()
            assert "late" in stream.line()

    def test_recording_pause_and_messages_are_told(self) -> None:
        stream = Terminal()
        with terminal_ui(stream, columns=200) as ui:
            ui.update_data(b.data(recording=True, message="saved a.mp4", paused=True))
            assert stream.line().startswith("[REC] saved a.mp4 - Paused")
            ui.update_data(b.data(typing=True))
            assert stream.line().startswith("Typing into other windows")
            ui.update_message("camera 0 is lost")
            assert stream.line().startswith("camera 0 is lost |")
            ui.update_message("")
            assert stream.line().startswith("Typing into other windows")

    def test_escape_sequences_in_the_text_are_disarmed(self) -> None:
        stream = Terminal()
        with terminal_ui(stream) as ui:
            ui.update_text("\x1b[2J\nnext")
            assert "\x1b" not in stream.line()


class TestInAPipe:
    def test_each_change_of_state_is_a_line_and_the_text_comes_once(self) -> None:
        stream = io.StringIO()
        with terminal_ui(stream) as ui:
            for state in (State.MISSING_MARKERS, State.MISSING_MARKERS, State.VALID):
                ui.update_data(b.data(state=state))
                ui.update_text("he")
            ui.update_text("hello")
        lines = stream.getvalue().splitlines()
        assert lines[1:] == [
            "Show all four markers: move the camera or the mat, or add light",
            "Ready: type on the paper",
            "hello",
        ]

    def test_characters_the_stream_lacks_become_question_marks(self) -> None:
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
        with TerminalUI(stream, clock=Clock()) as ui:
            ui.update_text("grün \U0001f600")
        assert raw.getvalue().endswith(b"gr?n ?\n")


class TestQuestions:
    def test_a_terminal_asks_for_nothing_and_does_not_close(self) -> None:
        with terminal_ui(Terminal()) as ui:
            assert ui.requests() == []
            assert not ui.closed()
            assert not ui.has_focus
