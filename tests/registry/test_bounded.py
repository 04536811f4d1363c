from __future__ import annotations

import io

import pytest

from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.base import TooLargeError
from cameratokeyboard.registry.bounded import PIECE_BYTES, BoundedStream


class Body(io.BytesIO):
    """Counts what is taken of it."""

    taken = 0

    def read(self, amount: int | None = -1, /) -> bytes:
        data = super().read(amount)
        self.taken += len(data)
        return data


def take(stream: BoundedStream, how: str) -> bytes:
    if how == "read":
        return stream.read()
    sink = io.BytesIO()
    size = stream.copy(sink, lambda done: None)
    assert size == len(sink.getvalue())
    return sink.getvalue()


@pytest.mark.parametrize("how", ["read", "copy"])
class TestReadAndCopy:
    @pytest.mark.parametrize("announced", [100, None])
    def test_an_object_of_just_the_limit_comes_whole(self, how: str, announced: int | None) -> None:
        stream = BoundedStream(Body(b"a" * 100), "store: x", 100, announced)

        assert take(stream, how) == b"a" * 100

    def test_what_is_announced_as_too_large_is_not_begun(self, how: str) -> None:
        body = Body(b"a" * 101)

        with pytest.raises(TooLargeError, match="store: x is too large: at least 101 bytes"):
            take(BoundedStream(body, "store: x", 100, 101), how)

        assert body.taken == 0

    @pytest.mark.parametrize("announced", [3, None])
    def test_no_more_is_taken_than_shows_that_it_is_too_large(
        self, how: str, announced: int | None
    ) -> None:
        body = Body(b"a" * 10 * PIECE_BYTES)

        with pytest.raises(TooLargeError, match="expected at most 100"):
            take(BoundedStream(body, "store: x", 100, announced), how)

        assert body.taken <= PIECE_BYTES

    @pytest.mark.parametrize("came", [0, 99])
    def test_less_than_announced_is_an_error(self, how: str, came: int) -> None:
        stream = BoundedStream(Body(b"a" * came), "store: x", 100, 100)

        with pytest.raises(RegistryError, match=f"did not come through: {came} of 100 bytes came"):
            take(stream, how)

    def test_an_empty_object_is_one(self, how: str) -> None:
        assert take(BoundedStream(Body(b""), "store: x", 100, 0), how) == b""


class TestCopy:
    def test_progress_counts_bytes_from_nothing_to_all(self) -> None:
        told: list[int] = []
        size = 2 * PIECE_BYTES + 5

        BoundedStream(Body(bytes(size)), "x", size, size).copy(io.BytesIO(), told.append)

        assert told == [0, PIECE_BYTES, 2 * PIECE_BYTES, size]

    def test_nothing_beyond_the_limit_reaches_the_sink(self) -> None:
        sink = io.BytesIO()
        stream = BoundedStream(Body(bytes(3 * PIECE_BYTES)), "x", PIECE_BYTES, None)

        with pytest.raises(TooLargeError):
            stream.copy(sink, lambda done: None)

        assert len(sink.getvalue()) == PIECE_BYTES
