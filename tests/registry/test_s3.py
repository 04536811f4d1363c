"""The S3 store: keys, listings, create-once, integrity, plain words for what goes wrong."""

from __future__ import annotations

import hashlib
import io
import logging
from typing import Any

import pytest

from cameratokeyboard.config import RegistrySettings
from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.base import (
    DeniedError,
    ExistsError,
    MissingObjectError,
    TooLargeError,
)
from cameratokeyboard.registry.s3 import S3Store
from tests.registry.conftest import PAGE_KEYS, client
from tests.registry.swiftserver import SwiftServer


def open_moto(moto_url: str, bucket: str, **changes: Any) -> S3Store:
    return S3Store(RegistrySettings(endpoint_url=moto_url, bucket=bucket, **changes))


@pytest.fixture
def store(moto_url: str, moto_bucket: str) -> S3Store:
    return open_moto(moto_url, moto_bucket)


class TestKeys:
    @pytest.mark.parametrize("prefix", ["", "models", "/a/b/"])
    def test_prefix_is_put_before_and_taken_off(
        self, moto_url: str, moto_bucket: str, prefix: str
    ) -> None:
        store = open_moto(moto_url, moto_bucket, prefix=prefix)
        store.create("x.onnx", b"123")
        assert [entry.key for entry in store.list()] == ["x.onnx"]
        assert store.get("x.onnx", limit=10) == b"123"
        stored = client(moto_url).list_objects_v2(Bucket=moto_bucket)["Contents"]
        assert [e["Key"] for e in stored] == [f"{prefix.strip('/')}/x.onnx".lstrip("/")]

    def test_other_prefixes_are_not_listed(self, moto_url: str, moto_bucket: str) -> None:
        open_moto(moto_url, moto_bucket, prefix="models-old").create("x.onnx", b"1")
        assert open_moto(moto_url, moto_bucket, prefix="models").list() == []

    def test_listing_goes_over_several_pages(self, store: S3Store) -> None:
        for number in range(PAGE_KEYS + 2):
            store.replace(f"{number:04d}", b"")
        assert len(store.list()) == PAGE_KEYS + 2


class TestWrites:
    def test_create_refuses_to_overwrite(self, store: S3Store) -> None:
        store.create("x", b"first")
        with pytest.raises(ExistsError, match="x exists already"):
            store.create("x", b"second")
        assert store.get("x", limit=10) == b"first"

    def test_replace_overwrites(self, store: S3Store) -> None:
        store.create("x", b"first")
        store.replace("x", b"second")
        assert store.get("x", limit=10) == b"second"


class TestReads:
    def test_download_reports_progress(self, store: S3Store) -> None:
        body = bytes(100_000)
        store.create("x", body)
        sink, steps = io.BytesIO(), []
        assert store.download("x", sink, limit=200_000, progress=steps.append) == len(body)
        assert sink.getvalue() == body
        assert steps[0] == 0
        assert steps[-1] == len(body)
        assert steps == sorted(steps)

    def test_missing_key_is_named(self, store: S3Store) -> None:
        with pytest.raises(MissingObjectError, match=r"there is no y\.onnx \(404\)"):
            store.get("y.onnx", limit=10)

    @pytest.mark.parametrize("size", [11, 100_000])
    def test_too_large_object_is_refused(self, store: S3Store, size: int) -> None:
        store.create("x", bytes(size))
        with pytest.raises(TooLargeError, match="too large"):
            store.get("x", limit=10)
        with pytest.raises(TooLargeError, match="too large"):
            store.download("x", io.BytesIO(), limit=10, progress=lambda done: None)

    def test_missing_bucket_is_told_from_a_missing_key(self, moto_url: str) -> None:
        with pytest.raises(RegistryError, match="no such bucket") as caught:
            open_moto(moto_url, "nowhere").get("x", limit=10)
        assert not isinstance(caught.value, MissingObjectError)


class TestCredentials:
    def test_public_bucket_is_read_without_any(
        self, moto_url: str, moto_bucket: str, store: S3Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.create("x", b"public")
        client(moto_url).put_object_acl(Bucket=moto_bucket, Key="x", ACL="public-read")
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(DeniedError, match=r"registry\.unsigned = true"):
            open_moto(moto_url, moto_bucket).get("x", limit=10)
        assert open_moto(moto_url, moto_bucket, unsigned=True).get("x", limit=10) == b"public"

    def test_secrets_are_in_no_message_and_no_log(
        self,
        moto_url: str,
        moto_bucket: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret-text")
        caplog.set_level(logging.INFO)
        with pytest.raises(RegistryError) as caught:
            open_moto(moto_url, moto_bucket).get("none", limit=10)
        assert "very-secret-text" not in str(caught.value) + caplog.text


class TestSettings:
    @pytest.mark.parametrize("address", ["not an address", "ftp//x", "http://"])
    def test_wrong_address_names_the_setting(self, address: str) -> None:
        with pytest.raises(RegistryError, match=r"registry\.endpoint_url"):
            S3Store(RegistrySettings(endpoint_url=address, bucket="models"))

    def test_where_names_store_and_prefix(self, moto_url: str) -> None:
        store = open_moto(moto_url, "models", prefix="a/b")
        assert store.where == f"{moto_url} bucket models/a/b"


class TestIntegrity:
    """Swift refuses what does not fit its checksum; moto would not."""

    def test_announced_checksum_is_that_of_the_body(
        self, swift: SwiftServer, bucket: str, s3_client: Any
    ) -> None:
        settings = RegistrySettings(endpoint_url=swift.endpoint_url, bucket=bucket)
        body = bytes(range(256)) * 100
        S3Store(settings).create("x", body)
        head = s3_client.head_object(Bucket=bucket, Key="x")
        assert head["ETag"].strip('"') == hashlib.md5(body).hexdigest()

    def test_body_changed_on_the_way_in_is_refused(
        self, swift: SwiftServer, bucket: str, s3_client: Any
    ) -> None:
        settings = RegistrySettings(endpoint_url=swift.endpoint_url, bucket=bucket)

        class Damaging(S3Store):
            def _put(self, key: str, body: bytes) -> dict[str, Any]:
                return {**super()._put(key, body), "Body": b"damaged" + body[7:]}

        with pytest.raises(RegistryError, match="BadDigest"):
            Damaging(settings).create("x", bytes(1000))
        assert "Contents" not in s3_client.list_objects_v2(Bucket=bucket)
