"""The manifest: a small signed file that names the current version and all that were published.

The store holds one numbered manifest per change, ``manifests/00000001.json`` and so on. Each is
created once and never overwritten; whoever creates the next number has won. ``manifest.json`` is a
copy of the newest for readers. A manifest is signed as text, byte by byte, so that no two programs
have to agree on how JSON is written.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.signing import PublicKeys, SigningKey
from cameratokeyboard.registry.versions import split_version

FORMAT = "c2k-manifest-1"
NEWEST_KEY = "manifest.json"
#: Far above what a thousand versions need, far below what could hurt a reader.
LIMIT_BYTES = 4_000_000
#: The newest entries stay in the manifest; older ones are in the numbered manifests before it.
HISTORY_ENTRIES = 500
#: What a signature of a manifest is for; one for anything else never fits.
_PURPOSE = b"cameratokeyboard manifest 1\n"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ACTIONS = ("publish", "rollback")


@dataclass(frozen=True)
class ModelEntry:
    """One published model.

    version: see ``versions``. size: bytes. figures: name -> value as evaluated. evaluation: what
    the figures were measured on ("" when not said). published: UTC, ISO 8601.
    """

    version: str
    size: int
    figures: Mapping[str, float]
    evaluation: str
    published: str

    @property
    def dataset(self) -> str:
        """The md5 of the dataset it was trained on."""
        return split_version(self.version)[0]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the model file."""
        return split_version(self.version)[1]

    @property
    def key(self) -> str:
        """Where the store holds it."""
        return model_key(self.version)


@dataclass(frozen=True)
class HistoryEntry:
    """One change. nonce: random, tells apart two publishers who do the same at once."""

    serial: int
    at: str
    action: str
    version: str
    note: str
    nonce: str


@dataclass(frozen=True)
class Manifest:
    """The state of a store after ``serial`` changes.

    current: the version that users shall run. previous: SHA-256 of the manifest before, as stored.
    """

    serial: int
    updated: str
    current: str
    models: tuple[ModelEntry, ...]
    history: tuple[HistoryEntry, ...]
    previous: str = ""

    def entry(self, version: str) -> ModelEntry | None:
        """The model of this version, if it was ever published."""
        return next((m for m in self.models if m.version == version), None)

    def of_dataset(self, dataset: str) -> list[ModelEntry]:
        """The models trained on this dataset, oldest first."""
        return [m for m in self.models if m.dataset == dataset]

    @property
    def current_entry(self) -> ModelEntry:
        """The current model."""
        entry = self.entry(self.current)
        assert entry is not None  # checked when a manifest is read, kept when one is made
        return entry


def model_key(version: str) -> str:
    """Where the store holds the model of this version."""
    return f"models/{version}.onnx"


def numbered_key(serial: int) -> str:
    """Where the store holds the manifest of this serial number."""
    return f"manifests/{serial:08d}.json"


def next_manifest(
    before: Manifest | None,
    before_body: bytes,
    *,
    action: str,
    version: str,
    at: str,
    note: str,
    nonce: str,
    added: ModelEntry | None = None,
) -> Manifest:
    """The manifest after one more change.

    before: the newest one, with its bytes as stored; None for the first. added: a new model.
    """
    serial = before.serial + 1 if before else 1
    models = (before.models if before else ()) + ((added,) if added else ())
    history = before.history if before else ()
    change = HistoryEntry(serial, at, action, version, note, nonce)
    return Manifest(
        serial=serial,
        updated=at,
        current=version,
        models=models,
        history=(*history, change)[-HISTORY_ENTRIES:],
        previous=hashlib.sha256(before_body).hexdigest() if before else "",
    )


def seal(manifest: Manifest, key: SigningKey) -> bytes:
    """The signed manifest as the store holds it."""
    text = json.dumps(_to_json(manifest), indent=1, sort_keys=True, allow_nan=False)
    signatures = key.sign(_PURPOSE + text.encode())
    return json.dumps({"format": FORMAT, "manifest": text, "signatures": signatures}).encode()


def unseal(body: bytes, keys: PublicKeys, where: str) -> Manifest:
    """Check a stored manifest's signature, then its sense.

    where: the store in words. Raises RegistryError; nothing in an unsigned text is looked at.
    """
    text = _signed_text(body, keys, where)
    try:
        return _from_json(json.loads(text))
    except RegistryError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RegistryError(
            f"{where}: the manifest is signed but makes no sense ({type(error).__name__}: "
            f"{error}); "
            "was it written by a newer version of this program?"
        ) from error


def _signed_text(body: bytes, keys: PublicKeys, where: str) -> str:
    if not keys:
        raise RegistryError(
            f"{where} has a signed manifest and registry.public_key is not set; ask the publisher "
            "for the public key and set it"
        )
    try:
        envelope = json.loads(body)
        kind, text, signatures = (envelope[k] for k in ("format", "manifest", "signatures"))
        if not isinstance(text, str) or not isinstance(signatures, dict):
            raise TypeError("wrong types")
        message = _PURPOSE + text.encode()
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RegistryError(
            f"{where}: expected a signed manifest, got something else (cut short or damaged)"
        ) from error
    if kind != FORMAT:
        raise RegistryError(f"{where}: expected a manifest of format {FORMAT}, got {kind!r}")
    if not keys.verifies(message, {str(k): str(v) for k, v in signatures.items()}):
        raise RegistryError(
            f"{where}: the manifest's signature is not by the key in registry.public_key; it was "
            "changed by someone else, or the publisher has a new key"
        )
    return text


def _to_json(manifest: Manifest) -> dict[str, Any]:
    data = dataclasses.asdict(manifest)
    data["models"] = [{**m, "figures": dict(m["figures"])} for m in data["models"]]
    return data


def _from_json(data: dict[str, Any]) -> Manifest:
    models = tuple(_entry(m) for m in data["models"])
    history = tuple(_history(h) for h in data["history"])
    manifest = Manifest(
        serial=_whole(data["serial"], 1),
        updated=_time(data["updated"]),
        current=str(data["current"]),
        models=models,
        history=history,
        previous=str(data["previous"]),
    )
    if manifest.entry(manifest.current) is None:
        raise ValueError(f"current version {manifest.current} is not among its models")
    return manifest


def _entry(data: dict[str, Any]) -> ModelEntry:
    split_version(data["version"])
    figures = {str(k): float(v) for k, v in data["figures"].items()}
    if not all(map(math.isfinite, figures.values())):
        raise ValueError("a figure is not a finite number")
    return ModelEntry(
        version=data["version"],
        size=_whole(data["size"], 1),
        figures=figures,
        evaluation=str(data["evaluation"]),
        published=_time(data["published"]),
    )


def _history(data: dict[str, Any]) -> HistoryEntry:
    if data["action"] not in _ACTIONS:
        raise ValueError(f"unknown action {data['action']!r}")
    split_version(data["version"])
    return HistoryEntry(
        serial=_whole(data["serial"], 1),
        at=_time(data["at"]),
        action=data["action"],
        version=data["version"],
        note=str(data["note"]),
        nonce=str(data["nonce"]),
    )


def _whole(value: Any, low: int) -> int:
    if type(value) is not int or value < low:
        raise ValueError(f"expected a whole number of at least {low}, got {value!r}")
    return value


def _time(value: Any) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError(f"expected a time as 2026-01-31T12:00:00Z, got {value!r}")
    return value
