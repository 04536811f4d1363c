from __future__ import annotations

import pygame
import pytest

from cameratokeyboard.ui.textpanel import TextPanel

AREA = pygame.Rect(0, 0, 400, 100)

pytestmark = pytest.mark.usefixtures("fonts")


def panel(text: str) -> TextPanel:
    result = TextPanel()
    result.draw(pygame.Surface((400, 100)), AREA)
    result.set_text(text)
    return result


def pixels(shown: TextPanel) -> bytes:
    surface = pygame.Surface((400, 100))
    shown.draw(surface, AREA)
    return pygame.image.tobytes(surface, "RGB")


class TestWrapping:
    @pytest.mark.parametrize("text", ["short", "", "one two three " * 40, "x" * 500, "a\nb\n\nc"])
    def test_typing_letter_by_letter_looks_like_the_text_at_once(self, text: str) -> None:
        typed = panel("")
        for end in range(len(text) + 1):
            typed.set_text(text[:end])
        assert typed.line_count == panel(text).line_count
        assert pixels(typed) == pixels(panel(text))

    def test_taking_text_back_looks_like_it_had_never_been(self) -> None:
        shown = panel("one two three " * 40)
        shown.set_text("one two ")
        assert pixels(shown) == pixels(panel("one two "))

    def test_a_correction_in_the_middle_wraps_anew(self) -> None:
        shown = panel("aaa bbb " * 30 + "ccc")
        corrected = "aaa bbb " * 15 + "dddddddddddd " * 15
        shown.set_text(corrected)
        assert pixels(shown) == pixels(panel(corrected))

    def test_new_lines_begin_lines(self) -> None:
        assert panel("a\nb\n").line_count == 3

    def test_a_narrower_window_needs_more_lines(self) -> None:
        shown = panel("one two three four five six seven eight nine ten")
        before = shown.line_count
        shown.draw(pygame.Surface((400, 100)), pygame.Rect(0, 0, 150, 100))
        assert shown.line_count > before

    def test_a_very_long_text_is_quick_to_go_on_with(self) -> None:
        text = "many words to wrap " * 2000
        shown = panel(text)
        lines = shown.line_count
        for end in range(50):
            shown.set_text(text + "x" * end)
        assert shown.line_count >= lines


class TestScrolling:
    def test_goes_back_and_returns_to_the_end_with_new_text(self) -> None:
        shown = panel("line\n" * 50)
        at_end = pixels(shown)
        shown.scroll(10)
        assert shown.scrolled_back == 10
        assert pixels(shown) != at_end
        shown.set_text("line\n" * 51)
        assert shown.scrolled_back == 0

    def test_ends_at_the_first_line(self) -> None:
        shown = panel("line\n" * 50)
        shown.scroll(1000)
        pixels(shown)
        top = shown.scrolled_back
        shown.scroll(1)
        pixels(shown)
        assert shown.scrolled_back == top
        shown.scroll(-1000)
        assert shown.scrolled_back == 0


class TestSafety:
    @pytest.mark.parametrize(
        "text", ["\x00\x07", "\ud800", "\U0001f600 \u4f60\u597d \u0645", "e\u0301", "\t\t", "\r\n"]
    )
    def test_any_character_can_be_drawn(self, text: str) -> None:
        assert pixels(panel(text))

    def test_an_area_without_room_draws_no_text(self) -> None:
        panel("text").draw(pygame.Surface((400, 100)), pygame.Rect(0, 0, 3, 3))
