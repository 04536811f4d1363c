"""A recorded clip, looked at once and then replayed under as many settings as wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from cameratokeyboard.capture.base import FrameSource
from cameratokeyboard.datatypes import (
    Fingers,
    FloatArray,
    KeyPress,
    MatPose,
    TouchDown,
    TouchUp,
)
from cameratokeyboard.detect.base import Detector
from cameratokeyboard.errors import TruthError
from cameratokeyboard.fingers.base import FingerTracker
from cameratokeyboard.geometry.base import MatLocator
from cameratokeyboard.keyboard.base import Keyboard
from cameratokeyboard.keystroke.base import KeystrokeDetector


def read_prompt(clip: Path) -> tuple[str, str]:
    """The text that was asked for in a clip, and the layout's name.

    Raises TruthError when the clip was not recorded with a prompt.
    """
    path = clip.with_suffix(".json")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        prompt, layout = data["prompt"], data["layout"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TruthError(
            f"{path}: expected the prompt that belongs to {clip.name} ({error}); "
            f"record one with: c2k record --prompt TEXT -o clip.mp4"
        ) from error
    if not isinstance(prompt, str) or not prompt:
        raise TruthError(f"{path}: no prompt was recorded; use c2k record --prompt TEXT")
    return prompt, str(layout)


def watch(
    source: FrameSource,
    detector: Detector,
    locator: MatLocator,
    tracker: FingerTracker,
    progress: Callable[[int], None] = lambda frames: None,
) -> list[Fingers]:
    """The fingers of every frame of an entered source. progress: called with the frames so far."""
    seen: list[Fingers] = []
    mat: MatPose | None = None
    while (frame := source.read()) is not None:
        detections = detector.detect(frame, mat=mat)
        mat = locator.update(frame, detections)
        seen.append(tracker.update(frame, detections, mat))
        progress(len(seen))
    return seen


def replay(
    seen: Iterable[Fingers],
    keystroke: KeystrokeDetector,
    keyboard: Keyboard,
    bias_mm: FloatArray,
) -> list[KeyPress]:
    """Presses of the clip, with ``bias_mm`` (10, 2) taken off each finger's contact points."""
    presses: list[KeyPress] = []
    last_s = 0.0
    for fingers in seen:
        last_s = fingers.t_s
        touches = [_without_bias(touch, bias_mm) for touch in keystroke.update(fingers)]
        presses += _presses(keyboard, touches, last_s)
    touches = [_without_bias(touch, bias_mm) for touch in keystroke.flush(last_s)]
    return presses + _presses(keyboard, touches, last_s)


def _presses(
    keyboard: Keyboard, touches: list[TouchDown | TouchUp], now_s: float
) -> list[KeyPress]:
    events = keyboard.update(touches, now_s)
    return [event for event in events if isinstance(event, KeyPress) and not event.repeat]


def _without_bias(touch: TouchDown | TouchUp, bias_mm: FloatArray) -> TouchDown | TouchUp:
    if isinstance(touch, TouchUp):
        return touch
    x, y = touch.xy_mm
    dx, dy = bias_mm[touch.finger]
    return TouchDown(
        touch.finger,
        touch.t_s,
        touch.emitted_s,
        (float(x - dx), float(y - dy)),
        touch.covariance_mm2,
        touch.confidence,
    )
