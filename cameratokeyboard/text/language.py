"""What words a language has and how likely they are, letter by letter.

Data: the package wordfreq (word frequencies in some forty languages) and, for English pairs of
words, the bigram counts that come with symspellpy. Both belong to the extra ``text``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from cameratokeyboard.errors import MissingExtraError, SettingsError
from cameratokeyboard.text.characters import CharacterModel

#: Words beyond this rank are rarer than one in ten million and mostly names and misspellings.
_WORDS = 60_000
#: Share of running words that no list holds (names, jargon). Assumption, of the order that lists of
#: this size leave uncovered in plain prose.
UNKNOWN_SHARE = 0.02
#: Weight of a known pair of words against the word alone (Jelinek-Mercer, assumed).
_PAIR_WEIGHT = 0.6


class LanguageModel:
    """Probabilities of words and of their beginnings.

    words: counts or frequencies by word, lower case. pairs: counts of (first, second) word pairs.
    """

    def __init__(
        self,
        words: Mapping[str, float],
        pairs: Mapping[tuple[str, str], float] | None = None,
    ) -> None:
        if not words:
            raise ValueError("words: expected at least one, got none")
        total = sum(words.values())
        self._word = {word: math.log(count / total) for word, count in words.items()}
        self._prefix = _prefix_sums(words, total)
        self._characters = CharacterModel(words)
        self._pairs = _conditional(pairs or {})

    @property
    def alphabet(self) -> frozenset[str]:
        """Every character that occurs in a word."""
        return self._characters.alphabet

    def knows(self, word: str) -> bool:
        """Whether this lower-case word is in the list."""
        return word in self._word

    def continues(self, prefix: str) -> bool:
        """Whether a word of the list begins with ``prefix``."""
        return prefix in self._prefix

    def prefix_log_p(self, prefix: str) -> float:
        """Log probability that a word begins with ``prefix`` (known and unknown words together)."""
        known = self._prefix.get(prefix, -math.inf)
        return _mix(known, self._characters.prefix_log_p(prefix))

    def word_log_p(self, word: str, previous: str = "") -> float:
        """Log probability of the whole word after the word ``previous`` ("" for none)."""
        known = self._word.get(word, -math.inf)
        if (pair := self._pairs.get((previous, word))) is not None:
            known = _log_add(math.log(_PAIR_WEIGHT) + pair, math.log(1 - _PAIR_WEIGHT) + known)
        return _mix(known, self._characters.word_log_p(word))


def _mix(known: float, unknown: float) -> float:
    return _log_add(math.log(1 - UNKNOWN_SHARE) + known, math.log(UNKNOWN_SHARE) + unknown)


def _log_add(a: float, b: float) -> float:
    high, low = max(a, b), min(a, b)
    if high == -math.inf:
        return high
    return high + math.log1p(math.exp(low - high))


def _prefix_sums(words: Mapping[str, float], total: float) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for word, count in words.items():
        for end in range(len(word) + 1):
            sums[word[:end]] += count
    return {prefix: math.log(value / total) for prefix, value in sums.items()}


def _conditional(pairs: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    firsts: defaultdict[str, float] = defaultdict(float)
    for (first, _), count in pairs.items():
        firsts[first] += count
    return {
        (first, second): math.log(count / firsts[first]) for (first, second), count in pairs.items()
    }


def check_language(language: str) -> None:
    """Make sure that ``load_language`` will find this language, without loading it.

    Raises MissingExtraError without the extra ``text``, SettingsError for an unknown language.
    """
    try:
        import wordfreq
    except ImportError as error:
        raise MissingExtraError("correction (text.correct = on)", "text") from error
    available = wordfreq.available_languages()
    if language not in available:
        raise SettingsError(
            f"text.language = {language!r}: expected one of {', '.join(sorted(available))}"
        )


@lru_cache(maxsize=4)
def load_language(language: str) -> LanguageModel:
    """The model of a language by its code ("en", "de", "fr" ...).

    Takes a second or more, so it is loaded off the event loop. Raises as ``check_language`` does.
    """
    check_language(language)
    import wordfreq

    frequencies = wordfreq.get_frequency_dict(language)
    chosen = wordfreq.top_n_list(language, _WORDS)
    words = {word: frequencies[word] for word in chosen if _is_word(word)}
    return LanguageModel(words, _english_pairs(words) if language == "en" else None)


def _is_word(word: str) -> bool:
    return all(c.isalpha() or c == "'" for c in word) and (len(word) > 1 or word in {"a", "i"})


def _english_pairs(words: Iterable[str]) -> dict[tuple[str, str], float]:
    """Pairs from symspellpy's list; none where it is not installed (words alone then serve)."""
    try:
        import symspellpy
    except ImportError:
        return {}
    known = set(words)
    pairs: dict[tuple[str, str], float] = {}
    for path in Path(symspellpy.__file__).parent.glob("frequency_bigramdictionary_en_*.txt"):
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            first, second, count = (*line.split(), "", "", "")[:3]
            if first in known and second in known and count.isdigit():
                pairs[(first, second)] = float(count)
    return pairs
