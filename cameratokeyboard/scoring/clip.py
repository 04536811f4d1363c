"""Scores one clip: recognise it with the program as set up, then compare with its truth."""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from cameratokeyboard.config import Settings, load_settings
from cameratokeyboard.errors import TruthError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.scoring.events import Recognised, Truth, read_events, read_truth
from cameratokeyboard.scoring.score import Score, score


def run_clip(args: argparse.Namespace) -> int:
    """The CLIP TRUTH half of ``c2k evaluate``: prints the figures, as text or JSON."""
    settings = load_settings(args)
    truth = read_truth(args.truth)
    if truth.layout and not getattr(args, "layout", None):
        settings = replace(settings, layout=truth.layout)
    check_keys(truth, settings, args.truth)
    recognised, compute_ms = recognise(args.clip, settings)
    figures = score(truth, recognised, load_layout(settings.layout))
    if args.json:
        print(json.dumps(as_tree(figures, truth, recognised, compute_ms), indent=1))
    else:
        print("\n".join(lines(figures, truth, recognised, compute_ms)))
    return 0


def check_keys(truth: Truth, settings: Settings, path: Path) -> None:
    """TruthError when the truth names keys that the layout does not have."""
    known = load_layout(settings.layout).by_name
    unknown = sorted({press.key for press in truth.presses} - set(known))
    if unknown:
        raise TruthError(
            f"{path}: key '{unknown[0]}' is not on the layout '{settings.layout}'; "
            f"name the right one with --layout"
        )


def recognise(clip: str, settings: Settings) -> tuple[Recognised, list[float]]:
    """Run the whole program on every frame of a clip.

    Returns what it recognised and the computing time of each frame in ms. With correction on, the
    raw text is that of a second look at the same events: the text without its edits.
    """
    from cameratokeyboard.app import run_app

    with tempfile.TemporaryDirectory(prefix="c2k-") as folder:
        events = Path(folder) / "events.jsonl"
        report = run_app(
            replace(
                settings,
                camera=replace(settings.camera, source=clip, realtime=False),
                ui=replace(settings.ui, kind="none"),
                output=replace(settings.output, events=str(events), type_into_os=False),
            ),
            text_to_stdout=False,
        )
        recognised = read_events(events)
    if settings.text.correct == "on" and recognised.corrected is None:  # nothing had to be edited
        recognised = replace(recognised, corrected=recognised.text)
    return recognised, report.compute_ms


def as_tree(
    figures: Score, truth: Truth, recognised: Recognised, compute_ms: list[float]
) -> dict[str, Any]:
    """All figures as plain numbers; None where there is nothing to measure."""
    return {
        "precision": _number(figures.precision),
        "recall": _number(figures.recall),
        "strict_f1": _number(figures.strict_f1),
        "f1_by_time": _number(figures.timed_f1),
        "key_accuracy": _number(figures.key_accuracy),
        "cer_raw": _number(figures.cer),
        "cer_corrected": _number(figures.corrected_cer),
        "cer_corrected_pressed": _number(figures.corrected_cer_pressed),
        "latency_ms": {f"p{p}": _number(1000 * figures.latency(p)) for p in (50, 95)},
        "compute_ms": {f"p{p}": _number(_percentile(compute_ms, p)) for p in (50, 95)},
        "recall_by_row": {n: _number(s.value) for n, s in figures.by_row.items()},
        "recall_by_finger": {n: _number(s.value) for n, s in figures.by_finger.items()},
        "true_presses": figures.true_presses,
        "recognised_presses": figures.recognised,
        "true_text": truth.text,
        "meant_text": truth.meant,
        "text": recognised.text,
        "corrected_text": recognised.corrected,
    }


def lines(
    figures: Score, truth: Truth, recognised: Recognised, compute_ms: list[float]
) -> list[str]:
    """The figures for reading."""
    rows = ", ".join(f"{n} {_show(s.value)}" for n, s in figures.by_row.items())
    fingers = ", ".join(
        f"{n.replace('_', ' ')} {_show(s.value)}" for n, s in sorted(figures.by_finger.items())
    )
    found = [
        f"true text:       {truth.text}",
        f"recognised:      {recognised.text}",
        f"presses:         {figures.recognised} recognised, {figures.true_presses} true",
        f"precision:       {_show(figures.precision)}",
        f"recall:          {_show(figures.recall)}",
        f"strict F1:       {_show(figures.strict_f1)} (by time alone {_show(figures.timed_f1)})",
        f"key accuracy:    {_show(figures.key_accuracy)}",
        f"character error: {_percent(figures.cer)} raw",
        f"latency:         p50 {_ms(figures.latency(50))}, p95 {_ms(figures.latency(95))}",
        f"computing time:  p50 {_percentile(compute_ms, 50):.0f} ms, "
        f"p95 {_percentile(compute_ms, 95):.0f} ms a frame",
        f"recall by row:   {rows}",
        f"by finger:       {fingers}",
    ]
    if recognised.corrected is not None:
        found.insert(2, f"corrected:       {recognised.corrected}")
        against = "what was pressed" if truth.meant is None else "what was meant"
        found.insert(
            9, f"                 {_percent(figures.corrected_cer)} corrected, against {against}"
        )
    return found


def _percentile(values: list[float], percent: float) -> float:
    import numpy as np

    return float(np.percentile(values, percent)) if values else float("nan")


def _number(value: float) -> float | None:
    return None if value != value else round(value, 4)


def _show(value: float) -> str:
    return "-" if value != value else f"{value:.3f}"


def _percent(value: float) -> str:
    return "-" if value != value else f"{100 * value:.1f}%"


def _ms(seconds: float) -> str:
    return "-" if seconds != seconds else f"{1000 * seconds:.0f} ms"
