"""``c2k train closeup``: train the network of close looks at single fingertips."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

import numpy as np

from cameratokeyboard.errors import MissingExtraError
from cameratokeyboard.training.keystroke import whole_number
from cameratokeyboard.training.progress import print_progress, say, say_losses


def run(args: argparse.Namespace) -> int:
    """Cut patches, train, export, choose how far to trust it; goes on from an interrupted run.

    The patches' nothings include the false finds of the detector that is in use.
    """
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("onnx") is None:
        raise MissingExtraError("training", "train")
    from cameratokeyboard.detect.closeup import CloseSettings, CloseupNetwork
    from cameratokeyboard.detect.factory import open_yolo
    from cameratokeyboard.training.closeup_export import choose_settings, export
    from cameratokeyboard.training.closeup_fit import FitSettings, fit
    from cameratokeyboard.training.closeup_patches import collect
    from cameratokeyboard.training.folder import folder_version, load_folder
    from cameratokeyboard.training.partition import partition
    from cameratokeyboard.training.weights import save_weights

    settings = FitSettings(
        steps=whole_number(args.steps, FitSettings.steps, "--steps"),
        batch=args.batch or FitSettings.batch,
        seed=args.seed or 0,
        threads=args.threads or 1,
    )
    folder: Path = args.output
    detector = open_yolo(args.detector, "onnxruntime", settings.threads)
    items = load_folder(args.dataset, print_progress)
    split = partition(items, (0.9, 0.1, 0.0), settings.seed)
    say(f"cutting windows out of {len(split.train)} pictures")
    rng = np.random.default_rng([settings.seed, 7])
    patches = collect([items[i] for i in split.train], detector, rng, print_progress)
    counts = np.bincount(patches.name, minlength=3)
    say(f"{counts[0]} fingers, {counts[1]} thumbs, {counts[2]} of nothing; {settings.steps} steps")
    try:
        net = fit(patches, settings, folder, say_losses, start=args.checkpoint)
    except KeyboardInterrupt:
        say(f"stopped; the same command goes on from the last 500 steps in {folder}")
        return 1
    save_weights(net, folder / "closeup.pt")
    path = folder / "closeup.onnx"
    notes = {"dataset": folder_version(args.dataset), "steps": settings.steps, "data": "rendered"}
    export(net, path, CloseSettings(), notes)
    val = [items[i] for i in split.val]
    chosen, figures = choose_settings(detector, CloseupNetwork.load(path), val, print_progress)
    export(net, path, chosen, {**notes, **figures})
    print(
        f"mean F1 of fingers and thumbs: {figures['f1']:.3f}, without {figures['f1_without']:.3f}"
    )
    print(f"{chosen}")
    print(f"model: {path}")
    return 0
