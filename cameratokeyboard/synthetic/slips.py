"""Slips of the mind: letters swapped, doubled, left out or mistaken for a neighbour."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.synthetic.fingering import Chord

#: Shares of the kinds of slips [assumed]; wrong keys by bad aim come from the landing itself.
_SWAP, _DOUBLE, _OMIT = 0.35, 0.2, 0.25


def next_chords(
    wanted: list[Chord], position: int, layout: Layout, rate: float, rng: np.random.Generator
) -> tuple[list[Chord], int]:
    """What is struck for the letter at ``position``, and how many letters that deals with."""
    chord = wanted[position]
    if rng.random() >= rate:
        return [chord], 1
    kind = rng.random()
    if kind < _SWAP:
        if position + 1 < len(wanted):
            return [wanted[position + 1], chord], 2
    elif kind < _SWAP + _DOUBLE:
        return [chord, chord], 1
    elif kind < _SWAP + _DOUBLE + _OMIT:
        return [], 1
    return [Chord(_neighbour(layout, chord.key, rng), chord.modifier)], 1


def _neighbour(layout: Layout, name: str, rng: np.random.Generator) -> str:
    """A key for a character next to this one."""
    centres, sizes = layout.centres_mm(), layout.sizes_mm()
    here = next(n for n, key in enumerate(layout.keys) if key.name == name)
    steps = np.hypot(*((centres - centres[here]) / np.median(sizes, axis=0)).T)
    near = [
        n
        for n, key in enumerate(layout.keys)
        if n != here and key.role == "char" and key.legends[0] and steps[n] < 1.3
    ]
    return layout.keys[near[int(rng.integers(len(near)))]].name if near else name
