"""Live sources: a reader thread, the newest frame, and a way back after a break."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cameratokeyboard.capture.context import ContextSource
from cameratokeyboard.capture.opencv import Capture, Mode
from cameratokeyboard.capture.reader import LiveReader, raise_unless_expected
from cameratokeyboard.capture.slot import NewestSlot
from cameratokeyboard.datatypes import Frame
from cameratokeyboard.errors import SourceError

_log = logging.getLogger(__name__)

#: The longest sleep before the reader thread is looked at again.
_LOOK_S = 1.0
_SHORTEST_SLEEP_S = 0.001


@dataclass(frozen=True)
class LiveLimits:
    """How long to wait, all in s.

    open_s: for a device to open and to give its first frame. read_s: for each later frame.
    reconnect_s: for a lost source to come back. backoff_s, backoff_limit_s: the first and the
    longest pause between attempts; each is twice the one before. join_s: for the reader threads to
    end at exit; one that is stuck inside a driver is left to itself.
    """

    open_s: float = 10.0
    read_s: float = 5.0
    reconnect_s: float = 10.0
    backoff_s: float = 0.25
    backoff_limit_s: float = 4.0
    join_s: float = 2.0


@dataclass
class _Loss:
    """A break: why, since when, and when to try again."""

    reason: str
    since_s: float
    retry_at_s: float
    backoff_s: float


class LiveSource(ContextSource):
    """Frames of a camera or stream, the newest one at each ``read``.

    ``opener`` opens the device and raises SourceError when it cannot. A thread of its own reads, so
    a driver that hangs never hangs the program: it is given up after the limits and opened anew.
    Times count from the moment of ``__enter__``, through reconnections.
    """

    def __init__(
        self,
        opener: Callable[[], Capture],
        description: str,
        limits: LiveLimits | None = None,
        *,
        advice: str = "check that it is connected and that no other program uses it",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._opener = opener
        self._name = description
        self._limits = limits or LiveLimits()
        self._advice = advice
        self._clock = clock
        self._slot = NewestSlot()
        self._closing = threading.Event()
        self._closing.set()
        self._zero_s = 0.0
        self._reader: LiveReader | None = None
        self._left: list[LiveReader] = []
        self._loss: _Loss | None = None
        self._status = ""

    @property
    def description(self) -> str:
        """Name and, once open, what it gives."""
        return f"{self._name} ({self.mode})" if self.mode else self._name

    @property
    def mode(self) -> Mode | None:
        """Size and rate as read back from the device, None while it is not open."""
        return self._reader.mode if self._reader is not None else None

    @property
    def live(self) -> bool:
        """Late frames are lost."""
        return True

    @property
    def status(self) -> str:
        """What goes on while no frames come."""
        return self._status

    def _open(self) -> None:
        self._closing.clear()
        self._slot = NewestSlot()
        self._zero_s = self._clock()
        self._loss, self._status = None, ""
        reader = self._start_reader(None)
        try:
            if not reader.opened.wait(self._limits.open_s):
                raise SourceError(
                    f"{self._name}: did not open within {self._limits.open_s:g} s; {self._advice}"
                )
            if reader.error is not None:
                raise reader.error
        except BaseException:  # Ctrl-C too: the thread must not outlive this call
            self._close()
            raise

    def _close(self) -> None:
        self._closing.set()
        self._slot.end()
        self._leave_reader()
        deadline = time.monotonic() + self._limits.join_s
        for reader in self._left:
            reader.join(max(0.0, deadline - time.monotonic()))
            if reader.is_alive():
                _log.debug("%s: its driver does not return; left to itself", self._name)
        self._left = []

    def read(self) -> Frame | None:
        """Wait for a frame newer than the last one; None after ``__exit__``.

        Raises SourceError when the source gives no frame at all, or is lost and does not come back
        within the limits, and whatever else the reader thread met.
        """
        while not self._closing.is_set():
            frame = self._slot.take(self._sleep_s())
            if frame is not None:
                self._loss, self._status = None, ""
                return frame
            if not self._closing.is_set():
                self._look_after()
        return None

    def _sleep_s(self) -> float:
        reader, loss = self._reader, self._loss
        if reader is not None:
            until = self._due_s(reader)
        else:
            until = loss.retry_at_s if loss is not None else self._clock()
        return min(max(until - self._clock(), _SHORTEST_SLEEP_S), _LOOK_S)

    def _due_s(self, reader: LiveReader) -> float:
        """When the reader's next sign of life must have come."""
        due = reader.progress_s + (self._limits.read_s if reader.frames else self._limits.open_s)
        return due if self._loss is None else min(due, self._give_up_s(self._loss))

    def _give_up_s(self, loss: _Loss) -> float:
        return loss.since_s + self._limits.reconnect_s

    def _look_after(self) -> None:
        """No frame came: find out why, and reconnect when it is time."""
        now = self._clock()
        reader = self._reader
        if reader is not None:
            reason = reader.trouble
            if not reason and now >= self._due_s(reader):
                reason = f"gave no frame for {now - reader.progress_s:.1f} s"
            if reason:
                self._lose(reader, reason, now)
        if self._loss is None:
            return
        left_s = self._give_up_s(self._loss) - now
        if left_s <= 0:
            raise SourceError(
                f"{self._name}: lost ({self._loss.reason}) and not back within "
                f"{self._limits.reconnect_s:g} s; {self._advice}"
            )
        self._status = f"{self._name} is lost; trying to get it back for {left_s:.0f} s more"
        if self._reader is None and now >= self._loss.retry_at_s:
            self._start_reader(self._left[-1])

    def _lose(self, reader: LiveReader, reason: str, now: float) -> None:
        self._leave_reader()
        raise_unless_expected(reader.error)
        if reader.next_index == 0:  # never gave anything: trying again would hide the cause
            raise SourceError(f"{self._name}: {reason}; {self._advice}")
        if self._loss is None or reader.frames:
            self._loss = _Loss(reason, now, now + self._limits.backoff_s, self._limits.backoff_s)
            _log.info("%s: %s; reconnecting", self._name, reason)
        else:
            pause = min(2 * self._loss.backoff_s, self._limits.backoff_limit_s)
            self._loss.backoff_s = pause
            self._loss.retry_at_s = now + pause
        self._loss.retry_at_s = min(self._loss.retry_at_s, self._give_up_s(self._loss))

    def _start_reader(self, before: LiveReader | None) -> LiveReader:
        at = (before.next_index, before.last_t_s) if before is not None else (0, -1.0)
        self._reader = LiveReader(self._opener, self._slot, self._clock, self._zero_s, *at)
        self._reader.start()
        return self._reader

    def _leave_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.stop.set()
            self._left = [*(r for r in self._left if r.is_alive()), reader]
