"""The real stages, from detections to text, on input that no camera should give."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from cameratokeyboard.datatypes import Detections, FloatArray, Frame, KeyPress, KeyRelease, MatPose
from cameratokeyboard.fingers import HandTracker
from cameratokeyboard.keyboard.bias import FingerBias
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.keyboard.touch import TouchKeyboard
from cameratokeyboard.keystroke import STRATEGIES, make_keystroke_detector
from cameratokeyboard.pipeline import Event, Pipeline
from cameratokeyboard.text.editor import RawEditor
from tests.fingers.builders import Camera, detections, see
from tests.keystroke.builders import hands_at

LAYOUT = load_layout("qwerty")
CAMERA = Camera()
TYPED = [(3, 1.0), (7, 1.4), (0, 1.8), (9, 2.2), (6, 2.6)]
#: Long enough for the hands to count as gone, s.
GONE_S = 1.0

Scene = Callable[[float], Detections]


class _Script:
    """Detector and locator in one: says for each moment what is seen."""

    def __init__(self, scene: Scene, mat: Callable[[float], MatPose | None]) -> None:
        self._scene, self._mat = scene, mat

    def detect(
        self, frame: Frame, region_px: FloatArray | None = None, mat: MatPose | None = None
    ) -> Detections:
        return self._scene(frame.t_s)

    def update(self, frame: Frame, detections: Detections) -> MatPose | None:
        return self._mat(frame.t_s)

    def reset(self) -> None:
        """Nothing is kept."""


def typing(t_s: float, hold_s: float = 0.1) -> Detections:
    return see(CAMERA, hands_at(t_s, TYPED, hold_s))


def crowd(t_s: float) -> Detections:
    """The hands among a thousand things taken for fingertips."""
    rng = np.random.default_rng(round(t_s * 1000))
    hands, wild = typing(t_s), detections(rng.uniform(0, 700, (1000, 2)))
    confidence = rng.uniform(0.2, 0.99, 1000).astype(np.float32)
    return Detections(
        np.concatenate([hands.xyxy, wild.xyxy]),
        np.concatenate([hands.class_id, rng.integers(0, 3, 1000)]),
        np.concatenate([hands.confidence, confidence]),
        np.concatenate([hands.keypoints, wild.keypoints]),
        hands.image_wh,
    )


def broken(t_s: float) -> Detections:
    """Every third fingertip without a finite place, another third without a box."""
    hands = typing(t_s)
    keypoints, boxes = np.array(hands.keypoints), np.array(hands.xyxy)
    keypoints[::3, :, :2] = np.nan
    boxes[1::3] = np.inf
    return Detections(boxes, hands.class_id, hands.confidence, keypoints, hands.image_wh)


def run(
    strategy: str,
    times: Iterator[float] | list[float],
    scene: Scene = typing,
    mat: Callable[[float], MatPose | None] = lambda _: CAMERA.mat(),
) -> list[Event]:
    """All events, those of the end included."""
    script = _Script(scene, mat)
    tested = Pipeline(
        script,
        script,
        HandTracker(LAYOUT),
        make_keystroke_detector(strategy, layout=LAYOUT),
        TouchKeyboard(LAYOUT, bias=FingerBias(18.5)),
        RawEditor(LAYOUT),
    )
    events: list[Event] = []
    last_s = 0.0
    for number, last_s in enumerate(times):
        events += tested.step(Frame(np.zeros((4, 4, 3), np.uint8), last_s, number)).events
    return events + list(tested.finish(last_s))


def held_after(events: list[Event]) -> set[str]:
    held: set[str] = set()
    for event in events:
        if isinstance(event, KeyPress) and not event.repeat:
            held.add(event.key)
        elif isinstance(event, KeyRelease):
            held.discard(event.key)
    return held


def at_rate(fps: float, until_s: float = 3.5) -> list[float]:
    return [i / fps for i in range(int(until_s * fps))]


@pytest.mark.parametrize("strategy", STRATEGIES)
class TestNoCrashAndNoStuckKey:
    @pytest.mark.parametrize(
        "times",
        [
            pytest.param(at_rate(1.0, 20.0), id="one frame a second"),
            pytest.param([t for t in at_rate(30) for _ in range(2)], id="duplicate frames"),
            pytest.param([t if t < 1.5 else t + 7 for t in at_rate(30)], id="a gap of seconds"),
            pytest.param([*at_rate(30, 1.5), *at_rate(30, 3.0)], id="time goes back"),
            pytest.param(at_rate(30)[::-1], id="time runs backwards"),
            pytest.param([np.nan, *at_rate(30), np.inf, 4.0], id="moments that are no number"),
        ],
    )
    def test_odd_times(self, strategy: str, times: list[float]) -> None:
        events = run(strategy, times, lambda t: typing(t if np.isfinite(t) else 0.0))
        assert held_after(events) == set()

    @pytest.mark.parametrize("scene", [crowd, broken])
    def test_odd_detections(self, strategy: str, scene: Scene) -> None:
        events = run(strategy, at_rate(30), scene)
        assert held_after(events) == set()
        presses = [event for event in events if isinstance(event, KeyPress)]
        assert all(np.isfinite(press.xy_mm).all() for press in presses)

    def test_keys_are_let_go_when_the_hands_vanish(self, strategy: str) -> None:
        def scene(t_s: float) -> Detections:
            hide = tuple(range(10)) if t_s > 2.0 else ()
            return see(CAMERA, hands_at(t_s, TYPED[:2], hold_s=9.0), hide)

        events = run(strategy, at_rate(30, 2.0 + GONE_S), scene)
        assert any(isinstance(event, KeyPress) for event in events)
        assert all(e.emitted_s < 2.0 + GONE_S for e in events if isinstance(e, KeyRelease))
        assert held_after(events) == set()

    def test_keys_are_let_go_when_the_markers_vanish(self, strategy: str) -> None:
        events = run(
            strategy,
            at_rate(30, 2.0 + GONE_S),
            lambda t: typing(t, hold_s=9.0),
            lambda t: None if t > 2.0 else CAMERA.mat(),
        )
        assert any(isinstance(event, KeyPress) for event in events)
        assert all(e.emitted_s < 2.0 + GONE_S for e in events if isinstance(e, KeyRelease))
        assert held_after(events) == set()
