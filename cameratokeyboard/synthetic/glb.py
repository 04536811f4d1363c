"""Reading one skinned mesh from a binary glTF 2.0 file (the Khronos specification), no more."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import FloatArray, IntArray
from cameratokeyboard.errors import SimulationError

_MAGIC = 0x46546C67
_JSON_CHUNK, _BINARY_CHUNK = 0x4E4F534A, 0x004E4942
_COMPONENTS: dict[int, Any] = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass(frozen=True, eq=False)
class SkinnedMesh:
    """vertices: (V, 3) in bind pose, file units. faces: (F, 3). joint_names: J names.

    joints: (V, 4) indices into joint_names with weights (V, 4). bind: (J, 4, 4) place and axes of
    each joint in the mesh's frame of reference.
    """

    vertices: FloatArray
    faces: IntArray
    joints: IntArray
    weights: FloatArray
    joint_names: tuple[str, ...]
    bind: FloatArray


def _chunks(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The JSON head and the binary body."""
    magic, version, _ = struct.unpack_from("<III", data)
    if magic != _MAGIC or version != 2:
        raise ValueError("not a binary glTF 2 file")
    found: dict[int, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        size, kind = struct.unpack_from("<II", data, at)
        found[kind] = data[at + 8 : at + 8 + size]
        at += 8 + size
    return json.loads(found[_JSON_CHUNK]), found[_BINARY_CHUNK]


def _array(head: dict[str, Any], body: bytes, index: int) -> NDArray[Any]:
    """One accessor as (count, width)."""
    accessor = head["accessors"][index]
    view = head["bufferViews"][accessor["bufferView"]]
    if "sparse" in accessor or "byteStride" in view:
        raise ValueError("sparse or interleaved arrays")
    width = _WIDTHS[accessor["type"]]
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    kind = _COMPONENTS[accessor["componentType"]]
    return np.frombuffer(body, kind, accessor["count"] * width, start).reshape(-1, width)


def read_skinned_mesh(path: Path) -> SkinnedMesh:
    """The first skinned mesh of ``path``; raises SimulationError when there is none to read."""
    try:
        head, body = _chunks(path.read_bytes())
        primitive = head["meshes"][0]["primitives"][0]
        attributes, skin = primitive["attributes"], head["skins"][0]
        inverse = _array(head, body, skin["inverseBindMatrices"]).reshape(-1, 4, 4)
        return SkinnedMesh(
            vertices=_array(head, body, attributes["POSITION"]).astype(float),
            faces=_array(head, body, primitive["indices"]).reshape(-1, 3).astype(np.int64),
            joints=_array(head, body, attributes["JOINTS_0"]).astype(np.int64),
            weights=_array(head, body, attributes["WEIGHTS_0"]).astype(float),
            joint_names=tuple(head["nodes"][node]["name"] for node in skin["joints"]),
            bind=np.linalg.inv(inverse.swapaxes(1, 2).astype(float)),
        )
    except (OSError, KeyError, IndexError, ValueError, struct.error) as error:
        raise SimulationError(
            f"{path}: expected a binary glTF file with one skinned mesh ({error}); fetch it again"
        ) from error
