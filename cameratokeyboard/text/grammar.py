"""How words, punctuation, numbers and spaces follow each other, and how likely each step is.

All shares are of everyday prose [assumed]; a search weighs them against what was seen.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from cameratokeyboard.text.language import LanguageModel
from cameratokeyboard.text.trigrams import SENTENCE_START

#: What stands for any number before a word.
A_NUMBER = "ten"
#: Where a text stands: before a token, in a word, behind its punctuation, in a number or anything
#: else that is no word.
START, WORD, BEHIND, OTHER = range(4)

SENTENCE_ENDS = ".!?"
_TRAILING_SHARES = {
    ",": 0.055,
    ".": 0.06,
    ";": 0.004,
    ":": 0.006,
    "!": 0.006,
    "?": 0.008,
    ")": 0.004,
    '"': 0.006,
    "]": 0.001,
}
_TRAILING = {character: math.log(share) for character, share in _TRAILING_SHARES.items()}
_PLAIN_END = math.log(1 - sum(_TRAILING_SHARES.values()))
_LEADING = {c: math.log(p) for c, p in {"(": 0.006, '"': 0.008, "[": 0.001, "'": 0.002}.items()}
_MORE_TRAILING = math.log(0.01)
#: Each digit of a number is one of ten; inside of one, points and colons too.
_FIRST_DIGIT, _DIGIT = math.log(1 / 10), math.log(1 / 13)
#: Tokens that are neither, and their characters.
_SYMBOL_FIRST, _SYMBOL, _LETTER = (
    math.log(0.004 / 30),
    math.log(1 / 60),
    math.log(1 / 80),
)
_NUMBER_ENDS = math.log(0.2)
#: From a word without a space into a number or symbols; over punctuation; by a hyphen.
_INTO_NUMBER, _INTO_OTHER = math.log(0.003 / 10), math.log(0.0002 / 30)
_GLUED, _HYPHEN = math.log(0.0006), math.log(0.01)
#: A second space, and one after a sentence, where some people put two.
_SECOND_SPACE, _SENTENCE_SPACE = math.log(1e-5), math.log(0.01)


class State(NamedTuple):
    """word: beginning of the word that is being written. previous: up to two words before it, the
    nearer last, "" for none.

    phase: one of the module's four.
    """

    word: str
    previous: str
    phase: int


def joined(previous: str, word: str) -> str:
    """The last two words."""
    return f"{previous.rpartition(' ')[2]} {word}".strip()


def step(model: LanguageModel, text: str, state: State, character: str) -> tuple[float, State]:
    """Append one character to ``text``, which stands in ``state``.

    Returns the log probability gained, without that of a word still being written (see
    ``LanguageModel.prefix_log_p``), and the new state.
    """
    if state.phase == WORD:
        return _in_word(model, state, character)
    if state.phase == START:
        return _at_start(model, text, state, character)
    if state.phase == BEHIND:
        return _behind(model, text, state, character)
    if character == " ":
        return _NUMBER_ENDS, State("", state.previous, START)
    if character.isdigit() or character in ".,:":
        return _DIGIT, state
    return (_LETTER if character.isalpha() else _SYMBOL), state


def end(model: LanguageModel, state: State) -> float:
    """Log probability gained when the text ends here."""
    if state.phase != WORD:
        return 0.0
    return model.word_log_p(state.word, state.previous) + _PLAIN_END


def _in_word(model: LanguageModel, state: State, character: str) -> tuple[float, State]:
    if character in model.alphabet:
        return 0.0, State(state.word + character, state.previous, WORD)
    whole = model.word_log_p(state.word, state.previous)
    if character == " ":
        return whole + _PLAIN_END, State("", joined(state.previous, state.word), START)
    if (share := _TRAILING.get(character)) is not None:
        return whole + share, State("", joined(state.previous, state.word), BEHIND)
    if character == "-":
        return whole + _HYPHEN, State("", "", START)
    into = _INTO_NUMBER if character.isdigit() else _INTO_OTHER
    return whole + into, State("", "", OTHER)


def _at_start(model: LanguageModel, text: str, state: State, character: str) -> tuple[float, State]:
    if character == " ":
        ends = text[-2:-1] in SENTENCE_ENDS if len(text) > 1 else False
        return (_SENTENCE_SPACE if ends else _SECOND_SPACE), State("", state.previous, START)
    if (share := _LEADING.get(character)) is not None:
        return share, State("", state.previous, START)
    if character in model.alphabet:
        return 0.0, State(character, state.previous, WORD)
    if character.isdigit():
        return model.number_log_p(state.previous) + _FIRST_DIGIT, State("", A_NUMBER, OTHER)
    return _SYMBOL_FIRST, State("", "", OTHER)


def _behind(model: LanguageModel, text: str, state: State, character: str) -> tuple[float, State]:
    if character == " ":
        previous = SENTENCE_START if text[-1:] in SENTENCE_ENDS else state.previous
        return 0.0, State("", previous, START)
    if character in _TRAILING:
        return _MORE_TRAILING, State("", state.previous, BEHIND)
    if character in model.alphabet and character != "'":
        return _GLUED, State(character, "", WORD)
    if character.isdigit():
        return _GLUED + model.number_log_p("") + _FIRST_DIGIT, State("", A_NUMBER, OTHER)
    return _GLUED + _SYMBOL, State("", "", OTHER)
