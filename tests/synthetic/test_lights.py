from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.synthetic.lights import KIND_SHARES, draw_lighting

PAPER = np.array([0.7, 0.7, 0.7])


@pytest.mark.parametrize("seed", range(30))
class TestBacklight:
    def test_shadows_fall_towards_a_camera_across_the_mat(self, seed: int) -> None:
        light = draw_lighting(np.random.default_rng(seed), PAPER, "backlight").lights[0]
        way = np.array(light.place) / np.linalg.norm(light.place)

        assert way[1] < 0.15
        assert light.half_angle_deg < 2.0

    def test_passes_beside_the_body_where_it_is_lower_than_the_head(self, seed: int) -> None:
        light = draw_lighting(np.random.default_rng(seed), PAPER, "backlight").lights[0]
        way = np.array(light.place) / np.linalg.norm(light.place)

        steep = np.degrees(np.arcsin(way[2])) > 61
        assert steep or abs(np.degrees(np.arctan2(way[0], -way[1]))) > 31


class TestDrawLighting:
    @pytest.mark.parametrize("kind", KIND_SHARES)
    def test_paper_throws_back_no_more_light_than_falls_on_it(self, kind: str) -> None:
        for seed in range(20):
            lighting = draw_lighting(np.random.default_rng(seed), PAPER, kind)
            falling = sum(np.array(light.colour) for light in lighting.lights)
            falling = falling + np.array(lighting.sky_up) / 0.9
            assert (np.array(lighting.bounce) <= 0.7 * falling).all()

    def test_most_light_comes_from_small_lights(self) -> None:
        drawn = [draw_lighting(np.random.default_rng(s), PAPER) for s in range(400)]
        hard = [d for d in drawn if d.lights[0].half_angle_deg < 2.0]

        assert 0.4 < len(hard) / len(drawn) < 0.65
