"""Distances between texts."""

from __future__ import annotations

import numpy as np


def levenshtein(a: str, b: str) -> int:
    """The fewest insertions, deletions and replacements of characters from ``a`` to ``b``."""
    if not a or not b:
        return len(a) + len(b)
    codes = np.array([ord(c) for c in b])
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for i, character in enumerate(a, 1):
        new = np.empty_like(row)
        new[0] = i
        new[1:] = np.minimum(row[:-1] + (codes != ord(character)), row[1:] + 1)
        # An insertion costs one a step, so with the steps taken out it is a running minimum.
        row = np.minimum.accumulate(new - steps) + steps
    return int(row[-1])


def character_error_rate(truth: str, text: str) -> float:
    """Levenshtein distance over the length of the true text; 0 for two empty texts.

    An empty true text counts as one character long, so that anything written is an error.
    """
    return levenshtein(truth, text) / max(len(truth), 1)
