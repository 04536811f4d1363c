from __future__ import annotations

import time

import pytest

from cameratokeyboard.capture.paced import PacedSource
from cameratokeyboard.errors import SourceError
from tests import builders as b
from tests.capture.builders import drain


def frames(count: int, step_s: float) -> list:
    return [b.frame(index * step_s, index) for index in range(count)]


def played(source: PacedSource, pause_s: float = 0.0) -> list[int]:
    indices = []
    while (frame := source.read()) is not None:
        indices.append(frame.index)
        time.sleep(pause_s)
    return indices


class TestPacedSource:
    def test_a_file_takes_as_long_as_it_lasts(self) -> None:
        start = time.monotonic()
        with PacedSource(b.FakeSource(frames(5, 0.05))) as source:
            indices = played(source)
        assert indices == [0, 1, 2, 3, 4]
        assert 0.2 <= time.monotonic() - start < 1.5

    def test_late_frames_are_dropped_and_the_last_one_is_not(self) -> None:
        with PacedSource(b.FakeSource(frames(40, 0.01))) as source:
            indices = played(source, pause_s=0.06)
        assert len(indices) < 20
        assert indices == sorted(indices)
        assert indices[-1] == 39

    def test_the_clock_starts_with_the_first_read(self) -> None:
        with PacedSource(b.FakeSource(frames(8, 0.03))) as source:
            time.sleep(0.15)
            frame = source.read()
        assert frame is not None
        assert frame.index == 0

    def test_an_error_of_the_file_reaches_the_reader_after_its_frames(self) -> None:
        inner = b.FakeSource(frames(2, 0.01), SourceError("damaged"))
        with PacedSource(inner) as source:
            assert source.read() is not None
            with pytest.raises(SourceError, match="damaged"):
                drain(source)

    def test_leaving_in_the_middle_does_not_wait_for_the_end(self) -> None:
        start = time.monotonic()
        with PacedSource(b.FakeSource(frames(3, 30.0))) as source:
            source.read()
        assert time.monotonic() - start < 2
        assert source.read() is None
