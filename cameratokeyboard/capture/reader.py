"""The thread that reads one open live source until it breaks off."""

from __future__ import annotations

import threading
from collections.abc import Callable

from cameratokeyboard.capture.opencv import Capture, Mode
from cameratokeyboard.capture.slot import NewestSlot
from cameratokeyboard.datatypes import Frame
from cameratokeyboard.errors import SourceError

#: The least step between two frames' times, so that they always grow.
_TICK_S = 1e-4


class LiveReader(threading.Thread):
    """Opens, reads into the slot and closes; one reader for each connection.

    It is a daemon: a driver that never returns must not keep the program alive. Once ``stop`` is
    set it puts nothing into the slot any more, however late its driver wakes up.

    zero_s: the moment on ``clock`` that counts as time 0. next_index, last_t_s: where the frames of
    the reader before this one ended.
    """

    def __init__(
        self,
        opener: Callable[[], Capture],
        slot: NewestSlot,
        clock: Callable[[], float],
        zero_s: float,
        next_index: int = 0,
        last_t_s: float = -1.0,
    ) -> None:
        super().__init__(name="c2k-camera", daemon=True)
        self._opener = opener
        self._slot = slot
        self._clock = clock
        self._zero_s = zero_s
        self.next_index = next_index
        self.last_t_s = last_t_s
        self.frames = 0
        self.mode: Mode | None = None
        self.error: Exception | None = None
        self.progress_s = clock()
        self.opened = threading.Event()
        self.finished = threading.Event()
        self.stop = threading.Event()

    @property
    def trouble(self) -> str:
        """Why it gives no more frames, "" while it may."""
        if not self.finished.is_set():
            return ""
        return str(self.error) if self.error is not None else "stopped giving frames"

    def run(self) -> None:
        """The thread's body."""
        try:
            capture = self._opener()
            try:
                self.mode = capture.mode
                self.progress_s = self._clock()
                self.opened.set()
                self._pump(capture)
            finally:
                capture.release()
        except Exception as error:  # kept for the consumer, who raises it
            self.error = error
        finally:
            self.finished.set()
            self.opened.set()
            self._slot.wake()

    def _pump(self, capture: Capture) -> None:
        while not self.stop.is_set():
            taken = capture.read()
            if taken is None or self.stop.is_set():
                return
            image, stamp_s = taken
            self.progress_s = self._clock()
            t_s = max(stamp_s - self._zero_s, self.last_t_s + _TICK_S, 0.0)
            frame = Frame(image, t_s, self.next_index)
            self.last_t_s = t_s
            self.next_index += 1
            self.frames += 1
            self._slot.put(frame)


def raise_unless_expected(error: Exception | None) -> None:
    """Raise what a reader met when it is a fault of the program and no loss of the source."""
    if error is not None and not isinstance(error, SourceError):
        raise error
