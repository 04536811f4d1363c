"""An editor that corrects each word once its end is sure and leaves the rest as it was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cameratokeyboard.datatypes import KeyPress, Layout, TextEdit
from cameratokeyboard.text.beam import Context, WordDecoder
from cameratokeyboard.text.doubt import doubted
from cameratokeyboard.text.editor import RawEditor
from cameratokeyboard.text.grammar import SENTENCE_ENDS
from cameratokeyboard.text.observation import Observation, Observer, Seen
from cameratokeyboard.text.posterior import least_errors, probabilities
from cameratokeyboard.text.protection import protect

#: A space ends the word when readings that end with it have this much probability; until then
#: the word stays open, and what follows is read with it.
SURE_END = 0.998
#: No word stays open for longer than so many spaces and presses.
_MOST_SPACES, _MOST_PRESSES = 4, 48
#: More presses than this are no words of any language here.
_LONGEST = 56
#: Sentences taken to have begun with a capital, and without, before any was seen.
_CAPITALS, _SMALL = 7, 1
_PUNCTUATION = ".,;:!?)(\"[]'"


class CorrectingEditor:
    """Raw text at once; when the end of a word is sure, at most one edit of that word.

    A word is left when a space ends it for certain, and always by tab or enter; then nothing
    touches it again. While its end is doubtful (a false space inside of a word, a word that makes
    no sense by itself) it stays open together with what follows. Numbers, addresses and anything
    that was reached by backspacing into older text stay as typed.

    raw: the editor that holds the text. layout: gives the characters of keys. decoder: called when
    first needed; returns None while the language is still loading, then the word stays as typed.
    """

    def __init__(
        self, raw: RawEditor, layout: Layout, decoder: Callable[[], WordDecoder | None]
    ) -> None:
        self._raw = raw
        self._decoder = decoder
        self._observer = Observer(layout)
        self._open: list[Seen] = []  # in the order in which they came
        self._foreign = False  # the word began before what is remembered of it
        self._capitals, self._starts = _CAPITALS, _CAPITALS + _SMALL
        self._context = self._context_after("", starts=True)

    @property
    def text(self) -> str:
        """The whole text."""
        return self._raw.text

    def press(self, press: KeyPress) -> list[TextEdit]:
        """Apply one press: its own edit first, then the correction of a word it ended."""
        edits = self._raw.press(press)
        seen = self._observer.see(press)
        if any(edit.delete for edit in edits):
            if seen is None or not _typed(self._open):
                self._reach_back()
                return edits
        elif not edits and (seen is None or seen.erases):
            return edits
        if seen is None or (not self._open and self._is_indent(press.text)):
            return edits
        self._open.append(seen)
        if not edits or not press.text.isspace():
            return edits
        return edits + self._end_word(press.t_s, sure=press.text != " ")

    def advance(self, now_s: float) -> list[TextEdit]:
        """Nothing happens by the passing of time alone: a pause may be one within a word."""
        return self._raw.advance(now_s)

    def finish(self, now_s: float) -> list[TextEdit]:
        """Correct the last word, which no space has ended."""
        return self._end_word(now_s, sure=True)

    def _reach_back(self) -> None:
        """A backspace went into a word that has been left: hands off it."""
        self._open = []
        self._foreign = bool(self._raw.text) and not self._raw.text[-1].isspace()
        self._context = self._context_after("", starts=False)

    def _context_after(self, word: str, *, starts: bool) -> Context:
        return Context(word, starts, self._capitals / self._starts)

    def _is_indent(self, text: str) -> bool:
        """Whether this is a space at the start of a line, where as many belong as are typed."""
        before = self._raw.text[: len(self._raw.text) - len(text)]
        line = before.rpartition("\n")[2]
        return text == " " and not line.strip()

    def _end_word(self, t_s: float, *, sure: bool) -> list[TextEdit]:
        """Correct and leave the word if its end is sure; ``sure`` says that it is in any case."""
        typed = _typed(self._open)
        sure = sure or self._is_too_long() or self._foreign
        decoder = None if self._foreign or not typed.strip() else self._decoder()
        if len(self._open) > _LONGEST or not self._raw.text.endswith(typed):
            decoder = None
        if decoder is None:
            if sure or typed.strip():
                self._leave(typed)
            return []
        meant = self._meant(decoder, typed, sure=sure)
        if meant is None:
            return []
        self._leave(meant)
        if meant == typed:
            return []
        edit = _smallest_edit(typed, meant, t_s)
        self._raw.apply(edit)
        return [edit]

    def _is_too_long(self) -> bool:
        spaces = sum(press.observation.typed == " " for press in self._open)
        return spaces > _MOST_SPACES or len(self._open) > _MOST_PRESSES

    def _meant(self, decoder: WordDecoder, typed: str, *, sure: bool) -> str | None:
        """What the open presses should write; None while their end is doubtful."""
        core = typed.rstrip("\n\t")
        ending = typed[len(core) :]
        readings = decoder.decode(self._observations(typed), self._context)
        if not readings:
            return typed if sure else None
        shares = probabilities(readings)
        ended = sum(p for text, p in shares if text.endswith(" ") and text.strip())
        if not sure and ended < SURE_END:
            return None
        return least_errors(shares, core) + ending

    def _observations(self, typed: str) -> list[Observation]:
        """What the search takes in: presses in the order of contact, which may not be that of
        their arrival, without the enter or tab at the end."""
        presses = list(self._open)
        while presses and presses[-1].observation.typed in {"\n", "\t"}:
            presses.pop()
        presses.sort(key=lambda press: press.t_s)
        fixed, digits = protect(presses)
        found = [
            replace(observation, fixed=n in fixed, digit=n in digits)
            for n, observation in enumerate(doubted(presses))
        ]
        before = self._raw.text[: len(self._raw.text) - len(typed)]
        if found and found[0].typed == " " and before.endswith(" "):
            # Some people put two spaces behind a sentence.
            found[0] = replace(found[0], repeats=True, fixed=self._context.starts)
        return found

    def _leave(self, written: str) -> None:
        """Go on behind this text."""
        self._note_capitals()
        self._open = []
        self._foreign = bool(written) and not written[-1].isspace()
        words = written.split()
        if not words:
            self._context = replace(self._context, starts=self._context.starts or "\n" in written)
            return
        last = words[-1]
        ends = last.rstrip(")\"'")[-1:] in SENTENCE_ENDS
        core = last.strip(_PUNCTUATION).lower()
        is_word = not ends and all(c.isalpha() or c == "'" for c in core)
        self._context = self._context_after(core if is_word else "", starts=ends or "\n" in written)

    def _note_capitals(self) -> None:
        """Learn whether this person begins sentences with capitals."""
        first = next((p.observation for p in self._open if p.observation.typed.isalpha()), None)
        if self._context.starts and first is not None:
            self._capitals += first.upper
            self._starts += 1


def _typed(presses: list[Seen]) -> str:
    """What these presses wrote, in the order in which they came."""
    written: list[str] = []
    for press in presses:
        if press.erases:
            del written[-1:]
        elif press.observation.typed:
            written.append(press.observation.typed)
    return "".join(written)


def _smallest_edit(old: str, new: str, t_s: float) -> TextEdit:
    """The edit at the end of the text that keeps the beginning both have in common."""
    common = 0
    while common < min(len(old), len(new)) and old[common] == new[common]:
        common += 1
    return TextEdit(t_s, len(old) - common, new[common:], correction=True)
