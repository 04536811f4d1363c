from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.keyboard.layout import layout_names, load_layout
from cameratokeyboard.mat.glyphs import missing_characters, text_fills, text_width


def extent(text: str, x: float = 0.0, y: float = 0.0, align: str = "left") -> np.ndarray:
    """Lower left and upper right corner of a text of 7.14 mm capitals."""
    points = np.concatenate([r for f in text_fills(text, x, y, 7.14, align=align) for r in f.rings])
    return np.array([points.min(axis=0), points.max(axis=0)])


class TestTextFills:
    def test_capitals_are_as_high_as_asked(self) -> None:
        low, high = extent("H")
        assert (low[1], high[1]) == pytest.approx((0.0, 7.14), abs=0.05)

    def test_text_starts_at_its_place_and_stands_on_the_baseline(self) -> None:
        moved = extent("H", 30.0, -4.0) - extent("H")
        assert moved == pytest.approx(np.array([[30.0, -4.0]] * 2))

    def test_centred_text_is_centred(self) -> None:
        assert extent("HH", align="centre")[:, 0].sum() == pytest.approx(0.0, abs=0.05)

    def test_text_aligned_right_ends_at_its_place(self) -> None:
        assert -1.5 < extent("H", align="right")[1, 0] < 0.0

    def test_a_ring_has_a_hole(self) -> None:
        assert [len(f.rings) for f in text_fills("oB", 0, 0, 5.0)] == [2, 3]

    def test_longer_text_is_wider(self) -> None:
        assert text_width("mm", 5.0) == pytest.approx(2 * text_width("m", 5.0))

    def test_spaces_take_room_and_draw_nothing(self) -> None:
        assert text_fills(" ", 0, 0, 5.0) == []
        assert text_width(" ", 5.0) > 0

    @pytest.mark.parametrize("char", ["€", "ß", "²", "µ", "§", "°", "é", "Ж", "Ω", "ש", "한"])
    def test_legends_beyond_latin_1_are_drawn(self, char: str) -> None:
        assert missing_characters(char) == ""
        assert text_fills(char, 0, 0, 5.0)

    def test_a_character_without_font_becomes_an_empty_box_and_is_told(self) -> None:
        odd = "\U0001f980"
        assert missing_characters("a" + odd + odd) == odd
        (box,) = text_fills(odd, 0, 0, 5.0)
        assert len(box.rings) == 2

    @pytest.mark.parametrize("name", layout_names())
    def test_every_shipped_legend_has_a_font(self, name: str) -> None:
        text = "".join("".join(k.legends) + k.label for k in load_layout(name).keys)
        assert missing_characters(text) == ""
