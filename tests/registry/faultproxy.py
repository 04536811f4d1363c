"""A TCP proxy before a store that does to its answers what networks and stores do."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_PIECE = 8192


@dataclass
class Fault:
    """What goes wrong with requests whose path contains ``path``.

    status: answer this instead of asking the store. cut_after: end the connection after so many
    bytes of the body (the length announced stays). flip: change a bit of the body. silent_s: say
    nothing for so long. bytes_per_s: hand the body over no faster than this. body: this body
    instead of the store's (with status 200).
    """

    path: str = ""
    status: int | None = None
    cut_after: int | None = None
    flip: bool = False
    silent_s: float = 0.0
    bytes_per_s: float | None = None
    body: bytes | None = None


@dataclass
class FaultProxy:
    """Listens on loopback and passes HTTP/1.1 requests on to ``target``; a context manager."""

    target: str
    fault: Fault | None = None
    requests: list[str] = field(default_factory=list)
    body_begun: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        host, _, port = self.target.removeprefix("http://").partition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._stopped = threading.Event()

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_quietly, args=(client,), daemon=True).start()

    def _serve_quietly(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ValueError):
            try:
                self._serve(client)
            finally:
                client.shutdown(socket.SHUT_RDWR)  # a reader of it may still be open elsewhere

    def _serve(self, client: socket.socket) -> None:
        """One request per connection; the answer always ends it."""
        reader = client.makefile("rb")
        head = _read_head(reader)
        if not head:
            return
        line = head.split(b"\r\n", 1)[0].decode("latin1")
        self.requests.append(line)
        fault = self.fault if self.fault and self.fault.path in line else Fault()
        self._stopped.wait(fault.silent_s)
        if fault.status is not None:
            client.sendall(_answer(fault.status, b"<Error><Code>Made</Code></Error>"))
            return
        if fault.body is not None:
            client.sendall(_answer(200, fault.body))
            return
        with socket.create_connection(self._target) as server:
            server.sendall(_closing(head))
            threading.Thread(target=_pass_on, args=(reader, server), daemon=True).start()
            self._pass_back(server, client, fault)

    def _pass_back(self, server: socket.socket, client: socket.socket, fault: Fault) -> None:
        answer = server.makefile("rb")
        head = _read_head(answer)
        while head.startswith(b"HTTP/1.1 100"):
            client.sendall(head)
            head = _read_head(answer)
        client.sendall(_closing(head))
        sent = 0
        size = _PIECE if fault.bytes_per_s is None else max(1, int(fault.bytes_per_s / 20))
        while piece := answer.read1(size):
            if fault.flip and sent == 0:
                piece = bytes([piece[0] ^ 1]) + piece[1:]
            if fault.cut_after is not None and sent + len(piece) > fault.cut_after:
                client.sendall(piece[: fault.cut_after - sent])
                return
            client.sendall(piece)
            sent += len(piece)
            self.body_begun.set()
            if fault.bytes_per_s is not None:
                self._stopped.wait(len(piece) / fault.bytes_per_s)


def _read_head(reader: object) -> bytes:
    lines = []
    while line := reader.readline():  # type: ignore[attr-defined]
        lines.append(line)
        if line == b"\r\n":
            break
    return b"".join(lines)


def _closing(head: bytes) -> bytes:
    """The same head, with the connection to be closed at the end."""
    lines = [x for x in head.split(b"\r\n") if not x.lower().startswith(b"connection:")]
    return b"\r\n".join([lines[0], b"Connection: close", *lines[1:]])


def _pass_on(reader: object, server: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while piece := reader.read1(_PIECE):  # type: ignore[attr-defined]
            server.sendall(piece)


def _answer(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} Made\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def wait_for(condition: object, limit_s: float = 10.0) -> bool:
    """Whether ``condition()`` came true in time."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False
