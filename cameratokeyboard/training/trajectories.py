"""Simulated people typing, as seen by a noisy detector and named by the tracker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

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
from cameratokeyboard.keystroke.features import Moments
from cameratokeyboard.synthetic.camera import View
from cameratokeyboard.synthetic.datatypes import TruthEvent
from cameratokeyboard.synthetic.noise import DetectorNoise, random_noise
from cameratokeyboard.synthetic.noise_file import drawn_noise
from cameratokeyboard.synthetic.sessions import Session, SessionWish, make_session
from cameratokeyboard.synthetic.style import random_style, random_wpm
from cameratokeyboard.training.sentences import mixed

#: People of training, validation and benchmark never meet: their seeds start here.
TRAIN_SEED, VALIDATION_SEED, BENCHMARK_SEED = 1_000_000, 5_000_000, 9_000_000
_PICTURE = np.zeros((1, 1, 3), np.uint8)
#: A fingertip this far from a finger's true place is not that finger: less than the half of what
#: lies between two neighbours on the home row, plus what the detector errs.
_SAME_FINGER_MM = 11.0
_FASTEST_WPM = 95.0
_POOR_SHARE = 0.12
#: Share of training's detectors that err about as the shipped one does, with contact points
#: better or worse by these factors: on another hand mesh they were twice as far off.
_MEASURED_SHARE, _MEASURED_FACTOR = 0.5, (0.6, 2.0)
#: From above and from behind a lift hardly shows, so that presses are hardest to tell from other
#: motion: training sees more of such cameras than there are.
_VIEW_SHARES = {View.FRONT: 0.6, View.ABOVE: 0.23, View.BEHIND: 0.17}
_RESTING_SHARE, _RESTING_S, _LEAD_S = 0.4, (6.0, 25.0), 1.2
#: Exchanged names as measured of the tracker on simulated people: none for most of them, up to
#: 1.5% of finger moments for some, in runs of a few frames, nearly all between neighbours.
_EXCHANGE_RATES, _EXCHANGE_FRAMES = (1e-4, 8e-3), 4.0
_NEIGHBOURS = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8), (8, 9))


@dataclass(frozen=True, eq=False)
class Trajectories:
    """One person typing one text before one camera, as the keystroke stage sees it.

    moments: all frames. mm_to_px: (3, 3) homography of the mat. events: the true presses.
    onset_slot: for each of them the finger whose trajectory followed the typing fingertip at
    contact, which is its own unless the tracker erred, -1 when the fingertip was lost.
    """

    moments: Moments
    mm_to_px: FloatArray
    events: tuple[TruthEvent, ...]
    onset_slot: IntArray


def tracked(session: Session, layout: Layout) -> Trajectories:
    """Run the real tracker over a session's detections."""
    moments = Moments.of(track(session, layout))
    return _trajectories(session, moments)


def track(session: Session, layout: Layout) -> list[Fingers]:
    """The fingers as the running program would name them, one for each frame."""
    tracker = HandTracker(layout)
    boxes = session.boxes
    return [
        tracker.update(Frame(_PICTURE, float(boxes.t_s[i]), i), boxes.detections(i), session.mat)
        for i in range(len(boxes))
    ]


def approximately_tracked(session: Session, rng: np.random.Generator) -> Trajectories:
    """True names with the tracker's usual errors put in: thirty times cheaper than tracking."""
    stream = session.fingers
    order = np.tile(np.arange(FINGER_COUNT), (len(stream), 1))
    rate = _between(rng, *_EXCHANGE_RATES)
    for a, b in _NEIGHBOURS:
        for start in np.flatnonzero(rng.random(len(stream)) < rate / _EXCHANGE_FRAMES):
            end = start + int(rng.geometric(1 / _EXCHANGE_FRAMES))
            order[start:end, [a, b]] = order[start:end, [b, a]]
    rows = np.arange(len(stream))[:, None]
    moments = Moments(
        stream.t_s,
        stream.px[rows, order],
        stream.mm[rows, order],
        stream.visible[rows, order],
        stream.confidence[rows, order],
        stream.box_wh_px[rows, order],
        stream.direction_px[rows, order],
    )
    return _trajectories(session, moments)


def _trajectories(session: Session, moments: Moments) -> Trajectories:
    slots = _slots_at_onsets(session, moments)
    return Trajectories(moments, session.mat.mm_to_px, session.performance.events, slots)


def training_session(layout: Layout, seed: int) -> Session:
    """A session with more variety than everyday life has: any speed, rare keys, any detector."""
    rng = np.random.default_rng(seed)
    style = random_style(rng)
    wpm = random_wpm(rng, style)
    if rng.random() < 0.5:
        wpm = float(rng.uniform(style.wpm[0], min(style.wpm[2], _FASTEST_WPM)))
    # Slow typists get shorter texts, so that each session shows about the same time.
    text = mixed(rng, int(np.clip(3.5 * wpm, 40, 260)))
    noise = varied_noise(rng)
    # Hands that only rest are what false presses are made of: some sessions begin with them.
    rests = rng.random() < _RESTING_SHARE
    lead_s = float(rng.uniform(*_RESTING_S)) if rests else _LEAD_S
    view = drawn_view(rng)
    wish = SessionWish(
        text=text,
        wpm=wpm,
        style=style.name,
        noise=noise,
        exact_noise=True,
        view=view,
        lead_s=lead_s,
    )
    return make_session(layout, seed, wish)


def drawn_view(rng: np.random.Generator) -> View:
    """From where a session of training is filmed."""
    views = list(_VIEW_SHARES)
    return views[int(rng.choice(len(views), p=list(_VIEW_SHARES.values())))]


def varied_noise(rng: np.random.Generator) -> DetectorNoise:
    """A detector to train for: half of them err about as the shipped one was measured to, the
    others anyhow between very good and poor, wider than any was measured.
    """
    if rng.random() < _MEASURED_SHARE:
        return _scaled(random_noise(rng, drawn_noise(rng)), _between(rng, *_MEASURED_FACTOR))
    between = partial(_between, rng)
    poor = rng.random() < _POOR_SHARE
    return DetectorNoise(
        jitter_px=between(0.3, 2.6),
        aspect=between(0.8, 2.2),
        correlated=float(rng.uniform(0.2, 0.97)),
        correlation_s=between(0.05, 0.35),
        bias_px=between(0.3, 2.0),
        common_px=between(0.1, 3.0),
        blur_gain=between(0.01, 0.15),
        # One detector in eight loses fingers for long, as on clips that unlike its training show
        # them (docs/keystroke-log.md).
        miss_finger=between(0.08, 0.5) if poor else between(0.0005, 0.08),
        miss_thumb=between(0.002, 0.3),
        burst_frames=between(4.0, 20.0) if poor else between(1.2, 7.0),
        hidden_from=float(rng.uniform(0.3, 0.7)),
        hidden_miss=float(rng.uniform(0.05, 0.9)),
        blur_miss=between(0.0001, 0.008),
        swap=between(0.0005, 0.03),
        false_find=between(0.003, 0.25),
        box_sigma=between(0.03, 0.2),
        confidence=(float(rng.uniform(0.6, 0.96)), between(0.015, 0.12)),
        marker_jitter_px=0.4,
        marker_miss=0.01,
        source="drawn at random for training",
    )


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Anything from ``low`` to ``high``, as often doubled as halved."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _scaled(noise: DetectorNoise, factor: float) -> DetectorNoise:
    """The same detector with contact points this much worse."""
    names = ("jitter_px", "bias_px", "common_px", "blur_gain")
    return replace(noise, **{name: factor * getattr(noise, name) for name in names})


def _slots_at_onsets(session: Session, moments: Moments) -> IntArray:
    """(E,) the tracked finger that was on each typing fingertip."""
    truth, camera = session.truth, session.shot.camera
    px_per_mm = camera.focal_px / max(float(np.linalg.norm(camera.translation)), 1.0)
    reach = _SAME_FINGER_MM * px_per_mm
    events = session.performance.events
    slots = np.full(len(events), -1)
    for n, event in enumerate(events):
        own = FINGER_NAMES.index(event.finger)
        at = int(np.searchsorted(truth.t_s, event.t_down))
        nearby = range(max(at - 2, 0), min(at + 3, len(truth)))
        away = np.full(FINGER_COUNT, np.inf)
        for i in sorted(nearby, key=lambda i: abs(i - at), reverse=True):
            distance: FloatArray = np.hypot(*(moments.px[i] - truth.contact[i, own]).T)
            seen = moments.visible[i]
            away[seen] = distance[seen]
        if away[own] <= reach:
            slots[n] = own
        elif away.min() <= reach:
            slots[n] = int(away.argmin())
    return slots
