"""Ten named trajectories: identity by prediction, assignment and the order of fingers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import (
    FINGER_COUNT,
    BoolArray,
    Detections,
    Fingers,
    FloatArray,
    Frame,
    IntArray,
    Layout,
    MatPose,
)
from cameratokeyboard.fingers.association import ORDERED_GROUPS, associate, out_of_order
from cameratokeyboard.fingers.candidates import Candidates, find_candidates
from cameratokeyboard.fingers.hands import HAND_OF, IS_THUMB, LEFT, MEMBERS, RIGHT, HandModel
from cameratokeyboard.fingers.kalman import FingerFilters
from cameratokeyboard.fingers.naming import name_candidates, naming_cost
from cameratokeyboard.fingers.plane import WorkPlane, apply_homography, assumed_plane, plane_of
from cameratokeyboard.fingers.smoothing import SteadyPoints


@dataclass(frozen=True)
class FingerSettings:
    """Limits of the tracking; times in seconds, lengths in px of the picture or mm as said.

    min_confidence: detections below are not looked at. gap_s: how long an unseen finger's position
    is predicted. forget_s: how long its place is remembered for finding it again. jump_s: a gap in
    time that ends all trajectories. noise_px: spread of a detected contact point. rename_s: how
    long another naming must fit better before it is believed. crossed_s: how long fingers may lie
    in another order than a hand's. steady: smooth the points at rest.
    """

    min_confidence: float = 0.2
    gap_s: float = 0.15
    forget_s: float = 0.6
    jump_s: float = 0.5
    noise_px: float = 1.2
    rename_s: float = 0.25
    crossed_s: float = 0.1
    steady: bool = False


#: How much better another naming must fit, in squared standard deviations.
_RENAME_MARGIN = 8.0
#: Names are checked this often, and sooner when something is seen that has no name.
_CHECK_EVERY_S, _CHECK_SOON_S = 0.5, 0.1
#: Where a finger that was lost is expected: its hand's place, this uncertain (mm).
_LOST_SIGMA = 7.0
_VELOCITY_MEMORY_S = 0.06
#: A finger seen this long before the last frame may have stopped on its way since.
_JUST_S = 0.1


class HandTracker:
    """Follows ten fingers; see FingerTracker. All limits are in seconds: any frame rate works."""

    def __init__(
        self, layout: Layout | None = None, settings: FingerSettings | None = None
    ) -> None:
        self._settings = settings or FingerSettings()
        self._hands = HandModel(layout)
        self._filters = FingerFilters()
        self._steady = SteadyPoints()
        self._plane: WorkPlane | None = None
        self._generation: int | None = None
        self._last: Fingers | None = None
        self._last_s: float | None = None
        self._better_since_s: float | None = None
        self._end_trajectories(None)

    def reset(self) -> None:
        """Forget every trajectory and the person's hands."""
        self._hands.reset()
        self._plane = None
        self._generation = None
        self._end_trajectories(None)

    def update(self, frame: Frame, detections: Detections, mat: MatPose | None) -> Fingers:
        """The ten named fingers at this frame; see FingerTracker.

        The same moment twice gives the same fingers; time that goes back or jumps by more than
        ``jump_s`` starts afresh. Without a mat, names and px are kept and mm are NaN.
        """
        t_s = float(frame.t_s)
        if not np.isfinite(t_s):
            return Fingers.none(self._last_s or 0.0, self._generation or 0)
        if self._last is not None and t_s == self._last.t_s:
            return self._last
        self._take_mat(mat, detections.image_wh)
        if self._last_s is not None and not 0 < t_s - self._last_s <= self._settings.jump_s:
            self._end_trajectories(t_s)
        dt_s = 0.0 if self._last_s is None else t_s - self._last_s
        self._last_s = t_s
        plane = self._plane or assumed_plane(detections.image_wh)
        found = find_candidates(
            detections,
            plane,
            self._hands.reach_u(plane) if mat else None,
            self._settings.min_confidence,
        )
        slots = self._follow(found, plane, t_s, dt_s)
        fingers = self._report(found, slots, plane, t_s, dt_s, mat)
        self._last = fingers
        return fingers

    def _take_mat(self, mat: MatPose | None, image_wh: tuple[int, int]) -> None:
        """Adopt the mat's plane; a plane that is not a continuation ends the trajectories."""
        if mat is None:
            if self._plane is None:
                self._plane = assumed_plane(image_wh)
            return
        plane = plane_of(mat.mm_to_px)
        if plane is None:
            return
        if mat.generation != self._generation:
            self._end_trajectories(None)
        self._plane, self._generation = plane, mat.generation

    def _end_trajectories(self, t_s: float | None) -> None:
        self._filters.drop(np.ones(FINGER_COUNT, bool))
        self._steady.reset()
        self._seen_s = np.full(FINGER_COUNT, -np.inf)
        self._since_s = np.full(FINGER_COUNT, np.nan)
        self._better_since_s = None
        self._checked_s = -np.inf
        self._ordered_s = np.full(len(ORDERED_GROUPS), np.inf if t_s is None else t_s)
        self._last = None
        self._last_s = t_s

    def _follow(self, found: Candidates, plane: WorkPlane, t_s: float, dt_s: float) -> IntArray:
        """Give candidates to fingers and move the filters on; (10,) candidate or -1."""
        sigma = max(self._settings.noise_px / plane.px_per_unit, 0.3)
        before = self._filters.position.copy()
        self._filters.predict(dt_s)
        self._forget_lost(plane, t_s)
        last = np.where((t_s - dt_s - self._seen_s <= _JUST_S)[:, None], before, np.nan)
        slots = associate(
            found, last, self._filters.position, self._filters.position_variance, sigma
        )
        slots = self._name_new(found, slots, plane, t_s)
        slots = self._check_names(found, slots, plane, t_s)
        slots = self._check_order(found, slots, t_s)
        seen = slots >= 0
        measured = np.full((FINGER_COUNT, 2), np.nan)
        measured[seen] = found.u[slots[seen]]
        new = seen & ~np.isfinite(self._filters.position).all(axis=1)
        self._filters.start(new, measured, sigma)
        self._filters.correct(seen & ~new, measured, sigma)
        self._carry_unseen(seen, before, dt_s)
        self._seen_s[seen] = t_s
        self._hands.adapt(self._filters.position, seen, plane, dt_s)
        return slots

    def _forget_lost(self, plane: WorkPlane, t_s: float) -> None:
        """Let go of hands that are away; expect single lost fingers at their place in the hand."""
        recent = t_s - self._seen_s <= self._settings.forget_s
        for hand in (LEFT, RIGHT):
            if not (recent & MEMBERS[hand]).any():
                self._filters.drop(MEMBERS[hand])
        fresh = (t_s - self._seen_s <= self._settings.gap_s) & np.isfinite(
            self._filters.position
        ).all(axis=1)
        anchors = self._hands.anchors_u(self._filters.position, fresh, plane)
        offsets = self._hands.offsets_u(plane)
        for finger in np.flatnonzero(~fresh):
            hand = HAND_OF[finger]
            members = fresh & (hand == HAND_OF) & ~IS_THUMB
            if members.sum() >= 2:
                self._filters.place(int(finger), anchors[hand] + offsets[finger], _LOST_SIGMA)
            else:
                self._filters.drop(np.equal(np.arange(FINGER_COUNT), finger))

    def _name_new(
        self, found: Candidates, slots: IntArray, plane: WorkPlane, t_s: float
    ) -> IntArray:
        """Name what is left over when a hand, or most of it, is not being followed."""
        followed = np.isfinite(self._filters.position).all(axis=1)
        open_slots = ~followed & (slots < 0)
        left = np.flatnonzero(~np.isin(np.arange(len(found)), slots[slots >= 0]))
        if not len(left) or not open_slots.any():
            return slots
        left = left[found.confidence[left] >= 0.3]
        left = left[~self._inside_followed_hand(found.u[left], slots, found)]
        if not len(left):
            return slots
        named, _ = name_candidates(
            _pick(found, left), self._hands.offsets_u(plane), self._hands.home_u(), open_slots
        )
        result = slots.copy()
        given = named >= 0
        result[given] = left[named[given]]
        return result

    def _inside_followed_hand(self, u: FloatArray, slots: IntArray, found: Candidates) -> BoolArray:
        """Points between the followed fingers of a hand cannot begin another hand."""
        inside = np.zeros(len(u), bool)
        for hand in (LEFT, RIGHT):
            members = (slots >= 0) & (hand == HAND_OF) & ~IS_THUMB
            if members.sum() >= 2:
                x = found.u[slots[members], 0]
                inside |= (u[:, 0] > x.min()) & (u[:, 0] < x.max())
        return inside

    def _check_names(
        self, found: Candidates, slots: IntArray, plane: WorkPlane, t_s: float
    ) -> IntArray:
        """Rename everything when another naming has fitted clearly better for a while."""
        unnamed = len(found) > (slots >= 0).sum() or self._better_since_s is not None
        pause = _CHECK_SOON_S if unnamed else _CHECK_EVERY_S
        if t_s - self._checked_s < pause or not len(found):
            return slots
        self._checked_s = t_s
        offsets, home = self._hands.offsets_u(plane), self._hands.home_u()
        named, cost = name_candidates(found, offsets, home, np.ones(FINGER_COUNT, bool))
        if cost + _RENAME_MARGIN > naming_cost(found, slots, offsets, home):
            self._better_since_s = None
            return slots
        if self._better_since_s is None:
            self._better_since_s = t_s
        if t_s - self._better_since_s < self._settings.rename_s:
            return slots
        self._better_since_s = None
        changed = named != slots
        self._filters.drop(changed)
        self._seen_s[changed] = -np.inf
        return named

    def _check_order(self, found: Candidates, slots: IntArray, t_s: float) -> IntArray:
        """Sort the fingers of a hand that have stayed crossed: people do not type that way."""
        slots = slots.copy()
        for n, group in enumerate(ORDERED_GROUPS):
            members = [f for f in group if slots[f] >= 0]
            if not out_of_order(found, slots, members):
                self._ordered_s[n] = t_s
            elif t_s - self._ordered_s[n] > self._settings.crossed_s:
                ordered = sorted(slots[members], key=lambda c: found.u[c, 0])
                moved = [f for f, c in zip(members, ordered, strict=True) if slots[f] != c]
                slots[members] = ordered
                self._filters.drop(np.isin(np.arange(FINGER_COUNT), moved))
        return slots

    def _carry_unseen(self, seen: BoolArray, before: FloatArray, dt_s: float) -> None:
        """Move a hand's unseen fingers along with its seen ones."""
        if dt_s <= 0:
            return
        decay = float(np.exp(-dt_s / _VELOCITY_MEMORY_S))
        for hand in (LEFT, RIGHT):
            members = seen & (hand == HAND_OF) & np.isfinite(before).all(axis=1)
            unseen = ~seen & (hand == HAND_OF) & np.isfinite(before).all(axis=1)
            if members.sum() >= 2:
                step = np.median(self._filters.position[members] - before[members], axis=0)
                self._filters.position[unseen] = before[unseen] + step
            self._filters.velocity[unseen] *= decay

    def _report(
        self,
        found: Candidates,
        slots: IntArray,
        plane: WorkPlane,
        t_s: float,
        dt_s: float,
        mat: MatPose | None,
    ) -> Fingers:
        visible = slots >= 0
        rows = slots[visible]
        recent = t_s - self._seen_s <= self._settings.gap_s
        px = np.full((FINGER_COUNT, 2), np.nan)
        px[recent] = plane.to_px(self._filters.position[recent])
        px[visible] = found.px[rows]
        if self._settings.steady:
            steadied = self._steady.update(plane.to_u(px), visible, dt_s)
            px[visible] = plane.to_px(steadied[visible])
        confidence = np.zeros(FINGER_COUNT)
        confidence[visible] = found.confidence[rows]
        box_wh, direction = np.full((2, FINGER_COUNT, 2), np.nan)
        box_wh[visible], direction[visible] = found.box_wh_px[rows], found.direction_px[rows]
        mm, velocity = np.full((2, FINGER_COUNT, 2), np.nan)
        if mat is not None:
            mm = apply_homography(mat.px_to_mm, px, plane.origin_px)
            ahead = plane.to_px(plane.to_u(px) + 0.01 * self._filters.velocity)
            velocity = (apply_homography(mat.px_to_mm, ahead, plane.origin_px) - mm) / 0.01
        return Fingers(
            t_s,
            px,
            mm,
            velocity,
            confidence,
            visible,
            box_wh,
            direction,
            self._generation or 0,
            None if mat is None else mat.mm_to_px,
        )


def _pick(found: Candidates, rows: IntArray) -> Candidates:
    return Candidates(
        found.u[rows],
        found.px[rows],
        found.is_thumb[rows],
        found.confidence[rows],
        found.box_wh_px[rows],
        found.direction_px[rows],
    )
