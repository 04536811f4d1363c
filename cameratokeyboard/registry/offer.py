"""What a store offers: its newest version by manifest, or by time where there is none."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.base import DeniedError, MissingObjectError, ObjectStore
from cameratokeyboard.registry.manifest import (
    LIMIT_BYTES,
    NEWEST_KEY,
    Manifest,
    numbered_key,
    unseal,
)
from cameratokeyboard.registry.signing import PublicKeys

_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Offer:
    """A store's newest model.

    order, chosen_at: see ``local.Choice``. version, sha256: "" where only a download can tell. md5:
    "" where unknown. size: bytes.
    """

    order: int
    chosen_at: str
    key: str
    size: int
    version: str = ""
    sha256: str = ""
    md5: str = ""


def newest_offer(store: ObjectStore, keys: PublicKeys) -> Offer:
    """The newest model of a store; RegistryError when there is none that can be trusted.

    With public keys only a manifest signed by one of them counts. Without any, the store is a plain
    bucket, and the newest ``.onnx`` by ``LastModified`` is taken, as the forerunner did.
    """
    if not keys:
        return _newest_by_time(store)
    found = read_newest(store, keys)
    if found is None:
        raise RegistryError(
            f"{store.where} has no manifest; a signed one is expected, registry.public_key is set"
        )
    manifest, _ = found
    entry = manifest.current_entry
    return Offer(
        order=manifest.serial,
        chosen_at=manifest.updated,
        key=entry.key,
        size=entry.size,
        version=entry.version,
        sha256=entry.sha256,
    )


def read_newest(store: ObjectStore, keys: PublicKeys) -> tuple[Manifest, bytes] | None:
    """The newest manifest of a store and its bytes as stored; None for a store without any.

    ``manifest.json`` may lag behind (a publisher died before the last step), so the numbered ones
    after it are asked for as well.
    """
    newest: tuple[Manifest, bytes] | None = None
    try:
        body = store.get(NEWEST_KEY, limit=LIMIT_BYTES)
        newest = unseal(body, keys, store.where), body
    except MissingObjectError:
        pass
    while True:
        serial = newest[0].serial + 1 if newest else 1
        try:
            body = store.get(numbered_key(serial), limit=LIMIT_BYTES)
        except MissingObjectError:
            return newest
        except DeniedError:
            if newest is None:
                raise
            return newest  # AWS says 403 for what is not there to readers who may not list
        manifest = unseal(body, keys, store.where)
        if manifest.serial != serial:
            raise RegistryError(
                f"{store.where}: {numbered_key(serial)} says that it is number {manifest.serial}; "
                "someone has moved manifests about"
            )
        newest = manifest, body


def _newest_by_time(store: ObjectStore) -> Offer:
    objects = store.list()
    if any(entry.key == NEWEST_KEY for entry in objects):
        raise RegistryError(
            f"{store.where} has a signed manifest and registry.public_key is not set; ask the "
            "publisher for the public key and set it"
        )
    models = [entry for entry in objects if entry.key.lower().endswith(".onnx")]
    if not models:
        raise RegistryError(f"{store.where} holds no .onnx model (other files are never taken)")
    newest = max(models, key=lambda entry: (entry.last_modified, entry.key))
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return Offer(
        order=(newest.last_modified - epoch) // datetime.timedelta(microseconds=1),
        chosen_at=newest.last_modified.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        key=newest.key,
        size=newest.size,
        md5=newest.etag if _MD5.fullmatch(newest.etag) else "",
    )
