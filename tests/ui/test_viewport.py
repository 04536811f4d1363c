from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.ui.viewport import Viewport


class TestFit:
    @pytest.mark.parametrize(
        ("frame_wh", "rect"),
        [
            ((1280, 720), (0, 75, 800, 450)),
            ((640, 480), (0, 0, 800, 600)),
            ((480, 640), (175, 0, 450, 600)),
            ((1, 1), (100, 0, 600, 600)),
        ],
    )
    def test_fills_the_area_without_distortion_in_its_middle(
        self, frame_wh: tuple[int, int], rect: tuple[int, int, int, int]
    ) -> None:
        assert Viewport.fit(frame_wh, (0, 0, 800, 600), mirror=False).rect == rect

    def test_survives_an_area_without_room(self) -> None:
        assert Viewport.fit((640, 480), (0, 0, 5, 0), mirror=False).rect[2:] == (1, 1)


class TestToWindow:
    def test_maps_the_corners_of_the_frame_to_those_of_the_rectangle(self) -> None:
        viewport = Viewport((640, 480), (10, 20, 320, 240), mirror=False)
        corners = viewport.to_window(np.array([[0, 0], [640, 480]]))
        assert corners.tolist() == [[10, 20], [330, 260]]

    def test_a_mirror_swaps_left_and_right_only(self) -> None:
        viewport = Viewport((640, 480), (10, 20, 320, 240), mirror=True)
        corners = viewport.to_window(np.array([[0, 0], [640, 480]]))
        assert corners.tolist() == [[330, 20], [10, 260]]


class TestPicture:
    def frame(self) -> np.ndarray:
        image = np.zeros((480, 640, 3), np.uint8)
        image[:, :320] = 200
        return image

    @pytest.mark.parametrize("size", [(640, 480), (320, 240), (100, 75), (1280, 960), (1, 1)])
    def test_has_the_size_of_the_rectangle(self, size: tuple[int, int]) -> None:
        shown = Viewport((640, 480), (0, 0, *size), mirror=False).picture(self.frame())
        assert shown.shape == (size[1], size[0], 3)
        assert shown.flags.c_contiguous

    def test_is_mirrored_for_the_display_and_leaves_the_frame_alone(self) -> None:
        image = self.frame()
        shown = Viewport((640, 480), (0, 0, 320, 240), mirror=True).picture(image)
        assert shown[0, 0, 0] == 0
        assert shown[0, -1, 0] == 200
        assert image[0, 0, 0] == 200

    def test_can_be_darkened(self) -> None:
        shown = Viewport((640, 480), (0, 0, 640, 480), mirror=False).picture(self.frame(), 0.5)
        assert shown[0, 0, 0] == 100
