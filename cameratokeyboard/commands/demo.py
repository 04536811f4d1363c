"""``c2k demo``: the shipped clip through the same path as a camera, with the truth beside it."""

from __future__ import annotations

import argparse
import sys

from cameratokeyboard.commands.run import add_pipeline_arguments, add_ui_argument

NAME = "demo"
HELP = "run the shipped clip (no camera needed) and compare the text with the truth"
EXAMPLE = "c2k demo --ui pygame"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The clip is fixed; everything else is as in ``c2k run``."""
    add_ui_argument(parser)
    parser.add_argument(
        "--events", dest="output__events", metavar="FILE", help="events as JSON lines; - for stdout"
    )
    add_pipeline_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Play the clip; with a user interface at its own rate, without one as fast as it goes."""
    from dataclasses import replace

    from cameratokeyboard.app import run_app
    from cameratokeyboard.capture.factory import DEMO_CLIP
    from cameratokeyboard.config import load_settings
    from cameratokeyboard.scoring.events import read_truth
    from cameratokeyboard.scoring.text import character_error_rate

    args.ui__kind = args.ui__kind or "none"
    settings = load_settings(args)
    truth = read_truth(DEMO_CLIP.with_name("demo.truth.json"))
    camera = replace(settings.camera, source="demo", realtime=settings.ui.kind != "none")
    settings = replace(settings, camera=camera, layout=args.layout or truth.layout)
    # Standard output belongs to the events when they go there.
    out = sys.stderr if settings.output.events == "-" else sys.stdout
    print("The clip is simulated: rendered by this program, not filmed.", file=out, flush=True)
    try:
        report = run_app(settings, text_to_stdout=False)
    except KeyboardInterrupt:
        print("c2k: stopped", file=sys.stderr)
        return 0
    error = character_error_rate(truth.text, report.text)
    milliseconds = sorted(report.compute_ms)
    median = milliseconds[len(milliseconds) // 2] if milliseconds else float("nan")
    print(f"recognised: {report.text}", file=out)
    print(f"true text:  {truth.text}", file=out)
    print(f"error rate: {100 * error:.1f} % of characters (on a simulated clip)", file=out)
    print(f"frames:     {report.frames}, {median:.0f} ms each (median)", file=out)
    return 0
