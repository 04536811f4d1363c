"""FeatureExtractor: the same numbers while typing and while training, hands alike."""

from __future__ import annotations

import numpy as np
import pytest

from cameratokeyboard.datatypes import Fingers
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keystroke.features import (
    FEATURE_COUNT,
    FeatureExtractor,
    Moments,
    contact_place,
)
from tests.fingers.builders import HOME, Camera
from tests.keystroke.builders import fingers_at, hands_at

LAYOUT = load_layout("qwerty")


def clip(frames: int = 40, noise_px: float = 1.0) -> list[Fingers]:
    rng = np.random.default_rng(2)
    return [
        fingers_at(
            i / 30,
            hands_at(i / 30, [(3, 0.6), (8, 0.9)]),
            hide=tuple(np.flatnonzero(rng.random(10) < 0.1)),
            noise_px=rng.normal(0, noise_px, (10, 2)),
        )
        for i in range(frames)
    ]


class TestRun:
    def test_many_at_once_are_the_same_as_one_after_the_other(self):
        moments = clip()
        one = FeatureExtractor(LAYOUT)
        single = np.stack([one.step(f) for f in moments], axis=1)
        assert moments[0].mm_to_px is not None
        found = FeatureExtractor(LAYOUT).run(Moments.of(moments), moments[0].mm_to_px)
        assert found is not None
        assert np.array_equal(found[0], single)
        assert np.array_equal(found[1][-1], one.mm, equal_nan=True)

    def test_all_are_finite_and_of_about_one(self):
        moments = clip()
        assert moments[0].mm_to_px is not None
        found = FeatureExtractor(LAYOUT).run(Moments.of(moments), moments[0].mm_to_px)
        assert found is not None
        assert found[0].shape == (2, len(moments), FEATURE_COUNT)
        assert np.isfinite(found[0]).all()
        assert np.abs(found[0]).max() <= 4


class TestStep:
    def test_without_a_mat_there_are_none(self):
        assert FeatureExtractor(LAYOUT).step(Fingers.none(0.0)) is None

    def test_mirrored_hands_look_the_same(self):
        tips = HOME.copy()
        tips[:5] = tips[5:][::-1] * [-1, 1, 1]
        extractor = FeatureExtractor(LAYOUT)
        for i in range(4):
            moved = tips + np.array([0, 0, 3.0 * i])
            features = extractor.step(fingers_at(i / 30, moved, Camera(pitch_deg=35)))
        assert features is not None
        # Keys do not lie symmetrically, so the two features of the nearest key are left out.
        nearest = [finger * 20 + n for finger in range(5) for n in (9, 10)]
        left, right = np.delete(features[0], nearest), np.delete(features[1], nearest)
        assert left == pytest.approx(right, abs=1e-5)

    def test_reset_forgets(self):
        moments = clip()
        extractor = FeatureExtractor(LAYOUT)
        for moment in moments:
            extractor.step(moment)
        extractor.reset()
        again = extractor.step(moments[0])
        fresh = FeatureExtractor(LAYOUT).step(moments[0])
        assert again is not None
        assert fresh is not None
        assert np.array_equal(again, fresh)


class TestContactPlace:
    @staticmethod
    def place(seen: list[bool], fps: float = 30.0) -> float:
        """x of a finger that stands at 0, 6, 12 and 18 mm in frames in which it is seen or not."""
        places = np.stack([np.arange(4) * 6.0, np.zeros(4)], axis=1)[:, None]
        return float(contact_place(np.arange(4) / fps, places, np.array(seen)[:, None])[0, 0])

    def test_is_the_mean_of_the_frames_of_its_first_moment(self):
        assert self.place([True] * 4) == pytest.approx(3.0)

    def test_frames_that_do_not_show_the_finger_do_not_count(self):
        assert self.place([False, True, True, True]) == pytest.approx(6.0)

    def test_finger_that_no_frame_shows_stays_where_it_was(self):
        assert self.place([False, False, True, True]) == pytest.approx(0.0)

    def test_more_frames_of_a_fast_camera_lie_within_it(self):
        assert self.place([True] * 4, fps=60.0) == pytest.approx(6.0)

    def test_slow_camera_has_one_frame(self):
        assert self.place([True] * 4, fps=15.0) == pytest.approx(0.0)
