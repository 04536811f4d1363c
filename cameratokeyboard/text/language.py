"""What words a language has and how likely they are, letter by letter.

Data: the package wordfreq (word frequencies in some forty languages) and, for English, the counts
of pairs of words that come with symspellpy and the trigrams of pocketsphinx. All belong to the
extra ``text``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from cameratokeyboard.errors import MissingExtraError, SettingsError
from cameratokeyboard.text.characters import CharacterModel
from cameratokeyboard.text.trigrams import Trigrams

#: Words beyond this rank are rarer than one in ten million and mostly names and misspellings.
_WORDS = 60_000
#: Share of running words that no list holds (names, jargon); chosen on validation people.
UNKNOWN_SHARE = 0.02
#: The most that known pairs count against the word alone: their counts are of other texts.
_MOST_PAIR_WEIGHT = 0.8
#: Lists of frequent strings hold many misspellings; where a dictionary is at hand, words that it
#: lacks count so much less.
_NOT_IN_DICTIONARY = 0.1
#: Share of words with a capital inside of sentences: names, and in German every noun [assumed].
_CAPITALS, _CAPITALS_BY_LANGUAGE = 0.055, {"de": 0.33}
#: How much trigrams count against the words and pairs of the other lists.
_TRIGRAMS = 0.8
#: Share of numbers among words; words that stand for them where texts were spoken, and the share of
#: those that people write in digits [assumed].
_NUMBERS, _IN_DIGITS = 0.03, 0.5
_NUMBER_WORDS = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("fifteen", "twenty", "thirty", "forty", "fifty"),
)
#: Letters looked at for words of no list, the predicted one included.
_LETTERS = 5
#: Remembered probabilities of words and beginnings, some 100 bytes each.
_REMEMBERED = 200_000


class LanguageModel:
    """Probabilities of words and of their beginnings.

    words: counts or frequencies by word, lower case. pairs: counts of (first, second) word pairs.
    firsts: how often each first word occurs with any second one, on the scale of ``pairs``, where
    ``pairs`` does not list them all. capitals: share of words that begin with a capital inside of
    sentences. trigrams: probabilities after two words, where there are any.
    """

    def __init__(
        self,
        words: Mapping[str, float],
        pairs: Mapping[tuple[str, str], float] | None = None,
        firsts: Mapping[str, float] | None = None,
        capitals: float = _CAPITALS,
        trigrams: Trigrams | None = None,
    ) -> None:
        if not words:
            raise ValueError("words: expected at least one, got none")
        self.capitals = capitals
        self._trigrams = trigrams
        total = sum(words.values())
        self._word = {word: count / total for word, count in words.items()}
        self._prefix = _prefix_sums(self._word)
        self._characters = CharacterModel(words, _LETTERS)
        self._seconds: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for (first, second), count in (pairs or {}).items():
            self._seconds[first][second] = count
        self._firsts = firsts or {}
        self._after = lru_cache(maxsize=2_000)(self._followers)
        self.prefix_log_p = lru_cache(maxsize=_REMEMBERED)(self._prefix_log_p)
        self.word_log_p = lru_cache(maxsize=_REMEMBERED)(self._word_log_p)
        self.number_log_p = lru_cache(maxsize=2_000)(self._number_log_p)
        self.continuations = lru_cache(maxsize=_REMEMBERED)(self._continuations)

    @property
    def alphabet(self) -> frozenset[str]:
        """Every character that occurs in a word."""
        return self._characters.alphabet

    def knows(self, word: str) -> bool:
        """Whether this lower-case word is in the list."""
        return word in self._word

    def _continuations(self, prefix: str) -> tuple[tuple[str, float], ...]:
        """Letters that follow ``prefix`` in words of the list, with log P, most probable first."""
        here = self._prefix.get(prefix)
        if here is None:
            return ()
        found = (
            (letter, math.log(self._prefix[prefix + letter] / here))
            for letter in sorted(self.alphabet)
            if prefix + letter in self._prefix
        )
        return tuple(sorted(found, key=lambda pair: -pair[1]))

    def _prefix_log_p(self, prefix: str, previous: str = "") -> float:
        """Log probability that a word begins with ``prefix``.

        previous: the words before, the nearer last, "" for none; only the last one counts here.
        """
        weight, _, beginnings = self._after(_last(previous))
        alone = self._prefix.get(prefix, 0.0)
        known = weight * beginnings.get(prefix, 0.0) + (1 - weight) * alone
        return _mix(known, self._characters.prefix_log_p(prefix))

    def _word_log_p(self, word: str, previous: str = "") -> float:
        """Log probability of the whole word after up to two words, the nearer last."""
        weight, seconds, _ = self._after(_last(previous))
        known = weight * seconds.get(word, 0.0) + (1 - weight) * self._word.get(word, 0.0)
        if self._trigrams is not None:
            share = self._trigrams.probability(word, previous)
            known = _TRIGRAMS * share + (1 - _TRIGRAMS) * known
        return _mix(known, self._characters.word_log_p(word))

    def _number_log_p(self, previous: str = "") -> float:
        """Log probability that a number follows."""
        if self._trigrams is None:
            return math.log(_NUMBERS)
        spoken = sum(self._trigrams.probability(word, previous) for word in _NUMBER_WORDS)
        return math.log((1 - _TRIGRAMS) * _NUMBERS + _TRIGRAMS * _IN_DIGITS * spoken)

    def _followers(self, first: str) -> tuple[float, dict[str, float], dict[str, float]]:
        """Weight of the known pairs that begin with ``first``, shares of words and beginnings."""
        counts = self._seconds.get(first)
        if not counts:
            return 0.0, {}, {}
        listed = sum(counts.values())
        weight = min(_MOST_PAIR_WEIGHT, listed / max(self._firsts.get(first, 0.0), listed))
        shares = {second: count / listed for second, count in counts.items()}
        return weight, shares, _prefix_sums(shares)


def _last(words: str) -> str:
    return words.rpartition(" ")[2]


def _mix(known: float, unknown_log_p: float) -> float:
    return math.log((1 - UNKNOWN_SHARE) * known + UNKNOWN_SHARE * math.exp(unknown_log_p))


def _prefix_sums(shares: Mapping[str, float]) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for word, share in shares.items():
        for end in range(len(word) + 1):
            sums[word[:end]] += share
    return dict(sums)


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
    if language != "en":
        capitals = _CAPITALS_BY_LANGUAGE.get(language, _CAPITALS)
        return LanguageModel(
            _with_sharp_s(words) if language == "de" else words, None, None, capitals
        )
    counts = _english_counts()
    weighed = {
        word: share * (1.0 if not counts or word in counts or "'" in word else _NOT_IN_DICTIONARY)
        for word, share in words.items()
        if word in counts or word + "'t" not in words  # the first half of "isn't" and its like
    }
    return LanguageModel(weighed, _english_pairs(words), counts, trigrams=Trigrams.load_english())


def _is_word(word: str) -> bool:
    return all(c.isalpha() or c == "'" for c in word) and (len(word) > 1 or word in {"a", "i"})


def _with_sharp_s(words: Mapping[str, float]) -> dict[str, float]:
    """With the spellings in eszett, which the list writes as ss: the touch tells which is meant."""
    both: dict[str, float] = {}
    for word, share in words.items():
        if "ss" in word:
            both[word.replace("ss", "ß")] = both[word] = share / 2
        else:
            both[word] = share
    return both


def _english_counts() -> dict[str, float]:
    """Words of symspellpy's dictionary with their counts; none where it is not installed."""
    return {
        word: float(count)
        for word, count in _lists("frequency_dictionary_en_*.txt")
        if count.isdigit()
    }


def _english_pairs(words: Container[str]) -> dict[tuple[str, str], float]:
    """Pairs from symspellpy's list; none where it is not installed (words alone then serve)."""
    return {
        (first, second): float(count)
        for first, second, count in _lists("frequency_bigramdictionary_en_*.txt", 3)
        if first in words and second in words and count.isdigit()
    }


def _lists(pattern: str, columns: int = 2) -> Iterator[list[str]]:
    """Lines of symspellpy's files by name, as lists of ``columns`` strings."""
    try:
        import symspellpy
    except ImportError:
        return
    for path in Path(symspellpy.__file__).parent.glob(pattern):
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            if len(parts := line.split()) == columns:
                yield parts
