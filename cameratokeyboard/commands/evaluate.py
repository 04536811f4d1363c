"""``c2k evaluate``: figures of a clip against its truth, or of the detector on a dataset."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from cameratokeyboard.commands.detect import add_detector_arguments
from cameratokeyboard.errors import SettingsError

NAME = "evaluate"
HELP = "measure keystrokes and text on a clip, or the detector on labelled pictures"
EXAMPLE = "c2k evaluate --dataset dataset"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A clip with its truth, or a dataset."""
    parser.add_argument("clip", nargs="?", metavar="CLIP", help="video to type from")
    parser.add_argument("truth", nargs="?", type=Path, metavar="TRUTH", help="its .truth.json")
    parser.add_argument("--dataset", type=Path, metavar="FOLDER", help="labelled pictures")
    parser.add_argument(
        "--labels",
        type=Path,
        metavar="FOLDER",
        help="with CLIP: measure the detector",
    )
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    parser.add_argument(
        "--single-look", action="store_true", help="with --dataset: one look at each whole picture"
    )
    parser.add_argument("--layout", metavar="NAME|FILE", help="with CLIP: keyboard layout")
    parser.add_argument(
        "--keystroke",
        dest="keystroke__strategy",
        choices=("velocity", "peak", "learned", "neighbour"),
        help="with CLIP: how presses are told",
    )
    parser.add_argument(
        "--correct", dest="text__correct", choices=("off", "on"), help="with CLIP: correct words"
    )
    add_detector_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the figures."""
    if args.dataset:
        if args.clip:
            raise SettingsError("evaluate: expected CLIP and TRUTH or --dataset, got both")
        return _run_dataset(args)
    if args.clip and args.labels:
        return _run_labelled_clip(args)
    if not args.clip or not args.truth:
        raise SettingsError("evaluate: expected CLIP and TRUTH, or --dataset FOLDER")
    from cameratokeyboard.scoring.clip import run_clip

    return int(run_clip(args))


def _run_dataset(args: argparse.Namespace) -> int:
    from cameratokeyboard.config import load_settings
    from cameratokeyboard.detect.closeup import CloseupNetwork
    from cameratokeyboard.detect.factory import open_yolo
    from cameratokeyboard.training.evaluate import evaluate_items
    from cameratokeyboard.training.folder import load_folder
    from cameratokeyboard.training.progress import print_progress

    settings = load_settings(args).detector
    model = Path(settings.model) if settings.model else None
    detector = open_yolo(model, settings.engine, settings.threads, settings.image_size)
    items = load_folder(args.dataset)
    closeup = CloseupNetwork.load(threads=settings.threads) if settings.closeup else None
    figures = evaluate_items(
        detector, items, closeup=closeup, single_look=args.single_look, progress=print_progress
    )
    if args.json:
        tree = {"model": detector.info.version, "engine": detector.engine.name}
        print(json.dumps({**tree, **figures.as_dict()}, indent=1))
    else:
        print("\n".join(figures.lines()))
    return 0


def _run_labelled_clip(args: argparse.Namespace) -> int:
    from cameratokeyboard.config import load_settings
    from cameratokeyboard.detect.factory import open_detector
    from cameratokeyboard.geometry.locator import MarkerMatLocator
    from cameratokeyboard.keyboard.layout import load_layout
    from cameratokeyboard.training.clipfigures import evaluate_clip
    from cameratokeyboard.training.progress import print_progress

    loaded = load_settings(args)
    settings = loaded.detector
    locator = MarkerMatLocator(load_layout(loaded.layout))
    model = Path(settings.model) if settings.model else None
    detector = open_detector(
        model,
        settings.engine,
        settings.threads,
        settings.image_size,
        settings.refine,
        settings.closeup,
    )
    figures = evaluate_clip(detector, locator, Path(args.clip), args.labels, print_progress)
    print(json.dumps(figures.as_dict(), indent=1) if args.json else "\n".join(figures.lines()))
    return 0
