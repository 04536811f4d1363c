"""Reading what a store sends, and no more of it than is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cameratokeyboard.errors import RegistryError
from cameratokeyboard.registry.base import Progress, TooLargeError

#: Small pieces, so that a slow download notices soon that nobody waits for it any more.
PIECE_BYTES = 16 * 1024


class Readable(Protocol):
    """The body of an answer, of whatever library."""

    def read(self, amount: int, /) -> bytes:
        """At most so many bytes; none at the end."""


@dataclass(frozen=True, eq=False)
class BoundedStream:
    """One object as it comes from a store.

    what: store and key, for messages. limit: most bytes that are taken. announced: how many bytes
    the store says will come, None where it does not say.
    """

    stream: Readable
    what: str
    limit: int
    announced: int | None

    def read(self) -> bytes:
        """The whole object. Raises TooLargeError, and RegistryError when less came than announced.

        An object that is announced as too large is not begun.
        """
        self._check_size(self.announced or 0)
        data = self.stream.read(self.limit + 1)
        self._check_size(len(data))
        self._check_complete(len(data))
        return data

    def copy(self, sink: BinaryIO, progress: Progress) -> int:
        """Write the object into ``sink`` by the piece; returns its size. Raises as ``read``."""
        self._check_size(self.announced or 0)
        done = 0
        progress(done)
        while piece := self.stream.read(PIECE_BYTES):
            done += len(piece)
            self._check_size(done)
            sink.write(piece)
            progress(done)
        self._check_complete(done)
        return done

    def _check_size(self, size: int) -> None:
        if size > self.limit:
            raise TooLargeError(
                f"{self.what} is too large: at least {size} bytes, expected at most {self.limit}"
            )

    def _check_complete(self, size: int) -> None:
        # A connection that ends early is no error to some libraries when read by the piece.
        if self.announced is not None and size != self.announced:
            raise RegistryError(
                f"{self.what} did not come through: {size} of {self.announced} bytes came"
            )
