"""Sized hands on disk, so that a hand is built from its source only once."""

from __future__ import annotations

import dataclasses
import hashlib
import zipfile
import zlib
from pathlib import Path

import numpy as np

from cameratokeyboard.files import replacing
from cameratokeyboard.synthetic.datatypes import HandMesh, HandShape
from cameratokeyboard.synthetic.hand_rig import HandRig
from cameratokeyboard.userfiles import user_cache_folder

#: Grows whenever built hands change, so that old files are not used.
BUILD = 14
_MESH_FIELDS = tuple(field.name for field in dataclasses.fields(HandMesh))
_RIG_FIELDS = tuple(f.name for f in dataclasses.fields(HandRig) if f.name != "mesh")


def default_folder() -> Path:
    """The user's cache folder for hands."""
    return user_cache_folder() / "hands"


def cache_file(folder: Path, kind: str, version: str, shape: HandShape) -> Path:
    """Where a hand of this source, version and shape is kept."""
    values = repr((BUILD, kind, version, dataclasses.astuple(shape)))
    return folder / f"{kind}-{hashlib.sha256(values.encode()).hexdigest()[:24]}.npz"


def save_rig(path: Path, rig: HandRig) -> None:
    """Write a rig to ``path`` by way of a temporary file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"mesh_{name}": getattr(rig.mesh, name) for name in _MESH_FIELDS}
    arrays |= {name: getattr(rig, name) for name in _RIG_FIELDS}
    with replacing(path) as part, part.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)


def load_rig(path: Path) -> HandRig | None:
    """The rig in ``path``; None when there is none or it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            mesh = HandMesh(**{name: stored[f"mesh_{name}"] for name in _MESH_FIELDS})
            return HandRig(mesh=mesh, **{name: stored[name] for name in _RIG_FIELDS})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
