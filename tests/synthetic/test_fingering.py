from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import FINGER_NAMES
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.synthetic.fingering import chords_for_text, chords_of, fingering_of, rows_of
from tests.synthetic.typing_builders import grid_layout, qwerty

SCHOOL = {
    "left_pinky": "1qaz",
    "left_ring": "2wsx",
    "left_middle": "3edc",
    "left_index": "45rtfgvb",
    "right_index": "67yuhjnm",
    "right_middle": "8ik,",
    "right_ring": "9ol.",
    "right_pinky": "0p;/-=[]'",
}


class TestFingeringOf:
    @pytest.mark.parametrize(("finger", "letters"), SCHOOL.items())
    def test_qwerty_is_fingered_as_taught(self, finger: str, letters: str) -> None:
        layout = qwerty()
        fingering = fingering_of(layout)
        got = {
            key.legends[0]: FINGER_NAMES[int(f)]
            for key, f in zip(layout.keys, fingering.finger, strict=True)
        }
        assert {c: got[c] for c in letters} == dict.fromkeys(letters, finger)

    def test_places_decide_and_not_names(self) -> None:
        layout = load_layout("dvorak")
        fingering = fingering_of(layout)
        got = {
            k.name: FINGER_NAMES[int(f)] for k, f in zip(layout.keys, fingering.finger, strict=True)
        }
        assert (got["a"], got["s"], got["u"]) == ("left_pinky", "right_pinky", "left_index")

    def test_thumbs_take_space(self) -> None:
        layout = qwerty()
        space = [k.name for k in layout.keys].index("space")
        assert fingering_of(layout).finger[space] in (4, 5)

    def test_shift_keys_belong_to_the_pinkies(self) -> None:
        layout = qwerty()
        fingering = fingering_of(layout)
        got = {k.name: int(f) for k, f in zip(layout.keys, fingering.finger, strict=True)}
        assert (got["left_shift"], got["right_shift"]) == (0, 9)

    @pytest.mark.parametrize("rows", [["abc", "def", "ghi"], ["abcdef"], ["abcdefgh", "ijklmnop"]])
    def test_small_layouts_get_fingers_and_homes(self, rows: list[str]) -> None:
        fingering = fingering_of(grid_layout(rows, space=False))
        assert np.isfinite(fingering.home_mm).all()
        assert (np.diff(fingering.home_mm[[0, 1, 2, 3, 6, 7, 8, 9], 0]) > 0).all()
        assert set(fingering.finger) <= set(range(10))


class TestRowsOf:
    def test_rows_come_from_far_to_near_and_left_to_right(self) -> None:
        layout = qwerty()
        names = [[layout.keys[k].name for k in row] for row in rows_of(layout)]
        assert [row[0] for row in names] == [
            "backquote",
            "tab",
            "caps_lock",
            "left_shift",
            "left_ctrl",
        ]


class TestChords:
    def test_plain_and_shifted_characters(self) -> None:
        chords = chords_of(qwerty())
        assert (chords["a"].key, chords["a"].modifier) == ("a", "")
        assert (chords["A"].key, chords["A"].modifier) == ("a", "shift")
        assert chords["\n"].key == "enter"

    def test_altgr_characters_where_the_layout_has_them(self) -> None:
        assert chords_of(load_layout("qwertz"))["@"].modifier == "altgr"

    def test_missing_characters_are_named_once(self) -> None:
        with pytest.raises(SimulationError, match="'ä' 'ö';"):
            chords_for_text(qwerty(), "äöä")

    def test_empty_text_is_refused(self) -> None:
        with pytest.raises(SimulationError, match="empty"):
            chords_for_text(qwerty(), "")
