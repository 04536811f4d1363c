"""What a detector model says of itself: classes, keypoints, input size, thresholds, version."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cameratokeyboard.datatypes import CLASS_NAMES, FINGER, KEYPOINT_NAMES, MARKER, THUMB
from cameratokeyboard.errors import ModelError

#: Used for a class for which the model names no threshold of its own.
DEFAULT_THRESHOLD = 0.3

#: Keys of ``metadata_props`` that this project writes beside those that ultralytics writes.
KEY_THRESHOLDS = "c2k_thresholds"
KEY_VERSION = "c2k_version"
KEY_DATASET = "c2k_dataset"
KEY_FIGURES = "c2k_figures"

_WORDS = (("thumb", THUMB), ("marker", MARKER), ("finger", FINGER))


@dataclass(frozen=True)
class ModelInfo:
    """A model's own description.

    names: class names by output channel. class_ids: the index into CLASS_NAMES of each channel.
    keypoints, keypoint_dims: how many keypoints follow a box and how many numbers each has (0, 0
    for a plain box model). input_wh: the size it was trained for, px. thresholds: confidence by
    channel. version: of the model, "" when it names none. properties: everything the file says.
    """

    names: tuple[str, ...]
    class_ids: tuple[int, ...]
    keypoints: int
    keypoint_dims: int
    input_wh: tuple[int, int]
    thresholds: tuple[float, ...]
    version: str
    properties: Mapping[str, str]

    @property
    def channels(self) -> int:
        """How many numbers the raw output has for each candidate."""
        return 4 + len(self.names) + self.keypoints * self.keypoint_dims


def parse_model_info(properties: Mapping[str, str], origin: str) -> ModelInfo:
    """Read a model's metadata, as this project and ultralytics write it.

    properties: ``metadata_props`` of the ONNX file. origin: the file, for messages.
    Raises ModelError when the classes are not fingertips and markers or a field cannot be read.
    """
    names = _class_names(properties, origin)
    class_ids = tuple(_class_id(name, names, origin) for name in names)
    count, dims = _keypoint_shape(properties, origin)
    height, width = _input_hw(properties, origin)
    return ModelInfo(
        names=names,
        class_ids=class_ids,
        keypoints=count,
        keypoint_dims=dims,
        input_wh=(width, height),
        thresholds=_thresholds(properties, class_ids, origin),
        version=str(properties.get(KEY_VERSION, "")),
        properties=dict(properties),
    )


def _literal(properties: Mapping[str, str], key: str, origin: str) -> Any:
    text = properties[key]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        try:
            return json.loads(text)
        except ValueError:
            raise ModelError(
                f"{origin}: its metadata '{key}' is {text[:60]!r}, which cannot be read; "
                "export the model again with 'c2k train' or ultralytics"
            ) from None


def _class_names(properties: Mapping[str, str], origin: str) -> tuple[str, ...]:
    if "names" not in properties:
        return CLASS_NAMES
    names = _literal(properties, "names", origin)
    if isinstance(names, dict):
        names = [names[key] for key in sorted(names, key=int)]
    return tuple(str(name) for name in names)


def _class_id(name: str, names: tuple[str, ...], origin: str) -> int:
    for word, class_id in _WORDS:
        if word in name.lower():
            return class_id
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    raise ModelError(
        f"{origin}: expected a model with the classes {', '.join(CLASS_NAMES)}, and this one has "
        f"{len(names)}: {shown}; choose another model or train one with 'c2k train'"
    )


def _keypoint_shape(properties: Mapping[str, str], origin: str) -> tuple[int, int]:
    if "kpt_shape" not in properties:
        return 0, 0
    shape = _literal(properties, "kpt_shape", origin)
    fits = isinstance(shape, list | tuple) and len(shape) == 2
    if not fits or shape[0] > len(KEYPOINT_NAMES) or shape[0] < 1 or shape[1] not in (2, 3):
        raise ModelError(
            f"{origin}: expected up to {len(KEYPOINT_NAMES)} keypoints "
            f"({', '.join(KEYPOINT_NAMES)}) of 2 or 3 numbers, and kpt_shape is {shape}; "
            "choose another model or train one with 'c2k train'"
        )
    return int(shape[0]), int(shape[1])


def _input_hw(properties: Mapping[str, str], origin: str) -> tuple[int, int]:
    if "imgsz" not in properties:
        return 640, 640
    size = _literal(properties, "imgsz", origin)
    if isinstance(size, int):
        return size, size
    if isinstance(size, list | tuple) and len(size) == 2 and all(int(n) >= 32 for n in size):
        return int(size[0]), int(size[1])
    raise ModelError(f"{origin}: expected imgsz as [height, width] in px, and it is {size}")


def _thresholds(
    properties: Mapping[str, str], class_ids: tuple[int, ...], origin: str
) -> tuple[float, ...]:
    given: dict[str, Any] = {}
    if KEY_THRESHOLDS in properties:
        given = _literal(properties, KEY_THRESHOLDS, origin)
    values = tuple(float(given.get(CLASS_NAMES[i], DEFAULT_THRESHOLD)) for i in class_ids)
    if any(not 0 < value < 1 for value in values):
        raise ModelError(f"{origin}: expected thresholds between 0 and 1, and they are {values}")
    return values
