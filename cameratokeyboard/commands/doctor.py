"""``c2k doctor``: checks what the program needs on this computer and says what to do."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cameratokeyboard.commands.run import add_source_arguments

if TYPE_CHECKING:
    from cameratokeyboard.config import Settings
    from cameratokeyboard.doctor.base import Finding

NAME = "doctor"
HELP = "check camera, model, display, permissions and packages, and say what to do"
EXAMPLE = "c2k doctor --source 0"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which camera and model to check."""
    add_source_arguments(parser)
    parser.add_argument("--model", dest="detector__model", metavar="FILE", help="detector model")
    parser.add_argument("--no-camera", action="store_true", help="leave the camera alone")


def run(args: argparse.Namespace) -> int:
    """Print a line for each check; 0 when none failed, 1 otherwise."""
    from cameratokeyboard.config import Settings, load_settings
    from cameratokeyboard.doctor.packages import check_settings
    from cameratokeyboard.errors import SettingsError
    from cameratokeyboard.userfiles import user_config_file

    problem: Exception | None = None
    try:
        settings = load_settings(args)
    except SettingsError as error:
        settings, problem = Settings(), error
    file = args.config or user_config_file()
    named = args.camera__source is not None
    return report(
        [check_settings(problem, str(file))],
        _findings(settings, source_named=named, with_camera=not args.no_camera),
    )


def report(*groups: Iterable[Finding]) -> int:
    """Print findings as they come, and what they add up to; returns the exit code."""
    from collections import Counter

    from cameratokeyboard.doctor.base import Verdict

    counts: Counter[Verdict] = Counter()
    for group in groups:
        for finding in group:
            counts[finding.verdict] += 1
            print(finding, flush=True)
    failed = counts[Verdict.FAIL]
    print(
        f"{counts[Verdict.OK]} ok, {counts[Verdict.WARN]} to look at, {failed} failed: "
        + ("this computer cannot run it yet" if failed else "ready")
    )
    return 1 if failed else 0


def _findings(settings: Settings, *, source_named: bool, with_camera: bool) -> Iterator[Finding]:
    import importlib
    import os

    from cameratokeyboard.doctor import packages
    from cameratokeyboard.doctor.desktop import check_display, check_typing, start_display

    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    yield packages.check_python()
    yield from packages.check_required()
    yield from packages.check_clashes()
    yield packages.check_optional()
    yield packages.check_engines()
    broken = packages.check_imports(importlib.import_module)
    yield from broken
    yield check_display(start_display)
    from cameratokeyboard.output.typers.choose import open_typer

    yield check_typing(open_typer)
    if broken:
        return  # what follows needs them
    yield from _check_model(settings)
    if with_camera:
        yield from _check_camera(settings, source_named)


def _check_model(settings: Settings) -> list[Finding]:
    from pathlib import Path

    from cameratokeyboard.detect.factory import open_yolo
    from cameratokeyboard.doctor.model import check_model
    from cameratokeyboard.registry.local import newest_verified

    detector = settings.detector

    def find() -> Path:
        return Path(detector.model) if detector.model else newest_verified(settings)

    return check_model(
        find, lambda path: open_yolo(path, detector.engine, detector.threads, detector.image_size)
    )


def _check_camera(settings: Settings, source_named: bool) -> list[Finding]:
    from cameratokeyboard.capture.camera import list_cameras
    from cameratokeyboard.capture.factory import open_source
    from cameratokeyboard.capture.live import LiveLimits
    from cameratokeyboard.doctor.base import fail
    from cameratokeyboard.doctor.camera import check_camera
    from cameratokeyboard.errors import SourceError

    camera = settings.camera
    limits = LiveLimits(camera.open_timeout_s, camera.read_timeout_s, 0.0)
    try:
        source = open_source(
            camera.source,
            realtime=False,
            size_wh=(camera.width, camera.height),
            fps=camera.fps,
            limits=limits,
        )
    except SourceError as error:
        return [fail("camera", str(error), "choose another --source")]
    needed = source_named or bool(list_cameras())
    return check_camera(lambda: source, needed=needed, live=source.live)
