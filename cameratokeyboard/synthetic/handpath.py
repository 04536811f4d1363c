"""Where each hand as a whole goes: to far keys and back, away from the mat, slowly drifting."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.paths import KnotPath, wandering
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import HAND_OF, Posture
from cameratokeyboard.synthetic.strokes import Leave, Plan, Stroke
from cameratokeyboard.synthetic.style import Style

#: A hand that is not needed for this long goes home [assumed].
_IDLE_S = 0.7


def hand_paths(
    plan: Plan,
    posture: Posture,
    person: Person,
    style: Style,
    t_s: FloatArray,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Shift of each hand from rest (T, 2, 2) mm, and how much higher its pads are (T, 2) mm."""
    shift = np.zeros((len(t_s), 2, 2))
    height = np.zeros((len(t_s), 2))
    for hand in (0, 1):
        strokes = [s for s in plan.strokes if HAND_OF[s.finger] == hand]
        leaves = sorted((x for x in plan.leaves if x.hand == hand), key=lambda x: x.t_off)
        shift[:, hand] = _shift_path(strokes, leaves, posture, style).sample(t_s)
        # The slow drift of a hand that has nothing to feel its way by [assumed].
        shift[:, hand] += wandering(rng, t_s, person.drift_mm * 0.6, (0.02, 0.25), 2)
        if leaves:
            height[:, hand] = _height_path(leaves).sample(t_s)
    return shift, height


def _shift_path(
    strokes: list[Stroke], leaves: list[Leave], posture: Posture, style: Style
) -> KnotPath:
    path = KnotPath()
    home = np.zeros(2)
    path.add(0.0, home)
    here, free_s = home, 0.0
    pending = list(leaves)
    for stroke in strokes:
        while pending and pending[0].t_off < stroke.t_down:
            here, free_s = _leave(path, pending.pop(0), here, home)
        there = posture.hand_shift(stroke.finger, stroke.xy, stroke.follow)
        move_s = 0.15 + 0.0035 * float(np.hypot(*(there - here)))
        arrive = stroke.t_down - 0.012
        idle = arrive - move_s - free_s
        if idle > _IDLE_S and style.homing > 0:
            back = here * (1 - style.homing)
            go = free_s + 0.3 * min(idle, 1.2)
            path.add(go, here)
            here = back
            path.add(go + min(0.45, arrive - move_s - go), here)
        path.add(max(free_s, arrive - move_s), here)
        path.add(arrive, there)
        here = there
        free_s = stroke.t_up
    for leave in pending:
        here, free_s = _leave(path, leave, here, home)
    path.add(free_s + 0.3, here)
    path.add(free_s + 0.8, here * (1 - style.homing))
    return _unhurried(path)


def _leave(
    path: KnotPath, leave: Leave, here: FloatArray, home: FloatArray
) -> tuple[FloatArray, float]:
    path.add(leave.t_off, here)
    path.add(leave.t_away, np.array(leave.shift_mm))
    path.add(leave.t_back, np.array(leave.shift_mm))
    path.add(leave.t_on, home)
    return home, leave.t_on


def _unhurried(path: KnotPath) -> KnotPath:
    """Let a hand set off early where strokes overlap, so that it never has to jump."""
    path.spread_out(0.06)
    return path


def _height_path(leaves: list[Leave]) -> KnotPath:
    path = KnotPath()
    for leave in leaves:
        way = 0.35 * (leave.t_away - leave.t_off)
        path.add(leave.t_off, 0.0)
        path.add(leave.t_off + way, leave.height_mm)
        path.add(leave.t_on - 0.45 * (leave.t_on - leave.t_back), leave.height_mm)
        path.add(leave.t_on, 0.0)
    return path
