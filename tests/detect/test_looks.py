from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.detect.looks import STRIDE, cut, plan_look

BUDGET = 416 * 256


class TestPlanLook:
    @pytest.mark.parametrize("size", [(1280, 720), (640, 640), (720, 1280), (64, 48), (1, 1)])
    def test_input_keeps_budget_stride_and_aspect(self, size: tuple[int, int]) -> None:
        look = plan_look(size, None, BUDGET)
        width, height = look.input_wh
        assert width * height <= BUDGET
        assert width % STRIDE == height % STRIDE == 0
        across, upright = look.scale_xy
        assert across == pytest.approx(upright, rel=0.02) or min(size) < 20

    def test_a_small_region_is_shown_larger_than_the_whole(self) -> None:
        whole = plan_look((1280, 720), None, BUDGET)
        near = plan_look((1280, 720), np.array([400, 300, 800, 500]), BUDGET)
        assert near.scale_xy[0] > 2 * whole.scale_xy[0]

    def test_region_grows_into_the_frame_instead_of_padding(self) -> None:
        look = plan_look((1280, 720), np.array([300, 300, 900, 400]), BUDGET, (416, 256))
        x0, y0, x1, y1 = look.crop
        assert x0 <= 300
        assert x1 >= 900
        assert y1 - y0 > 100
        assert look.content_wh == look.input_wh

    def test_region_at_the_edge_is_shifted_inwards(self) -> None:
        look = plan_look((1280, 720), np.array([-50, -50, 200, 100]), BUDGET)
        assert look.crop[0] == 0
        assert look.crop[1] == 0

    @pytest.mark.parametrize("region", [[5, 5, 5, 5], [np.nan, 0, 10, 10], [2000, 0, 2100, 50]])
    def test_an_empty_region_means_the_whole_frame(self, region: list[float]) -> None:
        assert plan_look((640, 360), np.array(region), BUDGET).crop == (0, 0, 640, 360)

    def test_fixed_input_is_kept(self) -> None:
        look = plan_look((1280, 720), None, BUDGET, fixed_wh=(640, 640))
        assert look.input_wh == (640, 640)
        assert look.content_wh == (640, 360)

    def test_mapping_back_is_exact_at_the_corners(self) -> None:
        look = plan_look((1280, 720), np.array([101, 203, 777, 601]), BUDGET)
        corners = look.to_frame(np.array([[0, 0], look.content_wh], float))
        assert corners.ravel() == pytest.approx(look.crop)


class TestCut:
    def test_channels_are_rgb_and_scaled_to_one(self) -> None:
        image = np.zeros((64, 64, 3), np.uint8)
        image[:, :, 2] = 255  # red in BGR
        blob = cut(image, plan_look((64, 64), None, 64 * 64))
        assert blob.shape == (1, 3, 64, 64)
        assert blob[0, :, 10, 10] == pytest.approx([1, 0, 0])

    def test_a_spot_lands_where_the_look_says(self) -> None:
        image = np.zeros((720, 1280, 3), np.uint8)
        image[395:405, 595:605] = 255
        look = plan_look((1280, 720), np.array([300, 200, 900, 600]), BUDGET)
        blob = cut(image, look)[0, 0]
        ys, xs = np.nonzero(blob > 0.5)
        middle = look.to_frame(np.array([xs.mean() + 0.5, ys.mean() + 0.5]))
        assert middle == pytest.approx([600, 400], abs=0.8)

    def test_padding_is_grey(self) -> None:
        image = np.zeros((100, 300, 3), np.uint8)
        blob = cut(image, plan_look((300, 100), None, BUDGET, fixed_wh=(320, 320)))
        assert blob[0, 0, -1, 0] == pytest.approx(114 / 255)
