"""What surfaces are made of: skin from very light to very dark, and textured surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray
from cameratokeyboard.synthetic.textures import random_colour

Rng = np.random.Generator
Colour = tuple[float, float, float]

#: Skin from very light to very dark, linear red, green, blue reflectance in daylight [assumed; the
#: order and span follow the ten tones of the Monk Skin Tone scale, the hues those of hands under
#: lamps, which are redder than its swatches].
SKIN_TONES = (
    (0.62, 0.41, 0.33),
    (0.58, 0.37, 0.28),
    (0.53, 0.32, 0.225),
    (0.46, 0.265, 0.175),
    (0.375, 0.205, 0.130),
    (0.285, 0.150, 0.092),
    (0.205, 0.105, 0.065),
    (0.140, 0.072, 0.047),
    (0.090, 0.048, 0.034),
    (0.055, 0.032, 0.025),
)

#: Share of people with nail polish [assumed].
PAINTED_SHARE = 0.14


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
    paint: 0 bare nails, 1 polish. tone: index into SKIN_TONES, for the manifest.
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


def rgb(values: FloatArray) -> Colour:
    """Three numbers as a colour."""
    return (float(values[0]), float(values[1]), float(values[2]))


def draw_skin(rng: Rng, painted: float = PAINTED_SHARE) -> SkinLook:
    """Draw a person's skin, all tones alike; strengths of detail are assumptions.

    painted: share of people with nail polish.
    """
    tone = float(rng.uniform(0, len(SKIN_TONES) - 1))
    swatches = np.array(SKIN_TONES)
    skin = np.array([np.interp(tone, np.arange(len(swatches)), swatches[:, k]) for k in range(3)])
    yellow = float(rng.normal(0, 1))
    skin = skin * np.exp(np.array([0.03, 0.0, -0.10]) * yellow) * rng.uniform(0.8, 1.12)
    pale = np.clip(0.12 + 0.06 * tone, 0, 0.6)
    palm_tone = np.array([0.50, 0.285, 0.205])
    palm = skin * (1 - pale) + palm_tone * pale
    paint = float(rng.uniform() < painted)
    nail = 0.55 * palm + 0.45 * skin * 1.15
    if paint:
        nail = to_linear(random_colour(rng, (0.2, 1.0), (0.05, 0.95)))
    return SkinLook(
        skin=rgb(skin),
        palm=rgb(palm),
        nail=rgb(nail),
        paint=paint,
        tone=tone,
        blotch=float(rng.uniform(0.1, 0.6)),
        redness=float(rng.uniform(0.1, 0.9) * np.clip(1.2 - tone / 9, 0.3, 1)),
        pores=float(rng.uniform(0.15, 0.8)),
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
