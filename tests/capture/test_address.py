from __future__ import annotations

import time
from pathlib import Path

import pytest

from cameratokeyboard.capture.address import (
    check_address,
    is_finite,
    open_address,
    without_password,
)
from cameratokeyboard.capture.factory import open_source
from cameratokeyboard.capture.live import LiveLimits
from cameratokeyboard.errors import SourceError
from tests.capture import builders as b

QUICK = LiveLimits(open_s=2.0, read_s=0.5, reconnect_s=1.0, backoff_s=0.05)


class TestCheckAddress:
    @pytest.mark.parametrize("spec", ["http://a/b", "HTTPS://a", "rtsp://u:p@10.0.0.2:554/live"])
    def test_streams_are_taken(self, spec: str) -> None:
        check_address(spec)

    @pytest.mark.parametrize("spec", ["ftp://a/b", "gopher://x", "http://", "http://[::1"])
    def test_anything_else_is_refused(self, spec: str) -> None:
        with pytest.raises(SourceError):
            check_address(spec)


class TestWithoutPassword:
    @pytest.mark.parametrize(
        ("spec", "shown"),
        [
            ("rtsp://me:secret@10.0.0.2/live", "rtsp://***@10.0.0.2/live"),
            ("http://10.0.0.2:8080/video", "http://10.0.0.2:8080/video"),
            ("http://me:sec@ret@host/", "http://***@host/"),
            ("http://me:secret@[::1/", "http://..."),
        ],
    )
    def test_names_and_passwords_are_hidden(self, spec: str, shown: str) -> None:
        assert without_password(spec) == shown

    def test_messages_do_not_show_a_password(self) -> None:
        with pytest.raises(SourceError) as caught:
            open_address("http://me:secret@127.0.0.1:9/x", 1, 1)
        assert "secret" not in str(caught.value)


class TestIsFinite:
    @pytest.mark.parametrize(
        ("spec", "finite"),
        [("http://a/clip.mp4?x=1", True), ("http://a/video", False), ("rtsp://a/live", False)],
    )
    def test_a_video_file_has_an_end(self, spec: str, finite: bool) -> None:
        assert is_finite(spec) is finite


class TestStream:
    def test_a_phones_stream_gives_frames(self) -> None:
        with (
            b.mjpeg_server() as (address, _),
            open_source(f"{address}/video", limits=QUICK) as source,
        ):
            frames = [source.read() for _ in range(5)]
        assert all(frame is not None and frame.size_wh == (64, 48) for frame in frames)

    def test_a_stream_that_breaks_off_is_told_in_time(self) -> None:
        with (
            b.mjpeg_server() as (address, cut),
            open_source(f"{address}/video", limits=QUICK) as source,
        ):
            source.read()
            cut.set()
            start = time.monotonic()
            with pytest.raises(SourceError, match=r"not back within 1 s; check the address"):
                b.drain(source)
        assert time.monotonic() - start < 8

    def test_a_stream_that_comes_back_goes_on(self) -> None:
        with (
            b.mjpeg_server() as (address, cut),
            open_source(f"{address}/video", limits=LiveLimits(2.0, 0.5, 10.0, 0.05, 0.1)) as source,
        ):
            before = source.read()
            cut.set()
            time.sleep(0.2)
            cut.clear()
            frame = source.read()
            while frame is not None and frame.t_s < 0.5:
                frame = source.read()
        assert before is not None
        assert frame is not None
        assert frame.index > before.index

    def test_a_video_file_at_an_address_has_every_frame_and_an_end(self, tmp_path: Path) -> None:
        clip = b.video(tmp_path / "clip.mp4", 8)
        with b.mjpeg_server(clip) as (address, _):
            source = open_source(f"{address}/clip.mp4", realtime=False, limits=QUICK)
            with source:
                levels = []
                while (frame := source.read()) is not None:
                    levels.append(b.level(frame.image))
        assert levels == list(range(8))

    @pytest.mark.parametrize("path", ["/nothing", "/silent"])
    def test_no_stream_is_told_within_the_limit(self, path: str) -> None:
        start = time.monotonic()
        with b.mjpeg_server() as (address, _):
            limits = LiveLimits(open_s=1.0, read_s=0.5, join_s=5.0)
            with pytest.raises(SourceError, match=r"expected a video stream|did not open"):
                open_source(f"{address}{path}", limits=limits).__enter__()
        assert time.monotonic() - start < 8
