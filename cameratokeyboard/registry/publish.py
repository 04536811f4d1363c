"""Publish a model, or go back to an earlier one: the writing side of a store.

Several publishers at once are settled by the store: the next numbered manifest can be created only
once. What users may hold is never deleted or overwritten.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cameratokeyboard.config import RegistrySettings
from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.base import DeniedError, ExistsError, MissingObjectError, ObjectStore
from cameratokeyboard.registry.gate import Evaluation, Evaluator, complaints
from cameratokeyboard.registry.manifest import (
    LIMIT_BYTES,
    NEWEST_KEY,
    Manifest,
    ModelEntry,
    model_key,
    next_manifest,
    numbered_key,
    seal,
)
from cameratokeyboard.registry.offer import read_newest
from cameratokeyboard.registry.onnxfile import check_runs
from cameratokeyboard.registry.signing import PublicKeys, SigningKey
from cameratokeyboard.registry.versions import find_version, make_version, short

#: How long a new manifest has to stay unchanged before its publisher believes to have won. A store
#: that checks ``If-None-Match`` only when a request begins (OpenStack Swift does) lets writers that
#: overlap through and keeps the last one; requests of this size overlap for far less than this.
SETTLE_S = 2.0


@dataclass(frozen=True)
class Publisher:
    """A store with the right to change it.

    keys: what readers accept. at: time of the change. settle: waits so many seconds.
    """

    store: ObjectStore
    key: SigningKey
    keys: PublicKeys
    at: datetime.datetime
    settle: Callable[[float], None] = time.sleep

    @classmethod
    def open(
        cls,
        store: ObjectStore,
        settings: RegistrySettings,
        key: SigningKey,
        at: datetime.datetime,
    ) -> Publisher:
        """Check that readers with these settings would accept what ``key`` signs."""
        keys = PublicKeys.parse(settings.public_key) or PublicKeys((key.public,))
        if key.public not in keys.keys:
            raise RegistryError(
                "the signing key does not belong to registry.public_key: readers would refuse the "
                f"manifest; its public key is {key.public_text}"
            )
        return cls(store, key, keys, at)

    def publish(
        self,
        model: Path,
        *,
        dataset: str,
        evaluation: Evaluation,
        margin: float,
        evaluate: Evaluator | None = None,
        force: bool = False,
        note: str = "",
        check: Callable[[Path], None] = check_runs,
    ) -> Manifest:
        """Make a model the current version.

        dataset: md5 of the dataset it was trained on. evaluation: its figures as recorded.
        evaluate: measures the new and the current model anew, on one set. margin, force: see
        ``gate.complaints``; with force a worse model is published all the same.

        Raises ExistsError when the version is published already or another publisher was faster,
        RegistryError when the model is worse, ModelError when it cannot run.
        """
        check(model)
        body = model.read_bytes()
        version = make_version(dataset, hashlib.sha256(body).hexdigest())
        found = read_newest(self.store, self.keys)
        before = found[0] if found else None
        if before and before.entry(version):
            raise ExistsError(f"{self.store.where}: version {short(version)} is published already")
        if evaluate:
            evaluation = evaluate(model)
        if before and not force:
            self._compare(version, evaluation, before, margin, evaluate)
        self._create_model(version, body)
        entry = ModelEntry(
            version, len(body), dict(evaluation.figures), evaluation.on, _time_text(self.at)
        )
        return self._commit(found, "publish", version, note, entry)

    def rollback(self, wanted: str, *, note: str = "") -> Manifest:
        """Make an earlier version the current one; recorded in the history, nothing is deleted.

        wanted: a version in full, in short, or its first digits.
        Raises RegistryError when it was never published, is the current one, or is gone.
        """
        found = read_newest(self.store, self.keys)
        if found is None:
            raise RegistryError(f"{self.store.where} has no manifest: nothing was ever published")
        before = found[0]
        version = find_version(wanted, [m.version for m in before.models])
        if version == before.current:
            raise RegistryError(
                f"{self.store.where}: version {short(version)} is the current one already"
            )
        self._check_stored(version)
        return self._commit(found, "rollback", version, note, None)

    def _compare(
        self,
        version: str,
        evaluation: Evaluation,
        before: Manifest,
        margin: float,
        evaluate: Evaluator | None,
    ) -> None:
        entry = before.current_entry
        current = Evaluation(entry.figures, entry.evaluation)
        if evaluate:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "current.onnx"
                path.write_bytes(self._check_stored(entry.version))
                current = evaluate(path)
        against = complaints(evaluation, current, margin)
        if against:
            raise RegistryError(
                f"model {short(version)} is not published, it would follow "
                f"{short(entry.version)}: {'; '.join(against)} (margin {margin:g}); "
                "publish it all the same with --force"
            )

    def _create_model(self, version: str, body: bytes) -> None:
        try:
            self.store.create(model_key(version), body)
        except ExistsError:
            # An earlier try of ours got this far, or another publisher has the very same model:
            # the key holds the hash, so the object is either the same or damaged.
            self._check_stored(version, size=len(body))

    def _check_stored(self, version: str, size: int | None = None) -> bytes:
        key = model_key(version)
        body = self.store.get(key, limit=size or 5_000_000_000)
        if not version.endswith(hashlib.sha256(body).hexdigest()):
            raise RegistryError(
                f"{self.store.where}: {key} is there and is not what its name says; look at the "
                "object by hand, it is never overwritten"
            )
        return body

    def _commit(
        self,
        found: tuple[Manifest, bytes] | None,
        action: str,
        version: str,
        note: str,
        added: ModelEntry | None,
    ) -> Manifest:
        before, before_body = found if found else (None, b"")
        manifest = next_manifest(
            before,
            before_body,
            action=action,
            version=version,
            at=_time_text(self.at),
            note=note,
            nonce=secrets.token_hex(8),
            added=added,
        )
        body = seal(manifest, self.key)
        if len(body) > LIMIT_BYTES:
            raise RegistryError(
                f"{self.store.where}: the manifest would be over {LIMIT_BYTES} bytes"
            )
        self._create_manifest(manifest.serial, body)
        self._point_to(manifest.serial, body)
        return manifest

    def _create_manifest(self, serial: int, body: bytes) -> None:
        key = numbered_key(serial)
        try:
            self.store.create(key, body)
        except ExistsError:
            pass  # perhaps it is ours: a try whose answer got lost and that was repeated
        else:
            self.settle(SETTLE_S)
        if self._stored(key) != body:
            raise ExistsError(
                f"{self.store.where}: another publisher was faster and made change {serial}; look "
                "at 'c2k models list' and try again if your model is still wanted"
            )

    def _stored(self, key: str) -> bytes:
        try:
            return self.store.get(key, limit=LIMIT_BYTES)
        except MissingObjectError:
            return b""  # refused because another one's write is under way (409 of AWS)

    def _point_to(self, serial: int, body: bytes) -> None:
        """Copy the newest manifest to where readers look first.

        Readers look for the numbered ones after it as well, so a failure here undoes nothing. Who
        finds that another publisher went on meanwhile copies that one's manifest instead: so the
        slowest leaves the newest.
        """
        while True:
            self.store.replace(NEWEST_KEY, body)
            serial += 1
            try:
                body = self.store.get(numbered_key(serial), limit=LIMIT_BYTES)
            except (MissingObjectError, DeniedError):
                return


def _time_text(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
