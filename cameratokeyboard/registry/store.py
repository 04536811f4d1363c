"""From settings to a store."""

from __future__ import annotations

import hashlib

from cameratokeyboard.config import RegistrySettings
from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.base import ObjectStore


def is_configured(settings: RegistrySettings) -> bool:
    """Whether a store is named at all; without one nothing is ever asked of the network."""
    return bool(settings.bucket or settings.endpoint_url)


def open_store(settings: RegistrySettings) -> ObjectStore:
    """The store that the settings name. Asks the network nothing yet.

    Raises RegistryError when none is named or when what is named cannot be an address.
    """
    if not is_configured(settings):
        raise RegistryError(
            "no model store is set; name one with registry.bucket (and registry.endpoint_url), "
            "for example in the environment: C2K_REGISTRY_BUCKET=my-models"
        )
    if not settings.bucket:
        from cameratokeyboard.registry.web import WebStore

        return WebStore(settings)
    from cameratokeyboard.registry.s3 import S3Store

    return S3Store(settings)


def store_id(settings: RegistrySettings) -> str:
    """A short name of the store, so that each store has its own folder of local models.

    A signed and an unsigned view of one bucket count as two: the order of their versions cannot be
    compared. The key itself is left out: what was accepted stays accepted when keys are renewed.
    """
    kind = "signed" if settings.public_key else "plain"
    parts = (kind, settings.endpoint_url.rstrip("/"), settings.bucket, settings.prefix.strip("/"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
