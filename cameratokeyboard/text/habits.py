"""What an editor learns of a person while they type."""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein

#: Sentences taken to have begun with a capital, and without, before any was seen.
_CAPITALS, _SMALL = 7, 1
#: Presses missed among ordinary ones: one camera and hand misses a hundredth, another a tenth. So
#: many misses are taken for granted before any was seen.
_USUALLY_MISSED, _GRANTED = 0.03, 1.5
#: Bounds of the factor that is learned.
_FEWEST, _MOST = 0.4, 4.0


class Habits:
    """Capitals at the start of sentences, and how many presses are not seen."""

    def __init__(self) -> None:
        self._capitals, self._starts = _CAPITALS, _CAPITALS + _SMALL
        self._restored, self._expected = _GRANTED, _GRANTED

    @property
    def at_start(self) -> float:
        """Share of sentences that begin with a capital."""
        return self._capitals / self._starts

    @property
    def missed(self) -> float:
        """How many times the usual share of presses is missed."""
        return min(max(self._restored / self._expected, _FEWEST), _MOST)

    def note_start(self, capital: bool) -> None:
        """Take in how a sentence began."""
        self._capitals += capital
        self._starts += 1

    def note_correction(self, typed: str, meant: str) -> None:
        """Take in what became of the words typed."""
        edits = Levenshtein.editops(typed, meant)
        self._restored += sum(edit.tag == "insert" for edit in edits)
        self._expected += _USUALLY_MISSED * len(typed)
