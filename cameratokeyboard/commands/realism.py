"""``c2k realism``: published figures of typing beside those of the simulated typist."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

NAME = "realism"
HELP = "compare the simulated typist with published figures of how people type"
EXAMPLE = "c2k realism --people 40 -o docs/realism.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``c2k realism``."""
    parser.add_argument(
        "--people", type=int, default=40, metavar="N", help="people to simulate (default 40)"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=60.0,
        metavar="S",
        help="seconds of typing of each (default 60)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which people (default 0)")
    parser.add_argument(
        "--on", default="qwerty", metavar="LAYOUT", help="layout to type on (default qwerty)"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="also write the page to this file"
    )


def run(args: argparse.Namespace) -> int:
    """Simulate, measure, print the table; 0 also when rows differ: the table says which."""
    from cameratokeyboard.keyboard.layout import load_layout
    from cameratokeyboard.synthetic.realism import realism_rows
    from cameratokeyboard.synthetic.realism_page import page, table, write_page

    layout = load_layout(args.on)

    def show(done: int) -> None:
        print(f"\rsimulated {done} of {args.people} people", end="", file=sys.stderr, flush=True)

    rows = realism_rows(layout, args.people, args.seconds, args.seed, show)
    print(file=sys.stderr)
    print(table(rows))
    print(f"\n{sum(row.agrees for row in rows)} of {len(rows)} rows agree")
    if args.output is not None:
        write_page(page(rows, args.people, args.seconds, args.seed, layout.name), args.output)
    return 0
