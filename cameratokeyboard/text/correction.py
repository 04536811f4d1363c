"""An editor that corrects each word once its end is sure and leaves the rest as it was typed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from cameratokeyboard.datatypes import KeyPress, Layout, TextEdit
from cameratokeyboard.text.beam import WordDecoder
from cameratokeyboard.text.doubt import doubted
from cameratokeyboard.text.editor import RawEditor
from cameratokeyboard.text.grammar import A_NUMBER, SENTENCE_ENDS, joined
from cameratokeyboard.text.habits import Habits
from cameratokeyboard.text.hypotheses import Context
from cameratokeyboard.text.observation import Observation, Observer, Seen
from cameratokeyboard.text.posterior import least_errors, probabilities
from cameratokeyboard.text.protection import protect
from cameratokeyboard.text.rhythm import Rhythm
from cameratokeyboard.text.stretch import Stretch, words_of
from cameratokeyboard.text.trigrams import SENTENCE_START

#: A space ends the word when readings that end with it have this much probability; until then
#: the word stays open, and what follows is read with it.
SURE_END = 0.99
#: No word stays open for longer than so many spaces and presses.
_MOST_SPACES, _MOST_PRESSES = 4, 48
#: More presses than this are no words of any language here.
_LONGEST = 120
#: So many words may be gone back into by backspaces.
_REOPENED = 3
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


class CorrectingEditor:
    """Raw text at once; behind each space at most one edit of the word it ends.

    A word is left when a space ends it for certain, and always by tab or enter. While its end is
    doubtful (a false space inside of a word, a word that makes no sense by itself) it stays open
    together with what follows: its best reading so far is shown, and may change with the next
    word's. Numbers and addresses stay as typed.

    Who goes back into a word by backspaces opens it again; nothing else touches what was left. A
    backspace right behind a correction brings back what was typed, and it stays unless it is
    changed. Further back, the corrected word stands and is changed as it stands; only if that
    leaves a word that makes no sense are its presses read anew.

    raw: the editor that holds the text. layout: gives the characters of keys. decoder: called when
    first needed; returns None while the language is still loading, then the word stays as typed.
    """

    def __init__(
        self, raw: RawEditor, layout: Layout, decoder: Callable[[], WordDecoder | None]
    ) -> None:
        self._raw = raw
        self._decoder = decoder
        self._observer = Observer(layout)
        self._rhythm = Rhythm()
        self._habits = Habits()
        self._foreign = False  # the word began before what is remembered of it
        self._open = Stretch(self._context_after(SENTENCE_START, starts=True))
        self._just_left = False
        self._left: deque[Stretch] = deque(maxlen=_REOPENED)

    @property
    def text(self) -> str:
        """The whole text."""
        return self._raw.text

    def press(self, press: KeyPress) -> list[TextEdit]:
        """Apply one press: its own edit first, then the correction of a word it ended."""
        edits = self._raw.press(press)
        seen = self._observer.see(press)
        if seen is not None and not press.repeat:
            self._rhythm.note(press.t_s)
        just_left, self._just_left = self._just_left, False
        if any(edit.delete for edit in edits):
            return edits + self._erased(seen, edits[0].delete, press.t_s, just_left)
        if not edits and (seen is None or seen.erases):
            return edits
        if seen is None or (not self._open.presses and self._is_indent(press.text)):
            return edits
        self._open.presses.append(seen)
        self._open.written += press.text if edits else ""
        if not edits or not press.text.isspace():
            return edits
        return edits + self._end_word(press.t_s, sure=press.text != " ")

    def advance(self, now_s: float) -> list[TextEdit]:
        """Nothing happens by the passing of time alone: a pause may be one within a word."""
        return self._raw.advance(now_s)

    def finish(self, now_s: float) -> list[TextEdit]:
        """Correct the last word, which no space has ended."""
        return self._end_word(now_s, sure=True)

    def _erased(
        self, seen: Seen | None, length: int, t_s: float, just_left: bool
    ) -> list[TextEdit]:
        """Corrections after a backspace, which may have gone back into the word before."""
        if seen is not None and not self._open.written and self._left:
            before = self._left.pop()
            before.returned = not just_left and before.written != before.typed
            before.presses += self._open.presses
            self._open = before
        standing = self._open.written
        if seen is None or not standing or not self._raw.text.endswith(standing[:-length]):
            self._reach_back()
            return []
        edits = self._open.erase(seen, length, t_s)
        for edit in edits:
            self._raw.apply(edit)
        if not self._open.written:
            self._open = Stretch(self._open.context, seen.t_s)
        return edits

    def _reach_back(self) -> None:
        """A backspace went into a word that has been left for good: hands off it."""
        self._left.clear()
        self._foreign = bool(self._raw.text) and not self._raw.text[-1].isspace()
        self._open = Stretch(self._context_after("", starts=False))

    def _context_after(self, word: str, *, starts: bool) -> Context:
        return Context(word, starts, self._habits.at_start, self._habits.missed)

    def _is_indent(self, text: str) -> bool:
        """Whether this is a space at the start of a line, where as many belong as are typed."""
        before = self._raw.text[: len(self._raw.text) - len(text)]
        line = before.rpartition("\n")[2]
        return text == " " and not line.strip()

    def _end_word(self, t_s: float, *, sure: bool) -> list[TextEdit]:
        """Correct the word and leave it if its end is sure; ``sure``: it is in any case."""
        word = self._open
        typed = word.typed
        sure = sure or self._is_too_long() or self._foreign
        stays = self._foreign or not typed.strip() or words_of(typed) == word.kept
        decoder = None if stays else self._decoder()
        if len(word.presses) > _LONGEST or not self._raw.text.endswith(word.written):
            decoder = None
        if decoder is None:
            if sure or typed.strip():
                self._leave()
            return []
        if word.returned and _makes_sense(word.written, decoder):
            self._leave()
            return []
        meant, ended = self._meant(decoder, typed, goes_on=not sure)
        if not (sure or ended >= SURE_END) and not meant.endswith(" "):
            return []
        edits = word.write(meant, t_s)
        for edit in edits:
            self._raw.apply(edit)
        if sure or ended >= SURE_END:
            self._habits.note_correction(typed, meant)
            self._leave()
        return edits

    def _is_too_long(self) -> bool:
        spaces = sum(press.observation.typed == " " for press in self._open.presses)
        return spaces > _MOST_SPACES or len(self._open.presses) > _MOST_PRESSES

    def _meant(self, decoder: WordDecoder, typed: str, *, goes_on: bool) -> tuple[str, float]:
        """What the open presses should write, and how probable it is that a word ends there."""
        core = typed.rstrip("\n\t")
        readings = decoder.decode(self._observations(), self._open.context, goes_on=goes_on)
        if not readings:
            return typed, 0.0
        shares = probabilities(readings)
        ended = sum(p for text, p in shares if text.endswith(" ") and text.strip())
        return least_errors(shares, core) + typed[len(core) :], ended

    def _observations(self) -> list[Observation]:
        """What the search takes in: presses in the order of contact, which may not be that of
        their arrival, without the enter or tab at the end."""
        presses = list(self._open.presses)
        while presses and presses[-1].observation.typed in {"\n", "\t"}:
            presses.pop()
        presses.sort(key=lambda press: press.t_s)
        fixed, digits = protect(presses)
        found = [
            replace(observation, fixed=n in fixed, digit=n in digits)
            for n, observation in enumerate(doubted(presses, self._rhythm, self._open.before_s))
        ]
        before = self._raw.text[: len(self._raw.text) - len(self._open.written)]
        if found and found[0].typed == " " and before.endswith(" "):
            # Some people put two spaces behind a sentence.
            found[0] = replace(found[0], repeats=True, fixed=self._open.context.starts)
        return found

    def _leave(self) -> None:
        """Go on behind the open word."""
        self._note_capitals()
        word = self._open
        last_s = word.presses[-1].t_s if word.presses else word.before_s
        self._foreign = bool(word.written) and not word.written[-1].isspace()
        self._open = Stretch(self._context_behind(word), last_s)
        if word.written.endswith(" ") and not self._foreign:
            self._left.append(word)
            self._just_left = True
        else:
            self._left.clear()

    def _context_behind(self, left: Stretch) -> Context:
        previous, starts = left.context.previous, left.context.starts
        for word in left.written.split():
            core = words_of(word).lower()
            is_word = all(c.isalpha() or c == "'" for c in core)
            starts = word.rstrip(")\"'")[-1:] in SENTENCE_ENDS
            previous = joined(previous, core) if is_word else A_NUMBER if core.isdigit() else ""
            if starts:
                previous = SENTENCE_START
        if "\n" in left.written:
            previous, starts = SENTENCE_START, True
        return self._context_after(previous, starts=starts)

    def _note_capitals(self) -> None:
        """Learn whether this person begins sentences with capitals."""
        first = next(
            (p.observation for p in self._open.presses if p.observation.typed.isalpha()), None
        )
        if self._open.context.starts and first is not None:
            self._habits.note_start(first.upper)


def _makes_sense(text: str, decoder: WordDecoder) -> bool:
    """Whether all words of a text are plausible, or are none."""
    return all(decoder.is_plausible(word) for word in _WORD.findall(text.lower()))
