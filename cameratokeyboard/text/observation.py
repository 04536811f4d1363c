"""What a press may have been: characters with probabilities, a doubt, or a key that writes none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cameratokeyboard.datatypes import KeyPress, Layout
from cameratokeyboard.text.editor import SHORTCUT_MODIFIERS

#: Share of presses that land on a key that touch and aim do not explain (slips of the mind, names
#: of fingers exchanged). They spread around the key seen with an SD of so many key pitches.
_SLIP, _SLIP_PITCHES = 0.02, 1.0
#: Exponent on the probabilities of keys, which are too even on people who were not trained on.
_SHARPNESS = 1.8
#: Share of presses with shift, and without, whose shift was seen the other way round, for keys that
#: write no letters (letters: casing.py).
_SHIFT_MISSED, _SHIFT_FALSE = 0.1, 0.02
#: Characters less probable than this are not worth the search's time.
_LEAST = 3e-5
#: A key that writes nothing and is at least this probable was meant.
_SURELY_SILENT = 0.95
#: A press of caps lock or of a shortcut's modifier below this probability of its key was probably
#: meant for a letter beside it.
_SURE_LOCK, _SURE_CHORD = 0.9, 0.5
#: Signs, beside letters, of which nobody wants a row by holding the key (but of "-", ".", "!").
_NEVER_HELD = frozenset(",;:'")
#: A confidence says no more than this about a press, either way.
_SUREST = 0.9995


@dataclass(frozen=True)
class Observation:
    """One press as the search sees it.

    characters: probability by character, letters in lower case. confidence: that it was a press at
    all. typed: what it wrote. upper: whether letters came with shift. erases: probability that it
    was backspace, 0 where it was not seen as that. silent: probability of a key that writes
    nothing. spread: how often false presses fall on this key, 1 for a key like any other.
    repeats: its key is that of the press before or after it. held: a held key repeats, one that
    nobody holds for that. pace: log of the interval before it over the person's usual one, None
    where that is unknown. fixed: it stays as typed; digit: so
    does it, but spaces may be restored beside it.
    """

    characters: Mapping[str, float]
    confidence: float
    typed: str = ""
    upper: bool = False
    erases: float = 0.0
    silent: float = 0.0
    spread: float = 1.0
    repeats: bool = False
    held: bool = False
    pace: float | None = None
    fixed: bool = False
    digit: bool = False

    @cached_property
    def letters(self) -> list[tuple[str, float]]:
        """Characters with their log probabilities, the most probable first."""
        found = [(c, math.log(p)) for c, p in self.characters.items() if p > 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


@dataclass(frozen=True)
class Seen:
    """A press that the text editor took in. own: probability of the key that was taken."""

    t_s: float
    key: str
    confidence: float
    own: float
    observation: Observation

    @property
    def erases(self) -> bool:
        """Whether it was taken for backspace."""
        return self.observation.erases > 0


@dataclass
class Observer:
    """Turns presses into observations on one layout.

    Keeps whether caps lock was probably switched by mistake, and how sure the last shortcut's
    modifier was.
    """

    layout: Layout
    _caps_mistaken: bool = False
    _chord: float = 1.0
    _near: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    _spread: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [key.name for key in self.layout.keys]
        centres = self.layout.centres_mm()
        pitch = float(np.median(self.layout.sizes_mm()))
        steps = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1)) / pitch
        weight = np.exp(-0.5 * (steps / _SLIP_PITCHES) ** 2)
        shares = _SLIP * weight / weight.sum(axis=1, keepdims=True)
        self._near = {
            name: [(n, float(p)) for n, p in zip(names, row, strict=True) if p > _LEAST]
            for name, row in zip(names, shares, strict=True)
        }
        self._spread = _false_spread(self.layout)

    def see(self, press: KeyPress) -> Seen | None:
        """The press as seen, None where it neither writes nor may have been meant to."""
        key = self.layout.by_name.get(press.key)
        candidates = press.candidates or ((press.key, 1.0),)
        own = max(candidates[0][1], _LEAST)
        if key is not None and key.role == "caps":
            self._caps_mistaken ^= own < _SURE_LOCK
        if key is not None and key.role in SHORTCUT_MODIFIERS:
            self._chord = own
        if press.modifiers & SHORTCUT_MODIFIERS and self._chord > _SURE_CHORD:
            return None
        characters, erases, silent = self._read(press, candidates)
        is_erasing = press.key == "backspace" or (key is not None and key.role == "backspace")
        writes = key is None or key.role in {"char", "space"} or bool(press.text)
        if not writes and not is_erasing and silent > _SURELY_SILENT:
            return None
        sure = min(max(press.confidence / own, 1 - _SUREST), _SUREST)
        observation = Observation(
            characters,
            sure,
            typed="" if is_erasing else press.text,
            upper=self._shifted(press),
            erases=max(erases, _LEAST) if is_erasing else 0.0,
            silent=0.0 if writes or is_erasing else silent,
            spread=self._spread.get(press.key, 1.0),
            held=press.repeat and (press.text.isalpha() or press.text in _NEVER_HELD),
        )
        return Seen(press.t_s, press.key, sure, own, observation)

    def _shifted(self, press: KeyPress) -> bool:
        if self._caps_mistaken or not press.text.isalpha():
            return "shift" in press.modifiers
        return press.text.isupper()

    def _read(
        self, press: KeyPress, candidates: tuple[tuple[str, float], ...]
    ) -> tuple[dict[str, float], float, float]:
        """Probabilities of characters, of backspace and of keys that write nothing."""
        sharp = {name: p**_SHARPNESS for name, p in candidates}
        total = sum(sharp.values())
        shares = {name: (1 - _SLIP) * p / total for name, p in sharp.items()}
        for name, p in self._near.get(press.key, ()):
            shares[name] = shares.get(name, 0.0) + p
        shifted = "shift" in press.modifiers
        characters: dict[str, float] = {}
        erases = silent = 0.0
        for name, p in shares.items():
            key = self.layout.by_name.get(name)
            role = "char" if key is None else key.role
            if role == "backspace":
                erases += p
                continue
            if name == press.key and press.text:
                written = {press.text.lower() if press.text.isalpha() else press.text: p}
            elif role == "space":
                written = {" ": p}
            elif key is not None and role == "char" and key.legends[0]:
                written = _by_level(key.legends[0], key.legends[1], shifted, p)
            else:
                silent += p
                continue
            for character, share in written.items():
                characters[character] = characters.get(character, 0.0) + share
        kept = {c: p for c, p in characters.items() if p > _LEAST}
        return kept, erases, silent


def _by_level(plain: str, shifted: str, with_shift: bool, p: float) -> dict[str, float]:
    """What a key may have been meant to write; shift may have been seen wrongly."""
    if plain.isalpha() or not shifted:
        return {plain.lower(): p}
    wrong = _SHIFT_FALSE if with_shift else _SHIFT_MISSED
    here, other = (shifted, plain) if with_shift else (plain, shifted)
    return {here: p * (1 - wrong), other: p * wrong}


def _false_spread(layout: Layout) -> dict[str, float]:
    """How much more often than on other keys false presses fall on this one, by name.

    Of the false presses of validation people a quarter fell on the space bar, where thumbs rest,
    and on each key of the home row three times as many as on other keys.
    """
    rows = sorted({round(key.box[1], 3) for key in layout.keys})
    home = rows[-3] if len(rows) >= 3 else None
    return {
        key.name: 10.0 if key.role == "space" else 3.0 if round(key.box[1], 3) == home else 1.0
        for key in layout.keys
    }
