"""One place for the newest frame, between the thread that reads and the one that works."""

from __future__ import annotations

import threading

from cameratokeyboard.datatypes import Frame


class NewestSlot:
    """Holds at most one frame: a newer one replaces one that was not taken in time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._ended = False
        self._woken = False
        self._error: BaseException | None = None

    def put(self, frame: Frame) -> None:
        """Offer a frame in place of an older one."""
        with self._changed:
            self._frame = frame
            self._changed.notify_all()

    def end(self) -> None:
        """No more frames will come; one that waits can still be taken."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """No more frames will come because of this error; the taker gets it."""
        with self._changed:
            self._error = error
            self._changed.notify_all()

    def wake(self) -> None:
        """Let the taker that waits, or the next one, look around."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def take(self, timeout_s: float | None = None) -> Frame | None:
        """The waiting frame, or the next one; None at the end, when woken or out of time.

        Raises what was given to ``fail``, once no frame waits any more.
        """
        with self._changed:
            self._changed.wait_for(self._anything, timeout_s)
            self._woken = False
            frame, self._frame = self._frame, None
            if frame is None and self._error is not None:
                raise self._error
            return frame

    def _anything(self) -> bool:
        return self._frame is not None or self._ended or self._woken or self._error is not None
