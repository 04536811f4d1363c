"""The object store on boto3: AWS S3, Cloudflare R2 and whatever else speaks S3.

boto3 is imported when a store is opened, and its clients and errors stay in this module.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from cameratokeyboard.config import RegistrySettings
from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.base import (
    DeniedError,
    ExistsError,
    MissingObjectError,
    Progress,
    StoredObject,
)
from cameratokeyboard.registry.bounded import BoundedStream

#: Tries per request; a fault that lasts is told to the user rather than waited for.
ATTEMPTS = 2
DEFAULT_REGION = "us-east-1"


class S3Store:
    """An ``ObjectStore`` in a bucket. Opening it asks the network nothing."""

    def __init__(self, settings: RegistrySettings) -> None:
        self._bucket = settings.bucket
        self._prefix = settings.prefix.strip("/")
        self._timeout_s = settings.timeout_s
        self._address = settings.endpoint_url or "AWS S3"
        self._client = _client(settings)

    @property
    def where(self) -> str:
        """The store in words."""
        return "/".join(filter(None, [f"{self._address} bucket {self._bucket}", self._prefix]))

    def get(self, key: str, *, limit: int) -> bytes:
        """See ``ObjectStore.get``."""
        with self._opened(key, limit) as stream:
            return stream.read()

    def download(self, key: str, sink: BinaryIO, *, limit: int, progress: Progress) -> int:
        """See ``ObjectStore.download``."""
        with self._opened(key, limit) as stream:
            return stream.copy(sink, progress)

    def list(self) -> list[StoredObject]:
        """See ``ObjectStore.list``."""
        folder = f"{self._prefix}/" if self._prefix else ""
        with self._told_plainly(folder):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=folder
            )
            return [
                StoredObject(
                    key=entry["Key"].removeprefix(folder),
                    size=entry["Size"],
                    last_modified=entry["LastModified"],
                    etag=entry.get("ETag", "").strip('"'),
                )
                for page in pages
                for entry in page.get("Contents", ())
            ]

    def create(self, key: str, body: bytes) -> None:
        """See ``ObjectStore.create``; the store settles who was first (``If-None-Match: *``)."""
        with self._told_plainly(key):
            self._client.put_object(**self._put(key, body), IfNoneMatch="*")

    def replace(self, key: str, body: bytes) -> None:
        """See ``ObjectStore.replace``."""
        with self._told_plainly(key):
            self._client.put_object(**self._put(key, body))

    @contextlib.contextmanager
    def _opened(self, key: str, limit: int) -> Iterator[BoundedStream]:
        with self._told_plainly(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._full(key))
            with contextlib.closing(answer["Body"]) as body:
                announced = answer.get("ContentLength")
                yield BoundedStream(body, f"{self.where}: {key}", limit, announced)

    def _put(self, key: str, body: bytes) -> dict[str, Any]:
        # Content-MD5 is the one checksum that every S3-compatible store checks on arrival.
        digest = hashlib.md5(body, usedforsecurity=False).digest()
        return {
            "Bucket": self._bucket,
            "Key": self._full(key),
            "Body": body,
            "ContentMD5": base64.b64encode(digest).decode(),
            "ContentType": "application/json"
            if key.endswith(".json")
            else "application/octet-stream",
        }

    def _full(self, key: str) -> str:
        return f"{self._prefix}/{key}" if self._prefix else key

    @contextlib.contextmanager
    def _told_plainly(self, key: str) -> Iterator[None]:
        """Turn what botocore and the connection raise into one line of ours."""
        from botocore import exceptions as boto  # the store was opened, so boto3 is here
        from urllib3.exceptions import HTTPError

        try:
            yield
        except boto.ClientError as error:
            raise self._refusal(key, error) from error
        except (boto.ConnectTimeoutError, boto.ReadTimeoutError) as error:
            raise RegistryError(
                f"{self.where} did not answer within {self._timeout_s:g} s; is the network slow?"
            ) from error
        except boto.EndpointConnectionError as error:
            raise RegistryError(f"{self.where} cannot be reached; is the network there?") from error
        except (boto.NoCredentialsError, boto.PartialCredentialsError) as error:
            raise DeniedError(
                f"{self.where}: no credentials in the usual places (AWS_ACCESS_KEY_ID, ~/.aws); "
                "for a public bucket set registry.unsigned = true"
            ) from error
        except (boto.BotoCoreError, HTTPError) as error:
            raise RegistryError(
                f"{self.where}: {key} did not come through: {_first_line(error)}"
            ) from error

    def _refusal(self, key: str, error: Any) -> RegistryError:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code == "NoSuchBucket":
            return RegistryError(f"{self.where}: there is no such bucket (404)")
        if status == 404:
            return MissingObjectError(f"{self.where}: there is no {key} (404)")
        if status in (401, 403):
            return DeniedError(
                f"{self.where}: access to {key} is refused ({status} {code}); check the "
                "credentials and the bucket's policy"
            )
        # 409 is how AWS answers while another conditional write of the same key is under way.
        if status == 412 or code == "ConditionalRequestConflict":
            return ExistsError(f"{self.where}: {key} exists already")
        if status >= 500:
            return RegistryError(f"{self.where} has a fault of its own ({status}); try again later")
        return RegistryError(f"{self.where}: {key}: {code or status}: {_first_line(error)}")


def _client(settings: RegistrySettings) -> Any:
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    options: dict[str, Any] = {
        "connect_timeout": settings.timeout_s,
        "read_timeout": settings.timeout_s,
        "retries": {"total_max_attempts": ATTEMPTS, "mode": "standard"},
        # Stores other than AWS do not know the newer trailing checksums.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
    }
    if settings.endpoint_url:
        options["s3"] = {"addressing_style": "path"}
    if settings.unsigned:
        options["signature_version"] = UNSIGNED
    try:
        # A session of its own: the default one is shared between threads, which boto3 forbids.
        session = boto3.session.Session()
        return session.client(
            "s3",
            endpoint_url=settings.endpoint_url or None,
            region_name=settings.region or session.region_name or DEFAULT_REGION,
            config=Config(**options),
        )
    except (BotoCoreError, ValueError) as error:
        raise RegistryError(
            f"registry.endpoint_url = {settings.endpoint_url!r}, registry.region = "
            f"{settings.region!r}: no store can be opened with these: {_first_line(error)}"
        ) from error


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]
