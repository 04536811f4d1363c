"""What surfaces are made of: skin from very light to very dark, and textured surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray
from cameratokeyboard.synthetic.textures import random_colour

Rng = np.random.Generator
Colour = tuple[float, float, float]

#: The ten tones of the Monk Skin Tone scale (Ellis Monk and Google, 2022; skintone.google), sRGB.
MONK_TONES = (
    (246, 237, 228),
    (243, 231, 219),
    (247, 234, 208),
    (234, 218, 186),
    (215, 189, 150),
    (160, 126, 86),
    (130, 92, 67),
    (96, 65, 52),
    (58, 49, 42),
    (41, 36, 32),
)


def to_linear(srgb: FloatArray | Colour) -> FloatArray:
    """sRGB 0..1 to linear light (IEC 61966-2-1)."""
    value = np.asarray(srgb, float)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


@dataclass(frozen=True, eq=False)
class Surface:
    """A textured surface. Colours are linear light.

    picture: (H, W, 3) uint8 sRGB or None for plain. uv_scale, uv_shift: from the mesh's uv to the
    picture. roughness: 0..1. gloss: reflectance head-on. bump: strength of the grain of bump_mm.
    """

    picture: ImageArray | None = None
    tint: Colour = (1.0, 1.0, 1.0)
    uv_scale: tuple[float, float] = (1.0, 1.0)
    uv_shift: tuple[float, float] = (0.0, 0.0)
    roughness: float = 0.8
    gloss: float = 0.02
    bump: float = 0.0
    bump_mm: float = 30.0
    translucent: float = 0.0


@dataclass(frozen=True, eq=False)
class SkinLook:
    """One person's skin; the strengths are 0 (none) to about 1.

    skin, palm, nail: linear colours of the back of the hand, the palm side and the nail.
    paint: 0 bare nails, 1 polish. tone: index of the Monk tone, for the manifest.
    """

    skin: Colour
    palm: Colour
    nail: Colour
    paint: float
    tone: float
    blotch: float = 0.5
    redness: float = 0.4
    pores: float = 0.5
    creases: float = 0.6
    veins: float = 0.3
    hair: float = 0.0
    freckles: float = 0.0
    wet: float = 0.3


def _colour(values: FloatArray) -> Colour:
    return (float(values[0]), float(values[1]), float(values[2]))


def draw_skin(rng: Rng) -> SkinLook:
    """Draw a person's skin, all tones alike; strengths of detail are assumptions.

    The published tones are pale swatches of faces in even light; under lamps and on hands skin is
    more saturated [assumed], so they are warmed a little.
    """
    tone = float(rng.uniform(0, len(MONK_TONES) - 1))
    low = int(tone)
    swatches = to_linear(np.array(MONK_TONES, float) / 255)
    high = min(low + 1, len(MONK_TONES) - 1)
    skin = (1 - tone + low) * swatches[low] + (tone - low) * swatches[high]
    warmth = rng.uniform(0.4, 1.0)
    skin = skin * np.array([0.92, 1 - 0.34 * warmth, 1 - 0.50 * warmth]) ** 0.9
    # The swatches show faces as photographed; light skin reflects some 0.5 to 0.6 of red light.
    skin *= rng.uniform(0.62, 0.88) + 0.02 * tone
    pale = np.clip(0.12 + 0.06 * tone, 0, 0.6)
    palm_tone = to_linear(np.array([0.82, 0.62, 0.52]))
    palm = skin * (1 - pale) + palm_tone * pale
    paint = float(rng.uniform() < 0.14)
    nail = palm
    if paint:
        nail = to_linear(random_colour(rng, (0.2, 1.0), (0.05, 0.95)))
    return SkinLook(
        skin=_colour(skin),
        palm=_colour(palm),
        nail=_colour(nail),
        paint=paint,
        tone=tone,
        blotch=float(rng.uniform(0.2, 0.8)),
        redness=float(rng.uniform(0.1, 0.9) * np.clip(1.2 - tone / 9, 0.3, 1)),
        pores=float(rng.uniform(0.2, 1.0)),
        creases=float(rng.uniform(0.25, 1.0)),
        veins=float(rng.uniform(0, 0.8)) if rng.uniform() < 0.6 else 0.0,
        hair=float(rng.uniform(0.2, 1.0)) if rng.uniform() < 0.4 else 0.0,
        freckles=float(rng.uniform(0.2, 1.0)) if rng.uniform() < 0.2 and tone < 5 else 0.0,
        wet=float(rng.uniform(0.0, 0.8)),
    )


def draw_table(rng: Rng, picture: ImageArray) -> Surface:
    """A table top with this picture; its texture repeats every 0.4 to 1.2 m."""
    size = float(rng.uniform(400, 1200))
    shiny = rng.uniform() < 0.35
    return Surface(
        picture=picture,
        uv_scale=(1 / size, 1 / size),
        uv_shift=_pair(rng.uniform(0, 1, 2)),
        roughness=float(rng.uniform(0.15, 0.4) if shiny else rng.uniform(0.5, 0.9)),
        gloss=float(rng.uniform(0.03, 0.05) if shiny else rng.uniform(0.005, 0.03)),
        bump=float(rng.uniform(0, 0.12)),
        bump_mm=float(rng.uniform(8, 60)),
    )


def draw_cloth(rng: Rng, picture: ImageArray) -> Surface:
    """A shirt's or sleeve's cloth."""
    return Surface(
        picture=picture,
        roughness=0.95,
        gloss=0.01,
        bump=float(rng.uniform(0.25, 0.8)),
        bump_mm=float(rng.uniform(70, 220)),
    )


def _pair(values: FloatArray) -> tuple[float, float]:
    return float(values[0]), float(values[1])
