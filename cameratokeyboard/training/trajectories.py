"""Simulated people typing, as seen by a noisy detector and named by the real tracker."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cameratokeyboard.datatypes import (
    FINGER_COUNT,
    FINGER_NAMES,
    Fingers,
    FloatArray,
    Frame,
    IntArray,
    Layout,
)
from cameratokeyboard.fingers import HandTracker
from cameratokeyboard.synthetic.boxes import BoxStream, detect_without_pixels
from cameratokeyboard.synthetic.datatypes import Performance, TruthEvent
from cameratokeyboard.synthetic.fingerstream import mat_pose
from cameratokeyboard.synthetic.noise import DetectorNoise, random_noise
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.style import STYLES, Style, random_style, random_wpm
from cameratokeyboard.synthetic.tipview import Shot, TipTruth, film, random_shot
from cameratokeyboard.synthetic.typist import Typist
from cameratokeyboard.training.sentences import english, mixed

#: People of training, validation and benchmark never meet: their seeds start here.
TRAIN_SEED, VALIDATION_SEED, BENCHMARK_SEED = 1_000_000, 5_000_000, 9_000_000
_PICTURE = np.zeros((1, 1, 3), np.uint8)
#: A fingertip seen this far from a finger's true place is not that finger, in finger widths (15 mm).
_SAME_FINGER_MM = 11.0


@dataclass(frozen=True, eq=False)
class Session:
    """One person typing one text before one camera, as the keystroke stage sees it.

    fingers: F frames. performance: what was truly done. onset_slot: for each true press the finger
    whose trajectory followed the typing fingertip at contact, which is its own unless the tracker
    erred, -1 when the fingertip was lost. noise: of the simulated detector. wpm, style: as asked.
    """

    fingers: tuple[Fingers, ...]
    performance: Performance
    onset_slot: IntArray
    noise: DetectorNoise
    shot: Shot
    wpm: float
    style: str


@dataclass(frozen=True)
class SessionPlan:
    """What is fixed of a session; None is drawn from the seed.

    text: to type. characters: length of a drawn text. everyday: draw English sentences, not a mix
    with rare keys. pixel_error: of the markers, px at 1280 px.
    """

    wpm: float | None = None
    style: Style | None = None
    noise: DetectorNoise | None = None
    shot: Shot | None = None
    fps: float | None = None
    text: str | None = None
    characters: int = 150
    everyday: bool = False
    marker_error_px: float = 0.3
    person: Person | None = None


def simulate_session(layout: Layout, seed: int, plan: SessionPlan | None = None) -> Session:
    """Simulate one session. The same seed and plan give the same session."""
    plan = plan or SessionPlan()
    rng = np.random.default_rng(seed)
    person = plan.person or Person.random(rng)
    style = plan.style or random_style(rng)
    wpm = plan.wpm if plan.wpm is not None else _varied_wpm(rng, style)
    if plan.style is None and wpm > style.wpm[2]:
        style = STYLES["touch"]
    words = english if plan.everyday else mixed
    text = plan.text if plan.text is not None else words(rng, plan.characters)
    shot = plan.shot or random_shot(rng)
    if plan.fps is not None:
        shot = replace(shot, fps=plan.fps, exposure_s=min(shot.exposure_s, 0.9 / plan.fps))
    noise = plan.noise or varied_noise(rng)
    performance = Typist(layout, person, wpm, style, seed=int(rng.integers(2**31))).type(text)
    truth = film(performance, shot)
    boxes = detect_without_pixels(truth, shot, layout, noise, rng)
    fingers = track(boxes, shot, layout, plan.marker_error_px, rng)
    slots = _slots_at_onsets(performance.events, fingers, truth, shot)
    return Session(fingers, performance, slots, noise, shot, float(wpm), style.name)


def varied_noise(rng: np.random.Generator) -> DetectorNoise:
    """A detector between very good and poor: jitter 0.3 to 2.5 px at 1280 px."""
    drawn = random_noise(rng)
    jitter = float(np.exp(rng.uniform(np.log(0.3), np.log(2.5))))
    return replace(drawn, jitter_px=jitter, bias_px=drawn.bias_px * jitter)


def track(
    boxes: BoxStream,
    shot: Shot,
    layout: Layout,
    marker_error_px: float,
    rng: np.random.Generator,
) -> tuple[Fingers, ...]:
    """The fingers as the running program would name them."""
    scale = shot.camera.size_wh[0] / 1280
    mat = mat_pose(shot.camera, layout, marker_error_px * scale, rng)
    tracker = HandTracker(layout)
    return tuple(
        tracker.update(Frame(_PICTURE, float(boxes.t_s[i]), i), boxes.detections(i), mat)
        for i in range(len(boxes))
    )


def _varied_wpm(rng: np.random.Generator, style: Style) -> float:
    """Between what people of this style usually do and anything it allows up to 95."""
    if rng.random() < 0.5:
        return random_wpm(rng, style)
    return float(rng.uniform(style.wpm[0], min(style.wpm[2], 95)))


def _slots_at_onsets(
    events: tuple[TruthEvent, ...], fingers: tuple[Fingers, ...], truth: TipTruth, shot: Shot
) -> IntArray:
    """(E,) the tracked finger that was on each typing fingertip."""
    slots = np.full(len(events), -1)
    px_per_mm = shot.camera.focal_px / max(float(np.linalg.norm(shot.camera.translation)), 1.0)
    for n, event in enumerate(events):
        own = FINGER_NAMES.index(event.finger)
        at = int(np.searchsorted(truth.t_s, event.t_down))
        nearby = range(max(at - 2, 0), min(at + 3, len(truth)))
        away = np.full(FINGER_COUNT, np.inf)
        for i in sorted(nearby, key=lambda i: abs(i - at), reverse=True):
            distance: FloatArray = np.hypot(*(fingers[i].px - truth.contact[i, own]).T)
            seen = np.asarray(fingers[i].visible)
            away[seen] = distance[seen]
        if away[own] <= _SAME_FINGER_MM * px_per_mm:
            slots[n] = own
        elif away.min() <= _SAME_FINGER_MM * px_per_mm:
            slots[n] = int(away.argmin())
    return slots
