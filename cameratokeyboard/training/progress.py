"""Progress of long work: picture by picture, step by step, and lines of news."""

from __future__ import annotations

import sys


def print_progress(done: int, total: int) -> None:
    """Show progress on a terminal's standard error; says nothing elsewhere."""
    if sys.stderr.isatty():
        end = "\n" if done + 1 >= total else ""
        print(f"\r{done + 1}/{total}", end=end, file=sys.stderr, flush=True)


def say(line: str) -> None:
    """A line of news on standard error; standard output is for results."""
    print(line, file=sys.stderr, flush=True)


def say_losses(step: int, losses: dict[str, float]) -> None:
    """A line about a training of a small network."""
    say(f"step {step}: " + ", ".join(f"{name} {value:.4f}" for name, value in losses.items()))
