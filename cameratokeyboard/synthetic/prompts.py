"""Sentences for simulated typing: English-like, with capitals, digits and punctuation.

Words come from ``wordfreq`` where that is installed (the ``text`` extra), else from the list in
``words``. Which one is used is up to the caller, so that results do not depend on what happens to
be installed.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.errors import MissingExtraError, SimulationError
from cameratokeyboard.synthetic.fingering import chords_of
from cameratokeyboard.synthetic.words import GROUP_SHARES, GROUPS, NAMES

#: How often things come in everyday text [assumed]: ends and middles of sentences, numbers.
_ENDS, _END_SHARES = (".", "?", "!", "..."), (0.80, 0.10, 0.08, 0.02)
_MIDDLES, _MIDDLE_SHARES = (",", ";", ":", " -"), (0.82, 0.06, 0.06, 0.06)
_MIDDLE_RATE, _NUMBER_RATE, _NAME_RATE, _QUOTE_RATE = 0.08, 0.035, 0.03, 0.015
_APOSTROPHES = ("don't", "it's", "I'm", "can't", "we're", "that's", "I'll", "didn't", "you've")
_APOSTROPHE_RATE = 0.02
_WORDFREQ_COUNT = 8000
#: Wordfreq words are typed if they only need letters that every layout has.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz'")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words and how often each comes (shares that add up to 1)."""

    words: tuple[str, ...]
    shares: np.ndarray


@lru_cache(maxsize=2)
def vocabulary(source: str = "own") -> Vocabulary:
    """The words of a source: ``own`` (in the program) or ``wordfreq`` (the ``text`` extra).

    Raises MissingExtraError when wordfreq is not installed, SimulationError for another source.
    """
    if source == "own":
        words: list[str] = []
        shares: list[float] = []
        for group, share in zip(GROUPS, GROUP_SHARES, strict=True):
            members = group.split()
            words += members
            shares += [share / len(members)] * len(members)
        return Vocabulary(tuple(words), np.array(shares) / np.sum(shares))
    if source != "wordfreq":
        raise SimulationError(f"words: expected the source 'own' or 'wordfreq', got '{source}'")
    try:
        wordfreq = importlib.import_module("wordfreq")
    except ImportError as error:
        raise MissingExtraError("drawing words from wordfreq", "text") from error
    found = [w for w in wordfreq.top_n_list("en", _WORDFREQ_COUNT) if _PLAIN.issuperset(w)]
    weights = np.array([wordfreq.word_frequency(w, "en") for w in found])
    return Vocabulary(tuple(found), weights / weights.sum())


class PromptWriter:
    """Writes sentences that a layout can type.

    layout: characters without a key on it are left out; None for no limit. rng: consumed in a
    fixed order. source: see ``vocabulary``. plain: small letters and spaces only.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        layout: Layout | None = None,
        source: str = "own",
        plain: bool = False,
    ) -> None:
        self._rng = rng
        self._words = vocabulary(source)
        self._typable = None if layout is None else set(chords_of(layout))
        self._plain = plain

    def text(self, length: int) -> str:
        """At least ``length`` characters of whole sentences.

        Raises SimulationError when the layout has none of the letters.
        """
        sentences: list[str] = []
        size = 0
        for _ in range(4 * length + 10):
            sentence = self.sentence()
            if sentence:
                sentences.append(sentence)
                size += len(sentence) + 1
            if size > length:
                return " ".join(sentences) if self._can(" ") else "".join(sentences)
        raise SimulationError(
            "simulated text: the layout can type none of the words; give the text yourself"
        )

    def sentence(self) -> str:
        """One sentence, cut down to what the layout can type."""
        count = int(np.clip(self._rng.geometric(0.13) + 2, 3, 22))
        words = [self._word() for _ in range(count)]
        if self._plain:
            return self._typed(" ".join(words).lower().replace("'", ""))
        words = [self._with_middle(word, last=n == count - 1) for n, word in enumerate(words)]
        words[0] = words[0][:1].upper() + words[0][1:]
        end = _ENDS[int(self._rng.choice(len(_ENDS), p=_END_SHARES))]
        return self._typed(" ".join(words) + end)

    def _word(self) -> str:
        draw = self._rng.random()
        if not self._plain:
            for rate, make in (
                (_NUMBER_RATE, self._number),
                (_NAME_RATE, self._name),
                (_APOSTROPHE_RATE, self._apostrophe),
            ):
                draw -= rate
                if draw < 0:
                    return make()
        word = self._words.words[
            int(self._rng.choice(len(self._words.words), p=self._words.shares))
        ]
        return "I" if word == "i" and not self._plain else word

    def _number(self) -> str:
        kind = self._rng.random()
        if kind < 0.5:
            return str(int(self._rng.integers(1, 100)))
        if kind < 0.75:
            return str(int(self._rng.integers(1950, 2040)))
        if kind < 0.9:
            return f"{self._rng.integers(0, 24)}:{self._rng.integers(0, 60):02d}"
        return f"{self._rng.integers(1, 999)}.{self._rng.integers(0, 100):02d}"

    def _name(self) -> str:
        return NAMES[int(self._rng.integers(len(NAMES)))]

    def _apostrophe(self) -> str:
        return _APOSTROPHES[int(self._rng.integers(len(_APOSTROPHES)))]

    def _with_middle(self, word: str, last: bool) -> str:
        draw = self._rng.random()
        if draw < _QUOTE_RATE:
            return f'"{word}"' if draw < 0.6 * _QUOTE_RATE else f"({word})"
        if draw < _QUOTE_RATE + _MIDDLE_RATE and not last:
            return word + _MIDDLES[int(self._rng.choice(len(_MIDDLES), p=_MIDDLE_SHARES))]
        return word

    def _typed(self, sentence: str) -> str:
        if self._typable is None:
            return sentence
        kept = (c if c in self._typable else c.lower() for c in sentence)
        return "".join(c for c in kept if c in self._typable).strip()

    def _can(self, character: str) -> bool:
        return self._typable is None or character in self._typable
