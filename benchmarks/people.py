"""How exactly contact points are told on many people: a few frames each of clips never kept.

python benchmarks/people.py [--people 48] [--hands webxr] [--first 5000] [--engine NAME]

Each frame is looked at once to find the mat, then in every view that successive frames get, and the
mean of these is what counts. What is rendered depends on the seeds only: two models can be compared
on the same people.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from cameratokeyboard.app import make_detector
from cameratokeyboard.config import Settings
from cameratokeyboard.datatypes import CLASS_NAMES, FINGER, THUMB, FloatArray, Frame
from cameratokeyboard.detect.base import Detector
from cameratokeyboard.detect.closeup import VIEWS
from cameratokeyboard.geometry.base import MatLocator
from cameratokeyboard.geometry.locator import MarkerMatLocator
from cameratokeyboard.synthetic.clip import ClipFrame, ClipPainter, ClipWish, build_clip
from cameratokeyboard.synthetic.hand import HAND_KINDS
from cameratokeyboard.synthetic.labels import Label
from cameratokeyboard.synthetic.render import shared_renderer
from cameratokeyboard.training.figures import Truth, match
from cameratokeyboard.training.progress import print_progress

_TEXTS = ("quick brown fox", "pay the five cab", "we met at noon", "a vexing quiz")
_WPM = 50.0
_SIZE_WH = (1280, 720)
#: The first and the last frames show hands that come and go.
_EDGE = (8, 4)
#: Visibility of a keypoint in plain view (see Label).
_SEEN = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=48)
    parser.add_argument("--frames", type=int, default=3, help="of each person")
    parser.add_argument("--first", type=int, default=5000, help="seed of the first person")
    parser.add_argument("--hands", default="anny", choices=HAND_KINDS)
    parser.add_argument("--engine", default="onnxruntime", choices=("onnxruntime", "openvino"))
    args = parser.parse_args()
    settings = Settings()
    settings = replace(settings, detector=replace(settings.detector, engine=args.engine))
    renderer = shared_renderer()
    errors: dict[int, list[FloatArray]] = {FINGER: [], THUMB: []}
    missed = dict.fromkeys(errors, 0)
    for seed in range(args.first, args.first + args.people):
        renderer.forget()
        wish = ClipWish(_TEXTS[seed % len(_TEXTS)], _WPM, seed, hands=args.hands, size_wh=_SIZE_WH)
        clip = build_clip(wish)
        painter = ClipPainter(clip, renderer)
        last = clip.frame_count - _EDGE[1]
        for index in np.linspace(_EDGE[0], last, args.frames).astype(int):
            # A detector remembers where it looked last: each frame begins with a new one.
            looker, locator = make_detector(settings), MarkerMatLocator(clip.layout)
            for class_id, error in frame_errors(looker, locator, painter.frame(int(index))):
                if error is None:
                    missed[class_id] += 1
                else:
                    errors[class_id].append(error)
        print_progress(seed - args.first, args.people)
    for class_id, found in errors.items():
        print(_line(f"{CLASS_NAMES[class_id]}s", found, missed[class_id]))
    print(_line("both", errors[FINGER] + errors[THUMB], sum(missed.values())))


def frame_errors(
    detector: Detector, locator: MatLocator, frame: ClipFrame
) -> list[tuple[int, FloatArray | None]]:
    """Class of each fingertip whose contact point is in plain view, and by how many px (2,) it is
    told wrong; None where no view has found it."""
    seen = [x for x in frame.labels if x.class_id in (FINGER, THUMB) and _in_view(x)]
    truth = Truth(
        np.array([x.class_id for x in seen], int),
        np.array([x.box for x in seen], float).reshape(-1, 4),
        np.array([x.keypoints[0][:2] for x in seen], float).reshape(-1, 2),
    )
    told: list[list[FloatArray]] = [[] for _ in seen]
    shown = Frame(frame.image, 0.0, frame.index)
    mat = locator.update(shown, detector.detect(shown))
    for _ in VIEWS:
        found = detector.detect(shown, mat=mat)
        for class_id in (FINGER, THUMB):
            for number, label in match(found, truth, class_id):
                told[label].append(found.contact_px[number] - truth.contact[label])
    return [
        (label.class_id, np.mean(errors, axis=0) if errors else None)
        for label, errors in zip(seen, told, strict=True)
    ]


def _in_view(label: Label) -> bool:
    return bool(label.keypoints[0][2] == _SEEN)


def _line(name: str, errors: list[FloatArray], missed: int) -> str:
    if not errors:
        return f"{name}: none found of {missed}"
    away = np.hypot(*np.array(errors).T)
    aside = np.mean(errors, axis=0)
    return (
        f"{name}: {np.median(away):.2f} px median, {np.percentile(away, 90):.2f} px at 90%, on the "
        f"whole {aside[0]:+.2f} right {aside[1]:+.2f} down ({len(away)}, {missed} not found)"
    )


if __name__ == "__main__":
    main()
