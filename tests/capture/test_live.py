from __future__ import annotations

import contextlib
import itertools
import threading
import time

import pytest

from cameratokeyboard.capture.live import LiveLimits, LiveSource
from cameratokeyboard.errors import SourceError
from tests.capture import builders as b

QUICK = LiveLimits(
    open_s=0.3, read_s=0.15, reconnect_s=0.6, backoff_s=0.01, backoff_limit_s=0.05, join_s=2.0
)


def source(*cameras: object, limits: LiveLimits = QUICK) -> LiveSource:
    return opened_by(b.FakeOpener(*cameras), limits)


def opened_by(opener: b.FakeOpener, limits: LiveLimits = QUICK) -> LiveSource:
    return LiveSource(opener, "camera 0", limits, advice="check the cable")


class TestNewestFrame:
    def test_a_slow_reader_gets_the_newest_frame_and_sees_the_gap(self) -> None:
        with source(b.FakeCamera(list(range(0, 250, 10)))) as live:
            first = live.read()
            time.sleep(0.1)
            second = live.read()
        assert first is not None
        assert second is not None
        assert second.index > first.index + 3

    def test_times_are_those_of_the_capture_not_of_the_reading(self) -> None:
        camera = b.FakeCamera([10, "hang"])
        start = time.monotonic()
        with source(camera) as live:
            time.sleep(0.1)
            frame = live.read()
            read_s = time.monotonic() - start
            camera.unhang.set()
        assert frame is not None
        assert read_s - frame.t_s > 0.05

    def test_a_frame_is_never_given_twice(self) -> None:
        with source(b.FakeCamera([10], step_s=0.01)) as live:
            indices = [frame.index for _ in range(10) if (frame := live.read())]
        assert indices == sorted(set(indices))

    def test_the_description_says_what_the_camera_agreed_to(self) -> None:
        with source(b.FakeCamera([10])) as live:
            assert live.description == "camera 0 (64x48 at 30 fps)"


class TestOpening:
    def test_nothing_is_opened_before_entry(self) -> None:
        opener = b.FakeOpener(b.FakeCamera([10]))
        LiveSource(opener, "camera 0", QUICK)
        assert opener.calls == 0

    def test_a_camera_that_is_not_there_is_told_at_entry(self) -> None:
        with pytest.raises(SourceError, match="there is no such camera"):
            source(b.missing()).__enter__()

    def test_a_camera_that_never_opens_is_given_up(self) -> None:
        release = threading.Event()

        def never() -> b.FakeCamera:
            release.wait(10)
            return b.FakeCamera([10])

        limits = LiveLimits(open_s=0.1, join_s=0.05)
        start = time.monotonic()
        with pytest.raises(SourceError, match=r"did not open within 0\.1 s; check"):
            LiveSource(never, "camera 0", limits).__enter__()
        assert time.monotonic() - start < 2
        release.set()
        wait_for_threads()

    def test_a_camera_that_opens_and_gives_no_frame_is_told(self) -> None:
        camera = b.FakeCamera(["hang"])
        limits = LiveLimits(open_s=0.1, read_s=0.1, join_s=0.05)
        with (
            LiveSource(b.FakeOpener(camera), "camera 0", limits) as live,
            pytest.raises(SourceError, match="gave no frame for"),
        ):
            live.read()
        camera.unhang.set()
        wait_for_threads()

    def test_a_fault_of_the_program_is_raised_as_it_is(self) -> None:
        with pytest.raises(ZeroDivisionError):
            source(ZeroDivisionError()).__enter__()


def wait_for_threads() -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not any(t.name == "c2k-camera" for t in threading.enumerate()):
            return
        time.sleep(0.005)


class TestLosing:
    def test_an_unplugged_camera_that_comes_back_goes_on(self) -> None:
        first, second = b.FakeCamera([10, 20, "end"]), b.FakeCamera([30])
        with source(first, b.missing(), second) as live:
            levels, frames = set(), []
            while 3 not in levels:
                frame = live.read()
                assert frame is not None
                frames.append(frame)
                levels.add(b.level(frame.image))
            assert live.status == ""
        assert first.released.is_set()
        assert all(x.t_s < y.t_s for x, y in itertools.pairwise(frames))
        assert all(x.index < y.index for x, y in itertools.pairwise(frames))

    def test_an_unplugged_camera_that_stays_away_is_an_error_in_time(self) -> None:
        with source(b.FakeCamera([10, "end"]), b.missing()) as live:
            assert live.read() is not None
            start = time.monotonic()
            with pytest.raises(SourceError, match=r"not back within 0\.6 s; check the cable"):
                b.drain(live)
        assert 0.4 < time.monotonic() - start < 3

    def test_the_pauses_between_attempts_grow(self) -> None:
        opener = b.FakeOpener(b.FakeCamera([10, "end"]), b.missing())
        with opened_by(opener) as live, pytest.raises(SourceError):
            b.drain(live)
        # 0.6 s at a constant 0.01 s would be 60 attempts; doubled up to 0.05 s they are about 14
        assert 5 <= opener.calls <= 20

    def test_the_status_says_what_goes_on_meanwhile(self) -> None:
        with source(b.FakeCamera([10, "end"]), b.missing()) as live:
            live.read()
            seen: set[str] = set()
            thread = threading.Thread(target=drain_quietly, args=(live,))
            thread.start()
            deadline = time.monotonic() + 5
            while not seen and time.monotonic() < deadline:
                seen |= {live.status} - {""}
            thread.join()
        assert seen
        assert "camera 0 is lost; trying to get it back" in seen.pop()

    def test_a_driver_that_hangs_is_given_up_and_opened_anew(self) -> None:
        stuck, second = b.FakeCamera([10, "hang"]), b.FakeCamera([50])
        with source(stuck, second) as live:
            levels = set()
            while 5 not in levels:
                frame = live.read()
                assert frame is not None
                levels.add(b.level(frame.image))
            stuck.unhang.set()
            later = [live.read() for _ in range(5)]
        assert 10 not in levels
        assert all(frame is not None and b.level(frame.image) == 5 for frame in later)

    def test_a_fault_in_the_thread_reaches_the_reader(self) -> None:
        with (
            source(b.FakeCamera([10, ValueError("bad picture")])) as live,
            pytest.raises(ValueError, match="bad picture"),
        ):
            b.drain(live)

    def test_leaving_while_a_driver_hangs_does_not_hang(self) -> None:
        camera = b.FakeCamera([10, "hang"])
        limits = LiveLimits(join_s=0.1)
        start = time.monotonic()
        with LiveSource(b.FakeOpener(camera), "camera 0", limits) as live:
            live.read()
        assert time.monotonic() - start < 2
        camera.unhang.set()
        wait_for_threads()
        assert camera.released.is_set()


def drain_quietly(live: LiveSource) -> None:
    with contextlib.suppress(SourceError):
        b.drain(live)
