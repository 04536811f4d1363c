from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cameratokeyboard.datatypes import KeyBox, KeyRelease, Layout, MarkerPlace, State, TextEdit
from cameratokeyboard.errors import MissingExtraError, OutputError
from cameratokeyboard.output.os_keyboard import OsKeyboardSink
from tests.builders import key_press
from tests.output.builders import FakeTyper

MARKER = MarkerPlace((0.0, 0.0), 20.0, None)
LAYOUT = Layout(
    "test",
    "Test",
    (100.0, 50.0),
    (
        KeyBox("a", (0, 0, 0.1, 0.2), ("a", "A", "ä")),
        KeyBox("one", (0.1, 0, 0.1, 0.2), ("1", "!", "")),
        KeyBox("space", (0.2, 0, 0.1, 0.2), (" ", " ", ""), "space"),
        KeyBox("erase", (0.3, 0, 0.1, 0.2), role="backspace"),
        KeyBox("enter", (0.4, 0, 0.1, 0.2), role="enter"),
        KeyBox("tab", (0.5, 0, 0.1, 0.2), role="tab"),
        KeyBox("left_shift", (0.6, 0, 0.1, 0.2), role="shift"),
        KeyBox("left", (0.7, 0, 0.1, 0.2), role="other", label="<-"),
    ),
    (MARKER, MARKER, MARKER, MARKER),
)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    yield
    assert [t.name for t in threading.enumerate() if t.name == "c2k-type"] == []


def press(key: str, text: str = "", *modifiers: str) -> object:
    return replace(key_press(key, text), modifiers=frozenset(modifiers))


def sink_for(typer: FakeTyper, held_back: object = None) -> OsKeyboardSink:
    return OsKeyboardSink(LAYOUT, held_back or (lambda: False), lambda: typer)


def typed(*events: object) -> FakeTyper:
    typer = FakeTyper()
    with sink_for(typer) as sink:
        for event in events:
            if isinstance(event, TextEdit):
                sink.edit(event, event.t_s)
            else:
                sink.press(event)
    return typer


class TestTyping:
    def test_characters_are_typed_as_the_layout_writes_them(self) -> None:
        typer = typed(
            press("a", "a"), press("a", "A", "shift"), press("a", "ä", "altgr"), press("space", " ")
        )
        assert typer.window == "aAä "

    def test_backspace_enter_and_tab_are_keys_by_their_role(self) -> None:
        typer = typed(
            press("a", "a"),
            press("erase"),
            press("one", "1"),
            press("tab", "\t"),
            press("enter", "\n"),
        )
        assert typer.window == "1\t\n"

    def test_keys_without_a_character_are_tapped(self) -> None:
        assert typed(press("left")).window == "<left>"

    def test_modifiers_alone_type_nothing(self) -> None:
        typer = typed(press("left_shift", "", "shift"))
        assert (typer.window, typer.shortcuts) == ("", [])

    def test_shift_goes_with_keys_that_write_nothing(self) -> None:
        assert typed(press("tab", "\t", "shift")).shortcuts == [("shift", "tab")]

    @pytest.mark.parametrize(
        ("event", "shortcut"),
        [
            (press("a", "", "ctrl"), ("ctrl", "a")),
            (press("one", "", "ctrl", "shift", "alt"), ("ctrl", "alt", "shift", "1")),
            (press("space", "", "win"), ("win", "space")),
            (press("erase", "", "ctrl"), ("ctrl", "backspace")),
        ],
    )
    def test_shortcuts_press_the_bare_key_under_its_modifiers(
        self, event: object, shortcut: tuple[str, ...]
    ) -> None:
        typer = typed(event)
        assert typer.shortcuts == [shortcut]
        assert typer.window == ""

    def test_control_characters_never_reach_the_window(self) -> None:
        assert typed(press("a", "a\x1b\x00b")).window == "ab"

    def test_events_without_text_type_nothing(self) -> None:
        typer = FakeTyper()
        with sink_for(typer) as sink:
            sink.release(KeyRelease("a", 0, 0.0, 0.0))
            sink.state(State.VALID, 0.0)
            sink.text("whole text")
        assert typer.window == ""


class TestCorrection:
    def test_takes_back_what_was_typed_and_types_anew(self) -> None:
        events = [press("a", c) for c in "teh"]
        assert typed(*events, TextEdit(1.0, 2, "he", correction=True)).window == "the"

    def test_never_takes_back_what_was_there_before(self) -> None:
        typer = typed(press("a", "a"), TextEdit(1.0, 2, "xy", correction=True))
        assert typer.window == "a"

    @pytest.mark.parametrize("between", [press("left"), press("a", "", "ctrl")])
    def test_is_left_out_once_the_cursor_may_be_elsewhere(self, between: object) -> None:
        typer = typed(press("a", "a"), between, TextEdit(1.0, 1, "x", correction=True))
        assert "x" not in typer.window
        assert typer.window.startswith("a")

    def test_new_lines_in_it_are_keys(self) -> None:
        assert typed(TextEdit(1.0, 0, "a\nb", correction=True)).window == "a\nb"

    def test_counts_backspaces_of_the_person(self) -> None:
        typer = typed(
            press("a", "a"),
            press("a", "b"),
            press("erase"),
            TextEdit(1.0, 2, "xy", correction=True),
        )
        assert typer.window == "a"


class TestHeldBack:
    def test_nothing_is_typed_into_its_own_window(self) -> None:
        typer = FakeTyper()
        own_window = True
        with sink_for(typer, lambda: own_window) as sink:
            sink.press(press("a", "a"))
            own_window = False
            sink.press(press("one", "1"))
            sink.edit(TextEdit(1.0, 2, "xy", correction=True), 1.0)
        assert typer.window == "1"


class TestOpeningAndClosing:
    def test_a_missing_package_is_told_at_entry(self) -> None:
        def opener() -> FakeTyper:
            raise MissingExtraError("typing into other applications", "typing")

        with pytest.raises(MissingExtraError, match=r"cameratokeyboard\[typing\]"):
            OsKeyboardSink(LAYOUT, opener=opener).__enter__()

    def test_everything_waiting_is_typed_before_the_end(self) -> None:
        typer = typed(*[press("a", "a") for _ in range(200)])
        assert typer.window == "a" * 200
        assert typer.closed.is_set()

    def test_typing_never_holds_up_the_caller(self) -> None:
        typer = FakeTyper()
        typer.gate.clear()
        with sink_for(typer) as sink:
            start = time.monotonic()
            for _ in range(100):
                sink.press(press("a", "a"))
            assert time.monotonic() - start < 0.5
            typer.gate.set()
        assert typer.window == "a" * 100

    def test_after_a_failure_of_the_program_nothing_more_is_typed(self) -> None:
        typer = FakeTyper()
        typer.gate.clear()
        threading.Timer(0.05, typer.gate.set).start()

        def failing() -> None:
            with sink_for(typer) as sink:
                for _ in range(50):
                    sink.press(press("a", "a"))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            failing()
        assert len(typer.window) <= 1
        assert typer.closed.is_set()

    def test_a_failure_of_the_system_is_raised_at_the_next_event(self) -> None:
        typer = FakeTyper(bad="a")
        with sink_for(typer) as sink:
            sink.press(press("a", "a"))
            assert typer.closed.wait(5)
            with pytest.raises(OutputError, match=r"stopped: cannot type a"):
                sink.press(press("one", "1"))

    def test_a_failure_at_the_very_end_is_raised_too(self) -> None:
        typer = FakeTyper(bad="a")
        sink = sink_for(typer).__enter__()
        sink.press(press("a", "a"))
        with pytest.raises(OutputError, match="cannot type a"):
            sink.__exit__(None, None, None)

    def test_a_key_while_closed_is_an_error(self) -> None:
        with pytest.raises(OutputError, match="while it is not open"):
            sink_for(FakeTyper()).press(press("a", "a"))

    def test_the_mechanism_has_a_name_while_open(self) -> None:
        with sink_for(FakeTyper()) as sink:
            assert sink.way == "fake"
        assert sink.way == ""
