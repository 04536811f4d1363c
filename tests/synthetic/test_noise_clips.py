from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.errors import TruthError
from cameratokeyboard.synthetic.noise import DetectorNoise
from cameratokeyboard.synthetic.noise_clips import clip_noise, mean_noise
from tests.builders import FakeLocator


class TestMeanNoise:
    def test_lengths_are_averaged_by_their_squares_and_rates_as_they_are(self) -> None:
        a = replace(DetectorNoise(), jitter_px=1.0, miss_thumb=0.1)
        b = replace(DetectorNoise(), jitter_px=2.0, miss_thumb=0.3)
        mean = mean_noise([a, b], "two clips")
        assert mean.jitter_px == pytest.approx(np.sqrt(2.5))
        assert mean.miss_thumb == pytest.approx(0.2)
        assert mean.source == "two clips"

    def test_clips_that_cannot_tell_a_figure_leave_it_to_the_others(self) -> None:
        a = replace(DetectorNoise(), hidden_miss=np.nan, blur_gain=np.nan)
        b = replace(DetectorNoise(), hidden_miss=0.4, blur_gain=np.nan)
        mean = mean_noise([a, b], "")
        assert mean.hidden_miss == pytest.approx(0.4)
        assert mean.blur_gain == DetectorNoise().blur_gain

    def test_no_clip_is_refused(self) -> None:
        with pytest.raises(TruthError, match="one clip or more"):
            mean_noise([], "")


class TestClipNoise:
    def test_clip_without_truth_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(TruthError, match=r"truth\.json: expected a truth file"):
            clip_noise(None, lambda layout: FakeLocator(), tmp_path / "a.mp4")  # type: ignore[arg-type]

    def test_truth_of_another_program_is_refused(self, tmp_path: Path) -> None:
        tree = {"asked_for": "hi", "wpm": 40, "seed": 1, "layout": "qwerty", "fps": 30}
        tree |= {"text": "something else", "camera": {}, "events": []}
        (tmp_path / "a.truth.json").write_text(json.dumps(tree), encoding="utf-8")
        with pytest.raises(TruthError, match="render it again"):
            clip_noise(None, lambda layout: FakeLocator(), tmp_path / "a.mp4")  # type: ignore[arg-type]
