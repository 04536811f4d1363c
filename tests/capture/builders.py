"""Pictures, videos, streams and cameras made for the tests of sources."""

from __future__ import annotations

import queue
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np

from cameratokeyboard.capture.opencv import Mode
from cameratokeyboard.errors import SourceError

CODECS = {".mp4": "mp4v", ".avi": "MJPG", ".mkv": "mp4v"}


def picture(level: int = 0, width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def video(
    path: Path, count: int = 12, fps: float = 30.0, width: int = 64, height: int = 48
) -> Path:
    """A clip whose frame ``i`` has the grey level ``10 * i``."""
    codec = cv2.VideoWriter.fourcc(*CODECS[path.suffix])
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, codec, fps, (width, height))
    assert writer.isOpened()
    for index in range(count):
        writer.write(picture(10 * index % 250, width, height))
    writer.release()
    return path


def level(image: np.ndarray) -> int:
    """The number of the frame that ``video`` wrote with this picture."""
    return round(float(image.mean()) / 10)


def uneven_video(path: Path, times_ms: list[int]) -> Path:
    """A Matroska clip with these frame times: those of an even one, overwritten in its blocks."""
    video(path, len(times_ms))
    content = bytearray(path.read_bytes())
    start = content.index(b"\x1f\x43\xb6\x75")  # the cluster with all blocks
    spots = []
    for index in range(len(times_ms)):
        stamp = struct.pack(">h", round(index * 1000 / 30))
        start = content.index(b"\x81" + stamp, start + 1)
        spots.append(start + 1)
    for spot, time_ms in zip(spots, times_ms, strict=True):
        content[spot : spot + 2] = struct.pack(">h", time_ms)
    path.write_bytes(content)
    return path


def turn_upright(path: Path) -> Path:
    """Mark an mp4 as filmed with the camera on its side: shown turned by 90 degrees."""
    content = bytearray(path.read_bytes())
    matrix = content.index(b"tkhd") + 44
    unit = 0x10000
    turned = struct.pack(">9i", 0, unit, 0, -unit, 0, 0, 0, 0, 0x40000000)
    content[matrix : matrix + 36] = turned
    path.write_bytes(content)
    return path


class FakeCamera:
    """A camera that plays a script: a number is the level of a picture, and the words are

    "end" (reading fails, as when it is unplugged), "hang" (reading does not return before
    ``unhang`` is set) or an exception to raise. At the script's end the last entry repeats.
    """

    def __init__(self, script: list, step_s: float = 0.002, clock=time.monotonic) -> None:
        self.script = list(script)
        self.step_s = step_s
        self.clock = clock
        self.unhang = threading.Event()
        self.released = threading.Event()

    @property
    def mode(self) -> Mode | None:
        return Mode(64, 48, 30.0)

    def read(self):
        time.sleep(self.step_s)
        entry = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if entry == "hang":
            self.unhang.wait(20)
            return picture(99), self.clock()
        if entry == "end":
            return None
        if isinstance(entry, BaseException):
            raise entry
        return picture(entry), self.clock()

    def release(self) -> None:
        self.released.set()


class FakeOpener:
    """Opens these cameras in turn; an exception among them is raised instead."""

    def __init__(self, *cameras) -> None:
        self.cameras = list(cameras)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        camera = self.cameras.pop(0) if len(self.cameras) > 1 else self.cameras[0]
        if isinstance(camera, BaseException):
            raise camera
        return camera


class FakeVideo:
    """What ``cv2.VideoCapture`` is for an opener: properties and pictures."""

    def __init__(self, opened: bool = True, sizes: set[tuple[int, int]] | None = None) -> None:
        self.opened = opened
        self.sizes = sizes or {(640, 480), (1280, 720)}
        self.size = (640, 480)
        self.asked: list[int] = []
        self.wanted: dict[int, float] = {}
        self.pictures: queue.SimpleQueue = queue.SimpleQueue()
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def set(self, prop: int, value: float) -> bool:
        self.asked.append(prop)
        self.wanted[prop] = value
        size = (
            int(self.wanted.get(cv2.CAP_PROP_FRAME_WIDTH, 0)),
            int(self.wanted.get(cv2.CAP_PROP_FRAME_HEIGHT, 0)),
        )
        if size in self.sizes:
            self.size = size
        return True

    def get(self, prop: int) -> float:
        values = {
            cv2.CAP_PROP_FRAME_WIDTH: self.size[0],
            cv2.CAP_PROP_FRAME_HEIGHT: self.size[1],
            cv2.CAP_PROP_FPS: 30.0,
        }
        return float(values.get(prop, -1.0))

    def grab(self) -> bool:
        self._current = self.pictures.get() if not self.pictures.empty() else None
        return self._current is not None

    def retrieve(self):
        damaged = isinstance(self._current, str)
        return not damaged, None if damaged else self._current

    def release(self) -> None:
        self.released = True


def drain(source) -> None:
    """Read to the end, or to the error."""
    while source.read() is not None:
        pass


def missing() -> SourceError:
    return SourceError("camera 0: there is no such camera")


class _Stream(BaseHTTPRequestHandler):
    """Motion JPEG as phone apps serve it, endless until the server is told to break off."""

    def do_GET(self) -> None:
        server = self.server
        if self.path == "/nothing":
            self.send_error(404)
            return
        if self.path.endswith(".mp4"):
            body = server.clip.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "video/mp4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        if self.path == "/silent":
            server.stop.wait(20)
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        index = 0
        try:
            while not server.stop.is_set() and not server.cut.is_set():
                _, jpeg = cv2.imencode(".jpg", picture(10 * (index % 20)))
                body = jpeg.tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
                self.wfile.write(head.encode() + body + b"\r\n")
                self.wfile.flush()
                index += 1
                time.sleep(0.01)
        except OSError:
            pass

    def log_message(self, *args) -> None:
        pass


@contextmanager
def mjpeg_server(clip: Path | None = None) -> Iterator[tuple[str, threading.Event]]:
    """Address of a local phone camera and an event that breaks its streams off.

    clip: what every address that ends with ``.mp4`` gives.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Stream)
    server.daemon_threads = True
    server.stop = threading.Event()
    server.cut = threading.Event()
    server.clip = clip
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.cut
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
