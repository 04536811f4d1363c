"""Reading from a plain web server, as a public R2 bucket or a CDN is one."""

from __future__ import annotations

import functools
import http.server
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cameratokeyboard.config import RegistrySettings
from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.base import DeniedError, MissingObjectError, TooLargeError
from cameratokeyboard.registry.local import newest_verified
from cameratokeyboard.registry.update import Outcome, check_now
from cameratokeyboard.registry.web import WebStore
from tests.registry import builders
from tests.registry.builders import MemoryStore
from tests.registry.faultproxy import Fault, FaultProxy
from tests.registry.swiftserver import free_ports


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "www"
    path.mkdir()
    return path


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def export(store: MemoryStore, folder: Path) -> None:
    for key, body in store.objects.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def open_web(address: str, **changes: object) -> WebStore:
    return WebStore(RegistrySettings(endpoint_url=address, **changes))  # type: ignore[arg-type]


class TestWebStore:
    def test_get_and_download(self, address: str, folder: Path) -> None:
        (folder / "p").mkdir()
        (folder / "p" / "x").write_bytes(b"body")
        store = open_web(address + "/", prefix="/p/")
        sink = io.BytesIO()
        assert store.get("x", limit=10) == b"body"
        assert store.download("x", sink, limit=10, progress=lambda done: None) == 4
        assert sink.getvalue() == b"body"

    def test_missing_too_large_and_unwritable(self, address: str, folder: Path) -> None:
        (folder / "x").write_bytes(bytes(100))
        store = open_web(address)
        with pytest.raises(MissingObjectError, match="404"):
            store.get("y", limit=10)
        with pytest.raises(TooLargeError):
            store.get("x", limit=10)
        with pytest.raises(RegistryError, match="can only be read"):
            store.create("z", b"")
        with pytest.raises(RegistryError, match="cannot be listed"):
            store.list()

    @pytest.mark.parametrize("wrong", ["file:///etc/passwd", "models.example", "ftp://x/y"])
    def test_other_schemes_are_refused(self, wrong: str) -> None:
        with pytest.raises(RegistryError, match="http://"):
            open_web(wrong)

    def test_nobody_there(self) -> None:
        [port] = free_ports(1)
        with pytest.raises(RegistryError, match="cannot be reached"):
            open_web(f"http://127.0.0.1:{port}").get("x", limit=10)

    @pytest.mark.parametrize(
        ("fault", "kind", "words"),
        [
            (Fault(status=403), DeniedError, "403"),
            (Fault(status=500), RegistryError, "fault of its own"),
            (Fault(status=302), RegistryError, "unexpected answer 302"),
            (Fault(silent_s=20), RegistryError, "did not answer within 0.3 s"),
            (Fault(cut_after=10), RegistryError, "did not come through"),
        ],
    )
    def test_faults_are_told_plainly(
        self, address: str, folder: Path, fault: Fault, kind: type[Exception], words: str
    ) -> None:
        (folder / "x").write_bytes(bytes(1000))
        with FaultProxy(address, fault) as proxy:
            store = open_web(proxy.endpoint_url, timeout_s=0.3)
            with pytest.raises(kind, match=words):
                store.get("x", limit=10_000)


def test_signed_model_is_pulled_from_a_web_address(
    address: str, folder: Path, tmp_path: Path
) -> None:
    store = MemoryStore()
    builders.publisher(store).publish(
        builders.write_model(tmp_path / "one.onnx", "one"),
        dataset=builders.DATASET_1,
        evaluation=builders.evaluation(),
        margin=0.01,
    )
    export(store, folder)
    settings = builders.settings(endpoint_url=address)
    shipped = builders.shipped_model(tmp_path)
    result = check_now(settings, now=builders.NOW, root=tmp_path, shipped=shipped)
    assert result.outcome is Outcome.TAKEN
    running = newest_verified(settings, root=tmp_path, shipped=shipped)
    assert running.read_bytes() == (tmp_path / "one.onnx").read_bytes()


def test_reading_from_the_web_needs_no_boto3() -> None:
    code = (
        "import sys\n"
        "from cameratokeyboard.config import RegistrySettings\n"
        "from cameratokeyboard.registry.store import open_store\n"
        "open_store(RegistrySettings(endpoint_url='https://models.example'))\n"
        "print('boto3' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "False\n", done.stderr
