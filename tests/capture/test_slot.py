from __future__ import annotations

import threading
import time

import pytest

from cameratokeyboard.capture.slot import NewestSlot
from tests import builders as b


class TestNewestSlot:
    def test_a_newer_frame_replaces_one_that_was_not_taken(self) -> None:
        slot = NewestSlot()
        slot.put(b.frame(index=0))
        slot.put(b.frame(index=1))
        taken = slot.take(0)
        assert taken is not None
        assert taken.index == 1
        assert slot.take(0) is None

    def test_the_taker_waits_for_a_frame(self) -> None:
        slot = NewestSlot()
        timer = threading.Timer(0.02, slot.put, [b.frame(index=7)])
        timer.start()
        taken = slot.take(5)
        timer.join()
        assert taken is not None
        assert taken.index == 7

    def test_a_waiting_frame_is_given_before_the_end(self) -> None:
        slot = NewestSlot()
        slot.put(b.frame())
        slot.end()
        assert slot.take(0) is not None
        assert slot.take(5) is None

    def test_a_waiting_frame_is_given_before_the_error(self) -> None:
        slot = NewestSlot()
        slot.put(b.frame())
        slot.fail(RuntimeError("broken"))
        assert slot.take(0) is not None
        with pytest.raises(RuntimeError, match="broken"):
            slot.take(0)

    @pytest.mark.parametrize("before", [True, False])
    def test_a_wake_up_is_not_lost_whether_it_comes_before_or_during_the_wait(
        self, before: bool
    ) -> None:
        slot = NewestSlot()
        timer = threading.Timer(0.0 if before else 0.05, slot.wake)
        timer.start()
        if before:
            timer.join()
        start = time.monotonic()
        assert slot.take(5) is None
        timer.join()
        assert time.monotonic() - start < 2
