"""``c2k benchmark``: the standing comparison of keystroke strategies, and the program's cost."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cameratokeyboard.benchmark.cases import Job

NAME = "benchmark"
HELP = "compare the keystroke strategies on simulated people and measure speed and memory"
EXAMPLE = "c2k benchmark --quick"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much to measure and where to put it."""
    parser.add_argument(
        "--quick", action="store_true", help="few people at 40 WPM only: minutes, not an hour"
    )
    parser.add_argument("--people", type=int, metavar="N", help="simulated people (20; quick: 3)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (one per processor)")
    parser.add_argument("--only", choices=("keystrokes", "cost"), help="leave the other half out")
    parser.add_argument("--strategies", metavar="A,B", help="names, separated by commas (all)")
    parser.add_argument(
        "--conditions", metavar="A,B", help="names as in the tables, such as '40 WPM,rest' (all)"
    )
    parser.add_argument("--keystroke-model", type=Path, metavar="FILE", help="weights of 'learned'")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write the tables there")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    parts = []
    if args.only != "keystrokes":
        parts.append(cost_tables())
        print(parts[-1], flush=True)
    if args.only != "cost":
        parts.append(keystroke_tables(args))
        print(parts[-1], flush=True)
    if args.markdown:
        _write(args.markdown, "\n".join(parts))
    return 0


def cost_tables() -> str:
    """Start, speed and memory on the demo clip, and the detector by engine."""
    from cameratokeyboard.benchmark.cost import clip_cost, closeup_ms, detector_ms

    cost = clip_cost()
    lines = [
        "### Cost on the demo clip (simulated clip, this machine)",
        "",
        f"- start to first processed frame: {cost.first_frame_s:.1f} s",
        f"- frames per second, as fast as it goes: {cost.fps:.1f} ({cost.frames} frames)",
        f"- computing time of a frame: p50 {cost.compute_ms[0]:.0f} ms, "
        f"p95 {cost.compute_ms[1]:.0f} ms",
        f"- peak memory: {cost.peak_mb:.0f} MB",
    ]
    lines += [
        f"- detector, whole frame, {engine}: p50 {p50:.0f} ms, p95 {p95:.0f} ms"
        for engine, (p50, p95) in detector_ms().items()
    ]
    p50, p95 = closeup_ms()
    lines.append(f"- close looks at ten fingertips: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    return "\n".join(lines) + "\n"


def keystroke_tables(args: argparse.Namespace) -> str:
    """All strategies on simulated people."""
    from cameratokeyboard.benchmark.measure import WAITS_S, Wish, measure_all
    from cameratokeyboard.benchmark.plan import jobs_for
    from cameratokeyboard.benchmark.tables import markdown
    from cameratokeyboard.errors import SettingsError
    from cameratokeyboard.keystroke.factory import STRATEGIES
    from cameratokeyboard.training.progress import print_progress

    names = tuple(args.strategies.split(",")) if args.strategies else STRATEGIES
    known = (*STRATEGIES, *WAITS_S)
    if wrong := [name for name in names if name not in known]:
        raise SettingsError(f"--strategies {wrong[0]!r}: expected some of {', '.join(known)}")
    people = args.people if args.people is not None else (3 if args.quick else 20)
    workers = args.workers if args.workers is not None else (os.cpu_count() or 1)
    if people < 1 or workers < 1:
        raise SettingsError("benchmark: expected at least one person and one worker")
    if "learned" in names and not args.quick:
        names = (*names, *(name for name in WAITS_S if name not in names))
    jobs = jobs_for(people, quick=args.quick)
    if args.conditions:
        jobs = _only(jobs, args.conditions.split(","))
    wish = Wish(names, model=args.keystroke_model)
    return markdown(list(measure_all(jobs, wish, workers, print_progress)))


def _only(jobs: list[Job], wanted: list[str]) -> list[Job]:
    """The jobs of these conditions."""
    from cameratokeyboard.errors import SettingsError

    known = list(dict.fromkeys(job.case for job in jobs))
    if wrong := [name for name in wanted if name not in known]:
        raise SettingsError(f"--conditions {wrong[0]!r}: expected some of {', '.join(known)}")
    return [job for job in jobs if job.case in wanted]


def _write(path: Path, text: str) -> None:
    from cameratokeyboard.errors import OutputError
    from cameratokeyboard.files import write_text

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except OSError as error:
        raise OutputError(
            f"--markdown {path}: expected a file that can be written: {error}"
        ) from error
