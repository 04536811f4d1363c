"""Signed manifests: round trip, tampering, nonsense."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.manifest import (
    HISTORY_ENTRIES,
    Manifest,
    ModelEntry,
    next_manifest,
    numbered_key,
    seal,
    unseal,
)
from cameratokeyboard.registry.signing import PublicKeys
from cameratokeyboard.registry.versions import make_version
from tests.registry import builders

AT = "2026-03-01T12:00:00Z"
KEYS = PublicKeys((builders.signing_key().public,))


def version(number: int) -> str:
    return make_version(f"{number:032x}", f"{number:064x}")


def manifest(changes: int = 1) -> Manifest:
    made: Manifest | None = None
    for number in range(1, changes + 1):
        added = ModelEntry(version(number), 100, {"recall": 0.5}, "set", AT)
        made = next_manifest(
            made,
            b"before",
            action="publish",
            version=added.version,
            at=AT,
            note="",
            nonce="n",
            added=added,
        )
    assert made is not None
    return made


def sealed(changed: dict[str, object] | None = None) -> bytes:
    """A manifest with a good signature over whatever it says."""
    key = builders.signing_key()
    envelope = json.loads(seal(manifest(2), key))
    text = json.dumps({**json.loads(envelope["manifest"]), **(changed or {})})
    signatures = key.sign(b"cameratokeyboard manifest 1\n" + text.encode())
    return json.dumps({**envelope, "manifest": text, "signatures": signatures}).encode()


class TestSeal:
    def test_round_trip(self) -> None:
        made = manifest(3)
        assert unseal(seal(made, builders.signing_key()), KEYS, "here") == made

    def test_one_of_several_keys_is_enough(self) -> None:
        keys = PublicKeys((builders.signing_key(2).public, builders.signing_key(1).public))
        assert unseal(seal(manifest(), builders.signing_key(1)), keys, "here").serial == 1

    def test_other_key_is_refused(self) -> None:
        body = seal(manifest(), builders.signing_key(2))
        with pytest.raises(RegistryError, match="signature is not by the key"):
            unseal(body, KEYS, "here")

    def test_no_key_in_the_settings_is_refused(self) -> None:
        with pytest.raises(RegistryError, match="public_key is not set"):
            unseal(seal(manifest(), builders.signing_key()), PublicKeys(()), "here")

    def test_signature_of_another_purpose_is_refused(self) -> None:
        key = builders.signing_key()
        envelope = json.loads(seal(manifest(), key))
        envelope["signatures"] = key.sign(envelope["manifest"].encode())
        with pytest.raises(RegistryError, match="signature"):
            unseal(json.dumps(envelope).encode(), KEYS, "here")

    @settings(deadline=None)
    @given(st.data())
    def test_any_flipped_bit_is_refused_or_changes_nothing(self, data: st.DataObject) -> None:
        body = seal(manifest(2), builders.signing_key())
        position = data.draw(st.integers(0, len(body) - 1))
        bit = data.draw(st.integers(0, 7))
        changed = body[:position] + bytes([body[position] ^ 1 << bit]) + body[position + 1 :]
        try:
            found = unseal(changed, KEYS, "here")
        except RegistryError as error:
            assert "\n" not in str(error)  # noqa: PT017  (either end is right)
        else:
            assert found == manifest(2)

    @settings(deadline=None)
    @given(st.binary(max_size=200))
    def test_any_rubbish_is_refused(self, body: bytes) -> None:
        with pytest.raises(RegistryError):
            unseal(body, KEYS, "here")


class TestUnseal:
    def test_unchanged_is_read(self) -> None:
        assert unseal(sealed(), KEYS, "here").serial == 2

    @pytest.mark.parametrize(
        "changed",
        [
            {"serial": 0},
            {"serial": "2"},
            {"serial": True},
            {"updated": "yesterday"},
            {"current": version(9)},
            {"models": [{"version": "../../etc/passwd"}]},
            {"models": "none"},
            {"history": [{"action": "delete"}]},
            {"previous": None, "models": None},
        ],
    )
    def test_signed_nonsense_is_refused(self, changed: dict[str, object]) -> None:
        with pytest.raises(RegistryError):
            unseal(sealed(changed), KEYS, "here")


class TestNextManifest:
    def test_serial_grows_and_the_chain_is_kept(self) -> None:
        made = manifest(3)
        assert made.serial == 3
        assert len(made.previous) == 64
        assert manifest(1).previous == ""

    def test_history_is_limited_and_models_are_not(self) -> None:
        made = manifest(HISTORY_ENTRIES + 3)
        assert len(made.history) == HISTORY_ENTRIES
        assert made.history[-1].serial == HISTORY_ENTRIES + 3
        assert len(made.models) == HISTORY_ENTRIES + 3


def test_numbered_keys_sort_like_numbers() -> None:
    keys = [numbered_key(n) for n in (1, 9, 10, 12345678)]
    assert keys == sorted(keys)
