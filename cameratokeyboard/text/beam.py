"""Beam search for the text a person meant, given what each press may have been."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cameratokeyboard.text.casing import LOWER, UNSEEN, UPPER, Usage, with_capitals
from cameratokeyboard.text.grammar import BEHIND, OTHER, START, WORD, State, end, step
from cameratokeyboard.text.hypotheses import (
    TAKEN_BACK,
    Beam,
    Context,
    Decoded,
    Grown,
    Hypothesis,
    marked,
    taken_back_of,
)
from cameratokeyboard.text.language import LanguageModel
from cameratokeyboard.text.observation import Observation
from cameratokeyboard.text.rhythm import missed_lift

#: So many readings get their capitals; those behind them have next to no probability.
_CASED = 24
#: Log probability of a word that people write once in a few million words.
_PLAUSIBLE = math.log(3e-7)
#: A pair of letters is tried the other way round only where both are at least this probable.
_SWAPPED = math.log(0.13)


@dataclass(frozen=True)
class BeamSettings:
    """What the search believes of the presses; chosen on validation people.

    width: hypotheses kept; reach: those that are less probable than the best by this log factor
    are dropped, missed_reach: nor is a missed press tried from them. language_weight: how much the
    language counts against the touch (1 is Bayes' rule with independent errors; less, since
    touches of one person err together). missed, missed_space, missed_again: probability that a
    press was not seen, that a space was not, factor on the second one in a row. missed_back: the
    same among letters that were taken back. dropped: share of false presses on an ordinary key,
    against all that could be meant there. repeated: share of presses that only repeat their
    neighbour. swapped: share of letters struck in the wrong order. unmeant_repeat: share of
    letters repeated by holding that nobody meant.
    """

    width: int = 24
    reach: float = 9.0
    missed_reach: float = 9.0
    language_weight: float = 0.8
    missed: float = 0.03
    missed_space: float = 0.06
    missed_again: float = 0.6
    missed_back: float = 0.04
    dropped: float = 0.03
    repeated: float = 0.004
    swapped: float = 0.004
    unmeant_repeat: float = 0.9


class WordDecoder:
    """Decodes the presses of a word, or of a few whose ends are doubtful.

    Presses that were decoded before, as when one more has come, are not searched again.
    """

    def __init__(self, model: LanguageModel, settings: BeamSettings | None = None) -> None:
        self._model = model
        self._settings = settings or BeamSettings()
        self._known: list[object] = []
        self._missed = 0.0
        self._steps: list[tuple[Beam, Beam]] = []

    def decode(
        self,
        presses: Sequence[Observation],
        context: Context | None = None,
        *,
        goes_on: bool = False,
    ) -> list[Decoded]:
        """Readings of these presses, the most probable first.

        goes_on: more may follow, so that the last word may be the beginning of a longer one.
        """
        if not presses:
            return []
        context = context or Context()
        self._advance(presses, context)
        # What was not seen behind the space that ends a word belongs to the next.
        ended = presses[-1].fixed or presses[-1].typed == " "
        last = self._with_missed(self._steps[-1][0], 0, not ended)
        weight = self._settings.language_weight
        final = sorted(
            (
                (
                    h.score
                    if goes_on
                    else h.touch + weight * (h.language + end(self._model, h.state)),
                    h.text,
                    h.shifts,
                )
                for h in last
                if TAKEN_BACK not in h.text
            ),
            reverse=True,
        )
        usage = Usage(context.starts, context.at_start, self._model.capitals, self._model.knows)
        readings: dict[str, float] = {}
        for score, text, shifts in final[:_CASED]:
            cased, log_p = with_capitals(text, shifts, usage)
            readings[cased] = max(readings.get(cased, -math.inf), score + log_p)
        ranked = sorted(readings.items(), key=lambda item: (-item[1], item[0]))
        return [Decoded(text, log_p) for text, log_p in ranked]

    def is_plausible(self, word: str) -> bool:
        """Whether this lower-case word is one that people write now and then."""
        return self._model.knows(word) and self._model.word_log_p(word) > _PLAUSIBLE

    def _advance(self, presses: Sequence[Observation], context: Context) -> None:
        """Search on from the first press that differs from those of the last call."""
        taken_back = taken_back_of(presses)
        wanted: list[object] = [(context.previous, context.missed)]
        self._missed = math.log(context.missed)
        # A step looks at its press, at the one behind it and at what is taken back later.
        following = [*presses[1:], None]
        wanted += [
            (press, after, taken_back[n : n + 2])
            for n, (press, after) in enumerate(zip(presses, following, strict=True))
        ]
        same = 0
        while same < min(len(wanted), len(self._known)) and wanted[same] == self._known[same]:
            same += 1
        if same == 0:
            start = Hypothesis(0.0, 0.0, 0.0, "", "", State("", context.previous, START))
            self._steps = [({"": start}, {})]
        self._known = wanted
        del self._steps[max(same, 1) :]
        for n in range(len(self._steps) - 1, len(presses)):
            here, next_partial = self._steps[n]
            press, after = presses[n], following[n]
            free = not (press.fixed and (n == 0 or presses[n - 1].fixed))
            beam = self._with_missed(here, taken_back[n], free, press.pace)
            grown = Grown(dict(next_partial), self._settings.reach)
            later = Grown({}, self._settings.reach)
            dropped = self._drop(press)
            for hypothesis in beam:
                self._extend(hypothesis, press, dropped, grown, taken_back[n + 1])
            if after is not None and not taken_back[n] and _may_swap(press, after):
                self._swap(beam, press, after, later)
            self._steps.append((grown.beam, later.beam))

    def _extend(
        self,
        old: Hypothesis,
        press: Observation,
        dropped: float,
        grown: Grown,
        taken_back: int,
    ) -> None:
        """Add what ``old`` becomes by one press, or with log P ``dropped`` by none."""
        if press.fixed or press.digit:
            for character in press.typed:
                old = self._append(old, character, 0.0, _shift(press, character))
            grown.add(old)
            return
        sure = math.log(1 - self._settings.unmeant_repeat if press.held else press.confidence)
        grown.add(self._touched(old, dropped, taken_back))
        if press.erases:
            if (shorter := self._erase(old)) is not None:
                grown.add(self._touched(shorter, sure + math.log(press.erases)))
        elif taken_back:
            grown.add(marked(old, sure))
            return
        if press.silent:
            grown.add(self._touched(old, sure + math.log(press.silent)))
        for character, log_p in press.letters:
            cost = sure + log_p
            if not grown.reaches(old.score + cost):
                break
            grown.add(self._append(old, character, cost, _shift(press, character)))

    def _drop(self, press: Observation) -> float:
        """Log probability that this was no press."""
        rule = self._settings
        if press.held:
            return math.log(rule.unmeant_repeat)
        share = (1 - press.confidence) * rule.dropped * press.spread
        return math.log(share + (rule.repeated if press.repeats else 0.0))

    def _append(self, old: Hypothesis, character: str, cost: float, shift: str) -> Hypothesis:
        gained, state = step(self._model, old.text, old.state, character)
        return self._scored(
            old.touch + cost,
            old.language + gained,
            old.text + character,
            old.shifts + shift,
            state,
        )

    def _scored(
        self,
        touch: float,
        language: float,
        text: str,
        shifts: str,
        state: State,
        taken_back: int = 0,
    ) -> Hypothesis:
        open_word = 0.0
        if state.phase == WORD:
            word = state.word[: len(state.word) - taken_back] if taken_back else state.word
            open_word = self._model.prefix_log_p(word, state.previous) if word else 0.0
        score = touch + self._settings.language_weight * (language + open_word)
        return Hypothesis(score, touch, language, text, shifts, state)

    def _touched(self, old: Hypothesis, cost: float, taken_back: int = 0) -> Hypothesis:
        if taken_back:
            return self._scored(old.touch + cost, *old[2:], taken_back=taken_back)
        return old._replace(score=old.score + cost, touch=old.touch + cost)

    def _erase(self, old: Hypothesis) -> Hypothesis | None:
        """The hypothesis without its last character."""
        if not old.text:
            return None
        text, shifts = old.text[:-1], old.shifts[:-1]
        word = old.state.word
        if old.text[-1] == TAKEN_BACK or len(word) > 1:
            kept = word if old.text[-1] == TAKEN_BACK else word[:-1]
            state = old.state._replace(word=kept)
            return self._scored(old.touch, old.language, text, shifts, state)
        previous = self._steps[0][0][""].state.previous
        shorter = Hypothesis(0.0, old.touch, 0.0, "", "", State("", previous, START))
        for character, shift in zip(text, shifts, strict=True):
            shorter = self._append(shorter, character, 0.0, shift)
        return shorter

    def _swap(
        self,
        beam: Sequence[Hypothesis],
        press: Observation,
        after: Observation,
        grown: Grown,
    ) -> None:
        """Add what the beam becomes if two letters were struck in the wrong order."""
        cost = math.log(self._settings.swapped * press.confidence * after.confidence)
        likely = [pair for pair in press.letters[:2] if pair[1] > _SWAPPED]
        likely_after = [pair for pair in after.letters[:2] if pair[1] > _SWAPPED]
        for old in beam:
            if not grown.reaches(old.score + cost):
                break
            for second, log_p in likely:
                for first, log_p_after in likely_after:
                    if first != second:
                        both = cost + log_p + log_p_after
                        one = self._append(old, first, both, _shift(after, first))
                        grown.add(self._append(one, second, 0.0, _shift(press, second)))

    def _with_missed(
        self, beam: Beam, taken_back: int, free: bool, pace: float | None = None
    ) -> list[Hypothesis]:
        """The best of a beam, and what they become if presses were not seen here."""
        rule = self._settings
        kept = sorted(beam.values(), reverse=True)[: rule.width]
        kept = [h for h in kept if h.score >= kept[0].score - rule.reach]
        if not kept or not free:
            return kept
        grown = Grown({h.text: h for h in kept}, rule.missed_reach, kept[0].score)
        if taken_back:
            for old in kept:
                grown.add(
                    marked(old, math.log(rule.missed_back) + self._missed + missed_lift(pace))
                )
            return sorted(grown.beam.values(), reverse=True)
        layer: list[Hypothesis] = kept
        for count in (1, 2):
            lift = self._missed + missed_lift(pace, count)
            if count == 2:
                lift += math.log(rule.missed_again) - missed_lift(pace, 1)
            before = len(grown.added)
            for old in layer:
                self._miss(old, lift, grown)
            layer = grown.added[before:]
        return sorted(grown.beam.values(), reverse=True)

    def _miss(self, old: Hypothesis, lift: float, grown: Grown) -> None:
        """Add what ``old`` becomes by one press that was not seen."""
        state, weight = old.state, self._settings.language_weight
        space = math.log(self._settings.missed_space) + lift
        cost = math.log(self._settings.missed) + lift
        ends = state.phase == BEHIND or (state.phase == OTHER and old.text[-1:].isdigit())
        ends = ends or (state.phase == WORD and self._model.knows(state.word))
        if ends and grown.reaches(old.score + space):
            grown.add(self._append(old, " ", space, UNSEEN))
        if state.phase not in (WORD, START) or not grown.reaches(old.score + cost):
            return
        for letter, log_p in self._model.continuations(state.word):
            # Pairs of words make a letter more probable than it is by itself, at times.
            if not grown.reaches(old.score + cost + weight * log_p + 1.0):
                break
            if state.word or letter != "'":
                grown.add(self._append(old, letter, cost, UNSEEN))


def _shift(press: Observation, character: str) -> str:
    if not character.isalpha():
        return UNSEEN
    return UPPER if press.upper else LOWER


def _may_swap(press: Observation, after: Observation) -> bool:
    return not any(p.erases or p.fixed or p.digit for p in (press, after))
