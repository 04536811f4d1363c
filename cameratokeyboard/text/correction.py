"""An editor that corrects each word once it is finished and leaves the rest as it was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cameratokeyboard.datatypes import KeyPress, Layout, TextEdit
from cameratokeyboard.text.beam import Decoded, Observation, WordDecoder
from cameratokeyboard.text.editor import RawEditor

#: How much more probable (log) a reading must be than what was typed before it replaces it.
MARGIN = 2.0
#: A character that is more certain than this and is not a letter keeps the token out of correction:
#: an address, a file name, a smiley.
_CERTAIN = 0.8
#: A digit amid letters that is less certain than this was probably meant for the letter below it.
_SURE_DIGIT = 0.7
#: A space that is less certain than this may have been a letter of the bottom row or no press at
#: all: the word is looked at again when a certain one ends it.
SURE_SPACE = 0.9
#: Tokens longer than this are no words of any language here.
_LONGEST = 24

_TRAILING = re.compile(r"[.,;:!?)\]\"]*$")
_LEADING = re.compile(r"^[(\[\"]*")
_ADDRESS = re.compile(r"://|www\.|@|\\|/|_")


@dataclass(frozen=True)
class _Typed:
    """One press of the current token: what it wrote and what it may have been."""

    text: str
    observation: Observation


class CorrectingEditor:
    """Raw text at once; at the end of each word at most one edit of that word.

    A word is corrected when a space, tab or enter ends it; a doubtful space does not end it yet.
    Words with digits, addresses and anything that was reached by backspacing into older text stay
    as typed.

    raw: the editor that holds the text. layout: gives the characters of keys. decoder: called when
    first needed; returns None while the language is still loading, then the word stays as typed.
    """

    def __init__(
        self, raw: RawEditor, layout: Layout, decoder: Callable[[], WordDecoder | None]
    ) -> None:
        self._raw = raw
        self._decoder = decoder
        self._character = {
            key.name: key.legends[0].lower()
            for key in layout.keys
            if key.role in {"char", "space"} and key.legends[0]
        }
        self._token: list[_Typed] = []
        self._foreign = False  # the token began before what is remembered of it
        self._previous = ""

    @property
    def text(self) -> str:
        """The whole text."""
        return self._raw.text

    def press(self, press: KeyPress) -> list[TextEdit]:
        """Apply one press: its own edit first, then the correction of a word it ended."""
        edits = self._raw.press(press)
        for edit in list(edits):
            if edit.delete:
                self._deleted()
            elif edit.insert.isspace() and self._ends(edit.insert, press):
                edits += self._end_word(edit.insert, press.t_s)
            else:
                self._token.append(_Typed(edit.insert, self._observe(press, edit.insert)))
        return edits

    def advance(self, now_s: float) -> list[TextEdit]:
        """Nothing happens by the passing of time alone: a pause may be one within a word."""
        return self._raw.advance(now_s)

    def finish(self, now_s: float) -> list[TextEdit]:
        """Correct the last word, which no space has ended."""
        return self._end_word("", now_s)

    def _ends(self, space: str, press: KeyPress) -> bool:
        """Whether this space ends the word for certain."""
        if space != " " or not self._token or len(self._token) >= _LONGEST:
            return True
        own = dict(press.candidates).get(press.key, 1.0)
        # A press's confidence is that of the touch times that of its key.
        return own > SURE_SPACE and press.confidence > SURE_SPACE * own

    def _deleted(self) -> None:
        if self._token:
            self._token.pop()
        else:
            # Now inside an older word, which has been left: hands off it.
            self._foreign = not self._raw.text[-1:].isspace() and bool(self._raw.text)
            self._previous = ""

    def _observe(self, press: KeyPress, written: str) -> Observation:
        characters: dict[str, float] = {}
        for key, probability in press.candidates:
            if (character := self._character.get(key)) is not None:
                characters[character] = characters.get(character, 0.0) + probability
        return Observation(characters or {written.lower(): 1.0}, press.confidence)

    def _end_word(self, ending: str, t_s: float) -> list[TextEdit]:
        token, foreign, previous = self._token, self._foreign, self._previous
        self._token, self._foreign = [], False
        while token and token[-1].text == " ":  # doubtful, but nothing came behind it
            ending = token.pop().text + ending
        typed = "".join(item.text for item in token)
        self._previous = "" if "\n" in ending else _core(typed).lower().rpartition(" ")[2]
        if foreign or not token or len(token) > _LONGEST or not _is_wordlike(token):
            return []
        decoder = self._decoder()
        if decoder is None:
            return []
        meant = _corrected(decoder, token, previous)
        if meant is None or meant == typed:
            return []
        self._previous = _core(meant).lower().rpartition(" ")[2]
        edit = _smallest_edit(typed + ending, meant + ending, t_s)
        self._raw.apply(edit)
        return [edit]


def _core(token: str) -> str:
    return _TRAILING.sub("", _LEADING.sub("", token))


def _is_wordlike(token: list[_Typed]) -> bool:
    typed = "".join(item.text for item in token)
    core = _core(typed)
    if not core or _ADDRESS.search(typed) or _has_digits(token, typed):
        return False
    start = len(_LEADING.match(typed)[0])  # type: ignore[index]  # the pattern matches everything
    for item in token[start : start + len(core)]:
        letter = item.text.lower()
        sure = item.observation.characters.get(letter, 1.0) > _CERTAIN
        if not (letter.isalpha() or letter in "' ") and sure:
            return False
    return True


def _has_digits(token: list[_Typed], typed: str) -> bool:
    """Whether the token is a number or holds a digit that was surely meant."""
    digits = [item for item in token if item.text.isdigit()]
    if 2 * len(digits) >= sum(c.isalpha() for c in typed):
        return bool(digits)
    return any(i.observation.characters.get(i.text, 1.0) >= _SURE_DIGIT for i in digits)


def _corrected(decoder: WordDecoder, token: list[_Typed], previous: str) -> str | None:
    """What the token should be, or None when what was typed is as good."""
    typed = "".join(item.text for item in token)
    core = _core(typed)
    start = len(typed) - len(_LEADING.sub("", typed))
    presses = [item.observation for item in token[start : start + len(core)]]
    readings = decoder.decode(presses, previous)
    if not readings:
        return None
    best: Decoded = readings[0]
    if best.log_p - decoder.score(core.lower(), presses, previous) < MARGIN:
        return None
    return typed[:start] + _with_case_of(core, best.text) + typed[start + len(core) :]


def _with_case_of(typed: str, meant: str) -> str:
    letters = [c for c in typed if c.isalpha()]
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return meant.upper()
    if typed[:1].isupper():
        return meant[:1].upper() + meant[1:]
    return "I" if meant == "i" and typed == "I" else meant


def _smallest_edit(old: str, new: str, t_s: float) -> TextEdit:
    """The edit at the end of the text that keeps the beginning both have in common."""
    common = 0
    while common < min(len(old), len(new)) and old[common] == new[common]:
        common += 1
    return TextEdit(t_s, len(old) - common, new[common:], correction=True)
