"""People, cameras and detectors of training: more varied than life, and never the same twice."""

from __future__ import annotations

from collections import Counter

import numpy as np

from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.synthetic.camera import View
from cameratokeyboard.synthetic.noise_file import measured_noise
from cameratokeyboard.training.trajectories import (
    drawn_view,
    training_session,
    varied_noise,
)


class TestVariedNoise:
    def draw(self, count: int) -> list[float]:
        rng = np.random.default_rng(3)
        return [varied_noise(rng).jitter_px for _ in range(count)]

    def test_detectors_lie_on_both_sides_of_the_measured_one(self):
        jitter = np.array(self.draw(400))
        measured = measured_noise().jitter_px
        assert (jitter < 0.6 * measured).mean() > 0.1
        assert (jitter > 1.5 * measured).mean() > 0.1

    def test_no_two_are_alike(self):
        assert len(set(self.draw(100))) == 100


class TestDrawnView:
    def test_hard_views_come_more_often_than_in_life_but_most_cameras_face_the_typist(self):
        rng = np.random.default_rng(0)
        seen = Counter(drawn_view(rng) for _ in range(1000))
        assert seen[View.FRONT] > 500
        assert min(seen[View.ABOVE], seen[View.BEHIND]) > 110


class TestTrainingSession:
    def test_the_same_seed_gives_the_same_session(self):
        layout = load_layout("qwerty")
        a, b = (training_session(layout, 1_500_000) for _ in range(2))
        assert a.noise == b.noise
        assert np.array_equal(a.boxes.keypoints, b.boxes.keypoints, equal_nan=True)
