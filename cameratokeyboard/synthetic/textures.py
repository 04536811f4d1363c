"""Pictures made of noise: tables, cloth, rooms. All (H, W, 3) uint8, RGB, sRGB-encoded."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray

Rng = np.random.Generator


@lru_cache(maxsize=1)
def noise_volume(size: int = 64) -> ImageArray:
    """(size, size, size, 4) uint8 of smooth tiling noise, the same in every process.

    Each channel sums two octaves; it repeats in all directions, so that any surface can use it.
    """
    rng = np.random.default_rng(20240611)
    grid = np.fft.fftfreq(size) * size
    radius = np.sqrt(grid[:, None, None] ** 2 + grid[None, :, None] ** 2 + grid[None, None, :] ** 2)
    band = np.exp(-((radius - 5.0) ** 2) / 18.0) + 0.35 * np.exp(-((radius - 13.0) ** 2) / 30.0)
    volume = np.empty((size, size, size, 4), np.uint8)
    for channel in range(4):
        white = np.fft.fftn(rng.normal(size=(size, size, size)))
        smooth = np.fft.ifftn(white * band).real
        smooth = (smooth - smooth.mean()) / smooth.std()
        volume[..., channel] = np.clip(127.5 + smooth * 42, 0, 255)
    return volume


def fractal(
    rng: Rng, shape: tuple[int, int], cells: tuple[float, float], octaves: int
) -> FloatArray:
    """(H, W) float32 noise, mean 0, deviation 1; ``cells``: rows and columns at the coarsest."""
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        rows, columns = (max(2, int(c * 2**octave)) for c in cells)
        if rows > shape[0] or columns > shape[1]:
            rows, columns = min(rows, shape[0]), min(columns, shape[1])
        small = rng.normal(size=(rows, columns)).astype(np.float32)
        total += cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC) * 0.55**octave
    return np.asarray((total - total.mean()) / (total.std() + 1e-6))


def _ramp(value: FloatArray, colours: list[tuple[float, float, float]]) -> ImageArray:
    """Colour a 0..1 field by linear interpolation between colours (0..1 each)."""
    stops = np.linspace(0, 1, len(colours))
    channels = [np.interp(value, stops, [c[k] for c in colours]) for k in range(3)]
    return np.asarray(np.clip(np.stack(channels, -1) * 255, 0, 255).astype(np.uint8))


def random_colour(
    rng: Rng, saturation: tuple[float, float] = (0.0, 0.8), value: tuple[float, float] = (0.1, 0.95)
) -> tuple[float, float, float]:
    """An RGB colour, 0..1 each; strong colours are rarer than weak ones."""
    low, high = saturation
    saturation = (low, low + (high - low) * float(rng.uniform(0.25, 1.0) ** 1.5))
    return colorsys.hsv_to_rgb(
        float(rng.uniform()), float(rng.uniform(*saturation)), float(rng.uniform(*value))
    )


def wood(rng: Rng, size: int = 768) -> ImageArray:
    """Planks or veneer, from birch to wenge."""
    shape = (size, size)
    run = fractal(rng, shape, (rng.uniform(10, 40), rng.uniform(1.5, 4)), 4)
    fine = fractal(rng, shape, (180, 6), 2)
    rings = np.sin(run * rng.uniform(1.5, 5)) * 0.5 + 0.5
    field = np.clip(0.55 * rings + 0.25 * (fine * 0.25 + 0.5) + 0.12, 0, 1)
    hue, sat = rng.uniform(0.045, 0.11), rng.uniform(0.15, 0.65)
    light = rng.uniform(0.14, 0.85)
    dark = colorsys.hsv_to_rgb(hue, min(1.0, sat * 1.15), light * rng.uniform(0.45, 0.85))
    picture = _ramp(field, [dark, colorsys.hsv_to_rgb(hue + 0.01, sat, light)])
    if rng.uniform() < 0.4:
        for row in np.arange(0, size, size // int(rng.integers(4, 9))):
            cv2.line(picture, (0, int(row)), (size, int(row)), [int(c * 120) for c in dark], 2)
    return picture


def galaxy(rng: Rng, size: int = 768) -> ImageArray:
    """A printed desk mat: glowing clouds and stars in strong colours."""
    shape = (size, size)
    clouds = np.clip(fractal(rng, shape, (3, 3), 6) * 0.22 + 0.42, 0, 1)
    hue = rng.uniform()
    colours = [
        colorsys.hsv_to_rgb((hue + 0.10) % 1, 0.7, 0.08),
        colorsys.hsv_to_rgb((hue + rng.uniform(-0.15, 0.15)) % 1, 0.85, 0.35),
        colorsys.hsv_to_rgb(hue, 0.85, 0.8),
        colorsys.hsv_to_rgb((hue + 0.06) % 1, 0.45, 1.0),
    ]
    picture = _ramp(clouds, colours)
    for _ in range(int(rng.integers(50, 300))):
        spot = (int(rng.integers(size)), int(rng.integers(size)))
        cv2.circle(picture, spot, int(rng.integers(1, 3)), (255, 240, 235), -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8), np.uint8)


def stone(rng: Rng, size: int = 768) -> ImageArray:
    """Granite, marble or terrazzo."""
    shape = (size, size)
    base = fractal(rng, shape, (4, 4), 5)
    grainy = fractal(rng, shape, (size / 6, size / 6), 2)
    value = rng.uniform(0.15, 0.9)
    if rng.uniform() < 0.5:
        field = np.clip(0.5 + 0.12 * base + 0.22 * grainy, 0, 1)
    else:
        field = np.clip(1 - 0.6 * np.exp(-np.abs(base) * 9) + 0.03 * grainy, 0, 1)
    tone = random_colour(rng, (0.0, 0.2), (value, value))
    return _ramp(field, [tuple(c * 0.45 for c in tone), tone])  # type: ignore[list-item]


def plain(rng: Rng, size: int = 512) -> ImageArray:
    """Laminate or lacquer: one colour, a little uneven, with scratches and dust."""
    saturated = rng.uniform() < 0.3
    tone = np.array(random_colour(rng, (0.0, 0.85 if saturated else 0.18), (0.06, 0.97)))
    field = 1 + 0.03 * fractal(rng, (size, size), (3, 3), 3) + 0.02 * rng.normal(size=(size, size))
    picture = np.clip(tone * field[..., None] * 255, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 25))):
        start = rng.uniform(0, size, 2)
        end = start + rng.normal(0, 40, 2)
        shade = [int(np.clip(c * 255 * rng.uniform(0.8, 1.25), 0, 255)) for c in tone]
        cv2.line(picture, start.astype(int).tolist(), end.astype(int).tolist(), shade, 1)
    return np.asarray(picture)


def cloth(rng: Rng, size: int = 512) -> ImageArray:
    """Fabric: plain, striped, chequered, mottled or spotted, with its weave."""
    base = np.array(random_colour(rng, (0.0, 0.75), (0.02, 0.85)))
    other = np.array(random_colour(rng, (0.0, 0.9), (0.03, 0.98)))
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    kind = int(rng.integers(6))
    count = rng.uniform(3, 22)
    mask = np.zeros((size, size), np.float32)
    if kind == 1:
        mask = np.sin(2 * np.pi * count * (x if rng.uniform() < 0.5 else y)) > rng.uniform(
            -0.6, 0.8
        )
    elif kind == 2:
        mask = 0.5 * (np.sin(2 * np.pi * count * x) > 0.2) + 0.5 * (
            np.sin(2 * np.pi * count * y) > 0.2
        )
    elif kind == 3:
        mask = np.clip(fractal(rng, (size, size), (4, 4), 4) * 1.4, 0, 1)
    elif kind == 4:
        mask = ((x * count % 1 - 0.5) ** 2 + (y * count % 1 - 0.5) ** 2) < rng.uniform(0.01, 0.1)
    picture = base + (other - base) * np.asarray(mask, np.float32)[..., None]
    weave = (
        1 + 0.05 * np.sin(x * size * 1.6) * np.sin(y * size * 1.6) + 0.04 * rng.normal(size=x.shape)
    )
    picture = np.clip(picture * weave[..., None] * 255, 0, 255).astype(np.uint8)
    if kind == 5 or rng.uniform() < 0.25:
        _print_on_cloth(rng, picture)
    return np.asarray(picture)


def _print_on_cloth(rng: Rng, picture: ImageArray) -> None:
    """A T-shirt print: blobs, strokes and letters around the middle of the chest."""
    size = picture.shape[0]
    for _ in range(int(rng.integers(3, 30))):
        tone = [int(c * 255) for c in random_colour(rng, (0.0, 0.9), (0.1, 1.0))]
        at = (rng.normal(0.5, 0.12, 2) * size).astype(int)
        if rng.uniform() < 0.5:
            points = at + rng.normal(0, size * 0.05, (int(rng.integers(3, 8)), 2))
            cv2.fillPoly(picture, [points.astype(np.int32)], tone, cv2.LINE_AA)
        elif rng.uniform() < 0.6:
            axes = tuple(int(a) for a in rng.uniform(2, size * 0.06, 2))
            cv2.ellipse(picture, at.tolist(), axes, float(rng.uniform(0, 180)), 0, 360, tone, -1)
        else:
            word = "".join(rng.choice(list("ABCDEFGHKLMNORSTUVXYZ"), int(rng.integers(2, 7))))
            scale = float(rng.uniform(0.6, 2.4))
            cv2.putText(
                picture, word, at.tolist(), int(rng.integers(8)), scale, tone, 2, cv2.LINE_AA
            )


#: Makers of table tops with their share.
TABLES: tuple[tuple[Callable[[Rng], ImageArray], float], ...] = (
    (wood, 0.36),
    (plain, 0.26),
    (galaxy, 0.14),
    (stone, 0.10),
    (cloth, 0.14),
)


def table_top(rng: Rng) -> ImageArray:
    """A table's surface."""
    shares = np.array([share for _, share in TABLES])
    return TABLES[int(rng.choice(len(TABLES), p=shares / shares.sum()))][0](rng)


def room(rng: Rng, size_wh: tuple[int, int]) -> ImageArray:
    """A room behind the typist: wall, furniture, window, curtains, lamps, more or less blurred."""
    width, height = 320, max(64, int(320 * size_wh[1] / size_wh[0]))
    wall = np.array(random_colour(rng, (0.0, 0.4), (0.05, 0.9)))
    fall = np.linspace(1.15, 0.8, height)[:, None, None]
    picture = np.broadcast_to(wall * fall, (height, width, 3)).copy()
    for _ in range(int(rng.integers(1, 9))):
        x0, y0 = rng.uniform(-0.2, 1, 2) * (width, height)
        w, h = rng.uniform(0.05, 0.6, 2) * (width, height)
        tone = random_colour(rng, (0.0, 0.7), (0.02, 0.9))
        cv2.rectangle(
            picture, (int(x0), int(y0)), (int(x0 + w), int(y0 + h)), [float(c) for c in tone], -1
        )
    if rng.uniform() < 0.35:
        _window(rng, picture)
    if rng.uniform() < 0.3:
        x = np.arange(width)
        folds = 0.75 + 0.25 * np.sin(x / rng.uniform(2.5, 9) + 2 * np.sin(x / 23.0))
        low, high = sorted(rng.integers(0, width, 2))
        curtain = np.array(random_colour(rng, (0, 0.4), (0.1, 0.8)))
        picture[:, low:high] = curtain * folds[None, low:high, None]
    for _ in range(int(rng.integers(0, 4))):
        at = (int(rng.integers(width)), int(rng.integers(height // 2 + 1)))
        cv2.circle(picture, at, int(rng.integers(2, 14)), (1.0, 0.93, 0.8), -1, cv2.LINE_AA)
    picture += rng.normal(0, 0.05) + 0.04 * fractal(rng, (height, width), (3, 4), 4)[..., None]
    blurred = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), float(rng.uniform(0.6, 7)))
    return np.asarray((np.clip(blurred, 0, 1) * 255).astype(np.uint8))


def _window(rng: Rng, picture: FloatArray) -> None:
    height, width = picture.shape[:2]
    x0, y0 = int(rng.uniform(-0.1, 0.8) * width), int(rng.uniform(-0.3, 0.3) * height)
    w, h = int(rng.uniform(0.15, 0.5) * width), int(rng.uniform(0.3, 0.8) * height)
    cv2.rectangle(picture, (x0, y0), (x0 + w, y0 + h), (1.0, 1.0, 0.98), -1)
    frame = [float(c) for c in random_colour(rng, (0, 0.3), (0.2, 1.0))]
    cv2.rectangle(picture, (x0, y0), (x0 + w, y0 + h), frame, int(rng.integers(2, 8)))
    if rng.uniform() < 0.6:
        cv2.line(picture, (x0 + w // 2, y0), (x0 + w // 2, y0 + h), frame, int(rng.integers(1, 5)))
