from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cameratokeyboard.errors import TruthError
from cameratokeyboard.synthetic.boxes import detect_without_pixels, marker_boxes
from cameratokeyboard.synthetic.noise import DetectorNoise, bursts, random_noise
from cameratokeyboard.synthetic.noise_measure import DetectionTruth, measure_noise
from cameratokeyboard.synthetic.tipview import film, front_shot
from tests.synthetic.typing_builders import performed, qwerty, rng

FPS = 60.0


def measured(noise: DetectorNoise) -> DetectorNoise:
    shot = front_shot(fps=FPS)
    tips = film(performed("touch", 4), shot)
    stream = detect_without_pixels(tips, shot, qwerty(), noise, rng(1))
    _, centres = marker_boxes(shot.camera, qwerty())
    truth = DetectionTruth(
        tips.t_s,
        tips.contact,
        tips.xyxy,
        tips.in_view,
        tips.cover,
        tips.blur,
        np.tile(centres, (len(tips), 1, 1)),
    )
    return measure_noise([stream.detections(n) for n in range(len(stream))], truth)


class TestMeasureNoise:
    def test_what_was_put_in_comes_out(self) -> None:
        noise = DetectorNoise(jitter_px=1.5, correlated=0.6, correlation_s=0.15, blur_gain=0.0)
        found = measured(noise)
        assert found.jitter_px == pytest.approx(1.5, rel=0.15)
        assert found.correlated == pytest.approx(0.6, abs=0.15)
        assert found.correlation_s == pytest.approx(0.15, rel=0.4)
        assert found.miss_finger == pytest.approx(noise.miss_finger, abs=0.02)
        assert found.miss_thumb == pytest.approx(noise.miss_thumb, abs=0.08)
        assert found.swap == pytest.approx(noise.swap, abs=0.005)
        assert found.box_sigma == pytest.approx(noise.box_sigma, rel=0.1)
        assert found.marker_jitter_px == pytest.approx(noise.marker_jitter_px, rel=0.1)
        assert found.false_find == pytest.approx(noise.false_find, abs=0.02)

    def test_a_perfect_detector_has_no_noise(self) -> None:
        found = measured(DetectorNoise.none())
        assert found.jitter_px < 1e-3
        assert found.miss_finger == found.miss_thumb == found.swap == found.false_find == 0

    def test_lasting_errors_are_bias_and_not_jitter(self) -> None:
        found = measured(replace(DetectorNoise.none(), bias_px=3.0))
        assert found.jitter_px < 0.05
        assert found.bias_px == pytest.approx(3.0, rel=0.5)

    def test_error_that_all_fingers_share_is_told_from_their_own(self) -> None:
        tips = film(performed("touch", 4), front_shot(fps=FPS))
        down = np.array([0.0, 4.0])
        shifted = replace(tips, contact=tips.contact + down, xyxy=tips.xyxy + np.tile(down, 2))
        stream = detect_without_pixels(
            shifted, front_shot(fps=FPS), qwerty(), DetectorNoise.none(), rng(1)
        )
        truth = DetectionTruth(
            tips.t_s, tips.contact, tips.xyxy, tips.in_view, tips.cover, tips.blur
        )
        found = measure_noise([stream.detections(n) for n in range(len(stream))], truth)
        assert found.common_px == pytest.approx(4.0, abs=0.1)
        assert found.bias_px < 0.1

    def test_a_finger_seen_once_tells_no_lasting_error(self) -> None:
        tips = film(performed("touch", 4), front_shot(fps=FPS))
        hidden = tips.cover.copy()
        hidden[:, 2] = 0.9
        contact = tips.contact.copy()
        # In its only frame in plain view another finger's detection lies nearest.
        hidden[30, 2], contact[30, 2] = 0.0, contact[30, 2] + [0.0, 9.0]
        seen = replace(tips, contact=contact)
        stream = detect_without_pixels(
            seen, front_shot(fps=FPS), qwerty(), DetectorNoise.none(), rng(1)
        )
        truth = DetectionTruth(tips.t_s, tips.contact, tips.xyxy, tips.in_view, hidden, tips.blur)
        found = measure_noise([stream.detections(n) for n in range(len(stream))], truth)
        assert found.bias_px < 0.1
        assert found.common_px < 0.1

    def test_detections_must_fit_the_truth(self) -> None:
        tips = film(performed(), front_shot())
        truth = DetectionTruth(
            tips.t_s, tips.contact, tips.xyxy, tips.in_view, tips.cover, tips.blur
        )
        with pytest.raises(TruthError, match="frames of detections"):
            measure_noise([], truth)

    def test_truth_of_a_wrong_shape_is_refused(self) -> None:
        tips = film(performed(), front_shot())
        with pytest.raises(TruthError, match="contact: expected shape"):
            DetectionTruth(
                tips.t_s, tips.contact[:, :9], tips.xyxy, tips.in_view, tips.cover, tips.blur
            )


class TestBursts:
    @pytest.mark.parametrize("rate", [0.02, 0.2, 0.5])
    def test_share_and_length_come_out(self, rate: float) -> None:
        line = bursts(rng(), 60_000, rate, 3.0)
        starts = (line[1:] & ~line[:-1]).sum()
        assert line.mean() == pytest.approx(rate, rel=0.1)
        assert line.sum() / starts == pytest.approx(3.0, rel=0.1)

    def test_no_rate_no_bursts(self) -> None:
        assert not bursts(rng(), 100, 0.0, 3.0).any()


class TestRandomNoise:
    def test_figures_lie_round_the_given_ones(self) -> None:
        drawn = [random_noise(rng(s), DetectorNoise(jitter_px=2.0)).jitter_px for s in range(200)]
        assert np.median(drawn) == pytest.approx(2.0, rel=0.15)
        assert np.std(drawn) > 0.2


class TestAspect:
    def test_points_err_more_along_the_axis_that_the_aspect_says(self) -> None:
        noise = replace(DetectorNoise.none(), jitter_px=1.5, aspect=2.0)
        found = measured(noise)
        assert found.aspect == pytest.approx(2.0, rel=0.15)
        assert found.jitter_px == pytest.approx(1.5, rel=0.15)

    def test_factors_keep_the_mean_square(self) -> None:
        factors = DetectorNoise(aspect=1.7).axis_factors
        assert (factors**2).mean() == pytest.approx(1.0)
        assert factors[1] / factors[0] == pytest.approx(1.7)


class TestHidden:
    @pytest.mark.parametrize("rate", [0.2, 0.8])
    def test_rate_of_hidden_misses_comes_out(self, rate: float) -> None:
        noise = replace(DetectorNoise.none(), hidden_miss=rate, burst_frames=1.0)
        assert measured(noise).hidden_miss == pytest.approx(rate, abs=0.1)

    def test_what_a_clip_cannot_tell_is_taken_from_elsewhere(self) -> None:
        shot = front_shot(fps=FPS)
        tips = film(performed("touch", 4), shot)
        bare = replace(tips, cover=np.zeros_like(tips.cover))
        stream = detect_without_pixels(bare, shot, qwerty(), DetectorNoise.none(), rng(1))
        truth = DetectionTruth(
            bare.t_s, bare.contact, bare.xyxy, bare.in_view, bare.cover, bare.blur
        )
        found = [stream.detections(n) for n in range(len(stream))]
        noise = measure_noise(found, truth, otherwise=DetectorNoise(hidden_miss=0.123))
        assert noise.hidden_miss == 0.123
