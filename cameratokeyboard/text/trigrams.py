"""Probabilities of a word after the two before it.

Data: the English trigram model that comes with pocketsphinx (20,000 words, of spoken and written
English), which belongs to the extra ``text``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

#: What stands before the first word of a sentence.
SENTENCE_START = "<s>"


class NGrams(Protocol):
    """The part of pocketsphinx's models that is needed."""

    def prob(self, words: Sequence[str]) -> int:
        """Logarithm of the first word's probability after the others, the nearest first."""
        ...


class Trigrams:
    """Words after words. exp: from the model's logarithms to probabilities."""

    def __init__(self, model: NGrams, exp: Callable[[int], float]) -> None:
        self._model, self._exp = model, exp

    @classmethod
    def load_english(cls) -> Trigrams | None:
        """The shipped model, None where the package is not installed."""
        try:
            from pocketsphinx import LogMath, NGramModel, get_model_path
        except ImportError:
            return None
        logarithms = LogMath()
        path = get_model_path("en-us/en-us.lm.bin")
        return cls(NGramModel(None, logarithms, path), logarithms.exp)

    def probability(self, word: str, previous: str) -> float:
        """P(word) after up to two words, the nearer last; 0 for a word of no list.

        What stands before a word of no list is not looked at.
        """
        asked = [word]
        for before in reversed(previous.split()):
            if not self._exp(self._model.prob([before])):
                break
            asked.append(before)
        return self._exp(self._model.prob(asked))
