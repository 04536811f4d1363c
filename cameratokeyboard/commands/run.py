"""``c2k run``: watch a camera or a clip and turn presses on the paper into text."""

from __future__ import annotations

import argparse
import sys

NAME = "run"
HELP = "type: watch a camera (or a clip) and turn presses on the mat into text"
EXAMPLE = "c2k run --source 0 --layout qwerty"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags that set settings; a flag left out leaves the setting as it is."""
    add_source_arguments(parser)
    parser.add_argument(
        "--no-realtime",
        dest="camera__realtime",
        action="store_const",
        const=False,
        help="process every frame of a file, as fast as it can be done",
    )
    add_ui_argument(parser)
    parser.add_argument(
        "--type-into-os",
        dest="output__type_into_os",
        action="store_const",
        const=True,
        help="type into whatever application has the focus",
    )
    parser.add_argument(
        "--events", dest="output__events", metavar="FILE", help="events as JSON lines; - for stdout"
    )
    add_pipeline_arguments(parser)


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of the section ``camera``."""
    parser.add_argument(
        "--source",
        dest="camera__source",
        metavar="SOURCE",
        help="camera index or name, video, picture, folder, http/rtsp address, or demo",
    )
    parser.add_argument("--width", dest="camera__width", type=int, help="camera width, px")
    parser.add_argument("--height", dest="camera__height", type=int, help="camera height, px")
    parser.add_argument("--fps", dest="camera__fps", type=float, help="camera frame rate")


def add_ui_argument(parser: argparse.ArgumentParser) -> None:
    """The flag that chooses the user interface."""
    parser.add_argument(
        "--ui", dest="ui__kind", choices=("pygame", "terminal", "none"), help="user interface"
    )


def add_pipeline_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of layout, detector, keystrokes and text."""
    parser.add_argument("--layout", metavar="NAME|FILE", help="keyboard layout")
    parser.add_argument("--model", dest="detector__model", metavar="FILE", help="detector model")
    parser.add_argument(
        "--engine",
        dest="detector__engine",
        choices=("auto", "onnxruntime", "openvino"),
        help="inference engine",
    )
    parser.add_argument(
        "--keystroke",
        dest="keystroke__strategy",
        choices=("velocity", "peak", "learned", "neighbour"),
        help="how presses are told from other motion",
    )
    parser.add_argument(
        "--correct", dest="text__correct", choices=("off", "on"), help="correct words"
    )
    parser.add_argument(
        "--user", dest="keystroke__user", metavar="NAME", help="keep what is learned of this person"
    )


def run(args: argparse.Namespace) -> int:
    """Run until the source ends, the window is closed or Ctrl-C is pressed."""
    from cameratokeyboard.app import run_app
    from cameratokeyboard.config import load_settings

    settings = load_settings(args)
    try:
        run_app(settings)
    except KeyboardInterrupt:
        print("c2k: stopped", file=sys.stderr)
    return 0
