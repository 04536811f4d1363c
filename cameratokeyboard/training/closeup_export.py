"""Writes the network of close looks as ONNX, and chooses how far it is trusted."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cameratokeyboard.datatypes import FINGER, THUMB, Detections, Frame
from cameratokeyboard.detect.closeup import (
    INPUT_PX,
    KIND,
    CloseFinds,
    CloseSettings,
    CloseupNetwork,
    cut_windows,
    join,
    scout,
    worth_a_look,
)
from cameratokeyboard.detect.doubles import without_doubles
from cameratokeyboard.detect.pictures import PictureDetector
from cameratokeyboard.detect.slant import SLANT, slants
from cameratokeyboard.detect.yolo import YoloDetector
from cameratokeyboard.training.closeup_net import CloseupExport, CloseupNet
from cameratokeyboard.training.evaluate import truth_of
from cameratokeyboard.training.export import write_onnx
from cameratokeyboard.training.figures import Tally, Truth, best_threshold, tally
from cameratokeyboard.training.folder import Item, Progress, colour_picture

_TRUSTS = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8)
_RENAMES = (1.0, 3.0, 10.0, 100.0)
#: A finger that is none types a letter that nobody meant, one that is missed in a frame is bridged:
#: for fingers precision counts more. A false thumb reaches little but the space bar.
_FINGER_BETA = 0.5


def export(net: CloseupNet, path: Path, settings: CloseSettings, notes: dict[str, Any]) -> None:
    """Write the network. notes: how it was trained and how well it did, kept as metadata."""
    samples = torch.zeros(2, 3, INPUT_PX, INPUT_PX), torch.zeros(2, SLANT)
    about = {
        "kind": KIND,
        "input_px": str(INPUT_PX),
        "settings": json.dumps(asdict(settings), sort_keys=True),
        "notes": json.dumps(notes, sort_keys=True),
        "license": "AGPL-3.0-or-later",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs, outputs = ["windows", "slant"], ["points", "names"]
    axes = {name: {0: "finds"} for name in (*inputs, *outputs)}
    network = CloseupExport(net).eval()
    write_onnx(network, samples, path, about, inputs=inputs, outputs=outputs, axes=axes)


def choose_settings(
    detector: YoloDetector,
    network: CloseupNetwork,
    items: list[Item],
    progress: Progress | None = None,
) -> tuple[CloseSettings, dict[str, float]]:
    """How far to trust close looks, by F1 on validation pictures; and F1 with and without."""
    settings = CloseSettings()
    seen = _looks(detector, network, items, settings, progress)
    best: tuple[float, CloseSettings] = (-1.0, settings)
    for trust, rename in product(_TRUSTS, _RENAMES):
        tried = replace(settings, trust=trust, rename=rename)
        pictures = [
            (without_doubles(join(f, c, w, finds, tried)), truth) for f, c, w, finds, truth in seen
        ]
        limits = {c: best_threshold(pictures, c) for c in (FINGER, THUMB)}
        f1 = _f1(pictures, limits)
        if f1 > best[0] + 1e-4:
            finger = best_threshold(pictures, FINGER, _FINGER_BETA)
            best = f1, replace(tried, finger=finger, thumb=limits[THUMB])
    alone = dict(zip(detector.info.class_ids, detector.info.thresholds, strict=True))
    without = _f1([(f, truth) for f, _, _, _, truth in seen], alone)
    return best[1], {"f1": round(best[0], 4), "f1_without": round(without, 4)}


def _looks(
    detector: YoloDetector,
    network: CloseupNetwork,
    items: list[Item],
    settings: CloseSettings,
    progress: Progress | None,
) -> list[tuple[Detections, Any, Any, CloseFinds, Truth]]:
    looker = PictureDetector(scout(detector, settings))
    seen = []
    for number, item in enumerate(items):
        if progress:
            progress(number, len(items))
        picture = colour_picture(item.image)
        found = looker.detect(Frame(picture, 0.0, number))
        chosen, windows = worth_a_look(found)
        finds = CloseFinds(np.zeros((0, 3, 2)), np.zeros((0, 3)))
        if len(chosen):
            slant = slants(item.mm_to_px, windows)
            finds = network.look(cut_windows(picture, windows), slant)
        seen.append((found, chosen, windows, finds, truth_of(item)))
    return seen


def _f1(pictures: list[tuple[Detections, Truth]], limits: dict[int, float]) -> float:
    """Mean F1 of fingers and thumbs at these thresholds."""
    total = 0.0
    for class_id in (FINGER, THUMB):
        counts = Tally(0, 0, 0)
        for found, truth in pictures:
            counts += tally(found.select(found.confidence >= limits[class_id]), truth, class_id)
        total += counts.f1 / 2
    return total
