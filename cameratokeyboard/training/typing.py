"""Runs keystroke, keyboard and text stages over trajectories, without a camera."""

from __future__ import annotations

import time

from cameratokeyboard.datatypes import FINGER_NAMES, Fingers, KeyPress, Layout, TouchDown, TouchUp
from cameratokeyboard.keyboard.bias import FingerBias
from cameratokeyboard.keyboard.touch import TouchKeyboard
from cameratokeyboard.keystroke.base import KeystrokeDetector
from cameratokeyboard.scoring import Press, Recognised, Truth
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.text.beam import WordDecoder
from cameratokeyboard.text.correction import CorrectingEditor
from cameratokeyboard.text.editor import RawEditor


def truth_of(performance: Performance) -> Truth:
    """What was truly typed, and what the person wanted to."""
    presses = tuple(Press(e.t_down, e.key, e.finger) for e in performance.events)
    ordered = tuple(sorted(presses, key=lambda p: p.t_s))
    meant = performance.notes.get("asked_for")
    return Truth(performance.text, ordered, performance.layout, meant)


def type_with(
    detector: KeystrokeDetector,
    fingers: list[Fingers],
    layout: Layout,
    decoder: WordDecoder | None = None,
) -> tuple[Recognised, list[float]]:
    """What the later stages make of a clip, and the time of each keystroke step in ms.

    decoder: also correct words with it, beside the raw text.
    """
    keyboard = TouchKeyboard(layout, bias=FingerBias(float(layout.sizes_mm().min())))
    raw = RawEditor(layout)
    corrected = CorrectingEditor(RawEditor(layout), layout, lambda: decoder) if decoder else None
    presses: list[KeyPress] = []
    times: list[float] = []

    def take(touches: list[TouchDown | TouchUp], now_s: float) -> None:
        for event in keyboard.update(touches, now_s):
            if isinstance(event, KeyPress):
                presses.append(event)
                raw.press(event)
                if corrected is not None:
                    corrected.press(event)

    for moment in fingers:
        before = time.perf_counter()
        touches = detector.update(moment)
        times.append((time.perf_counter() - before) * 1000)
        take(touches, moment.t_s)
    end_s = fingers[-1].t_s
    take(detector.flush(end_s), end_s)
    if corrected is not None:
        corrected.finish(end_s)
    found = [
        Press(p.t_s, p.key, FINGER_NAMES[p.finger], p.emitted_s) for p in presses if not p.repeat
    ]
    return (
        Recognised(
            tuple(sorted(found, key=lambda p: p.t_s)),
            raw.text,
            corrected.text if corrected is not None else None,
        ),
        times,
    )
