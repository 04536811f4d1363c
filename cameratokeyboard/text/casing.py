"""Capitals of a word: what the shift key said, and what is usual where the word stands."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from cameratokeyboard.text.grammar import SENTENCE_ENDS

#: Letters pressed with shift, without it, and letters that no press was seen of.
UPPER, LOWER, UNSEEN = "u", "l", "?"
#: Share of letters whose shift was not seen, of letters that got one wrongly, and of second letters
#: that got the capital's before them (shift let go too late). Of the order that validation people
#: show.
_MISSED, _FALSE, _LATE = 0.12, 0.015, 0.05
#: Share of words in capitals, and of any other pattern ("iPhone"): among words of the list, and
#: among others, where nothing is usual [assumed].
_ALL, _OTHER, _OTHER_UNKNOWN = 0.008, 2e-4, 0.1
#: Share of "I" that people write with a capital [assumed; in chats many do not].
_PRONOUN = 0.7
#: Log probabilities of a wrong and of a right sight.
_LOG_MISSED, _LOG_FALSE, _LOG_LATE = (
    (math.log(share), math.log(1 - share)) for share in (_MISSED, _FALSE, _LATE)
)


@dataclass(frozen=True)
class Usage:
    """What is usual. starts: whether a sentence begins here. at_start, elsewhere: share of words
    with a capital at the start of a sentence and inside. knows: whether a word is in the list.
    """

    starts: bool = False
    at_start: float = 0.9
    elsewhere: float = 0.055
    knows: Callable[[str], bool] = bool


def with_capitals(text: str, shifts: str, usage: Usage) -> tuple[str, float]:
    """The most probable capitals of a text in lower case, and their log probability.

    shifts: for each character UPPER, LOWER or UNSEEN.
    """
    parts: list[str] = []
    log_p, at, starts = 0.0, 0, usage.starts
    while at < len(text):
        end = _word_end(text, at)
        if end == at:
            parts.append(text[at])
            if not text[at].isspace():
                starts = text[at] in SENTENCE_ENDS or (starts and not text[at].isalnum())
            at += 1
            continue
        word, p = _word(text[at:end], shifts[at:end], replace(usage, starts=starts))
        parts.append(word)
        log_p += p
        starts, at = False, end
    return "".join(parts), log_p


def _word_end(text: str, at: int) -> int:
    end = at
    while end < len(text) and (
        text[end].isalpha() or (end > at and text[end] == "'" and text[end + 1 : end + 2].isalpha())
    ):
        end += 1
    return end


def _word(word: str, shifts: str, usage: Usage) -> tuple[str, float]:
    pronoun = word == "i" or word.startswith("i'")
    capital = _PRONOUN if pronoun else usage.at_start if usage.starts else usage.elsewhere
    patterns = [
        (math.log(1 - capital - _ALL) + _fit(shifts, ""), word),
        (math.log(capital) + _fit(shifts, UPPER), word[:1].upper() + word[1:]),
    ]
    if len(word) > 1:
        patterns.append((math.log(_ALL) + _fit(shifts, UPPER * len(word)), word.upper()))
    as_seen = "".join(c.upper() if s == UPPER else c for c, s in zip(word, shifts, strict=True))
    patterns.append((math.log(_OTHER if usage.knows(word) else _OTHER_UNKNOWN), as_seen))
    log_p, best = max(patterns, key=lambda pattern: pattern[0])
    return best, log_p


def _fit(shifts: str, capitals: str) -> float:
    """Log probability of what was seen of shift when the first letters are capitals."""
    log_p = 0.0
    for index, seen in enumerate(shifts):
        if seen not in (UPPER, LOWER):
            continue
        if index < len(capitals):
            wrong = _LOG_MISSED
        else:
            wrong = _LOG_LATE if index == len(capitals) == 1 else _LOG_FALSE
        log_p += wrong[(seen == UPPER) == (index < len(capitals))]
    return log_p
