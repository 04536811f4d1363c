"""Ways of typing: all ten fingers by touch, six, four or two fingers, and hunting for keys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.errors import SimulationError


@dataclass(frozen=True)
class Style:
    """One way of typing; the figures are assumptions.

    fingers: those that strike letters. thumbs: whether a thumb strikes space. touch: True when
    each key has its own finger. hand_share: least share of a reach made by the whole hand.
    curl_mm: how far unused fingers are drawn in, and raised a little. lift: factor on the
    person's lift. spread: factor on the interval's spread. wpm: (slowest, usual, fastest).
    homing: how far an idle hand goes back to its resting place.
    """

    name: str
    fingers: tuple[int, ...]
    thumbs: bool
    touch: bool
    hand_share: float
    curl_mm: float
    lift: float
    spread: float
    wpm: tuple[float, float, float]
    homing: float


STYLES = {
    style.name: style
    for style in (
        Style(
            "touch",
            (0, 1, 2, 3, 6, 7, 8, 9),
            thumbs=True,
            touch=True,
            hand_share=0.0,
            curl_mm=0.0,
            lift=1.0,
            spread=1.0,
            wpm=(15, 64, 130),
            homing=1.0,
        ),
        Style(
            "six",
            (1, 2, 3, 6, 7, 8),
            thumbs=True,
            touch=False,
            hand_share=0.6,
            curl_mm=5.0,
            lift=1.1,
            spread=1.05,
            wpm=(12, 54, 95),
            homing=0.7,
        ),
        Style(
            "four",
            (2, 3, 6, 7),
            thumbs=True,
            touch=False,
            hand_share=0.75,
            curl_mm=9.0,
            lift=1.15,
            spread=1.1,
            wpm=(10, 45, 80),
            homing=0.5,
        ),
        Style(
            "two",
            (3, 6),
            thumbs=False,
            touch=False,
            hand_share=0.9,
            curl_mm=13.0,
            lift=1.3,
            spread=1.1,
            wpm=(8, 31, 55),
            homing=0.4,
        ),
        Style(
            "hunt",
            (3, 6),
            thumbs=False,
            touch=False,
            hand_share=0.95,
            curl_mm=15.0,
            lift=1.6,
            spread=1.35,
            wpm=(6, 17, 28),
            homing=0.2,
        ),
    )
}
#: How common the styles are [assumed; about four in ten adults type by touch].
STYLE_SHARES = {"touch": 0.52, "six": 0.22, "four": 0.12, "two": 0.10, "hunt": 0.04}


def style_named(style: str | Style) -> Style:
    """The style itself or the one of this name; SimulationError when there is none."""
    if isinstance(style, Style):
        return style
    if style not in STYLES:
        raise SimulationError(
            f"typing style: expected one of {', '.join(STYLES)}, got '{style}'; choose one of them"
        )
    return STYLES[style]


def random_style(rng: np.random.Generator) -> Style:
    """Draw a style as often as people have it."""
    names = list(STYLE_SHARES)
    return STYLES[names[int(rng.choice(len(names), p=list(STYLE_SHARES.values())))]]


def random_wpm(rng: np.random.Generator, style: Style) -> float:
    """Draw a speed for this style, words of five characters a minute."""
    low, usual, high = style.wpm
    return float(np.clip(usual * np.exp(rng.normal(0, 0.36)), low, high))
