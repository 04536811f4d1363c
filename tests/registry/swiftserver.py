"""OpenStack Swift with its S3 interface, run for a test on loopback: a real object store.

Four processes (proxy, account, container, object) with rings of one device each, which the tests'
own folder holds. Swift checks the MD5 and the SHA-256 that a client announces and honours
``If-None-Match: *``, which a stand-in that accepts everything would not prove.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ACCESS_KEY, SECRET_KEY = "test:tester", "testing"
REGION = "us-east-1"
_START_LIMIT_S = 60.0
_SERVERS = ("account", "container", "object")

_RINGS = """
import sys
from swift.common.ring import RingBuilder
folder, drives = sys.argv[1], sys.argv[2:]
for drive in drives:
    name, port = drive.split(":")
    ring = RingBuilder(1, 1, 1)
    ring.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port),
                  "device": "disk", "weight": 1.0})
    ring.rebalance()
    ring.get_ring().save(f"{folder}/{name}.ring.gz")
"""

_STORAGE_CONF = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
devices = {folder}/devices
swift_dir = {folder}
mount_check = false
workers = 0
log_level = ERROR
log_address = {folder}/no-syslog

[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{name}
"""

_PROXY_CONF = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
workers = 0
log_level = ERROR
log_address = {folder}/no-syslog

[pipeline:main]
pipeline = catch_errors proxy-logging cache s3api tempauth copy slo proxy-logging proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:proxy-logging]
use = egg:swift#proxy_logging

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:9

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false

[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin

[filter:copy]
use = egg:swift#copy

[filter:slo]
use = egg:swift#slo
"""


def why_not() -> str | None:
    """Why Swift cannot run here, or None when it can."""
    if sys.platform == "win32":
        return "OpenStack Swift does not run on Windows"
    if importlib.util.find_spec("swift") is None:
        return "no OpenStack Swift here: apt-get install liberasurecode-dev, pip install swift"
    try:
        import pyeclib.ec_iface  # noqa: F401  (fails where Debian's liberasurecode is missing)
    except ImportError as error:
        return f"Swift needs Debian's liberasurecode-dev: {error}"
    return None


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@dataclass
class SwiftServer:
    """The four processes; a context manager that stops them all."""

    folder: Path
    endpoint_url: str = ""
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> SwiftServer:
        (self.folder / "devices" / "disk").mkdir(parents=True)
        *storage, proxy = free_ports(4)
        self._write_settings(storage, proxy)
        try:
            for name in (*_SERVERS, "proxy"):
                self._start(name)
            self.endpoint_url = f"http://127.0.0.1:{proxy}"
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _write_settings(self, storage: list[int], proxy: int) -> None:
        (self.folder / "swift.conf").write_text(
            "[swift-hash]\nswift_hash_path_prefix = a\nswift_hash_path_suffix = b\n"
            "[storage-policy:0]\nname = only\ndefault = yes\n"
        )
        for name, port in zip(_SERVERS, storage, strict=True):
            text = _STORAGE_CONF.format(name=name, port=port, folder=self.folder)
            (self.folder / f"{name}-server.conf").write_text(text)
        text = _PROXY_CONF.format(port=proxy, folder=self.folder)
        (self.folder / "proxy-server.conf").write_text(text)
        drives = [f"{name}:{port}" for name, port in zip(_SERVERS, storage, strict=True)]
        subprocess.run([sys.executable, "-c", _RINGS, str(self.folder), *drives], check=True)

    def _start(self, name: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        module = {"object": "obj"}.get(name, name)
        # A test run that is killed takes its servers along (PR_SET_PDEATHSIG is 1, SIGTERM 15).
        code = (
            "import ctypes, sys\n"
            "if sys.platform == 'linux': ctypes.CDLL(None).prctl(1, 15)\n"
            f"from swift.{module}.server import main\n"
            "sys.exit(main())"
        )
        command = [sys.executable, "-c", code, str(self.folder / f"{name}-server.conf")]
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        self._processes.append(
            subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self.folder)
        )
        log.close()

    def _wait(self) -> None:
        limit = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < limit:
            if any(process.poll() is not None for process in self._processes):
                break
            try:
                urllib.request.urlopen(self.endpoint_url, timeout=2).close()
                return
            except urllib.error.HTTPError:
                return  # it answers: who asks without a signature is refused
            except OSError:
                time.sleep(0.1)
        logs = "\n".join(p.read_text(errors="replace")[-2000:] for p in self.folder.glob("*.log"))
        raise RuntimeError(f"Swift did not start within {_START_LIMIT_S:g} s:\n{logs}")
