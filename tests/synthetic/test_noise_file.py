from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cameratokeyboard.errors import TruthError
from cameratokeyboard.synthetic.noise import DetectorNoise
from cameratokeyboard.synthetic.noise_file import (
    drawn_noise,
    measured_clips,
    measured_noise,
    save_noise,
)


class TestMeasuredNoise:
    def test_what_is_saved_is_what_is_read(self, tmp_path: Path) -> None:
        noise = replace(DetectorNoise(), jitter_px=1.25, confidence=(0.7, 0.08), source="a test")
        save_noise(noise, {"clip": noise}, tmp_path / "noise.json")
        assert measured_noise(tmp_path / "noise.json") == noise

    def test_each_clip_is_drawn_as_often(self, tmp_path: Path) -> None:
        good, bad = DetectorNoise(miss_finger=0.01), DetectorNoise(miss_finger=0.4)
        save_noise(DetectorNoise(), {"good": good, "bad": bad}, tmp_path / "noise.json")
        drawn = [
            drawn_noise(np.random.default_rng(n), tmp_path / "noise.json").miss_finger
            for n in range(200)
        ]
        assert set(drawn) == {0.01, 0.4}
        assert 70 < drawn.count(0.4) < 130

    def test_what_the_drawn_clip_could_not_tell_is_that_of_the_mean(self, tmp_path: Path) -> None:
        short = replace(DetectorNoise(), hidden_miss=np.nan, jitter_px=2.0)
        mean = replace(DetectorNoise(), hidden_miss=0.55)
        save_noise(mean, {"short": short}, tmp_path / "noise.json")
        drawn = drawn_noise(np.random.default_rng(0), tmp_path / "noise.json")
        assert (drawn.hidden_miss, drawn.jitter_px) == (0.55, 2.0)

    def test_shipped_figures_name_their_source(self) -> None:
        assert "detector" in measured_noise().source

    @pytest.mark.parametrize("text", ["", "[]", '{"noise": {"jitter": 1}}'])
    def test_file_without_figures_is_named(self, text: str, tmp_path: Path) -> None:
        path = tmp_path / "noise.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(TruthError, match=r"noise\.json: expected a detector's noise"):
            measured_noise(path)

    def test_each_clip_keeps_what_it_could_tell(self, tmp_path: Path) -> None:
        short = replace(DetectorNoise(), hidden_miss=np.nan)
        save_noise(DetectorNoise(), {"short": short}, tmp_path / "noise.json")
        (back,) = measured_clips(tmp_path / "noise.json").values()
        assert np.isnan(back.hidden_miss)
        assert back.jitter_px == short.jitter_px
