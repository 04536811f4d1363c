"""What a detector adds to the truth: jitter, misses, swaps, false finds, as one set of figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray

#: Figures in px hold for pictures of this width and grow with it.
REFERENCE_WIDTH_PX = 1280.0


@dataclass(frozen=True)
class DetectorNoise:
    """How a detector errs. Lengths in px of a picture 1280 px wide; rates are chances per frame.

    jitter_px: standard deviation of a contact point by axis, both axes and the white and correlated
    parts together. aspect: that standard deviation down the picture over the one across it: where
    along its length a fingertip ends is harder to see than where its sides are.
    correlated: the correlated part's share of the variance; correlation_s: its time.
    bias_px: standard deviation of the lasting error of each finger's contact point, of both axes
    together. common_px: standard deviation of the lasting error that all fingers share, down the
    picture: what is taken for the end of one fingertip is so for all.
    blur_gain: growth of the jitter per px that the finger moves in an exposure.
    miss_finger, miss_thumb: rates of not being found although in view; burst_frames: how many
    frames a run of misses lasts on average. hidden_from: share of a fingertip behind others from
    which it starts to get lost; hidden_miss: its rate when wholly hidden. blur_miss: rate of
    misses per px of blur. swap: a thumb called finger or the reverse. false_find: detections per
    frame where there is nothing. box_sigma: log spread of box width and height.
    confidence: (mean, standard deviation). marker_jitter_px, marker_miss: the same for markers.
    source: where the figures come from.
    """

    jitter_px: float = 1.0
    aspect: float = 1.0
    correlated: float = 0.4
    correlation_s: float = 0.12
    bias_px: float = 1.0
    common_px: float = 0.0
    blur_gain: float = 0.04
    miss_finger: float = 0.03
    miss_thumb: float = 0.20
    burst_frames: float = 2.5
    hidden_from: float = 0.35
    hidden_miss: float = 0.85
    blur_miss: float = 0.002
    swap: float = 0.01
    false_find: float = 0.03
    box_sigma: float = 0.06
    confidence: tuple[float, float] = (0.80, 0.10)
    marker_jitter_px: float = 0.4
    marker_miss: float = 0.01
    source: str = "assumed: 1 px jitter at 1280 px, 3% misses, thumbs 20%"

    @property
    def axis_factors(self) -> FloatArray:
        """(2,) what jitter_px and bias_px are multiplied with across and down the picture."""
        across = float(np.sqrt(2.0 / (1.0 + self.aspect**2)))
        return np.array([across, across * self.aspect])

    @classmethod
    def none(cls) -> DetectorNoise:
        """A perfect detector."""
        return cls(
            jitter_px=0.0,
            bias_px=0.0,
            common_px=0.0,
            blur_gain=0.0,
            miss_finger=0.0,
            miss_thumb=0.0,
            hidden_miss=0.0,
            blur_miss=0.0,
            swap=0.0,
            false_find=0.0,
            box_sigma=0.0,
            marker_jitter_px=0.0,
            marker_miss=0.0,
            source="a perfect detector",
        )


def random_noise(rng: np.random.Generator, around: DetectorNoise | None = None) -> DetectorNoise:
    """A detector like ``around`` on another day: light, skin and camera change its figures."""
    base = around or DetectorNoise()

    def about(value: float, sigma: float, most: float = np.inf) -> float:
        return float(min(value * np.exp(rng.normal(0, sigma)), most))

    return DetectorNoise(
        jitter_px=about(base.jitter_px, 0.35),
        aspect=about(base.aspect, 0.15),
        correlated=float(np.clip(base.correlated + rng.normal(0, 0.12), 0.0, 0.9)),
        correlation_s=about(base.correlation_s, 0.4, 1.0),
        bias_px=about(base.bias_px, 0.4),
        common_px=about(base.common_px, 0.4),
        blur_gain=about(base.blur_gain, 0.4),
        miss_finger=about(base.miss_finger, 0.6, 0.3),
        miss_thumb=about(base.miss_thumb, 0.5, 0.6),
        burst_frames=max(1.0, about(base.burst_frames, 0.3)),
        hidden_from=base.hidden_from,
        hidden_miss=base.hidden_miss,
        blur_miss=about(base.blur_miss, 0.5, 0.05),
        swap=about(base.swap, 0.7, 0.1),
        false_find=about(base.false_find, 0.7, 0.5),
        box_sigma=about(base.box_sigma, 0.3),
        confidence=base.confidence,
        marker_jitter_px=about(base.marker_jitter_px, 0.4),
        marker_miss=about(base.marker_miss, 0.8, 0.3),
        source=f"drawn around: {base.source}",
    )


def correlated_noise(
    rng: np.random.Generator, shape: tuple[int, ...], noise: DetectorNoise, fps: float
) -> FloatArray:
    """Noise of unit variance over the first axis (frames): a white and a correlated part."""
    frames = shape[0]
    white = rng.standard_normal(shape)
    if noise.correlated <= 0:
        return np.asarray(white)
    keep = float(np.exp(-1.0 / max(noise.correlation_s * fps, 1e-3)))
    push = rng.standard_normal(shape) * np.sqrt(1 - keep * keep)
    slow = np.empty(shape)
    state = rng.standard_normal(shape[1:])
    for frame in range(frames):
        state = keep * state + push[frame]
        slow[frame] = state
    return np.asarray(np.sqrt(1 - noise.correlated) * white + np.sqrt(noise.correlated) * slow)


def bursts(rng: np.random.Generator, frames: int, rate: float, mean_frames: float) -> BoolArray:
    """(F,) runs of True with this share of all frames and this mean length."""
    if rate <= 0 or frames == 0:
        return np.zeros(frames, bool)
    mean_on = max(mean_frames, 1.0)
    mean_off = max(mean_on * (1 - rate) / rate, 1.0)
    runs = int(frames / (mean_on + mean_off) * 1.5) + 12
    while True:
        off = rng.geometric(1 / mean_off, runs)
        on = rng.geometric(1 / mean_on, runs)
        if int((off + on).sum()) >= frames + int(mean_off):
            break
        runs *= 2
    lengths = np.stack([off, on], axis=1).reshape(-1)
    states = np.tile([False, True], runs)
    line = np.repeat(states, lengths)
    # Start somewhere within the first stretch, not always at its beginning.
    start = int(rng.integers(0, max(int(mean_off), 1)))
    return np.asarray(line[start : start + frames])
