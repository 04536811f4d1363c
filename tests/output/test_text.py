from __future__ import annotations

import io

from cameratokeyboard.datatypes import KeyRelease, State, TextEdit
from cameratokeyboard.output.text import TextSink
from tests.builders import key_press


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def screen(self) -> str:
        """What a terminal shows after these characters."""
        lines, column = [""], 0
        for character in self.getvalue():
            if character == "\n":
                lines.append("")
                column = 0
            elif character == "\b":
                column = max(column - 1, 0)
            else:
                lines[-1] = lines[-1][:column] + character + lines[-1][column + 1 :]
                column += 1
        return "\n".join(line.rstrip() for line in lines)


def type_keys(sink: TextSink, text: str) -> None:
    for character in text:
        sink.press(key_press(character, character))


class TestInAPipe:
    def test_the_text_comes_once_at_the_end(self) -> None:
        stream = io.StringIO()
        with TextSink(stream) as sink:
            type_keys(sink, "hx")
            sink.press(key_press("backspace", ""))
            sink.release(KeyRelease("h", 0, 0.0, 0.0))
            sink.state(State.VALID, 0.0)
            assert stream.getvalue() == ""
            sink.text("h")
        assert stream.getvalue() == "h\n"


class TestInATerminal:
    def test_characters_come_as_they_are_typed(self) -> None:
        stream = Terminal()
        with TextSink(stream) as sink:
            type_keys(sink, "hi")
            assert stream.screen() == "hi"

    def test_backspace_and_corrections_change_the_line(self) -> None:
        stream = Terminal()
        with TextSink(stream) as sink:
            type_keys(sink, "tehx")
            sink.press(key_press("backspace", ""))
            sink.edit(TextEdit(1.0, 2, "he", correction=True), 1.0)
            assert stream.screen() == "the"
            sink.text("the")
        assert stream.screen() == "the\n"

    def test_a_backspace_too_many_does_no_harm(self) -> None:
        stream = Terminal()
        with TextSink(stream) as sink:
            sink.press(key_press("backspace", ""))
            type_keys(sink, "a")
        assert stream.screen() == "a"

    def test_where_a_correction_crossed_lines_the_whole_text_is_said_again(self) -> None:
        stream = Terminal()
        with TextSink(stream) as sink:
            type_keys(sink, "ab\n")
            sink.edit(TextEdit(1.0, 3, "x", correction=True), 1.0)
            sink.text("x")
        assert stream.screen().endswith("\nx\n")

    def test_characters_the_terminal_lacks_become_question_marks(self) -> None:
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding="ascii")
        with TextSink(stream) as sink:
            sink.text("grün \U0001f600")
        stream.flush()
        assert raw.getvalue() == b"gr?n ?\n"
