"""The comparison as tables of text (markdown); everything here is simulated, and says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from cameratokeyboard.benchmark.cases import REST_S
from cameratokeyboard.benchmark.measure import WAITS_S, Outcome
from cameratokeyboard.datatypes import FINGER_NAMES
from cameratokeyboard.scoring.score import ROW_NAMES, Score, Share, combine

NOTE = (
    "All figures are simulated: simulated people, styles and cameras that were not used for "
    "training, seen through a simulated detector."
)


def markdown(outcomes: Sequence[Outcome]) -> str:
    """All tables that these outcomes have something for."""
    scores = _scores_by(outcomes)
    strategies = [s for s in _strategies(outcomes) if s not in WAITS_S]
    cases = list(dict.fromkeys(o.job.case for o in outcomes))
    ordinary = [c for c in cases if c.endswith("WPM")]
    hard = [c for c in cases if c not in ordinary and c != "rest"]
    parts = [f"{NOTE} {_people(outcomes)}"]
    parts.append("### By speed (simulated)\n\n" + main_table(scores, ordinary, strategies))
    parts.append("### Recall by row (simulated)\n\n" + _rows(scores, ordinary, strategies))
    parts.append("### Recall by finger (simulated)\n\n" + _fingers(scores, ordinary, strategies))
    if hard:
        parts.append("### What breaks it (simulated)\n\n" + main_table(scores, hard, strategies))
    if any(o.false_rest for o in outcomes):
        parts.append("### Rest (simulated)\n\n" + _rest(outcomes, strategies))
    if any(s in WAITS_S for s in _strategies(outcomes)):
        parts.append("### Accuracy against latency (simulated)\n\n" + _curve(scores))
    parts.append("### Computing time of the keystroke stage\n\n" + _times(outcomes, strategies))
    return "\n\n".join(parts) + "\n"


def mean_over_people(scores: Iterable[Score], what: str) -> float:
    """Mean over people of a property of Score, people without a value left out."""
    values = np.array([getattr(score, what) for score in scores], float)
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _scores_by(outcomes: Sequence[Outcome]) -> dict[tuple[str, str], list[Score]]:
    grouped: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for outcome in outcomes:
        for name, score in outcome.scores.items():
            grouped[outcome.job.case, name].append(score)
    return grouped


def _strategies(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(name for o in outcomes for name in o.step_ms))


def _people(outcomes: Sequence[Outcome]) -> str:
    people = {o.job.person: o.style for o in outcomes if not o.job.case.startswith("hunting")}
    styles: dict[str, int] = defaultdict(int)
    for style in people.values():
        styles[style] += 1
    mix = ", ".join(f"{n} {style}" for style, n in sorted(styles.items(), key=lambda s: -s[1]))
    return f"{len(people)} people ({mix}); means over people, 30 frames a second unless said."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def main_table(
    scores: dict[tuple[str, str], list[Score]], cases: Sequence[str], strategies: Sequence[str]
) -> str:
    """A row for each condition and strategy: means over its runs, latency over their presses."""
    head = (
        *("condition", "strategy", "precision", "recall", "strict F1", "F1 by time"),
        *("key accuracy", "CER raw", "CER corrected", "latency p50 / p95 ms"),
    )
    rows = []
    for case in cases:
        for name in strategies:
            runs = scores.get((case, name), [])
            if not runs:
                continue
            figures = ("precision", "recall", "strict_f1", "timed_f1", "key_accuracy")
            both = combine(runs)
            late = f"{1000 * both.latency(50):.0f} / {1000 * both.latency(95):.0f}"
            errors = [_percent(mean_over_people(runs, w)) for w in ("cer", "corrected_cer")]
            found = [_three(mean_over_people(runs, w)) for w in figures]
            rows.append([case, name, *found, *errors, late])
    return _table(head, rows)


def _rows(
    scores: dict[tuple[str, str], list[Score]], cases: Sequence[str], strategies: Sequence[str]
) -> str:
    rows = [
        [case, name, *(_three(_share(runs, "by_row", row)) for row in ROW_NAMES)]
        for case in cases
        for name in strategies
        if (runs := scores.get((case, name)))
    ]
    return _table(("condition", "strategy", *ROW_NAMES), rows)


def _fingers(
    scores: dict[tuple[str, str], list[Score]], cases: Sequence[str], strategies: Sequence[str]
) -> str:
    rows = []
    for name in strategies:
        runs = [score for case in cases for score in scores.get((case, name), [])]
        rows.append([name, *(_three(_share(runs, "by_finger", f)) for f in FINGER_NAMES)])
    return _table(("all speeds", *(f.replace("_", " ") for f in FINGER_NAMES)), rows)


def _share(runs: Sequence[Score], group: str, name: str) -> float:
    total = Share()
    for run in runs:
        total = total + getattr(run, group).get(name, Share())
    return total.value


def _rest(outcomes: Sequence[Outcome], strategies: Sequence[str]) -> str:
    rows = []
    for name in strategies:
        counts = [o.false_rest[name] for o in outcomes if name in o.false_rest]
        if counts:
            quiet = np.mean([count <= 1 for count in counts])
            rows.append([name, f"{np.mean(counts):.2f}", f"{max(counts)}", f"{100 * quiet:.0f}%"])
    head = ("strategy", f"false presses in {REST_S:.0f} s, mean", "most", "people with at most 1")
    return _table(head, rows)


def _curve(scores: dict[tuple[str, str], list[Score]]) -> str:
    rows = []
    for case, name in scores:
        if name in WAITS_S or (name == "learned" and (case, next(iter(WAITS_S))) in scores):
            runs = scores[case, name]
            both = combine(runs)
            rows.append(
                [
                    case,
                    name,
                    _three(mean_over_people(runs, "strict_f1")),
                    f"{1000 * both.latency(50):.0f}",
                    f"{1000 * both.latency(95):.0f}",
                ]
            )
    return _table(("condition", "variant", "strict F1", "latency p50 ms", "p95 ms"), rows)


def _times(outcomes: Sequence[Outcome], strategies: Sequence[str]) -> str:
    rows = []
    for name in strategies:
        times = np.array([o.step_ms[name] for o in outcomes if name in o.step_ms])
        rows.append([name, f"{np.median(times[:, 0]):.2f}", f"{np.median(times[:, 1]):.2f}"])
    return _table(("strategy", "ms a frame, p50", "p95"), rows)


def _three(value: float) -> str:
    return "-" if not np.isfinite(value) else f"{value:.3f}"


def _percent(value: float) -> str:
    return "-" if not np.isfinite(value) else f"{100 * value:.1f}%"
