"""Beam search for the word a person meant, given what each press may have been."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cameratokeyboard.text.language import LanguageModel


@dataclass(frozen=True)
class BeamSettings:
    """What the search believes of the presses.

    width: hypotheses kept. language_weight: how much the language counts against the touch (1 is
    Bayes' rule with independent errors; less, since touches of one person err together).
    missed: probability that a press was not seen. dropped_cost: factor on a press's own doubt, the
    price of taking it for no press at all. split: probability that an unseen press was a space.
    floor: probability of a key far from the touch.
    """

    width: int = 48
    language_weight: float = 0.8
    missed: float = 0.04
    dropped_cost: float = 0.03
    split: float = 0.03
    floor: float = 1e-5


@dataclass(frozen=True)
class Observation:
    """One press: probabilities of characters, and the confidence that it was a press at all."""

    characters: Mapping[str, float]
    confidence: float


@dataclass(frozen=True)
class Decoded:
    """A reading of a token. log_p is comparable among the readings of one token only."""

    text: str
    log_p: float


@dataclass(frozen=True)
class _Hypothesis:
    done: str  # words before a restored space, with the space
    word: str
    touch: float  # log probability of the presses given the characters
    language: float  # log probability of the finished words
    previous: str


class WordDecoder:
    """Decodes one token at a time; tokens are short, so each is searched afresh."""

    def __init__(self, model: LanguageModel, settings: BeamSettings | None = None) -> None:
        self._model = model
        self._settings = settings or BeamSettings()

    def decode(self, presses: Sequence[Observation], previous: str = "") -> list[Decoded]:
        """Readings of these presses after the word ``previous``, the most probable first.

        A reading has lower-case letters and apostrophes, and a space where one was not seen.
        """
        if not presses:
            return []
        beam = {("", ""): _Hypothesis("", "", 0.0, 0.0, previous)}
        for press in presses:
            beam = self._prune(self._missed(beam))
            beam = self._prune(self._extend(beam, press))
        beam = self._prune(self._missed(beam))
        readings: dict[str, float] = {}
        for hypothesis in beam.values():
            if not hypothesis.word:
                continue
            text = hypothesis.done + hypothesis.word
            readings[text] = max(readings.get(text, -math.inf), self._final(hypothesis))
        ranked = sorted(readings.items(), key=lambda item: (-item[1], item[0]))
        return [Decoded(text, log_p) for text, log_p in ranked]

    def score(self, text: str, presses: Sequence[Observation], previous: str = "") -> float:
        """Log probability of reading the presses one by one as ``text``, on decode's scale."""
        reading = _Hypothesis("", "", 0.0, 0.0, previous)
        for press, character in zip(presses, text, strict=True):
            sure = math.log(max(press.confidence, self._settings.floor))
            touch = reading.touch + sure + self._letter(press, character)
            if character == " ":
                reading = self._split(reading, touch)
            else:
                word = reading.word + character
                reading = replace(reading, word=word, touch=touch)
        return self._final(reading)

    def _extend(
        self, beam: Mapping[tuple[str, str], _Hypothesis], press: Observation
    ) -> dict[tuple[str, str], _Hypothesis]:
        grown: dict[tuple[str, str], _Hypothesis] = {}
        confidence = min(max(press.confidence, self._settings.floor), 1 - self._settings.floor)
        drop = math.log((1 - confidence) * self._settings.dropped_cost)
        seen = math.log(confidence)
        letters = [(c, math.log(p)) for c, p in press.characters.items() if p > 0]
        for old in beam.values():
            _keep(
                grown, _Hypothesis(old.done, old.word, old.touch + drop, old.language, old.previous)
            )
            for character, log_p in letters:
                touch = old.touch + seen + log_p
                if character in self._model.alphabet:
                    _keep(
                        grown,
                        _Hypothesis(
                            old.done, old.word + character, touch, old.language, old.previous
                        ),
                    )
                elif character == " " and old.word:
                    _keep(grown, self._split(old, touch))
        return grown

    def _missed(
        self, beam: Mapping[tuple[str, str], _Hypothesis]
    ) -> dict[tuple[str, str], _Hypothesis]:
        """The beam, and what it becomes if one press was not seen at this place."""
        grown = dict(beam)
        letter_cost = math.log(self._settings.missed)
        space_cost = math.log(self._settings.split)
        for old in beam.values():
            if self._model.knows(old.word):
                _keep(grown, self._split(old, old.touch + space_cost))
            for character in self._model.alphabet:
                # Only towards known words: a missed letter of an unknown word cannot be told.
                if self._model.continues(old.word + character):
                    touch = old.touch + letter_cost
                    _keep(
                        grown,
                        _Hypothesis(
                            old.done, old.word + character, touch, old.language, old.previous
                        ),
                    )
        return grown

    def _split(self, old: _Hypothesis, touch: float) -> _Hypothesis:
        language = old.language + self._model.word_log_p(old.word, old.previous)
        return _Hypothesis(old.done + old.word + " ", "", touch, language, old.word)

    def _prune(
        self, beam: Mapping[tuple[str, str], _Hypothesis]
    ) -> dict[tuple[str, str], _Hypothesis]:
        if len(beam) <= self._settings.width:
            return dict(beam)
        ranked = sorted(
            beam.items(),
            key=lambda item: (-self._running(item[1]), item[0]),
        )
        return dict(ranked[: self._settings.width])

    def _running(self, h: _Hypothesis) -> float:
        language = h.language + self._model.prefix_log_p(h.word)
        return h.touch + self._settings.language_weight * language

    def _final(self, h: _Hypothesis) -> float:
        language = h.language + self._model.word_log_p(h.word, h.previous)
        return h.touch + self._settings.language_weight * language

    def _letter(self, press: Observation, character: str) -> float:
        return math.log(max(press.characters.get(character, 0.0), self._settings.floor))


def _keep(beam: dict[tuple[str, str], _Hypothesis], new: _Hypothesis) -> None:
    key = (new.done, new.word)
    old = beam.get(key)
    if old is None or new.touch + new.language > old.touch + old.language:
        beam[key] = new
