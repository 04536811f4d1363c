"""The figures of a run: what was found, what was right, how late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.scoring.events import Press, Recognised, Truth
from cameratokeyboard.scoring.pairing import pair
from cameratokeyboard.scoring.text import character_error_rate

#: Names of a five-row keyboard's rows, from the number row to the space row.
ROW_NAMES = ("digits", "top", "home", "bottom", "space")


@dataclass(frozen=True)
class Share:
    """Found of all; ``value`` is NaN when there was nothing to find."""

    found: int = 0
    total: int = 0

    @property
    def value(self) -> float:
        """found / total."""
        return self.found / self.total if self.total else float("nan")

    def __add__(self, other: Share) -> Share:
        return Share(self.found + other.found, self.total + other.total)


@dataclass(frozen=True)
class Score:
    """The figures of one or more runs.

    strict: pairs of the same key; timed: pairs by time alone; timed_right: those of them with the
    right key. latency_s: contact to emission of every recognised press. One value a run: cer_raw,
    of the raw text against what was pressed; cer_corrected, of the corrected text against what was
    meant (a slip that is mended is no error; where it is not known, against what was pressed);
    cer_corrected_pressed, of the corrected text against what was pressed.
    """

    true_presses: int
    recognised: int
    strict: int
    timed: int
    timed_right: int
    by_row: dict[str, Share] = field(default_factory=dict)
    by_finger: dict[str, Share] = field(default_factory=dict)
    latency_s: tuple[float, ...] = ()
    cer_raw: tuple[float, ...] = ()
    cer_corrected: tuple[float, ...] = ()
    cer_corrected_pressed: tuple[float, ...] = ()

    @property
    def precision(self) -> float:
        """Share of the recognised presses that are true, with the right key."""
        return Share(self.strict, self.recognised).value

    @property
    def recall(self) -> float:
        """Share of the true presses that were recognised with the right key."""
        return Share(self.strict, self.true_presses).value

    @property
    def strict_f1(self) -> float:
        """Harmonic mean of precision and recall; the right key is asked for."""
        return Share(2 * self.strict, self.recognised + self.true_presses).value

    @property
    def timed_f1(self) -> float:
        """The same by time alone; it flatters, see docs/design.md section 5."""
        return Share(2 * self.timed, self.recognised + self.true_presses).value

    @property
    def key_accuracy(self) -> float:
        """Share of right keys among the pairs by time alone."""
        return Share(self.timed_right, self.timed).value

    def latency(self, percentile: float) -> float:
        """Percentile of contact to emission in seconds, NaN without presses."""
        return float(np.percentile(self.latency_s, percentile)) if self.latency_s else float("nan")

    @property
    def cer(self) -> float:
        """Mean character error rate of the raw text."""
        return float(np.mean(self.cer_raw)) if self.cer_raw else float("nan")

    @property
    def corrected_cer(self) -> float:
        """Mean character error rate after correction, NaN when it was off."""
        return float(np.mean(self.cer_corrected)) if self.cer_corrected else float("nan")

    @property
    def corrected_cer_pressed(self) -> float:
        """The same against what was pressed."""
        rates = self.cer_corrected_pressed
        return float(np.mean(rates)) if rates else float("nan")


def score(truth: Truth, recognised: Recognised, layout: Layout) -> Score:
    """The figures of one run on one clip."""
    strict = pair(truth.presses, recognised.presses, same_key=True)
    timed = pair(truth.presses, recognised.presses, same_key=False)
    right = sum(truth.presses[i].key == recognised.presses[j].key for i, j in timed)
    found = {i for i, _ in strict}
    rows = rows_of(layout)
    corrected = recognised.corrected
    meant = truth.text if truth.meant is None else truth.meant
    return Score(
        true_presses=len(truth.presses),
        recognised=len(recognised.presses),
        strict=len(strict),
        timed=len(timed),
        timed_right=right,
        by_row=_shares(truth.presses, [rows.get(p.key, "other") for p in truth.presses], found),
        by_finger=_shares(truth.presses, [p.finger or "unknown" for p in truth.presses], found),
        latency_s=tuple(p.emitted_s - p.t_s for p in recognised.presses if p.emitted_s is not None),
        cer_raw=(character_error_rate(truth.text, recognised.text),),
        cer_corrected=() if corrected is None else (character_error_rate(meant, corrected),),
        cer_corrected_pressed=(
            () if corrected is None else (character_error_rate(truth.text, corrected),)
        ),
    )


def combine(scores: Iterable[Score]) -> Score:
    """The figures of several runs taken together: counts are added, error rates listed."""
    runs = list(scores)
    rows: dict[str, Share] = {}
    fingers: dict[str, Share] = {}
    for run in runs:
        for into, shares in ((rows, run.by_row), (fingers, run.by_finger)):
            for name, share in shares.items():
                into[name] = into.get(name, Share()) + share
    return Score(
        true_presses=sum(s.true_presses for s in runs),
        recognised=sum(s.recognised for s in runs),
        strict=sum(s.strict for s in runs),
        timed=sum(s.timed for s in runs),
        timed_right=sum(s.timed_right for s in runs),
        by_row=rows,
        by_finger=fingers,
        latency_s=tuple(v for s in runs for v in s.latency_s),
        cer_raw=tuple(v for s in runs for v in s.cer_raw),
        cer_corrected=tuple(v for s in runs for v in s.cer_corrected),
        cer_corrected_pressed=tuple(v for s in runs for v in s.cer_corrected_pressed),
    )


def rows_of(layout: Layout) -> dict[str, str]:
    """Which row each key is in, by name; keys of other layouts than five rows by number."""
    tops = sorted({round(key.box[1], 3) for key in layout.keys})
    names: Sequence[str] = (
        ROW_NAMES if len(tops) == len(ROW_NAMES) else [f"row {i + 1}" for i in range(len(tops))]
    )
    return {key.name: names[tops.index(round(key.box[1], 3))] for key in layout.keys}


def _shares(presses: Sequence[Press], groups: list[str], found: set[int]) -> dict[str, Share]:
    shares: dict[str, Share] = {}
    for index in range(len(presses)):
        group = groups[index]
        shares[group] = shares.get(group, Share()) + Share(int(index in found), 1)
    return shares
