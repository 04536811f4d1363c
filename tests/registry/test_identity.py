"""Tokens of GitHub's identity service, and their change for a role's credentials."""

from __future__ import annotations

import http.server
import json
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.identity import renew_identity
from cameratokeyboard.registry.store import open_store
from tests.registry import builders


class TokenService(http.server.ThreadingHTTPServer):
    """Hands out tokens as GitHub does, each another one; wants the bearer and the audience."""

    count = 0
    rubbish = False

    def answer(self, path: str, bearer: str | None) -> tuple[int, bytes]:
        if bearer != "bearer job" or "audience=sts.amazonaws.com" not in path:
            return 401, b"{}"
        self.count += 1
        return 200, b"{}" if self.rubbish else json.dumps(
            {"value": f"token.{self.count}.x"}
        ).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, TokenService)
        status, body = self.server.answer(self.path, self.headers.get("Authorization"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[TokenService]:
    with TokenService(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def environment(service: TokenService, tmp_path: Path) -> dict[str, str]:
    return {
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/trainer",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{service.server_address[1]}/t?v=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job",
    }


class TestRenewIdentity:
    def test_each_call_writes_a_fresh_token(
        self, environment: dict[str, str], tmp_path: Path
    ) -> None:
        for number in (1, 2):
            assert renew_identity(environment)
            assert (tmp_path / "token").read_text() == f"token.{number}.x"
        if sys.platform != "win32":
            assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
        assert [p.name for p in tmp_path.iterdir()] == ["token"]

    @pytest.mark.parametrize("missing", ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"])
    def test_without_a_role_nothing_is_asked(
        self, environment: dict[str, str], service: TokenService, missing: str
    ) -> None:
        assert not renew_identity({**environment, missing: ""})
        assert service.count == 0

    def test_job_without_the_permission_is_told(self, environment: dict[str, str]) -> None:
        del environment["ACTIONS_ID_TOKEN_REQUEST_URL"]
        with pytest.raises(RegistryError, match="id-token: write"):
            renew_identity(environment)

    def test_refusal_and_rubbish_are_told(
        self, environment: dict[str, str], service: TokenService
    ) -> None:
        with pytest.raises(RegistryError, match="401"):
            renew_identity({**environment, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "other"})
        service.rubbish = True
        with pytest.raises(RegistryError, match="could not be had"):
            renew_identity(environment)


def test_role_is_assumed_with_the_token_and_the_store_is_used(
    environment: dict[str, str], moto_url: str, moto_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", moto_url)
    for name in ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.setenv(name, environment[name])
    renew_identity(environment)
    settings = builders.settings(endpoint_url=moto_url, bucket=moto_bucket)
    store = open_store(settings.registry)
    store.create("x", b"1")
    assert store.get("x", limit=10) == b"1"
