"""What the benchmark measures on: speeds, people, cameras, and what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cameratokeyboard.datatypes import Layout
from cameratokeyboard.synthetic.boxes import detect_without_pixels
from cameratokeyboard.synthetic.camera import CameraPlan
from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.fingerstream import finger_stream
from cameratokeyboard.synthetic.noise import DetectorNoise
from cameratokeyboard.synthetic.noise_file import drawn_noise
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.sessions import Session, SessionWish, make_session
from cameratokeyboard.synthetic.style import STYLES, random_style
from cameratokeyboard.synthetic.tipview import Shot, film, random_shot
from cameratokeyboard.synthetic.typist import Typist
from cameratokeyboard.training.sentences import english
from cameratokeyboard.training.trajectories import BENCHMARK_SEED

SPEEDS = (20.0, 40.0, 60.0, 80.0)
#: Seconds of typing per person and speed.
TYPING_S = 30.0
#: Seconds of hands that rest, hover and fidget without typing.
REST_S = 60.0
_STRIDE = 1000


@dataclass(frozen=True)
class Case:
    """One condition. change: turns a person's ordinary wish and shot into the condition's own.

    name: as in the tables. wpm: words a minute; None for hands that only rest.
    """

    name: str
    wpm: float | None
    change: Callable[[SessionWish, Person], SessionWish] | None = None


@dataclass(frozen=True)
class Job:
    """One person under one condition."""

    case: str
    person: int


def ordinary_cases() -> list[Case]:
    """The four speeds and rest."""
    return [Case(f"{wpm:.0f} WPM", wpm) for wpm in SPEEDS] + [Case("rest", None)]


def hard_cases() -> list[Case]:
    """What breaks it, all at 40 WPM except hunting with two fingers."""
    return [
        Case("noise x2", 40.0, _noisy),
        Case("misses as on photos", 40.0, _missing),
        Case("15 fps", 40.0, lambda wish, _: replace(wish, fps=15.0)),
        Case("60 fps", 40.0, lambda wish, _: replace(wish, fps=60.0)),
        Case("low camera", 40.0, _low_camera),
        Case("small hands", 40.0, _small_hands),
        Case("hunting with two fingers", 20.0, lambda wish, _: replace(wish, style="hunt")),
    ]


def all_cases() -> dict[str, Case]:
    """Every condition by name."""
    return {case.name: case for case in [*ordinary_cases(), *hard_cases()]}


def session_of(job: Job, layout: Layout, first_seed: int = BENCHMARK_SEED) -> Session:
    """The session of a job: the same person has the same seed, style and camera in all cases.

    Seeds begin at BENCHMARK_SEED, which training and validation never reach; sweeps take the same
    conditions with other people by another ``first_seed``. Everyone is filmed at 30 frames a
    second unless the case says otherwise; the detector errs as it was measured to on one of the
    clips (synthetic/noise_file.py), the same for one person in all cases.
    """
    case = all_cases()[job.case]
    seed = first_seed + _STRIDE * job.person
    rng = np.random.default_rng([seed, 7])
    person = Person.random(rng)
    style = random_style(rng)
    text_rng = np.random.default_rng([seed, 8, int(case.wpm or 0)])
    wpm = case.wpm or 12.0
    if wpm > style.wpm[2]:
        style = STYLES["touch"]  # nobody hunts at 80 words a minute
    wish = SessionWish(
        text=english(text_rng, int(wpm * 5 / 60 * TYPING_S)) if case.wpm else "e",
        wpm=wpm,
        style=style.name,
        person=person,
        shot=random_shot(rng),
        fps=30.0,
        noise=drawn_noise(np.random.default_rng([seed, 10])),
        exact_noise=True,
    )
    if case.change is not None:
        wish = case.change(wish, person)
    if case.wpm is None:
        return resting_session(layout, seed, wish)
    return make_session(layout, seed, wish)


def resting_session(layout: Layout, seed: int, wish: SessionWish) -> Session:
    """A person who sits before the mat for REST_S and then types a single letter.

    The letter is there because a performance has to have one; what comes before it is rest.
    """
    session = make_session(layout, seed, wish)
    typist = Typist(layout, session.person, session.wpm, session.style, seed=seed)
    performance = typist.type("e", lead_s=REST_S)
    truth = film(performance, session.shot)
    boxes = detect_without_pixels(
        truth, session.shot, layout, session.noise, np.random.default_rng([seed, 9])
    )
    fingers = finger_stream(boxes, truth, session.mat, performance)
    return replace(session, performance=performance, truth=truth, boxes=boxes, fingers=fingers)


def _noisy(wish: SessionWish, _: Person) -> SessionWish:
    noise = wish.noise or DetectorNoise()
    doubled = {
        name: 2 * getattr(noise, name)
        for name in (
            *("jitter_px", "bias_px", "common_px", "blur_gain"),
            *("miss_finger", "miss_thumb", "false_find"),
        )
    }
    return replace(wish, noise=replace(noise, **doubled))


def _missing(wish: SessionWish, _: Person) -> SessionWish:
    noise = wish.noise or DetectorNoise()
    return replace(wish, noise=replace(noise, miss_finger=0.08, miss_thumb=0.45))


def _low_camera(wish: SessionWish, _: Person) -> SessionWish:
    plan = CameraPlan(pitch_deg=14.0, distance_mm=470.0, hfov_deg=64.0)
    return replace(wish, shot=Shot(plan.build((1280, 720)), 30.0))


def _small_hands(wish: SessionWish, person: Person) -> SessionWish:
    small = HandShape(length_mm=152.0, breadth_mm=67.0, girth=0.85)
    return replace(wish, person=replace(person, hand=small))
