"""What every source must do, whatever its frames come from."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameratokeyboard.capture.base import FrameSource
from cameratokeyboard.capture.factory import open_source
from cameratokeyboard.capture.live import LiveSource
from cameratokeyboard.datatypes import Frame
from tests.capture import builders as b

Maker = Callable[[], FrameSource]


def folder(path: Path) -> Path:
    for number in range(6):
        cv2.imwrite(str(path / f"{number}.png"), b.picture(10 * number))
    return path


@pytest.fixture(
    params=["mp4", "avi", "mkv", "paced", "folder", "paced folder", "picture", "camera", "stream"]
)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    kind = request.param
    if kind in ("mp4", "avi", "mkv"):
        path = b.video(tmp_path / f"clip.{kind}", 6)
        yield partial(open_source, str(path), realtime=False)
    elif kind == "paced":
        path = b.video(tmp_path / "clip.mp4", 6, fps=100)
        yield partial(open_source, str(path), realtime=True)
    elif kind in ("folder", "paced folder"):
        yield partial(open_source, str(folder(tmp_path)), realtime=kind != "folder", fps=100.0)
    elif kind == "picture":
        path = folder(tmp_path) / "3.png"
        yield partial(open_source, str(path), realtime=False)
    elif kind == "camera":
        yield lambda: LiveSource(lambda: b.FakeCamera([10, 20, 30]), "camera 0")
    else:
        with b.mjpeg_server() as (address, _):
            yield partial(open_source, f"{address}/video")


def take(source: FrameSource, most: int = 4) -> list[Frame]:
    frames = []
    while len(frames) < most and (frame := source.read()) is not None:
        frames.append(frame)
    return frames


class TestEverySource:
    def test_gives_bgr_frames_that_cannot_be_changed(self, make: Maker) -> None:
        with make() as source:
            frames = take(source)
        assert frames
        for frame in frames:
            assert frame.image.shape == (48, 64, 3)
            assert frame.image.dtype == np.uint8
            assert not frame.image.flags.writeable

    def test_times_and_indices_grow(self, make: Maker) -> None:
        with make() as source:
            frames = take(source)
        assert all(a.t_s < b.t_s for a, b in itertools.pairwise(frames))
        assert all(a.index < b.index for a, b in itertools.pairwise(frames))
        assert frames[0].t_s >= 0
        assert frames[0].index >= 0

    def test_has_a_description_and_no_status_while_all_is_well(self, make: Maker) -> None:
        with make() as source:
            take(source, 1)
            assert source.description
            assert source.status == ""

    def test_gives_nothing_before_entry_and_after_exit(self, make: Maker) -> None:
        source = make()
        assert source.read() is None
        with source:
            assert take(source, 1)
        assert source.read() is None

    def test_can_be_entered_again_and_begins_anew(self, make: Maker) -> None:
        source = make()
        with source:
            first = take(source, 2)
        with source:
            again = take(source, 2)
        assert len(again) == len(first)
        assert again[0].t_s <= first[-1].t_s + 1.0
        if not source.live:
            assert again[0].index == first[0].index

    def test_a_reader_in_another_thread_is_let_go_at_exit(self, make: Maker) -> None:
        ended = threading.Event()

        def drain(source: FrameSource) -> None:
            while source.read() is not None:
                pass
            ended.set()

        with make() as source:
            thread = threading.Thread(target=drain, args=(source,))
            thread.start()
            if source.live:
                ended.wait(0.05)
            else:
                ended.wait(5)
        thread.join(5)
        assert ended.is_set()
