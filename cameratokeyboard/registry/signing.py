"""Ed25519 signatures: the publisher's private key and the readers' public keys.

Keys are written as base64 of their 32 raw bytes. The private key lives only in the publisher's
environment (``C2K_SIGNING_KEY``, or a file named by ``C2K_SIGNING_KEY_FILE``), never in settings.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cameratokeyboard.errors import RegistryError, SettingsError

KEY_VARIABLE, KEY_FILE_VARIABLE = "C2K_SIGNING_KEY", "C2K_SIGNING_KEY_FILE"
_KEY_BYTES = 32


@dataclass(frozen=True)
class PublicKeys:
    """The keys of which any one may have signed; empty means that no signature is asked for."""

    keys: tuple[bytes, ...]

    @classmethod
    def parse(cls, text: str) -> PublicKeys:
        """From the setting ``registry.public_key``: base64 keys with spaces or commas between."""
        words = text.replace(",", " ").split()
        return cls(tuple(_raw(word, "registry.public_key") for word in words))

    def __bool__(self) -> bool:
        return bool(self.keys)

    def verifies(self, message: bytes, signatures: Mapping[str, str]) -> bool:
        """Whether one of ``signatures`` (key id -> base64) is that of a known key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        for key in self.keys:
            signature = signatures.get(key_id(key))
            if signature is None:
                continue
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(
                    base64.b64decode(signature, validate=True), message
                )
            except (InvalidSignature, binascii.Error, ValueError):
                continue
            return True
        return False


class SigningKey:
    """The publisher's private key; its text never appears in messages."""

    def __init__(self, seed: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._seed = seed

    @classmethod
    def generate(cls) -> SigningKey:
        """A new random key."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> SigningKey:
        """The key in ``C2K_SIGNING_KEY`` or in the file that ``C2K_SIGNING_KEY_FILE`` names."""
        text = environment.get(KEY_VARIABLE, "")
        if text.strip():
            return cls(_raw(text.strip(), KEY_VARIABLE, secret=True))
        name = environment.get(KEY_FILE_VARIABLE, "")
        if not name:
            raise RegistryError(
                f"publishing signs the manifest and found no key: set {KEY_VARIABLE} or "
                f"{KEY_FILE_VARIABLE}; 'c2k models keygen -o FILE' makes one"
            )
        try:
            text = Path(name).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise RegistryError(
                f"{KEY_FILE_VARIABLE} = {name}: no key can be read: {error}"
            ) from error
        return cls(_raw(text.strip(), f"{KEY_FILE_VARIABLE} = {name}", secret=True))

    @property
    def public(self) -> bytes:
        """The public half, 32 raw bytes."""
        return self._key.public_key().public_bytes_raw()

    @property
    def public_text(self) -> str:
        """The public half as ``registry.public_key`` wants it."""
        return base64.b64encode(self.public).decode()

    def secret_text(self) -> str:
        """The private half as ``C2K_SIGNING_KEY`` wants it."""
        return base64.b64encode(self._seed).decode()

    def sign(self, message: bytes) -> dict[str, str]:
        """Signatures as a manifest holds them: key id -> base64."""
        return {key_id(self.public): base64.b64encode(self._key.sign(message)).decode()}


def key_id(public: bytes) -> str:
    """The short name by which a signature says whose it is."""
    return hashlib.sha256(public).hexdigest()[:16]


def _raw(text: str, origin: str, *, secret: bool = False) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _KEY_BYTES:
        shown = "what is there" if secret else repr(text)
        raise SettingsError(
            f"{origin}: expected an Ed25519 key, base64 of 32 bytes (44 characters), got {shown}; "
            "'c2k models keygen' prints such keys"
        )
    return raw
