"""What lens, sensor and codec do to the light: focus, exposure, colour, noise, compression."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray
from cameratokeyboard.synthetic.lights import temperature

Rng = np.random.Generator


@dataclass(frozen=True)
class Optics:
    """A camera's habits in one scene.

    exposure: gain over the metered one, in stops. kelvin_error: white balance, 6500 is neutral.
    aperture: blur in px (at 640 px) for an infinitely far point. focus_mm: None focuses the hands.
    portrait_mm: beyond this depth a phone's portrait mode blurs, 0 never. noise: deviation of the
    shadows in 8-bit steps. curve: 0 flat, 1 contrasty. saturation, sharpen, vignette and
    glow: strength. jpeg: quality, 0 none. scale: share of the resolution that the sensor
    really resolves.
    """

    exposure: float = 0.0
    kelvin_error: float = 6500.0
    aperture: float = 0.0
    focus_mm: float | None = None
    portrait_mm: float = 0.0
    noise: float = 1.0
    curve: float = 0.5
    saturation: float = 1.0
    sharpen: float = 0.0
    vignette: float = 0.0
    glow: float = 0.0
    jpeg: int = 0
    scale: float = 1.0


def draw_optics(rng: Rng) -> Optics:
    """Draw a phone's or webcam's habits [assumed ranges]; most are ordinary, some are bad."""
    exposure = float(rng.normal(0.0, 0.4))
    noise = float(rng.gamma(1.6, 1.1))
    if rng.uniform() < 0.07:  # low light
        exposure, noise = float(rng.uniform(-2.8, -1.2)), float(rng.uniform(2, 8))
    elif rng.uniform() < 0.12:  # exposed for the hands: the paper is burnt out
        exposure = float(rng.uniform(0.7, 1.7))
    return Optics(
        exposure=exposure,
        kelvin_error=float(6500 * np.exp(rng.normal(0, 0.13))),
        aperture=float(rng.gamma(1.1, 1.7)) if rng.uniform() < 0.55 else 0.0,
        portrait_mm=float(rng.uniform(60, 200)) if rng.uniform() < 0.14 else 0.0,
        noise=noise,
        curve=float(rng.uniform(0.1, 1.0)),
        saturation=float(rng.normal(1.0, 0.18)),
        sharpen=float(rng.uniform(0.2, 1.3)) if rng.uniform() < 0.5 else 0.0,
        vignette=float(rng.uniform(0, 0.5)) if rng.uniform() < 0.4 else 0.0,
        glow=float(rng.uniform(0, 0.3)) if rng.uniform() < 0.3 else 0.0,
        jpeg=int(rng.integers(35, 96)),
        scale=float(rng.uniform(0.45, 0.9)) if rng.uniform() < 0.25 else 1.0,
    )


def metered_gain(linear: FloatArray, trust: float = 0.6) -> FloatArray:
    """(3,) exposure and white balance as cameras choose them.

    White paper fools the mean, so the bright end counts as well; the bright pixels' colour is taken
    for that of the light and mostly (``trust``) removed.
    """
    height, width = linear.shape[:2]
    middle = linear[height // 4 :, width // 8 : -max(1, width // 8)]
    light = middle @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    mean = float(np.exp(np.log(light + 1e-3).mean()))
    bright = float(np.quantile(light, 0.93))
    colour = middle[light >= np.quantile(light, 0.8)].mean(axis=0) + 1e-4
    balance = np.clip((colour.mean() / colour) ** trust, 0.55, 1.9)
    return np.asarray(balance / max(0.5 * mean / 0.20 + 0.5 * bright / 0.80, 1e-4), np.float32)


def blur_by_depth(
    linear: FloatArray, depth_mm: FloatArray, optics: Optics, focus_mm: float
) -> FloatArray:
    """Depth of field and portrait mode: three blurs, mixed by each pixel's circle of confusion."""
    size = max(linear.shape[:2])
    depth = np.where(np.isfinite(depth_mm), depth_mm, 5000.0).astype(np.float32)
    circle = np.abs(1.0 - focus_mm / depth) * optics.aperture * size / 640.0
    if optics.portrait_mm > 0:
        far = np.clip((depth - focus_mm - optics.portrait_mm) / 60.0, 0, 1)
        far = cv2.GaussianBlur(far, (0, 0), size / 250.0)
        circle = np.maximum(circle, far * size / 45.0)
    if float(circle.max()) < 0.6:
        return linear
    circle = cv2.GaussianBlur(circle, (0, 0), size / 400.0)
    steps = [0.0]
    while steps[-1] < float(circle.max()):
        steps.append(max(1.5, steps[-1] * 2.4))
    result = linear.copy()
    for low, high in itertools.pairwise(steps):
        share = np.clip((circle - low) / (high - low), 0, 1)[..., None]
        result += share * (_soft(linear, high) - result)
    return result


def smooth_edges(linear: FloatArray) -> FloatArray:
    """Take the stairs out of edges: mix each edge pixel with its neighbours along the edge.

    Cheaper than rendering several samples a pixel, which software OpenGL does slowly.
    """
    coded = np.sqrt(np.minimum(linear.mean(axis=2), 4.0))
    gx = cv2.Scharr(coded, cv2.CV_32F, 1, 0) / 16.0
    gy = cv2.Scharr(coded, cv2.CV_32F, 0, 1) / 16.0
    size = np.sqrt(gx * gx + gy * gy)
    share = np.clip((size - 0.03) / 0.12, 0, 1)
    inverse = 1.0 / np.maximum(size, 1e-5)
    height, width = coded.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    dx, dy = -gy * inverse, gx * inverse
    result = linear * 0.36
    for step, weight in ((0.8, 0.20), (1.8, 0.12)):
        for sign in (-step, step):
            result += weight * cv2.remap(
                linear,
                x + dx * sign,
                y + dy * sign,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
    softened = linear + share[..., None] * (result - linear)
    return np.asarray(cv2.GaussianBlur(softened, (0, 0), 0.45))


def shake(linear: FloatArray, length_px: float, angle: float) -> FloatArray:
    """Blur of a camera that moved in a straight line."""
    half = max(1, round(length_px / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    way = np.array([np.cos(angle), np.sin(angle)]) * half
    ends = [tuple(int(v) for v in np.round(half + s * way)) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0)
    return np.asarray(cv2.filter2D(linear, -1, kernel / kernel.sum()))


def _soft(linear: FloatArray, sigma: float) -> FloatArray:
    """A Gaussian blur, on a smaller grid where it is wide: that is as good and far cheaper."""
    shrink = max(1, int(sigma / 2.5))
    if shrink == 1:
        return cv2.GaussianBlur(linear, (0, 0), sigma)
    height, width = linear.shape[:2]
    small = cv2.resize(
        linear, (max(2, width // shrink), max(2, height // shrink)), interpolation=cv2.INTER_AREA
    )
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def develop(
    linear: FloatArray,
    optics: Optics,
    gain: FloatArray,
    rng: Rng,
    flicker: float = 1.0,
) -> ImageArray:
    """Light to an 8-bit picture. linear: (H, W, 3) RGB. Returns (H, W, 3) uint8 BGR.

    gain: (3,) metered exposure and balance, kept for a whole clip. flicker: momentary
    brightness of the lamps.
    """
    height, width = linear.shape[:2]
    tint = temperature(optics.kelvin_error)
    light = linear * (gain * 2.0**optics.exposure * flicker * tint).astype(np.float32)
    if optics.glow > 0:
        over = np.maximum(light - 0.9, 0)
        light = light + optics.glow * _soft(np.minimum(over, 4.0), width / 60.0)
    if optics.vignette > 0:
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
        light = light * (1 - optics.vignette * 0.5 * (x * x + y * y))[..., None]
    if optics.scale < 1:
        light = _low_resolution(light, optics.scale)
    light = _with_noise(light, optics, rng)
    picture = tone_curve(light, optics.curve)
    grey = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    picture = grey[..., None] + (picture - grey[..., None]) * optics.saturation
    if optics.sharpen > 0:
        picture = picture + optics.sharpen * (picture - cv2.GaussianBlur(picture, (0, 0), 1.1))
    eight = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)[..., ::-1]
    return through_jpeg(np.ascontiguousarray(eight), optics.jpeg)


def _low_resolution(light: FloatArray, scale: float) -> FloatArray:
    height, width = light.shape[:2]
    small = cv2.resize(
        light, (int(width * scale), int(height * scale)), interpolation=cv2.INTER_AREA
    )
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def _with_noise(light: FloatArray, optics: Optics, rng: Rng) -> FloatArray:
    """Shot and read noise, a little blotchy as after a camera's own smoothing."""
    if optics.noise <= 0:
        return np.maximum(light, 0)
    shape = light.shape
    noise = rng.standard_normal(shape, dtype=np.float32)
    if optics.noise > 2.5:
        noise = 0.5 * noise + 1.3 * cv2.GaussianBlur(noise, (0, 0), 1.0)
    level = optics.noise / 255.0
    spread = level * np.sqrt(0.03 + 0.7 * np.clip(light, 0, 2))
    return np.asarray(np.maximum(light + noise * spread, 0))


def tone_curve(light: FloatArray, contrast: float) -> FloatArray:
    """Linear light to 0..1: the sRGB curve with a soft shoulder and an S of this strength."""
    low = np.clip(light, 0, None)
    rolled = np.where(low < 0.7, low, 0.7 + 0.3 * (1 - np.exp(-(low - 0.7) / 0.3)))
    coded = np.where(
        rolled <= 0.0031308, rolled * 12.92, 1.055 * np.maximum(rolled, 1e-6) ** (1 / 2.4) - 0.055
    )
    s_curve = coded * coded * (3 - 2 * coded)
    return np.asarray(coded + (s_curve - coded) * 0.6 * contrast, np.float32)


def through_jpeg(picture: ImageArray, quality: int) -> ImageArray:
    """Compress and decode once; quality 0 leaves the picture alone."""
    if quality <= 0:
        return picture
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR)) if done else picture


def add_rows(frames: list[FloatArray], exposure: float, readout: float) -> FloatArray:
    """Mix sub-frames spread evenly over 0..1 into one: motion blur with a rolling shutter.

    frames: N of (H, W, 3), at the times ``(k + 0.5) / N`` of the span. A row ``r`` (0..1) is
    exposed during ``exposure`` (share of the span) from ``readout * r`` on; both
    add up to 1 at most.
    """
    if len(frames) == 1:
        return frames[0]
    height = frames[0].shape[0]
    rows = np.linspace(0, 1, height, dtype=np.float32)
    start, count = rows * readout, len(frames)
    total = np.zeros_like(frames[0])
    weights = np.zeros(height, np.float32)
    for k, frame in enumerate(frames):
        low, high = k / count, (k + 1) / count
        share = np.clip(np.minimum(high, start + exposure) - np.maximum(low, start), 0, None)
        weights += share
        total += frame * share[:, None, None]
    return np.asarray(total / np.maximum(weights, 1e-6)[:, None, None])
