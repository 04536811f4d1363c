from __future__ import annotations

import numpy as np
import pygame
import pytest

from cameratokeyboard.datatypes import KeyBox, MatPose
from cameratokeyboard.ui import theme
from cameratokeyboard.ui.overlay import (
    FLASH_S,
    Overlay,
    crowded,
    key_polygons,
    legend,
    project,
)
from cameratokeyboard.ui.viewport import Viewport
from tests import builders as common
from tests.ui import builders as b

PLAIN = Viewport((640, 480), (0, 0, 640, 480), mirror=False)
A_CENTRE = (220, 190)  # the middle of key "a", px, in the mat of the builders


def drawn(data: object, viewport: Viewport = PLAIN, overlay: Overlay | None = None) -> np.ndarray:
    surface = pygame.Surface((640, 480))
    (overlay or Overlay()).draw(surface, data, viewport)
    return pygame.surfarray.array3d(surface).astype(int)


def has_colour(pixels: np.ndarray, colour: tuple[int, int, int], at: tuple[int, int]) -> bool:
    x, y = at
    patch = pixels[max(x - 3, 0) : x + 4, max(y - 3, 0) : y + 4]
    return bool((np.abs(patch - colour).sum(axis=-1) < 30).any())


class TestProject:
    def test_follows_the_homography(self) -> None:
        points = project(b.mat().mm_to_px, np.array([[0.0, 0.0], [10.0, 10.0]]))
        assert points.tolist() == [[320, 240], [360, 200]]

    def test_points_behind_the_camera_have_no_place(self) -> None:
        tilted = np.array([[1, 0, 0], [0, 1, 0], [0, 0.01, 1.0]])
        points = project(tilted, np.array([[0.0, 50.0], [0.0, -150.0]]))
        assert np.isfinite(points[0]).all()
        assert np.isnan(points[1]).all()

    def test_the_sign_of_the_homography_does_not_matter(self) -> None:
        points = np.array([[10.0, 5.0]])
        assert (
            project(-b.mat().mm_to_px, points).tolist()
            == project(b.mat().mm_to_px, points).tolist()
        )


class TestKeyPolygons:
    def test_lie_where_the_layout_says(self) -> None:
        polygons = key_polygons(b.mat(), b.LAYOUT, PLAIN)
        assert tuple(polygons["a"].mean(axis=0).round()) == A_CENTRE
        assert polygons["a"].max(axis=0)[0] < polygons["b"].min(axis=0)[0]

    def test_are_mirrored_with_the_picture(self) -> None:
        mirrored = Viewport((640, 480), (0, 0, 640, 480), mirror=True)
        polygons = key_polygons(b.mat(), b.LAYOUT, mirrored)
        assert polygons["a"].mean() > polygons["b"].mean()

    def test_keys_that_cannot_be_shown_are_left_out(self) -> None:
        wild = b.mat(scale=1e6)
        assert key_polygons(wild, b.LAYOUT, PLAIN) == {}


class TestLegend:
    @pytest.mark.parametrize(
        ("key", "text"),
        [
            (KeyBox("q", (0, 0, 1, 1), ("q", "Q", "@")), "Q"),
            (KeyBox("one", (0, 0, 1, 1), ("1", "!", "")), "1"),
            (KeyBox("sz", (0, 0, 1, 1), ("ß", "?", "")), "ß"),
            (KeyBox("space", (0, 0, 1, 1), (" ", " ", ""), "space"), ""),
            (KeyBox("enter", (0, 0, 1, 1), role="enter", label="Return"), "Enter"),
            (KeyBox("menu", (0, 0, 1, 1), role="other", label="Menu"), "Menu"),
            (KeyBox("fn", (0, 0, 1, 1), role="other"), "fn"),
        ],
    )
    def test_is_what_stands_on_a_keyboard(self, key: KeyBox, text: str) -> None:
        assert legend(key) == text


class TestCrowded:
    def test_fingertips_close_together_are(self) -> None:
        wide = np.stack([np.arange(10) * 60.0, np.zeros(10)], axis=1)
        assert not crowded(wide)
        assert crowded(wide / 4)
        assert not crowded(np.full((10, 2), np.nan))


@pytest.mark.usefixtures("fonts")
class TestOverlay:
    def test_markers_stand_where_they_were_seen(self) -> None:
        pixels = drawn(b.data())
        for x, y in b.mat().markers_px.astype(int):
            assert has_colour(pixels, theme.GOOD, (x, y))

    def test_each_finger_has_its_colour(self) -> None:
        pixels = drawn(b.data())
        for finger, (x, y) in enumerate(b.ten_fingers().px.astype(int)):
            assert has_colour(pixels, theme.FINGER_COLOURS[finger], (x, y))

    def test_a_finger_out_of_sight_is_not_drawn(self) -> None:
        nothing = drawn(b.data(fingers=common.fingers(visible=False), mat=None))
        assert not nothing.any()

    def test_a_pressed_key_lights_up_and_fades(self) -> None:
        overlay = Overlay()
        dark = drawn(b.data(), overlay=overlay)[A_CENTRE[0] - 30, A_CENTRE[1] + 20]
        overlay.press("a", 1.0)
        bright = drawn(b.data(), overlay=overlay)[A_CENTRE[0] - 30, A_CENTRE[1] + 20]
        later = b.data(frame=common.frame(1.0 + FLASH_S, width=640, height=480))
        after = drawn(later, overlay=overlay)[A_CENTRE[0] - 30, A_CENTRE[1] + 20]
        assert bright.sum() > dark.sum() + 100
        assert after.tolist() == dark.tolist()

    def test_a_held_key_stays_lit(self) -> None:
        held = drawn(b.data(held=frozenset({"a"})))[A_CENTRE[0] - 30, A_CENTRE[1] + 20]
        free = drawn(b.data())[A_CENTRE[0] - 30, A_CENTRE[1] + 20]
        assert held.sum() > free.sum() + 60

    def test_keys_follow_when_the_mat_moves(self) -> None:
        overlay = Overlay()
        first = drawn(b.data(), overlay=overlay)
        moved = drawn(b.data(mat=b.mat(centre=(360.0, 240.0))), overlay=overlay)
        fresh = drawn(b.data(mat=b.mat(centre=(360.0, 240.0))))
        assert (moved == fresh).all()
        assert (moved != first).any()

    def test_markers_are_framed_while_the_mat_is_not_known(self) -> None:
        detections = common.frame()  # only for its size
        found = b.data().detections.__class__(
            np.array([[100, 100, 140, 140]], np.float32),
            np.array([2]),
            np.ones(1, np.float32),
            np.zeros((1, 3, 3), np.float32),
            detections.size_wh,
        )
        nobody = common.fingers(visible=False)
        pixels = drawn(b.data(detections=found, mat=None, fingers=nobody))
        assert has_colour(pixels, theme.WARN, (120, 96))

    @pytest.mark.parametrize(
        "homography", [np.full((3, 3), np.nan), np.zeros((3, 3)), np.eye(3) * 1e12]
    )
    def test_an_impossible_mat_does_no_harm(self, homography: np.ndarray) -> None:
        corners = np.full((4, 2), np.nan)
        broken = MatPose(homography, homography, corners, np.ones(4, bool), 0.0, 1)
        drawn(b.data(mat=broken))
