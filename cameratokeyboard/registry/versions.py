"""What a version is called: the dataset's checksum, a dash, the model file's SHA-256."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from cameratokeyboard.errors import RegistryError

_DATASET = re.compile(r"[0-9a-f]{32}")
_VERSION = re.compile(r"([0-9a-f]{32})-([0-9a-f]{64})")
_PIECE_BYTES = 1 << 20
_SHORT = 8


def make_version(dataset: str, sha256: str) -> str:
    """The version of a model. dataset: md5 of the dataset, 32 hex digits; sha256: of the file.

    Raises RegistryError when either is not a checksum.
    """
    version = f"{dataset}-{sha256}"
    if not _VERSION.fullmatch(version):
        raise RegistryError(
            f"a version needs the dataset's md5 (32 hex digits) and the model's SHA-256 (64); got "
            f"{dataset!r} and {sha256!r}"
        )
    return version


def split_version(version: str) -> tuple[str, str]:
    """(dataset md5, model SHA-256) of a version; RegistryError when it is none."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise RegistryError(
            f"expected a version (md5 of the dataset, '-', SHA-256 of the model), got {version!r}"
        )
    return match[1], match[2]


def is_dataset_checksum(text: str) -> bool:
    """Whether ``text`` can be the md5 of a dataset."""
    return _DATASET.fullmatch(text) is not None


def short(version: str) -> str:
    """A version as shown to people: the first 8 digits of either half."""
    dataset, _, sha256 = version.partition("-")
    return f"{dataset[:_SHORT]}-{sha256[:_SHORT]}" if sha256 else version[: 2 * _SHORT]


def find_version(wanted: str, known: Iterable[str]) -> str:
    """The one known version that ``wanted`` names: in full, in short, or by its first digits.

    Raises RegistryError when none or several fit.
    """
    versions = list(known)
    fitting = [v for v in versions if v.startswith(wanted) or short(v).startswith(wanted)]
    if wanted and len(fitting) == 1:
        return fitting[0]
    several = "several versions fit" if wanted and fitting else "there is no version"
    names = ", ".join(short(v) for v in (fitting if wanted and fitting else versions)) or "none"
    raise RegistryError(f"{several} {wanted!r}; expected one of: {names}")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hex; the file may be larger than memory."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def file_md5(path: Path) -> str:
    """MD5 of a file, hex: what a store's ETag is for an object of one part."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
