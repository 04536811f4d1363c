"""What the registry needs of a store, and the errors by which stores differ."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cameratokeyboard.errors import RegistryError

#: Told how many bytes of a download have come; raises to end it.
Progress = Callable[[int], None]


class MissingObjectError(RegistryError):
    """The store answers, and holds nothing under this key (404)."""


class DeniedError(RegistryError):
    """The store answers, and refuses this reader or writer (401, 403)."""


class ExistsError(RegistryError):
    """A create-once found something under its key already."""


class TooLargeError(RegistryError):
    """An object is larger than what the settings allow, or than its manifest says."""


class CancelledError(RegistryError):
    """The caller gave up before the work was done; nothing was changed."""


@dataclass(frozen=True)
class StoredObject:
    """One object in a listing. ``etag``: without quotes; an MD5 where it is 32 hex digits."""

    key: str
    size: int
    last_modified: datetime.datetime
    etag: str


class ObjectStore(Protocol):
    """A folder of objects under keys; every method raises RegistryError with one clear line."""

    @property
    def where(self) -> str:
        """The store in words, for messages: its address, bucket and prefix."""

    def get(self, key: str, *, limit: int) -> bytes:
        """The object's bytes; MissingObjectError, DeniedError, TooLargeError over ``limit``."""

    def download(self, key: str, sink: BinaryIO, *, limit: int, progress: Progress) -> int:
        """Write the object into ``sink`` piece by piece and return its size in bytes."""

    def list(self) -> list[StoredObject]:
        """Every object under the prefix, in the order of the keys."""

    def create(self, key: str, body: bytes) -> None:
        """Write an object that must not exist yet; ExistsError when it does."""

    def replace(self, key: str, body: bytes) -> None:
        """Write an object, whether it exists or not."""
