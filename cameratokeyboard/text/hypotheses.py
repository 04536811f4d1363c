"""What the beam search goes out from, keeps and returns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cameratokeyboard.text.casing import UNSEEN
from cameratokeyboard.text.grammar import State
from cameratokeyboard.text.observation import Observation

#: Stands for a letter that a later backspace takes away: which one it was says nothing.
TAKEN_BACK = "\0"


@dataclass(frozen=True)
class Context:
    """What stands before the presses. previous: up to two words, the nearer last. starts: a
    sentence begins. at_start: how often this person begins a sentence with a capital. missed: how
    many times the usual share of presses is not seen.
    """

    previous: str = ""
    starts: bool = False
    at_start: float = 0.9
    missed: float = 1.0


@dataclass(frozen=True)
class Decoded:
    """A reading. log_p is comparable among the readings of the same presses only."""

    text: str
    log_p: float


class Hypothesis(NamedTuple):
    score: float  # all of it, with the language's view of the unfinished word
    touch: float  # log probability of the presses given the text
    language: float  # log probability of what is finished
    text: str
    shifts: str  # a mark for each character, see casing.py
    state: State


Beam = dict[str, Hypothesis]


class Grown:
    """A beam that grows: the best hypothesis of each text, within reach of the best of all."""

    def __init__(self, beam: Beam, reach: float, best: float = -math.inf) -> None:
        self.beam = beam
        self.added: list[Hypothesis] = []
        self._reach = reach
        self._best = max([best, *(h.score for h in beam.values())])

    def reaches(self, score: float) -> bool:
        return score >= self._best - self._reach

    def add(self, new: Hypothesis) -> None:
        if not self.reaches(new.score):
            return
        old = self.beam.get(new.text)
        if old is None or new.score > old.score:
            self.beam[new.text] = new
            self.added.append(new)
            self._best = max(self._best, new.score)


def marked(old: Hypothesis, cost: float) -> Hypothesis:
    """With a letter that is taken back later."""
    return old._replace(
        score=old.score + cost,
        touch=old.touch + cost,
        text=old.text + TAKEN_BACK,
        shifts=old.shifts + UNSEEN,
    )


def taken_back_of(presses: Sequence[Observation]) -> list[int]:
    """How many characters are erased later, before each press and behind the last."""
    counts = [0] * (len(presses) + 1)
    for n in range(len(presses) - 1, -1, -1):
        counts[n] = counts[n + 1] + 1 if presses[n].erases else max(0, counts[n + 1] - 1)
    return counts
