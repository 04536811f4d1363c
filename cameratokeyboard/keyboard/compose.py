"""Dead keys: an accent that waits for its letter."""

from __future__ import annotations

import unicodedata

#: Accents as keys show them, and the combining characters they stand for.
COMBINING = {"^": "\u0302", "´": "\u0301", "`": "\u0300", "¨": "\u0308", "~": "\u0303"}


def compose(accent: str, text: str) -> str:
    """What an accent followed by ``text`` writes.

    A letter that exists with the accent takes it; a space or the accent again writes the accent
    alone; anything else is written after it.
    """
    if text in {" ", accent}:
        return accent
    joined = unicodedata.normalize("NFC", text + COMBINING[accent])
    return joined if len(joined) == 1 else accent + text
