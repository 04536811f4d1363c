"""Small layouts, performances and streams for tests of the simulated typist."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cameratokeyboard.datatypes import KeyBox, Layout, MarkerPlace
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.typist import Typist

TEXT = "The quick brown fox, 42 jumps."


def rng(seed: int = 0) -> np.random.Generator:
    """A generator of its own."""
    return np.random.Generator(np.random.PCG64(seed))


def qwerty() -> Layout:
    """The default layout."""
    return load_layout("qwerty")


def grid_layout(rows: list[str], pitch: float = 19.0, space: bool = True) -> Layout:
    """Straight rows of one-letter keys, with a space bar below."""
    columns = max(len(row) for row in rows)
    count = len(rows) + space
    keys = [
        KeyBox(f"key_{c}", (x / columns, y / count, 1 / columns, 1 / count), (c, "", ""))
        for y, row in enumerate(rows)
        for x, c in enumerate(row)
    ]
    if space:
        keys.append(KeyBox("space", (0.2, 1 - 1 / count, 0.6, 1 / count), (" ", "", ""), "space"))
    size = (columns * pitch, count * pitch)
    x, y = size[0] / 2, size[1] / 2 + 20
    marks = [
        MarkerPlace((sx * x, sy * y), 20.0, None) for sx, sy in ((-1, 1), (1, 1), (1, -1), (-1, -1))
    ]
    return Layout("grid", "Grid", size, tuple(keys), (marks[0], marks[1], marks[2], marks[3]))


@lru_cache(maxsize=8)
def performed(style: str = "touch", seed: int = 3, wpm: float = 45.0) -> Performance:
    """A short performance of a random person on qwerty."""
    person = Person.random(rng(seed))
    return Typist(qwerty(), person, wpm, style, seed=seed).type(TEXT)
