"""A file that plays at its own rate: frames that are not taken in time are dropped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cameratokeyboard.capture.base import FrameSource
from cameratokeyboard.capture.context import ContextSource
from cameratokeyboard.capture.slot import NewestSlot
from cameratokeyboard.datatypes import Frame


class PacedSource(ContextSource):
    """Plays another source against the clock, as a camera would have given it.

    The clock starts with the first ``read``, so that a slow start of the program costs no frames.
    """

    def __init__(self, inner: FrameSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._clock = clock
        self._slot = NewestSlot()
        self._stop = threading.Event()
        self._stop.set()
        self._thread: threading.Thread | None = None

    @property
    def description(self) -> str:
        """That of the source which is played."""
        return self._inner.description

    @property
    def live(self) -> bool:
        """Late frames are lost."""
        return True

    def _open(self) -> None:
        self._inner.__enter__()
        self._slot = NewestSlot()
        self._stop.clear()

    def _close(self) -> None:
        self._stop.set()
        self._slot.end()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._inner.__exit__(None, None, None)

    def read(self) -> Frame | None:
        """The frame of this moment; None at the end."""
        if self._stop.is_set():
            return None
        if self._thread is None:
            self._thread = threading.Thread(target=self._play, name="c2k-play", daemon=True)
            self._thread.start()
        return self._slot.take()

    def _play(self) -> None:
        try:
            start_s: float | None = None
            while not self._stop.is_set():
                frame = self._inner.read()
                if frame is None:
                    break
                if start_s is None:
                    start_s = self._clock() - frame.t_s
                ahead_s = start_s + frame.t_s - self._clock()
                if ahead_s > 0 and self._stop.wait(ahead_s):
                    break
                self._slot.put(frame)
            self._slot.end()
        except BaseException as error:  # handed to the reader, who must learn of it
            self._slot.fail(error)
