from __future__ import annotations

import pygame
import pytest

from cameratokeyboard.datatypes import FINGER_NAMES, State
from cameratokeyboard.ui import theme

pytestmark = pytest.mark.usefixtures("fonts")


class TestColours:
    def test_each_finger_and_state_has_one(self) -> None:
        assert len(theme.FINGER_COLOURS) == len(FINGER_NAMES)
        assert set(theme.STATE_COLOURS) == set(State)

    def test_neighbouring_fingers_differ(self) -> None:
        hands = (theme.FINGER_COLOURS[:5], theme.FINGER_COLOURS[5:])
        assert all(len(set(hand)) == 5 for hand in hands)


class TestLettering:
    def test_a_line_is_as_wide_as_it_says(self) -> None:
        lettering = theme.Lettering(20)
        image = lettering.render("plain text", theme.TEXT)
        assert abs(image.get_width() - lettering.width("plain text")) <= 4

    def test_characters_of_other_scripts_come_from_other_fonts(self) -> None:
        lettering = theme.Lettering(20)
        signs = [
            pygame.image.tobytes(lettering.render(c, theme.TEXT), "RGBA")
            for c in ("\u4f60", "\u597d", "\u2190")
        ]
        assert len(set(signs)) == 3

    def test_what_no_font_has_becomes_the_same_box(self) -> None:
        lettering = theme.Lettering(20)
        boxes = {
            pygame.image.tobytes(lettering.render(c, theme.TEXT), "RGBA")
            for c in ("\U000f0001", "\U000f0002")
        }
        assert len(boxes) == 1

    @pytest.mark.parametrize("text", ["", "\ud800", "\x00", "a\u4f60b"])
    def test_any_text_gives_a_surface(self, text: str) -> None:
        assert theme.Lettering(20).render(text, theme.TEXT).get_height() > 0
