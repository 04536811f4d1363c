"""``c2k tune``: fit bias and sensitivity to a person from a clip of known text."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cameratokeyboard.commands.run import add_pipeline_arguments

if TYPE_CHECKING:
    from cameratokeyboard.datatypes import Layout
    from cameratokeyboard.tuning.fit import Fit

NAME = "tune"
HELP = "fit the program to a person from a clip recorded with a prompt"
EXAMPLE = 'c2k record --prompt "the quick brown fox" -o me.mp4; c2k tune me.mp4 --user me'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The clip, what to do with the result, and the pipeline's flags."""
    parser.add_argument("clip", nargs="?", metavar="CLIP", help="clip made by c2k record --prompt")
    parser.add_argument(
        "--dry-run", action="store_true", help="report what would change and keep nothing"
    )
    parser.add_argument(
        "--forget", action="store_true", help="delete what is kept of --user and be as before"
    )
    add_pipeline_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Fit, report before and after, and keep the result for ``--user``."""
    from cameratokeyboard.config import load_settings
    from cameratokeyboard.errors import SettingsError

    settings = load_settings(args)
    user = settings.keystroke.user
    if not user and not args.dry_run:
        raise SettingsError(
            "tune: expected --user NAME, under which to keep the result, or --dry-run"
        )
    if args.forget:
        return _forget(user)
    if args.clip is None:
        raise SettingsError("tune: expected a CLIP made by: c2k record --prompt TEXT -o clip.mp4")
    return _fit(args, user)


def _forget(user: str) -> int:
    from cameratokeyboard.keyboard.bias import forget_bias
    from cameratokeyboard.tuning.profile import forget_profile
    from cameratokeyboard.userfiles import bias_file, profile_file

    had = [forget_bias(bias_file(user)), forget_profile(profile_file(user))]
    print(f"forgot what was kept of {user}" if any(had) else f"nothing was kept of {user}")
    return 0


def _fit(args: argparse.Namespace, user: str) -> int:
    from dataclasses import replace
    from pathlib import Path

    from cameratokeyboard.app import make_detector
    from cameratokeyboard.capture.factory import open_source
    from cameratokeyboard.config import load_settings
    from cameratokeyboard.datatypes import FloatArray, KeyPress
    from cameratokeyboard.fingers import HandTracker
    from cameratokeyboard.geometry.locator import MarkerMatLocator
    from cameratokeyboard.keyboard.layout import load_layout
    from cameratokeyboard.keyboard.touch import RepeatRate, TouchKeyboard
    from cameratokeyboard.keystroke.factory import make_keystroke_detector
    from cameratokeyboard.tuning.align import keys_of_text
    from cameratokeyboard.tuning.clip import read_prompt, replay, watch
    from cameratokeyboard.tuning.fit import fit

    clip = Path(args.clip)
    prompt, recorded_layout = read_prompt(clip)
    # A profile that exists already must not colour the fit: it starts from the settings without it.
    args.keystroke__user = ""
    settings = load_settings(args)
    layout = load_layout(args.layout or recorded_layout)
    wanted = keys_of_text(prompt, layout)
    with open_source(str(clip), realtime=False) as source:
        seen = watch(
            source,
            make_detector(settings),
            MarkerMatLocator(layout),
            HandTracker(layout),
            _progress,
        )
    print(file=sys.stderr)

    def trial(sensitivity: float, bias_mm: FloatArray) -> list[KeyPress]:
        keystroke = replace(settings.keystroke, sensitivity=sensitivity)
        detector = make_keystroke_detector(keystroke.strategy, keystroke, layout)
        keyboard = TouchKeyboard(layout, repeat=RepeatRate(rate_hz=0.0))
        return replay(seen, detector, keyboard, bias_mm)

    found = fit(wanted, trial, layout, settings.keystroke.sensitivity)
    _report(found, settings.keystroke.sensitivity, len(wanted))
    if args.dry_run:
        print("kept nothing (--dry-run)")
    elif found.errors_unseen > found.errors_before:
        print("kept nothing: on text that was not used to fit, it would have been worse")
    else:
        _keep(found, user, layout)
    return 0


def _progress(frames: int) -> None:
    if frames % 30 == 0:
        print(f"\rlooked at {frames} frames", end="", file=sys.stderr, flush=True)


def _report(found: Fit, present: float, keys: int) -> None:
    from cameratokeyboard.datatypes import FINGER_NAMES

    print(f"keys asked for:          {keys}")
    print(f"errors before:           {100 * found.errors_before:.1f} %")
    print(f"errors after, same clip: {100 * found.errors_after:.1f} %")
    print(f"errors on unseen text:   {100 * found.errors_unseen:.1f} % (each half by the other)")
    print(f"sensitivity:             {present:g} -> {found.sensitivity:g}")
    print("bias (x, y in mm):")
    for name, (x, y), presses in zip(FINGER_NAMES, found.bias_mm, found.presses, strict=True):
        if presses:
            print(f"  {name:13} {x:+5.1f} {y:+5.1f}   from {presses:.0f} presses")


def _keep(found: Fit, user: str, layout: Layout) -> None:
    from cameratokeyboard.keyboard.bias import FingerBias, save_bias
    from cameratokeyboard.tuning.profile import save_profile
    from cameratokeyboard.userfiles import bias_file, profile_file

    bias = FingerBias(float(layout.sizes_mm().min()))
    bias.set(found.bias_mm, found.presses)
    save_bias(bias, bias_file(user))
    save_profile(profile_file(user), found.sensitivity)
    print(f"kept for {user}; use it with:  c2k --user {user}")
    print(f"undo it with:  c2k tune --forget --user {user}")
