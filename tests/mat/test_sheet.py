from __future__ import annotations

import cv2
import numpy as np
import pytest

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.errors import SettingsError
from cameratokeyboard.keyboard.layout import layout_names, load_layout
from cameratokeyboard.mat import picture
from cameratokeyboard.mat.paper import PAPERS, paper_size
from cameratokeyboard.mat.sheet import PRINTER_MARGIN_MM, mat_drawing, mat_scale

PX_PER_MM = 4.0
CODED = [n for n in layout_names() if load_layout(n).markers[0].code is not None]


def to_px(image: np.ndarray, points_mm: np.ndarray) -> np.ndarray:
    height, width = image.shape
    return np.array([width - 1, height - 1]) / 2 + points_mm * np.array([PX_PER_MM, -PX_PER_MM])


def decoded(image: np.ndarray) -> dict[int, np.ndarray]:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    corners, ids, _ = cv2.aruco.ArucoDetector(dictionary).detectMarkers(image)
    return {
        int(i): np.asarray(c).reshape(4, 2)
        for i, c in zip(np.asarray(ids).reshape(-1), corners, strict=True)
    }


class TestPicture:
    @pytest.mark.parametrize("name", CODED)
    def test_codes_can_be_read_where_the_layout_says(self, name: str) -> None:
        layout = load_layout(name)
        image = picture(layout, PX_PER_MM)
        found = decoded(image)
        for marker in layout.markers:
            half = marker.side_mm / 2
            corners = np.array([[-half, half], [half, half], [half, -half], [-half, -half]])
            expected = to_px(image, corners + np.array(marker.xy_mm))
            assert np.abs(found[marker.code or 0] - expected).max() < 1.0

    @pytest.mark.parametrize("name", layout_names())
    def test_keys_lie_where_the_layout_says(self, name: str) -> None:
        layout = load_layout(name)
        image = picture(layout, PX_PER_MM)
        for centre, size in zip(layout.centres_mm(), layout.sizes_mm(), strict=True):
            left = to_px(image, np.array([[centre[0] - size[0] / 2, centre[1] - 0.35 * size[1]]]))
            x, y = np.round(left[0]).astype(int)
            assert image[y, x - 1 : x + 2].min() < 140, "the key's left outline is dark"
            inside = to_px(image, np.array([centre - size * np.array([0.44, 0.44])]))
            x, y = np.round(inside[0]).astype(int)
            assert image[y, x] > 180, "the corner inside the outline is bright"

    @pytest.mark.parametrize("name", CODED)
    def test_markers_have_a_quiet_zone_of_a_cell(self, name: str) -> None:
        layout = load_layout(name)
        image = picture(layout, PX_PER_MM)
        for marker in layout.markers:
            reach = marker.side_mm / 2 + marker.side_mm / 6
            x0, y0 = to_px(image, np.array([marker.xy_mm]) + np.array([[-reach, reach]]))[0]
            x1, y1 = to_px(image, np.array([marker.xy_mm]) + np.array([[reach, -reach]]))[0]
            patch = image[round(y0) : round(y1) + 1, round(x0) : round(x1) + 1].copy()
            edge = round(marker.side_mm / 6 * PX_PER_MM) - 1
            patch[edge:-edge, edge:-edge] = 255
            assert patch.min() > 250

    @pytest.mark.parametrize("name", CODED)
    def test_codes_are_at_least_25_mm_on_a4(self, name: str) -> None:
        layout = load_layout(name)
        scale = mat_scale(layout, PAPERS["a4"])
        assert all(m.side_mm * scale >= 25 for m in layout.markers)

    def test_its_size_is_the_papers(self) -> None:
        assert picture(load_layout("qwerty"), 2.0).shape == (420, 594)
        assert picture(load_layout("qwerty"), 2.0, paper_mm=(300, 220)).shape == (440, 600)

    def test_hints_can_be_left_out(self) -> None:
        layout = load_layout("qwerty")
        strip = slice(round(153 * PX_PER_MM), None)
        with_hints = picture(layout, PX_PER_MM)[strip, 400:800]
        without = picture(layout, PX_PER_MM, hints=False)[strip, 400:800]
        assert with_hints.min() < 100
        assert without.min() == 255

    @pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
    def test_an_impossible_resolution_is_refused(self, bad: float) -> None:
        with pytest.raises(SettingsError, match="resolution"):
            picture(load_layout("qwerty"), bad)

    def test_a_huge_picture_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="too large"):
            picture(load_layout("qwerty"), 500.0)


class TestScale:
    def test_a4_needs_none(self) -> None:
        assert [mat_scale(load_layout(n), PAPERS["a4"]) for n in layout_names()] == [1.0] * len(
            layout_names()
        )

    def test_larger_paper_does_not_enlarge(self) -> None:
        assert mat_scale(load_layout("qwerty"), PAPERS["a3"]) == 1.0

    @pytest.mark.parametrize("name", layout_names())
    def test_on_letter_everything_stays_inside_the_printers_margin(self, name: str) -> None:
        layout = load_layout(name)
        drawing = mat_drawing(layout, PAPERS["letter"])
        points = np.concatenate([ring for fill in drawing.fills for ring in fill.rings])
        room = np.array(PAPERS["letter"]) / 2 - PRINTER_MARGIN_MM + 1.5
        assert np.all(np.abs(points) <= room)

    def test_keys_and_markers_shrink_together(self) -> None:
        layout = load_layout("qwerty")
        paper = PAPERS["letter"]
        scale = mat_scale(layout, paper)
        assert 0.9 < scale < 1.0
        image = picture(layout, PX_PER_MM, paper_mm=paper)
        found = decoded(image)
        expected = to_px(image, np.array([m.xy_mm for m in layout.markers]) * scale)
        centres = np.array([found[m.code or 0].mean(axis=0) for m in layout.markers])
        assert np.abs(centres - expected).max() < 1.0

    def test_the_title_says_by_how_much(self) -> None:
        layout = load_layout("qwerty")
        assert mat_drawing(layout, PAPERS["letter"]).title.endswith("at 97.1%")

    def test_a_tiny_paper_is_refused_with_the_least_that_does(self) -> None:
        layout = load_layout("qwerty")
        with pytest.raises(SettingsError, match="at least") as caught:
            mat_drawing(layout, (120.0, 80.0))
        assert "120 x 80" in str(caught.value)
        wide, high = str(caught.value).split("at least ")[1].removesuffix(" mm").split(" x ")
        assert mat_scale(layout, (float(wide), float(high))) >= 0.6


class TestLegends:
    def legend_ink(self, layout: Layout, name: str) -> dict[str, bool]:
        """Which quarters of a key have ink."""
        image = picture(layout, PX_PER_MM)
        index = [key.name for key in layout.keys].index(name)
        centre, size = layout.centres_mm()[index], layout.sizes_mm()[index] * 0.9
        quarters = {}
        for label, sign in {"ul": (-1, 1), "ur": (1, 1), "ll": (-1, -1), "lr": (1, -1)}.items():
            corner = centre + size / 2 * np.array(sign)
            x0, x1 = sorted(to_px(image, np.array([centre, corner]))[:, 0].round().astype(int))
            y0, y1 = sorted(to_px(image, np.array([centre, corner]))[:, 1].round().astype(int))
            quarters[label] = bool(image[y0:y1, x0:x1].min() < 128)
        return quarters

    def test_all_three_levels_are_printed(self) -> None:
        quarters = self.legend_ink(load_layout("qwertz"), "seven")
        assert quarters == {"ul": True, "ur": False, "ll": True, "lr": True}

    def test_a_letter_is_printed_once_with_its_altgr_level(self) -> None:
        quarters = self.legend_ink(load_layout("qwertz"), "e")
        assert quarters == {"ul": True, "ur": False, "ll": False, "lr": True}

    @pytest.mark.parametrize(
        ("name", "bumped"),
        [("qwerty", "fj"), ("dvorak", "uh"), ("colemak", "tn"), ("compact", "fj")],
    )
    def test_the_index_fingers_keys_have_a_bump(self, name: str, bumped: str) -> None:
        layout = load_layout(name)
        image = picture(layout, PX_PER_MM)
        marked = ""
        for key, centre, size in zip(
            layout.keys, layout.centres_mm(), layout.sizes_mm(), strict=True
        ):
            if key.role == "char":
                spot = to_px(image, np.array([centre - np.array([0, 0.4 * size[1]])]))[0]
                x, y = spot.round().astype(int)
                marked += key.name if image[y - 1 : y + 2, x].max() < 128 else ""
        assert marked == bumped


class TestPaperSize:
    @pytest.mark.parametrize(
        ("name", "size"),
        [
            ("a4", (297, 210)),
            ("A3", (420, 297)),
            (" Letter ", (279.4, 215.9)),
            ("330x220", (330, 220)),
            ("330.5 X 220", (330.5, 220)),
            ("330×220", (330, 220)),
        ],
    )
    def test_names_and_sides_are_understood(self, name: str, size: tuple[float, float]) -> None:
        assert paper_size(name) == size

    @pytest.mark.parametrize(
        "name", ["", "a9", "x", "10x", "axb", "-5x100", "0x100", "30x21", "9999x100", "1e3x200"]
    )
    def test_others_are_refused_by_name(self, name: str) -> None:
        with pytest.raises(SettingsError, match="paper"):
            paper_size(name)
