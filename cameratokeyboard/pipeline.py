"""One frame through all stages: detections, mat, fingers, touches, keys, text."""

from __future__ import annotations

from dataclasses import dataclass

from cameratokeyboard.datatypes import (
    FINGER_COUNT,
    THUMB_SLOTS,
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
from cameratokeyboard.detect.base import Detector
from cameratokeyboard.fingers.base import FingerTracker
from cameratokeyboard.geometry.base import MatLocator
from cameratokeyboard.keyboard.base import Keyboard
from cameratokeyboard.keystroke.base import KeystrokeDetector
from cameratokeyboard.text.base import TextEditor

Event = KeyPress | KeyRelease | TextEdit

#: A change of state is believed once it has lasted this long, so that one bad frame does not show
#: in the window (assumption: below what a person calls slow, above what a single miss lasts).
STATE_HOLD_S = 0.3
#: Hands or mat gone for this long let every held key go.
RELEASE_AFTER_S = 0.5


@dataclass(frozen=True, eq=False)
class Step:
    """What one frame brought.

    events: key and text events in the order in which they happened. state_change: the new state,
    None while it stays. text: all of it.
    """

    frame: Frame
    detections: Detections
    mat: MatPose | None
    fingers: Fingers
    state: State
    state_change: State | None
    events: tuple[Event, ...]
    text: str


class Pipeline:
    """Joins the stages. ``step`` depends on the frames given so far and on nothing else.

    paused: while True frames are looked at, but nothing is typed.
    """

    def __init__(
        self,
        detector: Detector,
        locator: MatLocator,
        tracker: FingerTracker,
        keystroke: KeystrokeDetector,
        keyboard: Keyboard,
        editor: TextEditor,
    ) -> None:
        self._detector = detector
        self._locator = locator
        self._tracker = tracker
        self._keystroke = keystroke
        self._keyboard = keyboard
        self._editor = editor
        self._view = ViewState()
        self._mat: MatPose | None = None
        self.paused = False

    @property
    def text(self) -> str:
        """The text written so far."""
        return self._editor.text

    @property
    def state(self) -> State:
        """What can be said of the view."""
        return self._view.state

    def step(self, frame: Frame) -> Step:
        """Take one frame through all stages."""
        detections = self._detector.detect(frame, mat=self._mat)
        mat = self._mat = self._locator.update(frame, detections)
        fingers = self._tracker.update(frame, detections, mat)
        touches = [] if self.paused else self._keystroke.update(fingers)
        events = self._to_events(touches, frame.t_s)
        change = self._view.update(mat, fingers)
        if self._view.lost_for_s >= RELEASE_AFTER_S:
            events.extend(self._keyboard.release_all(frame.t_s))
        return Step(
            frame,
            detections,
            mat,
            fingers,
            self._view.state,
            change,
            tuple(events),
            self._editor.text,
        )

    def settle(self, t_s: float) -> tuple[Event, ...]:
        """Decide the presses that are open and let every key go, as before a pause."""
        events = self._to_events(self._keystroke.flush(t_s), t_s)
        events.extend(self._keyboard.release_all(t_s))
        return tuple(events)

    def finish(self, t_s: float) -> tuple[Event, ...]:
        """End the stream: settle, and let the editor finish its last word."""
        return (*self.settle(t_s), *self._editor.finish(t_s))

    def _to_events(self, touches: list[TouchDown | TouchUp], now_s: float) -> list[Event]:
        events: list[Event] = []
        for key_event in self._keyboard.update(touches, now_s):
            events.append(key_event)
            if isinstance(key_event, KeyPress):
                events.extend(self._editor.press(key_event))
        events.extend(self._editor.advance(now_s))
        return events


class ViewState:
    """Says what is in view, changing its mind only when the new view has lasted."""

    def __init__(self) -> None:
        self.state = State.INITIALIZING
        self._candidate = State.INITIALIZING
        self._since_s: float | None = None
        self._seen_at_s: float | None = None
        self._now_s = 0.0

    @property
    def lost_for_s(self) -> float:
        """Seconds since a mat and a finger were last in view together."""
        return 0.0 if self._seen_at_s is None else self._now_s - self._seen_at_s

    def update(self, mat: MatPose | None, fingers: Fingers) -> State | None:
        """Take in one frame; the new state where it changed."""
        self._now_s = fingers.t_s
        if self._seen_at_s is None or self._seen_at_s > self._now_s:
            self._seen_at_s = self._now_s
        seen = _seen(mat, fingers)
        if mat is not None and fingers.visible.any():
            self._seen_at_s = self._now_s
        if seen is not self._candidate or self._since_s is None or self._since_s > self._now_s:
            self._candidate, self._since_s = seen, self._now_s
        if seen is self.state or self._now_s - self._since_s < STATE_HOLD_S:
            return None
        self.state = seen
        return seen


def _seen(mat: MatPose | None, fingers: Fingers) -> State:
    if mat is None:
        return State.MISSING_MARKERS
    if not any(fingers.visible[slot] for slot in range(FINGER_COUNT) if slot not in THUMB_SLOTS):
        return State.MISSING_FINGERS
    if not any(fingers.visible[slot] for slot in THUMB_SLOTS):
        return State.MISSING_THUMBS
    return State.VALID
