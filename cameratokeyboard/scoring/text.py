"""How far a text is from the true one."""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein


def character_error_rate(truth: str, text: str) -> float:
    """Levenshtein distance over the length of the true text; 0 for two empty texts.

    An empty true text counts as one character long, so that anything written is an error.
    """
    return Levenshtein.distance(truth, text) / max(len(truth), 1)
