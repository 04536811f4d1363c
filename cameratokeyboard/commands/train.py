"""``c2k train``: train the detector or its close looks on pictures, or the keystrokes."""

from __future__ import annotations

import argparse
from pathlib import Path

from cameratokeyboard.training import closeup, keystroke

NAME = "train"
HELP = "train the detector on a folder of labelled pictures"
EXAMPLE = "c2k train --dataset dataset --epochs 60 --output runs/mine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags that fill a TrainConfig; what is left out keeps its default."""
    parser.add_argument(
        "what",
        nargs="?",
        choices=("detector", "closeup", "keystroke"),
        default="detector",
        help="what to train: the detector (default), its close looks at single fingertips, or the "
        "learned keystroke strategy",
    )
    parser.add_argument(
        "--dataset", type=Path, default=Path("dataset"), help="folder with images/ and labels/"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("runs/train"), help="folder of the run (runs/train)"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="passes over the pictures")
    parser.add_argument("--hours", type=float, metavar="H", help="plan the run to end after this")
    parser.add_argument("--image-size", type=int, metavar="PX", help="longest side of a sample")
    parser.add_argument("--batch", type=int, metavar="N", help="samples a step")
    parser.add_argument("--device", default="cpu", help="cpu, 0, or several GPUs as 0,1")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that prepare samples")
    parser.add_argument("--threads", type=int, metavar="N", help="processor threads (all)")
    parser.add_argument("--scale", metavar="S", help="network width: t, u, n, s or m (n)")
    parser.add_argument("--learning-rate", type=float, metavar="R", help="greatest learning rate")
    parser.add_argument("--final-rate", type=float, metavar="S", help="its share left at the end")
    parser.add_argument("--patience", type=int, metavar="N", help="stop after N epochs no better")
    parser.add_argument("--seed", type=int, metavar="S", help="seed of partition and training")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="weights to start from")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --output")
    parser.add_argument(
        "--export-only", action="store_true", help="export the run's best checkpoint so far"
    )
    parser.add_argument(
        "--detector", type=Path, metavar="FILE", help="with closeup: whose finds it looks at"
    )
    keystroke.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Train and report where the model is and how good it is."""
    if args.what == "keystroke":
        return keystroke.run(args)
    if args.what == "closeup":
        return closeup.run(args)
    from cameratokeyboard.training.config import TrainConfig
    from cameratokeyboard.training.progress import print_progress, say
    from cameratokeyboard.training.trainer import Trainer

    names = (
        *("epochs", "hours", "image_size", "batch", "workers", "threads", "scale", "patience"),
        *("learning_rate", "final_rate", "seed", "checkpoint"),
    )
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    config = TrainConfig(args.dataset, device=args.device, resume=args.resume, **given)
    trainer = Trainer(config, args.output, report=say, progress=print_progress)
    try:
        result = trainer.export_now() if args.export_only else trainer.run()
    except KeyboardInterrupt:
        say(f"stopped; go on with: c2k train --resume --output {args.output}")
        return 1
    print("\n".join(result.figures.lines()))
    print(f"model: {result.model} (version {result.version})")
    print(f"checkpoint: {result.checkpoint}")
    return 0
