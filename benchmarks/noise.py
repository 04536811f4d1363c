"""Measures the detector's noise on rendered clips and keeps it where the benchmark finds it.

python benchmarks/noise.py CLIP.mp4 [CLIP.mp4 ...] [--add] [--print-only]

CLIPs come from c2k simulate, with their truth beside them; a clip has to be measured by the version
of the program that rendered it, since the truth is what its typist does. --add keeps the clips of
before.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cameratokeyboard.app import make_detector, model_path
from cameratokeyboard.config import Settings
from cameratokeyboard.detect.factory import open_yolo
from cameratokeyboard.geometry.locator import MarkerMatLocator
from cameratokeyboard.synthetic.noise_clips import clip_noise, mean_noise
from cameratokeyboard.synthetic.noise_file import MEASURED_FILE, measured_clips, save_noise
from cameratokeyboard.training.progress import print_progress


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+", type=Path, metavar="CLIP.mp4")
    parser.add_argument("--add", action="store_true", help="keep the clips measured before")
    parser.add_argument("--print-only", action="store_true", help="leave the kept figures alone")
    parser.add_argument("-o", "--output", type=Path, default=MEASURED_FILE)
    args = parser.parse_args()
    settings = Settings()
    noises = measured_clips(args.output) if args.add else {}
    for clip in args.clips:
        # A detector remembers where it looked last: each clip begins with a new one.
        noises[clip.stem] = clip_noise(
            make_detector(settings), MarkerMatLocator, clip, print_progress
        )
        print(f"{clip.stem}: {noises[clip.stem]}", flush=True)
    version = open_yolo(model_path(settings)).info.version
    source = f"detector {version} on {len(noises)} rendered clips: {', '.join(noises)}"
    noise = mean_noise(list(noises.values()), source)
    print(noise)
    if not args.print_only:
        save_noise(noise, noises, args.output)
        print(f"kept in {args.output}")


if __name__ == "__main__":
    main()
