"""How likely a string is as a word, judged by its letters alone: for names and words of no list."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

_START, _END = "\x02", "\x03"


class CharacterModel:
    """A letter n-gram model with Witten-Bell interpolation (Witten & Bell, IEEE Trans. IT, 1991).

    words: counts by word; their square roots are used, so that a few very frequent words do not
    decide how unknown words look. order: letters looked at, the predicted one included.
    """

    def __init__(self, words: Mapping[str, float], order: int = 4) -> None:
        if order < 1:
            raise ValueError(f"order: expected at least 1, got {order}")
        self._order = order
        smallest = min(words.values())
        self._next: dict[str, defaultdict[str, float]] = {}
        for word, count in words.items():
            weight = math.sqrt(count / smallest)
            padded = _START * (order - 1) + word + _END
            for end in range(order - 1, len(padded)):
                for length in range(order):
                    context = padded[end - length : end]
                    self._next.setdefault(context, defaultdict(float))[padded[end]] += weight
        self._totals = {context: sum(counts.values()) for context, counts in self._next.items()}
        self.alphabet = frozenset("".join(words))
        self._p = lru_cache(maxsize=200_000)(self._interpolated)
        self._prefix = lru_cache(maxsize=50_000)(self._prefix_log_p)

    def prefix_log_p(self, prefix: str) -> float:
        """Log probability that a word begins with ``prefix``."""
        return self._prefix(prefix)

    def word_log_p(self, word: str) -> float:
        """Log probability of ``word`` and nothing after it."""
        return self._prefix(word) + math.log(self._p(self._context(word), _END))

    def _prefix_log_p(self, prefix: str) -> float:
        if not prefix:
            return 0.0
        before = prefix[:-1]
        return self._prefix(before) + math.log(self._p(self._context(before), prefix[-1]))

    def _context(self, before: str) -> str:
        if self._order == 1:
            return ""
        return (_START * (self._order - 1) + before)[-(self._order - 1) :]

    def _interpolated(self, context: str, letter: str) -> float:
        if not context:
            uniform = 1 / (len(self.alphabet) + 1)
            return self._blend("", letter, uniform)
        return self._blend(context, letter, self._p(context[1:], letter))

    def _blend(self, context: str, letter: str, lower: float) -> float:
        counts = self._next.get(context)
        if counts is None:
            return lower
        kinds, total = len(counts), self._totals[context]
        return (counts.get(letter, 0.0) + kinds * lower) / (total + kinds)
