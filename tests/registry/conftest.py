"""Real stores on loopback for the registry's tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.loaders
import botocore.session
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from tests.registry import swiftserver

#: Keys on a page of moto's listings (1000 at AWS).
PAGE_KEYS = 3

_numbers = itertools.count()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The usual places for credentials hold Swift's test user, and nothing of this computer."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", swiftserver.ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", swiftserver.SECRET_KEY)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[swiftserver.SwiftServer]:
    """One Swift for all tests of a run."""
    reason = swiftserver.why_not()
    if reason:
        pytest.skip(reason)
    with swiftserver.SwiftServer(tmp_path_factory.mktemp("swift")) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def shared_service_descriptions() -> Iterator[None]:
    """botocore reads its description of S3 once for all clients, not once for each (75 ms)."""
    loader = botocore.loaders.create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", lambda path=None: loader)
        yield


@pytest.fixture
def s3_client(swift: swiftserver.SwiftServer) -> Any:
    """A plain client of Swift's S3 interface, for what the registry itself must not do."""
    return client(swift.endpoint_url)


@pytest.fixture
def bucket(s3_client: Any) -> str:
    """A new bucket in Swift."""
    name = f"models-{next(_numbers)}"
    s3_client.create_bucket(Bucket=name)
    return name


def client(endpoint_url: str) -> Any:
    """A client with path addresses and no trailing checksums."""
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=swiftserver.REGION,
        config=Config(
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """moto's stand-in for AWS, for what does not depend on a store's integrity."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", str(PAGE_KEYS))
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture
def moto_bucket(moto_url: str) -> str:
    """A new bucket in moto's server."""
    name = f"models-{next(_numbers)}"
    client(moto_url).create_bucket(Bucket=name)
    return name
