"""What an ONNX file says of itself, and whether it can be run at all.

The metadata are read straight from the protobuf wire format (four fields of one message), which
costs under a millisecond; the ``onnx`` package is no part of the running app and ONNX Runtime takes
a fraction of a second to open a model.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from cameratokeyboard.datatypes import CLASS_NAMES
from cameratokeyboard.errors import ModelError

# Field numbers of ModelProto and StringStringEntryProto in onnx.proto (ONNX 1.x).
_GRAPH, _METADATA_PROPS, _KEY, _VALUE = 7, 14, 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_METADATA_LIMIT = 1_000_000

#: Keys of the metadata that the export writes: evaluation figures (JSON) and the dataset's md5.
KEY_FIGURES, KEY_DATASET = "c2k_figures", "c2k_dataset"


def read_metadata(path: Path) -> dict[str, str]:
    """The key-value pairs that the exporter put into an ONNX file.

    Raises ModelError when the file cannot be read or is no ONNX file.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            return dict(_pairs(file, size))
    except OSError as error:
        raise ModelError(f"{path}: expected a readable model file: {error}") from error
    except (ValueError, EOFError) as error:
        raise ModelError(f"{path}: expected an ONNX model, got something else ({error})") from error


def check_runs(path: Path) -> None:
    """Whether ONNX Runtime opens the file and it is a detector of fingers, thumbs and markers.

    Raises ModelError that says what is wrong with it.
    """
    metadata = read_metadata(path)
    names = _class_names(metadata.get("names", ""))
    if len(names) != len(CLASS_NAMES) or any(c not in " ".join(names).lower() for c in CLASS_NAMES):
        raise ModelError(
            f"{path}: expected a detector of {', '.join(CLASS_NAMES)}; its metadata name "
            f"{', '.join(names[:5]) or 'no classes'}"
        )
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # ONNX Runtime has no public base of its errors
        raise ModelError(
            f"{path}: ONNX Runtime {onnxruntime.__version__} cannot open it: "
            f"{' '.join(str(error).split())[:200]}"
        ) from error
    if len(session.get_inputs()) != 1:
        raise ModelError(
            f"{path}: expected a model with one input, the picture; got {len(session.get_inputs())}"
        )


def read_figures(metadata: Mapping[str, str]) -> dict[str, Any]:
    """The evaluation figures in a model's metadata, as written; empty if there are none."""
    try:
        data = json.loads(metadata.get(KEY_FIGURES, "") or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _class_names(text: str) -> tuple[str, ...]:
    try:
        names = ast.literal_eval(text)  # ultralytics writes a Python literal, {0: 'finger', ...}
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    if isinstance(names, dict):
        names = [names[k] for k in sorted(names, key=str)]
    return tuple(map(str, names)) if isinstance(names, list | tuple) else ()


def _pairs(file: BinaryIO, size: int) -> Iterator[tuple[str, str]]:
    has_graph = False
    while file.tell() < size:
        number, kind, length = _header(file)
        if kind != _BYTES:
            file.seek({_FIXED64: 8, _FIXED32: 4}.get(kind, 0), 1)
            continue
        end = file.tell() + length
        if end > size:
            raise EOFError("it is cut short")
        has_graph = has_graph or number == _GRAPH
        if number == _METADATA_PROPS and length <= _METADATA_LIMIT:
            yield _pair(file, end)
        file.seek(end)
    if not has_graph:
        raise EOFError("it holds no network")


def _pair(file: BinaryIO, end: int) -> tuple[str, str]:
    found = {_KEY: "", _VALUE: ""}
    while file.tell() < end:
        number, kind, length = _header(file)
        if kind != _BYTES or file.tell() + length > end:
            raise ValueError("a damaged entry")
        found[number] = file.read(length).decode("utf-8", "replace")
    return found[_KEY], found[_VALUE]


def _header(file: BinaryIO) -> tuple[int, int, int]:
    """(field number, wire type, length); the value of a number is read and dropped."""
    tag = _varint(file)
    number, kind = tag >> 3, tag & 7
    if number == 0 or kind not in (_VARINT, _FIXED64, _BYTES, _FIXED32):
        raise ValueError("not a protobuf message")
    return number, kind, _varint(file) if kind in (_VARINT, _BYTES) else 0


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise EOFError("it is cut short")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("not a protobuf message")
