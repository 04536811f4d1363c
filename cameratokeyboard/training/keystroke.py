"""``c2k train keystroke``: train the learned keystroke strategy on simulated people."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

from cameratokeyboard.errors import MissingExtraError, SettingsError
from cameratokeyboard.training.progress import print_progress, say, say_losses

#: One session in so many goes through the real tracker, the others through its usual errors.
_REAL_TRACKER_EVERY = 10
_VALIDATION_SESSIONS = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of this training; those that the detector's training has too are added there."""
    group = parser.add_argument_group("keystroke", "flags of c2k train keystroke")
    group.add_argument("--sessions", type=int, metavar="N", help="simulated sessions (240)")
    group.add_argument(
        "--steps", type=int, metavar="N", help="steps of the optimiser (6000); with closeup 20000"
    )
    group.add_argument("--channels", type=int, metavar="N", help="width of the network (48)")


def run(args: argparse.Namespace) -> int:
    """Simulate, train, export and report; goes on from where an earlier run was stopped."""
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("onnx") is None:
        raise MissingExtraError("training", "train")
    from cameratokeyboard.training.keystroke_data import ExampleOrder, make_examples
    from cameratokeyboard.training.keystroke_export import export
    from cameratokeyboard.training.keystroke_fit import FitSettings, fit
    from cameratokeyboard.training.keystroke_validate import validate
    from cameratokeyboard.training.trajectories import TRAIN_SEED, VALIDATION_SEED
    from cameratokeyboard.training.weights import save_weights

    sessions, workers = whole_number(args.sessions, 240, "--sessions"), args.workers or 1
    settings = FitSettings(
        steps=whole_number(args.steps, FitSettings.steps, "--steps"),
        batch=args.batch or FitSettings.batch,
        seed=args.seed or 0,
        channels=whole_number(args.channels, FitSettings.channels, "--channels"),
        threads=args.threads or 1,
    )
    folder: Path = args.output
    orders = [
        ExampleOrder(TRAIN_SEED + number, number % _REAL_TRACKER_EVERY == 0)
        for number in range(sessions)
    ]
    say(f"simulating {sessions} sessions (kept in {folder / 'sessions'})")
    examples = list(
        make_examples(orders, folder / "sessions", workers, lambda n, of: print_progress(n - 1, of))
    )
    say(f"training for {settings.steps} steps")
    try:
        net = fit(examples, settings, folder, say_losses, start=args.checkpoint)
    except KeyboardInterrupt:
        say(f"stopped; the same command goes on from the last 100 steps in {folder}")
        return 1
    save_weights(net, folder / "keystroke.pt")
    path = folder / "keystroke.onnx"
    export(net, path, {"sessions": sessions, "steps": settings.steps, "data": "simulated"})
    seeds = range(VALIDATION_SEED, VALIDATION_SEED + _VALIDATION_SESSIONS)
    figures = validate(path, seeds)
    export(
        net,
        path,
        {"sessions": sessions, "steps": settings.steps, "data": "simulated", **figures},
    )
    print(f"strict F1 on {len(seeds)} other simulated people: {figures['strict_f1']:.3f}")
    print(f"model: {path}")
    return 0


def whole_number(value: int | None, default: int, flag: str) -> int:
    """A flag's value, or what it is when left out. Raises SettingsError below 1."""
    if value is None:
        return default
    if value < 1:
        raise SettingsError(f"{flag} {value}: expected a whole number from 1")
    return value
