"""A store that can only be read, at a plain web address: a public R2 bucket, a CDN, a web server.

Cloudflare R2 has no anonymous S3 access; its public buckets are plain HTTPS. So a reader needs
neither boto3 nor credentials here, and the signed manifest alone vouches for what comes.
"""

from __future__ import annotations

import contextlib
import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import BinaryIO

from cameratokeyboard.config import RegistrySettings
from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.base import (
    DeniedError,
    MissingObjectError,
    Progress,
    StoredObject,
)
from cameratokeyboard.registry.bounded import BoundedStream

_SCHEMES = ("http", "https")


class WebStore:
    """An ``ObjectStore`` that answers ``get`` and ``download`` only."""

    def __init__(self, settings: RegistrySettings) -> None:
        address = settings.endpoint_url
        if urllib.parse.urlsplit(address).scheme not in _SCHEMES:
            raise RegistryError(
                f"registry.endpoint_url = {address!r}: expected an address with http:// or https://"
            )
        self._base = "/".join(filter(None, [address.rstrip("/"), settings.prefix.strip("/")]))
        self._timeout_s = settings.timeout_s

    @property
    def where(self) -> str:
        """The store in words."""
        return self._base

    def get(self, key: str, *, limit: int) -> bytes:
        """See ``ObjectStore.get``."""
        with self._opened(key, limit) as stream:
            return stream.read()

    def download(self, key: str, sink: BinaryIO, *, limit: int, progress: Progress) -> int:
        """See ``ObjectStore.download``."""
        with self._opened(key, limit) as stream:
            return stream.copy(sink, progress)

    def list(self) -> list[StoredObject]:
        """Always refused: a web address cannot be listed."""
        raise RegistryError(
            f"{self.where} is a plain web address, which cannot be listed: it needs a signed "
            "manifest; or name a bucket in registry.bucket"
        )

    def create(self, key: str, body: bytes) -> None:
        """Always refused: see ``replace``."""
        self.replace(key, body)

    def replace(self, key: str, body: bytes) -> None:
        """Always refused: a web address cannot be written to."""
        raise RegistryError(
            f"{self.where} is a plain web address, which can only be read; to publish {key}, name "
            "the bucket in registry.bucket and its S3 address in registry.endpoint_url"
        )

    @contextlib.contextmanager
    def _opened(self, key: str, limit: int) -> Iterator[BoundedStream]:
        address = f"{self._base}/{urllib.parse.quote(key)}"
        request = urllib.request.Request(address, headers={"User-Agent": "cameratokeyboard"})
        with (
            self._told_plainly(key),
            urllib.request.urlopen(request, timeout=self._timeout_s) as answer,
        ):
            text = answer.headers.get("Content-Length", "")
            announced = int(text) if text.isdigit() else None
            yield BoundedStream(answer, f"{self.where}: {key}", limit, announced)

    @contextlib.contextmanager
    def _told_plainly(self, key: str) -> Iterator[None]:
        try:
            yield
        except urllib.error.HTTPError as error:
            raise self._refusal(key, error.code) from error
        except TimeoutError as error:
            raise self._silent() from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._silent() from error
            raise RegistryError(
                f"{self.where} cannot be reached: {error.reason}; is the network there?"
            ) from error
        except (http.client.HTTPException, ConnectionError) as error:
            raise RegistryError(
                f"{self.where}: {key} did not come through: {error or type(error).__name__}"
            ) from error

    def _silent(self) -> RegistryError:
        return RegistryError(
            f"{self.where} did not answer within {self._timeout_s:g} s; is the network slow?"
        )

    def _refusal(self, key: str, status: int) -> RegistryError:
        if status in (404, 410):
            return MissingObjectError(f"{self.where}: there is no {key} ({status})")
        if status in (401, 403):
            return DeniedError(f"{self.where}: access to {key} is refused ({status})")
        if status >= 500:
            return RegistryError(f"{self.where} has a fault of its own ({status}); try again later")
        return RegistryError(f"{self.where}: {key}: unexpected answer {status}")
