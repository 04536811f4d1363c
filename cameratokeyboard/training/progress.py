"""Progress of work that goes picture by picture."""

from __future__ import annotations

import sys


def print_progress(done: int, total: int) -> None:
    """Show progress on a terminal's standard error; says nothing elsewhere."""
    if sys.stderr.isatty():
        end = "\n" if done + 1 >= total else ""
        print(f"\r{done + 1}/{total}", end=end, file=sys.stderr, flush=True)
