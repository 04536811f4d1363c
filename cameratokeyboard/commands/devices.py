"""``c2k devices``: which cameras there are, and what they can do."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cameratokeyboard.capture.camera import CameraInfo
    from cameratokeyboard.capture.opencv import Mode

NAME = "devices"
HELP = "list cameras with index, name and modes"
EXAMPLE = "c2k devices"

#: Indices tried where the operating system does not list its cameras.
_BLIND_INDICES = range(4)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much to find out, and how to print it."""
    parser.add_argument(
        "--no-modes",
        action="store_true",
        help="do not open the cameras to ask for their modes (their light may come on)",
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: argparse.Namespace) -> int:
    """Print one camera a line; without any, say what else can be done."""
    from cameratokeyboard.capture.camera import list_cameras, probe_modes

    found = describe(list_cameras(), probe_modes, with_modes=not args.no_modes)
    if args.json:
        print(json.dumps(found, indent=2))
        return 0
    if not found:
        print(
            "no camera was found; connect one, or use a phone's address, a file or 'demo' "
            "as --source"
        )
    for camera in found:
        print(f"{camera['index']}  {camera['name'] or '(no name)'}")
        if camera["problem"]:
            print(f"   cannot be opened: {camera['problem']}")
        elif not args.no_modes:
            print(f"   {', '.join(_mode_text(mode) for mode in camera['modes']) or 'no modes'}")
    return 0


def describe(
    cameras: Sequence[CameraInfo],
    probe: Callable[[int], Sequence[Mode]],
    *,
    with_modes: bool = True,
) -> list[dict[str, Any]]:
    """Index, name, modes and what is wrong with each camera.

    Where none is listed, a few indices are tried by opening them: not every system lists cameras.
    """
    from cameratokeyboard.capture.camera import CameraInfo
    from cameratokeyboard.errors import SourceError

    listed = bool(cameras)
    result: list[dict[str, Any]] = []
    for camera in cameras or [CameraInfo(index, "") for index in _BLIND_INDICES]:
        modes: Sequence[Mode] = []
        problem = ""
        if with_modes or not listed:
            try:
                modes = probe(camera.index)
            except SourceError as error:
                problem = str(error)
        if problem and not listed:
            continue
        result.append(
            {
                "index": camera.index,
                "name": camera.name,
                "modes": [{"width": m.width, "height": m.height, "fps": m.fps} for m in modes],
                "problem": problem,
            }
        )
    return result


def _mode_text(mode: dict[str, Any]) -> str:
    size = f"{mode['width']}x{mode['height']}"
    return f"{size} at {mode['fps']:g} fps" if mode["fps"] else size
