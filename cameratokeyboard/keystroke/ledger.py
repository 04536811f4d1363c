"""Keeps the promise that every touch of a finger ends before its next one begins."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, Fingers, TouchDown, TouchUp

Touch = TouchDown | TouchUp


class TouchLedger:
    """Which fingers are down, and what ends their touches besides lifting.

    vanish_s: a finger that has not been seen for this long is released. jump_s: a gap in time that
    releases everything.
    """

    def __init__(self, vanish_s: float = 0.25, jump_s: float = 0.5) -> None:
        self._vanish_s = vanish_s
        self._jump_s = jump_s
        self.reset()

    def reset(self) -> None:
        """Forget all touches."""
        self.down: list[TouchDown | None] = [None] * FINGER_COUNT
        self._last_event_s = np.full(FINGER_COUNT, -np.inf)
        self._seen_s = np.full(FINGER_COUNT, -np.inf)
        self._now_s: float | None = None
        self._generation: int | None = None

    def follow(self, fingers: Fingers) -> tuple[list[Touch], bool]:
        """Take in the next moment, before its touches.

        Returns the touches that it ends, and whether the trajectories go on: False means that time
        jumped or went back, or the mat moved, and that all history is void.
        """
        now = fingers.t_s
        goes_on = (
            self._now_s is not None
            and 0 <= now - self._now_s <= self._jump_s
            and fingers.generation == self._generation
        )
        ended: list[Touch] = []
        if not goes_on:
            at = self._now_s if self._now_s is not None else now
            ended.extend(self._release(finger, at, now, True) for finger in self._held())
            self._last_event_s[:] = -np.inf
        self._seen_s[np.asarray(fingers.visible)] = now
        self._now_s, self._generation = now, fingers.generation
        for finger in self._held():
            if now - self._seen_s[finger] > self._vanish_s:
                ended.append(self._release(finger, float(self._seen_s[finger]), now, True))
        return ended, goes_on

    def press(self, touch: TouchDown) -> list[Touch]:
        """Begin a touch, ending the one that the finger may still be in."""
        touches: list[Touch] = []
        if self.down[touch.finger] is not None:
            touches.append(self._release(touch.finger, touch.t_s, touch.emitted_s, False))
        self.down[touch.finger] = touch
        self._last_event_s[touch.finger] = touch.t_s
        return [*touches, touch]

    def release(self, finger: int, t_s: float, now_s: float) -> list[Touch]:
        """End the finger's touch; nothing when it is not down."""
        if self.down[finger] is None:
            return []
        return [self._release(finger, t_s, now_s, False)]

    def release_all(self, now_s: float) -> list[Touch]:
        """End every touch."""
        return [self._release(finger, now_s, now_s, False) for finger in self._held()]

    def last_event_s(self, finger: int) -> float:
        """When the finger last went down or up, -inf for never."""
        return float(self._last_event_s[finger])

    def _held(self) -> list[int]:
        return [finger for finger, touch in enumerate(self.down) if touch is not None]

    def _release(self, finger: int, t_s: float, now_s: float, vanished: bool) -> TouchUp:
        touch = self.down[finger]
        began = touch.t_s if touch is not None else t_s
        self.down[finger] = None
        at = max(t_s, began)
        self._last_event_s[finger] = at
        return TouchUp(finger, at, now_s, vanished)
