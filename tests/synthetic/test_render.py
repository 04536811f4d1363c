"""Drawing a scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cameratokeyboard.synthetic.bodies import PAPER_ID, TABLE_ID
from cameratokeyboard.synthetic.camera import CameraPlan
from cameratokeyboard.synthetic.labels import MARKER_ID
from cameratokeyboard.synthetic.uniforms import sky_from_heights
from tests.synthetic.scene_builders import SIZE_WH, home_hands, renderer, stage


class TestRenderer:
    def test_the_same_view_gives_the_same_light(self) -> None:
        draw, scene = renderer(), stage()
        view = scene.view(*home_hands())
        one, two = draw.render(view), draw.render(view)
        assert np.array_equal(one.linear, two.linear)
        assert np.array_equal(one.ids, two.ids)

    def test_ids_show_the_paper_where_the_camera_projects_it(self) -> None:
        scene = stage()
        rendered = renderer().render(scene.view({}, np.zeros((2, 3))))
        spots = np.array([[0.0, 0, 0], [60, 50, 0], [-60, -40, 0]])
        points, depths = scene.camera.project(spots)
        for (x, y), depth in zip(points, depths, strict=True):
            assert rendered.ids[int(y), int(x)] == PAPER_ID
            assert rendered.depth_mm[int(y), int(x)] == pytest.approx(depth, rel=0.01)

    def test_markers_have_their_own_ids_under_distortion(self) -> None:
        plan = CameraPlan(pitch_deg=55, distance_mm=420, distortion=(0.08, 0.02), roll_deg=6)
        scene = stage(plan=plan)
        rendered = renderer().render(scene.view({}, np.zeros((2, 3))))
        centres = np.concatenate([scene.mat.markers_mm[:, :2], np.zeros((4, 1))], axis=1)
        for number, (x, y) in enumerate(scene.camera.project(centres)[0]):
            assert rendered.ids[int(y), int(x)] == MARKER_ID + number

    def test_nothing_is_infinitely_far_and_shows_the_backdrop(self) -> None:
        scene = stage(plan=CameraPlan(pitch_deg=12))
        empty = replace(scene, still=())
        rendered = renderer().render(empty.view({}, np.zeros((2, 3))))
        assert np.isinf(rendered.depth_mm).all()
        assert (rendered.ids == 0).all()
        assert rendered.linear.mean() > 0

    def test_hands_darken_the_paper_below_them(self) -> None:
        scene = stage(plan=CameraPlan(pitch_deg=50))
        draw = renderer()
        bare = draw.render(scene.view({}, np.zeros((2, 3))))
        typed = draw.render(scene.view(*home_hands()))
        paper = (typed.ids == PAPER_ID) & (bare.ids == PAPER_ID)
        change = typed.linear.mean(axis=2)[paper] / bare.linear.mean(axis=2)[paper]
        assert (change < 0.8).mean() > 0.02
        assert np.median(change) == pytest.approx(1.0, abs=0.05)

    def test_a_region_is_drawn_anew_and_the_rest_is_kept(self) -> None:
        scene, draw = stage(), renderer()
        bare = draw.render(scene.view({}, np.zeros((2, 3))))
        region = (100, 60, 220, 150)
        mixed = draw.render(scene.view(*home_hands()), bare, region)
        whole = draw.render(scene.view(*home_hands()))
        assert mixed.linear[60:150, 100:220] == pytest.approx(whole.linear[60:150, 100:220])
        assert np.array_equal(mixed.linear[:, :100], bare.linear[:, :100])
        assert mixed.ids is bare.ids

    def test_the_table_lies_round_the_paper(self) -> None:
        scene = stage(plan=CameraPlan(pitch_deg=60, distance_mm=600))
        rendered = renderer().render(scene.view({}, np.zeros((2, 3))))
        assert (rendered.ids == TABLE_ID).sum() > 0.1 * SIZE_WH[0] * SIZE_WH[1]


class TestSkyFromHeights:
    def test_nothing_above_leaves_the_whole_sky(self) -> None:
        sky = sky_from_heights(np.full((20, 30), 200.0), np.zeros((20, 30)), 2.0)
        assert (sky[..., 0] == 255).all()
        assert (sky[..., 1] == 0).all()

    def test_a_touching_thing_darkens_more_than_a_high_one(self) -> None:
        low = np.full((60, 60), 200.0)
        low[25:35, 25:35] = 1.0
        high = np.full((60, 60), 200.0)
        high[25:35, 25:35] = 60.0
        dark, light = (sky_from_heights(h, np.zeros((60, 60)), 2.0)[30, 30, 0] for h in (low, high))
        assert dark < light < 255
