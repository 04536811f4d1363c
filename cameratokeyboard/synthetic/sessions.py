"""Whole sessions of the fast path, drawn from a seed: person, style, speed, text, camera, noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from cameratokeyboard.datatypes import Layout, MatPose
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.boxes import BoxStream, detect_without_pixels
from cameratokeyboard.synthetic.camera import View
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.fingerstream import FingerStream, finger_stream, mat_pose
from cameratokeyboard.synthetic.noise import DetectorNoise, random_noise
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.prompts import PromptWriter
from cameratokeyboard.synthetic.style import Style, random_style, random_wpm, style_named
from cameratokeyboard.synthetic.tipview import Shot, TipTruth, film, random_shot
from cameratokeyboard.synthetic.typist import Typist

_MARKER_ERROR_PX = 0.3


@dataclass(frozen=True)
class SessionWish:
    """What a session shall be like; None is drawn at random.

    seconds: about how long. text: what is typed instead of a drawn text. noise: the detector's
    noise; exact_noise: take it as it is instead of drawing around it. liveliness: see Typist.
    lead_s: how long hands rest, hover and fidget before the first press.
    """

    seconds: float = 50.0
    text: str | None = None
    wpm: float | None = None
    style: str | None = None
    person: Person | None = None
    view: View | None = None
    shot: Shot | None = None
    fps: float | None = None
    noise: DetectorNoise | None = None
    exact_noise: bool = False
    liveliness: float = 1.0
    lead_s: float = 1.2


@dataclass(frozen=True, eq=False)
class Session:
    """One session: what was done, how it was filmed, what the detector and the tracker saw."""

    seed: int
    performance: Performance
    shot: Shot
    truth: TipTruth
    boxes: BoxStream
    fingers: FingerStream
    mat: MatPose
    person: Person
    style: Style
    wpm: float
    noise: DetectorNoise


def make_session(layout: Layout, seed: int, wish: SessionWish | None = None) -> Session:
    """Draw the session that belongs to ``seed``; the same seed gives the same session."""
    wish = wish or SessionWish()
    if not wish.seconds > 0:
        raise SimulationError(f"session: expected more than 0 seconds, got {wish.seconds:g}")
    # One generator for each part: a wish for one part leaves the others as they are.
    streams = np.random.SeedSequence(seed).spawn(6)
    who, what, where, how, noisy, _ = (np.random.Generator(np.random.PCG64(s)) for s in streams)
    person = wish.person or Person.random(who)
    drawn_style = random_style(who)
    style = style_named(wish.style) if wish.style else drawn_style
    drawn_wpm = random_wpm(who, style)
    wpm = wish.wpm if wish.wpm is not None else drawn_wpm
    # Five characters a word; pauses and corrections take about a fifth of the time.
    length = max(int(wish.seconds * 0.8 * wpm / 12.0), 8)
    text = wish.text if wish.text is not None else PromptWriter(what, layout).text(length)
    typist = Typist(
        layout, person, wpm, style, liveliness=wish.liveliness, seed=int(what.integers(2**31))
    )
    performance = typist.type(text, lead_s=wish.lead_s)
    shot = wish.shot or random_shot(where, wish.view)
    if wish.fps is not None:
        shot = replace(shot, fps=wish.fps, exposure_s=min(shot.exposure_s, 0.9 / wish.fps))
    truth = film(performance, shot, start_s=float(how.uniform(0, 1 / shot.fps)))
    noise = wish.noise or DetectorNoise()
    if not wish.exact_noise:
        noise = random_noise(noisy, noise)
    boxes = detect_without_pixels(truth, shot, layout, noise, noisy)
    mat = mat_pose(shot.camera, layout, _MARKER_ERROR_PX, how)
    return Session(
        seed=seed,
        performance=performance,
        shot=shot,
        truth=truth,
        boxes=boxes,
        fingers=finger_stream(boxes, truth, mat, performance),
        mat=mat,
        person=person,
        style=style,
        wpm=wpm,
        noise=noise,
    )


def make_sessions(
    layout: Layout, first_seed: int, count: int, wish: SessionWish | None = None
) -> Iterator[Session]:
    """Sessions of consecutive seeds, one at a time."""
    for seed in range(first_seed, first_seed + count):
        yield make_session(layout, seed, wish)
