"""Figures that decide whether a model may be published: recorded, or on what training held out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cameratokeyboard.registry.gate import Evaluation, Evaluator, quality
from cameratokeyboard.registry.onnxfile import KEY_DATASET, read_figures


def dataset_checksum(folder: Path) -> str:
    """The md5 by which a dataset is named. Raises DatasetError when the folder is none."""
    from cameratokeyboard.training.folder import folder_version

    return folder_version(folder)


def recorded(metadata: Mapping[str, str], dataset: str) -> Evaluation:
    """The figures that the export wrote into a model: on what its own dataset held out.

    metadata: of the ONNX file. dataset: md5 of its dataset, where the metadata do not name it.
    """
    figures = read_figures(metadata)
    inner = figures.get("validation", figures)
    return Evaluation(quality(flat(inner)), metadata.get(KEY_DATASET) or dataset)


def on_held_out_part(folder: Path) -> Evaluator:
    """Measures models on the pictures of a dataset that training with its defaults holds out.

    Those are the test pictures, or the validation pictures where the split has no test part.
    Raises DatasetError when the folder is no sound dataset.
    """
    from cameratokeyboard.detect.yolo import load_yolo
    from cameratokeyboard.training.config import TrainConfig
    from cameratokeyboard.training.evaluate import evaluate_items
    from cameratokeyboard.training.folder import load_folder
    from cameratokeyboard.training.partition import partition

    config = TrainConfig(folder)
    items = load_folder(folder)
    split = partition(items, config.ratios, config.seed)
    held_out = [items[i] for i in (split.test or split.val)]
    name = dataset_checksum(folder)

    def evaluate(model: Path) -> Evaluation:
        figures = evaluate_items(load_yolo(model, "onnxruntime"), held_out).as_dict()
        return Evaluation(quality(flat(figures)), name)

    return evaluate


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Nested figures under dotted names; what is no finite number is left out."""
    return dict(_numbers(tree, prefix))


def _numbers(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, float]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}{name}.")
        elif (
            isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        ):
            yield prefix + name, float(value)
