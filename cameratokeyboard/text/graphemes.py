"""How much of a text's end a person takes for one character.

A reader sees ``e`` + combining acute, a flag or a family emoji as one character although each is
several code points. The rules here are the part of Unicode's extended grapheme clusters (UAX #29)
that matters when deleting backwards; the standard library has no segmentation of its own.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_REGIONAL_FIRST, _REGIONAL_LAST = 0x1F1E6, 0x1F1FF
_SKIN_FIRST, _SKIN_LAST = 0x1F3FB, 0x1F3FF
_TAG_FIRST, _TAG_LAST = 0xE0020, 0xE007F


def _extends(char: str) -> bool:
    """True for a code point that only changes the one before it."""
    code = ord(char)
    return (
        unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or _SKIN_FIRST <= code <= _SKIN_LAST
        or _TAG_FIRST <= code <= _TAG_LAST
    )


def _is_regional(char: str) -> bool:
    return _REGIONAL_FIRST <= ord(char) <= _REGIONAL_LAST


def _base_start(text: str, end: int) -> int:
    """Index at which the base with its extenders that ends at ``end`` starts."""
    start = end - 1
    while start > 0 and (_extends(text[start]) or text[start] == _JOINER):
        if text[start - 1] == "\n":
            break
        start -= 1
    return start


def last_grapheme_length(text: str) -> int:
    """Number of code points in the last character as a reader sees it; 0 for an empty text."""
    if not text:
        return 0
    if text.endswith("\r\n"):
        return 2
    start = _base_start(text, len(text))
    while start > 1 and text[start - 1] == _JOINER:
        start = _base_start(text, start - 1)
    if _is_regional(text[start]):
        run = start
        while run > 0 and _is_regional(text[run - 1]):
            run -= 1
        if (start - run) % 2 == 1:
            start -= 1
    return len(text) - start
