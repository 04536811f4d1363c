"""What lenses, light, sensors and codecs do to a picture, for training samples."""

from __future__ import annotations

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray
from cameratokeyboard.training.config import Augmentation


def degrade(image: ImageArray, settings: Augmentation, rng: np.random.Generator) -> ImageArray:
    """Light, then lens, then sensor, then codec, each with its own probability.

    image: (H, W, 3) uint8 BGR; the result has its shape.
    """
    light = _colour(image, settings, rng)
    if rng.random() < settings.shadow:
        light = _shadow(light, rng)
    if rng.random() < settings.finger_shadow:
        light = _finger_shadows(light, rng)
    if rng.random() < settings.occlusion:
        light = _patches(light, rng)
    if rng.random() < settings.blur:
        light = _blur(light, rng)
    if rng.random() < settings.soft:
        light = _soften(light, rng)
    if rng.random() < settings.noise:
        light = _noise(light, rng)
    result = np.asarray(np.clip(light * 255, 0, 255), np.uint8)
    if rng.random() < settings.compression:
        result = _compress(result, rng)
    return result


def _colour(image: ImageArray, settings: Augmentation, rng: np.random.Generator) -> FloatArray:
    """Exposure, contrast, white balance and saturation; (H, W, 3) float32, 1 is white."""
    contrast = np.exp(rng.uniform(-1, 1) * settings.contrast)
    exposure = np.exp(rng.uniform(-1, 1) * settings.brightness)
    if rng.random() < settings.dark:
        exposure *= rng.uniform(0.12, 0.6)
    balance = np.exp(rng.uniform(-1, 1, 3) * settings.tint)
    curve = (np.arange(256) / 255) ** contrast
    table = (curve[:, None] * (exposure * balance)).astype(np.float32)
    light = np.asarray(cv2.LUT(image, table.reshape(1, 256, 3)))
    saturation = 0.0 if rng.random() < settings.grey else rng.uniform(1 - settings.saturation, 1.3)
    mix = saturation * np.eye(3) + (1 - saturation) / 3
    return np.asarray(cv2.transform(light, mix.astype(np.float32)))


def _shadow(light: FloatArray, rng: np.random.Generator) -> FloatArray:
    """One soft-edged dark or bright shape across the picture."""
    height, width = light.shape[:2]
    count = int(rng.integers(3, 7))
    corners = rng.uniform(-0.3, 1.3, (count, 2)) * [width / 4, height / 4]
    mask = np.zeros((height // 4 + 1, width // 4 + 1), np.float32)
    cv2.fillPoly(mask, [cv2.convexHull(corners.astype(np.int32)).reshape(-1, 2)], 1.0)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 6)))
    mask = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR))
    strength = rng.uniform(-0.75, 0.5)
    shaded: FloatArray = light * (1 + np.float32(strength) * mask)[:, :, None]
    return shaded


def _finger_shadows(light: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Dark strokes with round ends side by side, as a near lamp casts the fingers on the paper.

    Without them a network learns that every dark, finger-shaped thing on white paper is a finger.
    """
    height, width = light.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        breadth = int(rng.uniform(0.015, 0.07) * width) + 2
        angle = rng.normal(np.pi / 2, 0.5)
        along = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-along[1], along[0]]) * breadth * rng.uniform(1.1, 1.8)
        end = rng.uniform(0.05, 0.95, 2) * [width, height]
        for number in range(int(rng.integers(1, 6))):
            tip = end + across * number + along * rng.uniform(-1, 1) * breadth
            root = tip - along * breadth * rng.uniform(1.5, 6)
            bend = (tip + root) / 2 + rng.normal(0, 0.2, 2) * breadth
            line = np.rint([root, bend, tip]).astype(np.int32)
            cv2.polylines(mask, [line], False, 255, breadth, cv2.LINE_AA)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 3.0))).astype(np.float32)
    strength = rng.uniform(0.3, 0.9) / 255
    shaded: FloatArray = light * (1 - np.float32(strength) * soft)[:, :, None]
    return shaded


def _patches(light: FloatArray, rng: np.random.Generator) -> FloatArray:
    """A few small patches of one colour, as a pen, a ring or a cable would cover something."""
    height, width = light.shape[:2]
    light = light.copy()
    for _ in range(int(rng.integers(1, 5))):
        w, h = (int(v) for v in rng.uniform(0.01, 0.05, 2) * width + 1)
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        light[y : y + h, x : x + w] = rng.random(3)
    return light


def _blur(light: FloatArray, rng: np.random.Generator) -> FloatArray:
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(light, (0, 0), rng.uniform(0.4, 1.3)))
    length = int(rng.integers(3, 8))
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = (length - 1) / 2 * np.array([np.cos(angle), np.sin(angle)])
    middle = np.full(2, (length - 1) / 2)
    first, last = np.rint(middle - reach).astype(int), np.rint(middle + reach).astype(int)
    cv2.line(kernel, first.tolist(), last.tolist(), 1.0)
    return np.asarray(cv2.filter2D(light, -1, kernel / max(float(kernel.sum()), 1.0)))


def _soften(light: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Fewer pixels than the sample has, sometimes sharpened, as of small sensors and zoomed videos.

    Without it a network that learned from crisp pictures fails where a camera's frame is blown up.
    """
    height, width = light.shape[:2]
    share = 1 / rng.uniform(1.2, 3.0)
    small = cv2.resize(light, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    method = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
    soft = np.asarray(cv2.resize(small, (width, height), interpolation=method))
    if rng.random() < 0.4:
        blurred = np.asarray(cv2.GaussianBlur(soft, (0, 0), rng.uniform(0.8, 2.0)))
        soft = soft + np.float32(rng.uniform(0.3, 1.2)) * (soft - blurred)
    return soft


def _noise(light: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Read noise and shot noise, sometimes in coarse grains as a denoiser leaves them."""
    height, width = light.shape[:2]
    coarse = rng.random() < 0.4
    shape = (height // 2 + 1, width // 2 + 1, 3) if coarse else (height, width, 3)
    grain = rng.standard_normal(shape, np.float32)
    if coarse:
        grain = np.asarray(cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR))
    read, shot = (np.float32(v) for v in rng.uniform(0, (0.03, 0.05)))
    brightness = np.maximum(light[:, :, 1:2], 0)
    noisy: FloatArray = light + grain * np.sqrt(read**2 + shot**2 * brightness)
    return noisy


def _compress(image: ImageArray, rng: np.random.Generator) -> ImageArray:
    quality = int(rng.integers(25, 95))
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        return image
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
