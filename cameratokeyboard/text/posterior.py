"""Which of several readings to write: the one with the fewest errors to be expected."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from cameratokeyboard.text.hypotheses import Decoded

#: Readings that count; those behind them have next to no probability.
_READINGS = 12
#: A reading this probable needs no comparison.
_CERTAIN = 0.98
#: Readings below this probability change no decision.
_NEGLIGIBLE = 0.01


def probabilities(readings: Sequence[Decoded]) -> list[tuple[str, float]]:
    """The first readings with their probabilities, which add up to 1."""
    kept = readings[:_READINGS]
    best = kept[0].log_p
    weights = [math.exp(reading.log_p - best) for reading in kept]
    total = sum(weights)
    return [(reading.text, w / total) for reading, w in zip(kept, weights, strict=True)]


def least_errors(shares: Sequence[tuple[str, float]], typed: str) -> str:
    """The text with the lowest expected edit distance from what was meant.

    shares: texts with probabilities, the most probable first. typed: as it stands, which is kept
    where nothing is better.
    """
    if shares[0][1] > _CERTAIN:
        return shares[0][0]
    counted = [(text, p) for text, p in shares if p > _NEGLIGIBLE]

    def expected(candidate: str) -> float:
        return sum(p * Levenshtein.distance(candidate, text) for text, p in counted)

    return min([typed, *(text for text, _ in counted)], key=expected)
