"""Types from clips through the whole program and prints the benchmark's table of them.

python benchmarks/clips.py CLIP.mp4 [CLIP.mp4 ...] [--strategies learned,peak] [--engine NAME]

CLIPs come from c2k simulate, with their truth beside them. Figures are means over the clips.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from cameratokeyboard.benchmark.tables import main_table
from cameratokeyboard.config import Settings
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keystroke.factory import STRATEGIES
from cameratokeyboard.scoring import Score, read_truth, score
from cameratokeyboard.scoring.clip import check_keys, recognise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+", type=Path, metavar="CLIP.mp4")
    parser.add_argument("--strategies", default=",".join(STRATEGIES))
    parser.add_argument("--engine", default="auto", choices=("auto", "onnxruntime", "openvino"))
    args = parser.parse_args()
    plain = Settings()
    settings = replace(
        plain,
        detector=replace(plain.detector, engine=args.engine),
        text=replace(plain.text, correct="on"),
    )
    names = args.strategies.split(",")
    condition = f"{len(args.clips)} rendered clips"
    scores: dict[tuple[str, str], list[Score]] = {}
    for name in names:
        for clip in args.clips:
            scores.setdefault((condition, name), []).append(figures(clip, name, settings))
    print(main_table(scores, [condition], names))


def figures(clip: Path, strategy: str, settings: Settings) -> Score:
    """The score of a clip, whose truth names the layout; what was read is told on the way."""
    path = clip.with_suffix(".truth.json")
    truth = read_truth(path)
    settings = replace(
        settings,
        layout=truth.layout or settings.layout,
        keystroke=replace(settings.keystroke, strategy=strategy),
    )
    check_keys(truth, settings, path)
    recognised, _ = recognise(str(clip), settings)
    found = score(truth, recognised, load_layout(settings.layout))
    read = f"{recognised.text!r} of {truth.text!r}, corrected {recognised.corrected!r}"
    print(f"{clip.stem} {strategy}: {read}", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    main()
