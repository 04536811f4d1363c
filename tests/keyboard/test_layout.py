from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from cameratokeyboard.errors import LayoutError
from cameratokeyboard.keyboard.layout import layout_names, load_layout
from cameratokeyboard.keyboard.schema import CODE_COUNT, build_layout

PLAIN: dict[str, Any] = {
    "name": "tiny",
    "title": "Tiny",
    "size_mm": [120, 40],
    "units": [3, 2],
    "rows": [
        ["a", {"name": "two", "legends": ["2", "!", "€"]}, {"name": "enter", "role": "enter"}],
        [{"gap": 1}, {"name": "space", "w": 2, "role": "space", "legends": [" "]}],
    ],
    "markers": [
        {"xy_mm": [-50, 40], "side_mm": 20, "code": 1},
        {"xy_mm": [50, 40], "side_mm": 20, "code": 2},
        {"xy_mm": [50, -40], "side_mm": 20, "code": 3},
        {"xy_mm": [-50, -40], "side_mm": 20, "code": None},
    ],
}
BOXED: dict[str, Any] = {
    **{k: v for k, v in PLAIN.items() if k not in {"rows", "units"}},
    "keys": [
        {"name": "a", "box": [0.0, 0.0, 0.5, 1.0], "legends": ["a", "A"]},
        {"name": "b", "box": [0.5, 0.0, 0.5, 1.0], "legends": ["b", "B"]},
    ],
}


def changed(base: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    raw = copy.deepcopy(base)
    change(raw)
    return raw


class TestBuildLayout:
    def test_rows_become_boxes_in_key_space(self) -> None:
        layout = build_layout(PLAIN, "f.yaml")
        assert layout.by_name["a"].box == pytest.approx((0, 0, 1 / 3, 0.5))
        assert layout.by_name["space"].box == pytest.approx((1 / 3, 0.5, 2 / 3, 0.5))

    def test_a_bare_letter_writes_itself_and_its_capital(self) -> None:
        assert build_layout(PLAIN, "f.yaml").by_name["a"].legends == ("a", "A", "")

    def test_explicit_boxes_are_taken_as_they_are(self) -> None:
        layout = build_layout(BOXED, "f.yaml")
        assert layout.by_name["b"].box == (0.5, 0.0, 0.5, 1.0)

    def test_keys_may_be_several_rows_high(self) -> None:
        raw = changed(PLAIN, lambda r: r["rows"][0][2].update(h=2) or r["rows"][1][1].update(w=1))
        assert build_layout(raw, "f.yaml").by_name["enter"].box[3] == 1.0

    def test_a_marker_without_code_is_allowed(self) -> None:
        layout = build_layout(PLAIN, "f.yaml")
        assert [m.code for m in layout.markers] == [1, 2, 3, None]

    def test_the_paper_is_a4_unless_said(self) -> None:
        assert build_layout(PLAIN, "f.yaml").paper_mm == (297, 210)

    @pytest.mark.parametrize(
        ("base", "change", "words"),
        [
            (PLAIN, lambda r: r.update(colour="red"), ["colour", "unknown field"]),
            (PLAIN, lambda r: r.pop("name"), ["'name' is missing"]),
            (PLAIN, lambda r: r.pop("markers"), ["'markers' is missing"]),
            (PLAIN, lambda r: r.pop("units"), ["units"]),
            (PLAIN, lambda r: r.pop("rows"), ["either 'rows'"]),
            (PLAIN, lambda r: r.update(keys=BOXED["keys"]), ["either 'rows'"]),
            (PLAIN, lambda r: r.update(size_mm=[120]), ["size_mm", "2 numbers"]),
            (PLAIN, lambda r: r.update(size_mm=[120, "x"]), ["size_mm", "a number"]),
            (PLAIN, lambda r: r.update(size_mm=[120, True]), ["size_mm", "a number"]),
            (PLAIN, lambda r: r.update(size_mm=[120, float("nan")]), ["size_mm"]),
            (PLAIN, lambda r: r.update(size_mm=[-1, 40]), ["size_mm", "20 to 2000"]),
            (PLAIN, lambda r: r.update(units=[3, 3]), ["rows", "expected 3 rows", "got 2"]),
            (PLAIN, lambda r: r.update(rows="abc"), ["rows", "list"]),
            (PLAIN, lambda r: r["rows"].__setitem__(0, []), ["row 1", "list"]),
            (PLAIN, lambda r: r["rows"][0].__setitem__(0, 5), ["row 1, entry 1", "mapping"]),
            (PLAIN, lambda r: r["rows"][0].__setitem__(0, "ab"), ["row 1, entry 1", "a-z"]),
            (PLAIN, lambda r: r["rows"][0][1].update(width=2), ["key 'two'", "'width'"]),
            (PLAIN, lambda r: r["rows"][0][1].pop("name"), ["row 1, entry 2", "'name'"]),
            (PLAIN, lambda r: r["rows"][0][1].update(name="Two"), ["key 'Two'", "small letters"]),
            (PLAIN, lambda r: r["rows"][0][1].update(name="a"), ["key 'a'", "twice"]),
            (PLAIN, lambda r: r["rows"][0][1].update(w=2), ["key 'enter'", "beyond"]),
            (PLAIN, lambda r: r["rows"][0][1].update(w=0), ["key 'two'", "w"]),
            (PLAIN, lambda r: r["rows"][0][1].update(h=2), ["key 'space'", "overlaps key 'two'"]),
            (PLAIN, lambda r: r["rows"][0][1].update(role="magic"), ["key 'two'", "'magic'"]),
            (PLAIN, lambda r: r["rows"][0][1].update(legends=[2]), ["key 'two'", "quotes"]),
            (PLAIN, lambda r: r["rows"][0][1].update(legends=list("abcd")), ["key 'two'", "three"]),
            (PLAIN, lambda r: r["rows"][0][1].pop("legends"), ["key 'two'", "legends"]),
            (PLAIN, lambda r: r["rows"][0][2].update(legends=["x"]), ["key 'enter'", "label"]),
            (PLAIN, lambda r: r["rows"][0][2].update(label=1), ["key 'enter'", "label"]),
            (PLAIN, lambda r: r["rows"][1][0].update(name="q"), ["key 'q'", "gap"]),
            (PLAIN, lambda r: r["markers"].pop(), ["markers", "four", "got 3"]),
            (PLAIN, lambda r: r["markers"][0].pop("side_mm"), ["marker far left", "side_mm"]),
            (PLAIN, lambda r: r["markers"][0].update(side_mm=2), ["marker far left", "5 to 100"]),
            (PLAIN, lambda r: r["markers"][0].update(code=50), ["marker far left", "0 to 49"]),
            (PLAIN, lambda r: r["markers"][0].update(code=1.5), ["marker far left", "whole"]),
            (PLAIN, lambda r: r["markers"][0].update(code=2), ["markers", "differ"]),
            (PLAIN, lambda r: r["markers"][1].update(xy_mm=[-50, 40]), ["marker far right"]),
            (PLAIN, lambda r: r["markers"][2].update(xy_mm=[50, 40]), ["marker near right"]),
            (PLAIN, lambda r: r["markers"][0].update(xy_mm=[-40, 10]), ["on the keys"]),
            (PLAIN, lambda r: r["markers"][0].update(xy_mm=[-145, 40]), ["outside the paper"]),
            (BOXED, lambda r: r["keys"][1].update(box=[0.4, 0, 0.5, 1]), ["key 'b'", "overlaps"]),
            (BOXED, lambda r: r["keys"][1].update(box=[0.6, 0, 0.5, 1]), ["key 'b'", "beyond"]),
            (BOXED, lambda r: r["keys"][1].update(box=[0.5, 0, 0, 1]), ["key 'b'", "no area"]),
            (BOXED, lambda r: r["keys"][1].update(box=[0.5, 0, 1]), ["key 'b'", "4 numbers"]),
            (BOXED, lambda r: r["keys"][1].pop("box"), ["key 'b'", "'box'"]),
            (BOXED, lambda r: r.update(units=[3, 2]), ["units"]),
            (BOXED, lambda r: r.update(keys=[]), ["keys", "list"]),
        ],
    )
    def test_faults_are_named_with_file_and_place(
        self, base: dict[str, Any], change: Callable[[dict[str, Any]], object], words: list[str]
    ) -> None:
        with pytest.raises(LayoutError) as caught:
            build_layout(changed(base, change), "f.yaml")
        for word in ["f.yaml", *words]:
            assert word in str(caught.value)

    @pytest.mark.parametrize("raw", [None, [], "text", 3])
    def test_a_file_that_is_no_mapping_is_refused(self, raw: object) -> None:
        with pytest.raises(LayoutError, match="mapping"):
            build_layout(raw, "f.yaml")


class TestLoadLayout:
    def test_a_file_is_loaded_by_its_path(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(PLAIN), encoding="utf-8")
        assert load_layout(path).name == "tiny"

    def test_an_unknown_name_lists_the_known(self) -> None:
        with pytest.raises(LayoutError, match=r"'qwertyuiop'.*azerty.*qwerty"):
            load_layout("qwertyuiop")

    @pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b""])
    def test_a_broken_file_is_named(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "broken.yaml"
        path.write_bytes(content)
        with pytest.raises(LayoutError, match=r"broken\.yaml"):
            load_layout(path)

    def test_a_folder_is_no_layout(self, tmp_path: Path) -> None:
        (tmp_path / "folder.yaml").mkdir()
        with pytest.raises(LayoutError, match="folder"):
            load_layout(tmp_path / "folder.yaml")


class TestShippedLayouts:
    def test_the_promised_ones_are_there(self) -> None:
        promised = {"qwerty", "forerunner", "qwerty-iso", "qwertz", "azerty", "dvorak", "colemak"}
        assert promised | {"compact"} <= set(layout_names())

    @pytest.mark.parametrize("name", layout_names())
    def test_file_name_and_layout_name_agree(self, name: str) -> None:
        assert load_layout(name).name == name

    @pytest.mark.parametrize("name", layout_names())
    def test_every_letter_and_the_keys_for_text_are_there(self, name: str) -> None:
        layout = load_layout(name)
        legends = {legend for key in layout.keys for legend in key.legends}
        assert set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,?") <= legends
        roles = {key.role for key in layout.keys}
        assert {"space", "enter", "backspace", "shift"} <= roles

    @pytest.mark.parametrize("name", layout_names())
    def test_an_altgr_legend_has_an_altgr_key(self, name: str) -> None:
        layout = load_layout(name)
        if any(key.legends[2] for key in layout.keys):
            assert any(key.role == "altgr" for key in layout.keys)

    @pytest.mark.parametrize("name", layout_names())
    def test_no_character_is_on_two_keys_at_the_same_level(self, name: str) -> None:
        for level in range(3):
            legends = [k.legends[level] for k in load_layout(name).keys if k.legends[level].strip()]
            assert len(legends) == len(set(legends))

    def test_codes_tell_layouts_apart(self) -> None:
        codes = [
            marker.code
            for name in layout_names()
            for marker in load_layout(name).markers
            if marker.code is not None
        ]
        assert len(codes) == len(set(codes))
        assert max(codes) < CODE_COUNT

    def test_the_forerunners_measures(self) -> None:
        layout = load_layout("forerunner")
        pitch = layout.size_mm[0] / 15
        assert pitch == pytest.approx(18.5, abs=0.05)
        assert layout.by_name["space"].box[2] * 15 == pytest.approx(5.75)
        assert [m.code for m in layout.markers] == [None] * 4
        gaps = [abs(m.xy_mm[1]) - m.side_mm / 2 - layout.size_mm[1] / 2 for m in layout.markers]
        assert np.all(np.abs(gaps) < 1.0)
