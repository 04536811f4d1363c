"""Light builders of the data that travels between stages."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import numpy as np

from cameratokeyboard.datatypes import (
    FINGER_COUNT,
    Detections,
    Fingers,
    Frame,
    KeyPress,
    KeyRelease,
    MatPose,
    State,
    TextEdit,
    TouchDown,
    TouchUp,
)
from cameratokeyboard.ui.base import UIData, UIRequest


def frame(t_s: float = 0.0, index: int = 0, width: int = 64, height: int = 48) -> Frame:
    return Frame(np.zeros((height, width, 3), np.uint8), t_s, index)


def mat_pose(generation: int = 0) -> MatPose:
    corners = np.array([[0, 0], [63, 0], [63, 47], [0, 47]], float)
    return MatPose(np.eye(3), np.eye(3), corners, np.ones(4, bool), 0.1, generation)


def fingers(t_s: float = 0.0, visible: bool = True) -> Fingers:
    if not visible:
        return Fingers.none(t_s)
    spots = np.stack([np.arange(FINGER_COUNT) * 5.0, np.zeros(FINGER_COUNT)], axis=1)
    ones = np.ones(FINGER_COUNT)
    box = np.full((FINGER_COUNT, 2), 4.0)
    return Fingers(t_s, spots, spots, spots * 0, ones, ones.astype(bool), box, spots * 0, 0)


def touch_down(t_s: float = 0.0, finger: int = 3, xy_mm: tuple[float, float] = (0, 0)) -> TouchDown:
    return TouchDown(finger, t_s, t_s, xy_mm, np.eye(2), 0.9)


def key_press(key: str = "a", text: str = "a", t_s: float = 0.0) -> KeyPress:
    return KeyPress(key, text, 3, t_s, t_s, (0.0, 0.0), 0.9)


class FakeDetector:
    """Sees nothing; keeps what it was told of the mat."""

    def __init__(self) -> None:
        self.mats: list[MatPose | None] = []

    def detect(
        self, frame: Frame, region_px: object = None, mat: MatPose | None = None
    ) -> Detections:
        self.mats.append(mat)
        return Detections.empty(frame.size_wh)


class FakeLocator:
    """Knows the mat, except from ``lost_from_s`` on."""

    def __init__(self, lost_from_s: float = float("inf")) -> None:
        self.lost_from_s = lost_from_s

    def update(self, frame: Frame, detections: Detections) -> MatPose | None:
        return None if frame.t_s >= self.lost_from_s else mat_pose()

    def reset(self) -> None:
        pass


class FakeTracker:
    """Sees all fingers, except from ``lost_from_s`` on."""

    def __init__(self, lost_from_s: float = float("inf")) -> None:
        self.lost_from_s = lost_from_s

    def update(self, frame: Frame, detections: Detections, mat: MatPose | None) -> Fingers:
        return fingers(frame.t_s, visible=frame.t_s < self.lost_from_s)

    def reset(self) -> None:
        pass


class FakeKeystroke:
    """Plays touches by frame time."""

    def __init__(self, script: dict[float, list[TouchDown | TouchUp]] | None = None) -> None:
        self.script = script or {}
        self.open: list[TouchDown | TouchUp] = []

    def update(self, fingers: Fingers) -> list[TouchDown | TouchUp]:
        return self.script.get(fingers.t_s, [])

    def flush(self, t_s: float) -> list[TouchDown | TouchUp]:
        return self.open

    def reset(self) -> None:
        pass


class FakeKeyboard:
    """Every touch is the key 'a'; remembers that it is held."""

    def __init__(self) -> None:
        self.held: list[str] = []

    def update(
        self, touches: list[TouchDown | TouchUp], now_s: float
    ) -> list[KeyPress | KeyRelease]:
        events: list[KeyPress | KeyRelease] = []
        for touch in touches:
            if isinstance(touch, TouchDown):
                self.held.append("a")
                events.append(key_press(t_s=touch.t_s))
            else:
                events.extend(self.release_all(now_s))
        return events

    def release_all(self, now_s: float) -> list[KeyRelease]:
        released = [KeyRelease(key, 3, now_s, now_s) for key in self.held]
        self.held.clear()
        return released


class FakeEditor:
    """Appends what keys write."""

    def __init__(self) -> None:
        self.text = ""

    def press(self, press: KeyPress) -> list[TextEdit]:
        self.text += press.text
        return [TextEdit(press.t_s, 0, press.text)]

    def advance(self, now_s: float) -> list[TextEdit]:
        return []

    def finish(self, now_s: float) -> list[TextEdit]:
        return []


class _Entered:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


class FakeSource(_Entered):
    """Gives these frames, or raises ``error`` in their place at the end."""

    description = "fake"
    live = False
    status = ""

    def __init__(self, frames: list[Frame], error: Exception | None = None) -> None:
        self._frames = list(frames)
        self._error = error

    def read(self) -> Frame | None:
        if self._frames:
            return self._frames.pop(0)
        if self._error is not None:
            raise self._error
        return None


class FakeUI(_Entered):
    """Remembers what it was given; closes after ``close_after`` frames."""

    def __init__(self, close_after: int | None = None) -> None:
        self.data: list[UIData] = []
        self.texts: list[str] = []
        self._close_after = close_after
        self.asked: list[UIRequest] = []
        self.messages: list[str] = []
        self.has_focus = False

    def update_message(self, message: str) -> None:
        self.messages.append(message)

    def requests(self) -> list[UIRequest]:
        asked, self.asked = self.asked, []
        return asked

    def update_data(self, data: UIData) -> None:
        self.data.append(data)

    def update_text(self, text: str) -> None:
        self.texts.append(text)

    def closed(self) -> bool:
        return self._close_after is not None and len(self.data) >= self._close_after


class FakeSink(_Entered):
    """Remembers the names of the calls and their main argument."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []

    def press(self, press: KeyPress) -> None:
        self.calls.append(("press", press.key))

    def release(self, release: KeyRelease) -> None:
        self.calls.append(("release", release.key))

    def edit(self, edit: TextEdit, emitted_s: float) -> None:
        self.calls.append(("edit", edit.insert))

    def state(self, state: State, t_s: float) -> None:
        self.calls.append(("state", str(state)))

    def text(self, text: str) -> None:
        self.calls.append(("text", text))
