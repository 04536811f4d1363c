"""What correction never touches: numbers, addresses, file names, codes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cameratokeyboard.text.observation import Seen

#: A digit that is less certain than this was probably meant for the letter below it.
_SURE_DIGIT = 0.7
#: The same for a single digit amid many letters ("th3").
_SURE_AMID_LETTERS = 0.85
#: A sign that is more certain than this makes a token an address, a path or a name of a file.
_SURE_SIGN = 0.8
_SIGNS = frozenset("@\\/_:.()[]{}<>=+*&^%$#~|`")
#: Endings of addresses and files that a word behind a full stop is not.
_ENDINGS = (
    "com|org|net|edu|gov|io|de|uk|fr|eu|us|ch|at|py|js|ts|cpp|rs|txt|md|pdf|docx?|xlsx?|csv|json"
    "|ya?ml|toml|html?|xml|png|jpe?g|gif|svg|mp[34]|webm|mov|wav|zip|tar|gz|exe|sh|ini|log"
)
_ADDRESS = re.compile(
    rf"://|www\.|@|\\|/|_|\w[()\[\]{{}}<>=+*&^%$#~|`]+\w|\w[(\[{{]+[)\]}}]|\w\.({_ENDINGS})\b",
    re.IGNORECASE,
)
#: Digits with a word behind them: a space was probably not seen ("8villages", but "4th", "10am").
_DIGITS_THEN_WORD = re.compile(r"\d+[^\W\d_]{3,}([.,;:!?][^\W\d_]*)*$")
#: The same on both sides of a number ("bornin1958and", but "mp3player", "covid19").
_WORDS_AROUND_DIGITS = re.compile(r"[^\W\d_]{3,}\d{2,}[^\W\d_]{3,}")


def protect(presses: Sequence[Seen]) -> tuple[set[int], set[int]]:
    """Indices of presses that must stay as typed, and of digits that must but may get a space.

    presses: in the order of their contact.
    """
    fixed: set[int] = set()
    digits: set[int] = set()
    for token in _tokens(presses):
        text = "".join(presses[n].observation.typed for n in token)
        sure = _sure_digits(token, presses)
        if _is_address(text, [presses[n] for n in token]):
            fixed.update(_with_spaces(token, presses))
        elif sure and (_DIGITS_THEN_WORD.match(text) or _WORDS_AROUND_DIGITS.search(text)):
            digits.update(n for n in token if presses[n].observation.typed.isdigit())
        elif sure:
            fixed.update(_with_spaces(token, presses))
    return fixed, digits


def _with_spaces(token: Sequence[int], presses: Sequence[Seen]) -> list[int]:
    """The token with the sure spaces at its ends, so that it does not grow together with others."""
    beside = (token[0] - 1, token[-1] + 1)
    spaces = [
        n
        for n in beside
        if 0 <= n < len(presses)
        and presses[n].observation.typed == " "
        and presses[n].own > _SURE_SIGN
    ]
    return [*token, *spaces]


def _tokens(presses: Sequence[Seen]) -> list[list[int]]:
    """Indices of the presses whose characters stand there, by token."""
    tokens: list[list[int]] = [[]]
    for n, press in enumerate(presses):
        typed = press.observation.typed
        if press.erases:
            if tokens[-1]:
                tokens[-1].pop()
            elif len(tokens) > 1:
                tokens.pop()
        elif typed.isspace():
            tokens.append([])
        elif typed:
            tokens[-1].append(n)
    return tokens


def _is_address(text: str, token: Sequence[Seen]) -> bool:
    signs = (p.observation.typed in _SIGNS and p.own > _SURE_SIGN for p in token[:-1])
    return any(signs) and _ADDRESS.search(text) is not None


def _sure_digits(token: Sequence[int], presses: Sequence[Seen]) -> bool:
    """Whether the token is a number or holds a digit that was surely meant."""
    digits = [presses[n] for n in token if presses[n].observation.typed.isdigit()]
    letters = sum(presses[n].observation.typed.isalpha() for n in token)
    bound = _SURE_AMID_LETTERS if 2 * len(digits) < letters else _SURE_DIGIT
    return any(press.own >= bound for press in digits)
