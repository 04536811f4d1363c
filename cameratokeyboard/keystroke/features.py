"""What the learned strategy looks at: ten trajectories as numbers of about one, hand by hand.

The same code runs while typing and while training. The left hand is mirrored, so that one set of
weights serves both hands; fingers come in the order thumb, index, middle, ring, pinky.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, BoolArray, Fingers, FloatArray, Layout
from cameratokeyboard.keystroke.signals import ViewScale, scale_at

#: Fingers of each hand as the model orders them: thumb first.
HAND_FINGERS = np.array([[4, 3, 2, 1, 0], [5, 6, 7, 8, 9]])
#: Sign of x that makes both hands look like a right hand.
MIRROR = np.array([-1.0] * 5 + [1.0] * 5)
FINGER_FEATURES = 20
HAND_FEATURES = 9
FEATURE_COUNT = 5 * FINGER_FEATURES + HAND_FEATURES
#: Grows when the meaning of a feature, or of what a network is to say, changes; a model says which
#: one it was trained with.
FEATURE_VERSION = 2
#: A contact lies between the places in which its first frames show it: those of this time from the
#: first one on, and no more than so many. Contacts last 77 ms in the middle (docs/kinematics.md).
CONTACT_S, CONTACT_FRAMES = 0.04, 3

_GAP_S = 0.2
_FAST_S, _SLOW_S = 0.15, 0.8
_CLIP = 4.0
_BOX_MM = (14.0, 16.0)


@dataclass(frozen=True, eq=False)
class Moments:
    """F moments of ten trajectories as plain arrays; fields as in Fingers, with F in front."""

    t_s: FloatArray
    px: FloatArray
    mm: FloatArray
    visible: BoolArray
    confidence: FloatArray
    box_wh_px: FloatArray
    direction_px: FloatArray

    @classmethod
    def of(cls, fingers: list[Fingers]) -> Moments:
        """Stack moments."""
        return cls(
            np.array([f.t_s for f in fingers]),
            *(
                np.stack([getattr(f, name) for f in fingers])
                for name in ("px", "mm", "visible", "confidence", "box_wh_px", "direction_px")
            ),
        )

    @property
    def seen(self) -> BoolArray:
        """(F, 10) whether a finger was seen at a known place."""
        seen: BoolArray = self.visible & np.isfinite(self.mm).all(axis=2)
        return seen


@dataclass(frozen=True, eq=False)
class _Followed:
    """What remembering adds to one moment: arrays (10, ...) of the memory after it."""

    dt_s: float
    step: FloatArray
    speed: FloatArray
    place: FloatArray
    fast: FloatArray
    slow: FloatArray
    mm: FloatArray
    age_s: FloatArray
    box: FloatArray
    grown: FloatArray
    direction: FloatArray


def contact_place(t_s: FloatArray, places: FloatArray, seen: BoolArray) -> FloatArray:
    """Where fingers touch: the mean of the places seen in the contact's first frames.

    t_s: (N,) the first frame of the contact and those after it that are known. places: (N, ..., 2)
    last seen places. seen: (N, ...) whether that was in the very frame. Returns (..., 2), the last
    of the first frame's places for a finger that none of the frames shows.
    """
    first = (t_s - t_s[0] <= CONTACT_S + 1e-6) & (np.arange(len(t_s)) < CONTACT_FRAMES)
    weight = (seen & first.reshape(-1, *[1] * (seen.ndim - 1)))[..., None]
    total = np.where(weight, places, 0.0).sum(axis=0)
    count = weight.sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), places[0]))


class FeatureExtractor:
    """Turns one moment after the other into features; remembers only what is said here.

    Call ``reset`` where trajectories end. ``mm`` (10, 2) is each finger's last seen place on the
    mat, NaN before the first; ``seen`` (10,) whether the last moment showed it.
    """

    def __init__(self, layout: Layout) -> None:
        self._centres = layout.centres_mm()
        self.reset()

    def reset(self) -> None:
        """Forget all trajectories."""
        self._t_s: float | None = None
        self._seen_s = np.full(FINGER_COUNT, -np.inf)
        self.seen = np.zeros(FINGER_COUNT, bool)
        self._place, self._fast, self._slow, self.mm = np.full((4, FINGER_COUNT, 2), np.nan)
        self._box, self._direction = np.zeros((2, FINGER_COUNT, 2))

    def step(self, fingers: Fingers) -> FloatArray | None:
        """(2, FEATURE_COUNT) float32 for the left and the right hand; None without a mat."""
        if fingers.mm_to_px is None:
            return None
        found = self.run(Moments.of([fingers]), fingers.mm_to_px)
        return None if found is None else found[0][:, 0]

    def run(self, moments: Moments, mm_to_px: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """Many moments under one homography.

        Returns (2, F, FEATURE_COUNT) float32 and the places (F, 10, 2) that ``mm`` had after each;
        None for a view in which the mat has no size.
        """
        scale = scale_at(mm_to_px, moments.mm)
        if scale is None:
            return None
        seen = moments.seen
        place = np.stack([scale.lift_mm(moments.px), MIRROR * scale.side_mm(moments.px)], axis=2)
        box = _log_boxes(moments, scale)
        turned = moments.direction_px @ scale.up, MIRROR * (moments.direction_px @ scale.side)
        direction = np.stack(turned, axis=2)
        followed = [
            self._follow(float(t), s, p, m, b, d)
            for t, s, p, m, b, d in zip(
                moments.t_s, seen, place, moments.mm, box, direction, strict=True
            )
        ]
        own = self._finger_features(moments, seen, followed)
        hands = _hand_features(scale, seen, followed)
        grouped = own[:, HAND_FINGERS].reshape(len(seen), 2, -1)
        joined = np.concatenate([grouped, hands], axis=2).transpose(1, 0, 2)
        features = np.asarray(np.clip(np.nan_to_num(joined), -_CLIP, _CLIP), np.float32)
        return features, np.stack([f.mm for f in followed])

    def _follow(
        self,
        now: float,
        seen: BoolArray,
        place: FloatArray,
        mm: FloatArray,
        box: FloatArray,
        direction: FloatArray,
    ) -> _Followed:
        """Take one moment into the memory."""
        dt_s = 1 / 30 if self._t_s is None else max(now - self._t_s, 1e-3)
        self._t_s = now
        gap = now - self._seen_s
        known = seen & (gap <= _GAP_S)
        step = np.where(known[:, None], place - self._place, 0.0)
        speed = step / np.where(known, np.maximum(gap, 1e-3), 1.0)[:, None]
        self._average(place, seen, gap > _GAP_S, dt_s)
        self._place = np.where(seen[:, None], place, self._place)
        self._seen_s = np.where(seen, now, self._seen_s)
        self.seen = seen
        self.mm = np.where(seen[:, None], mm, self.mm)
        boxed = seen & np.isfinite(box).all(axis=1)
        grown = np.where(known & boxed, box[:, 1] - self._box[:, 1], 0.0)
        self._box = np.where(boxed[:, None], box, self._box)
        turned = seen & np.isfinite(direction).all(axis=1)
        self._direction = np.where(turned[:, None], direction, self._direction)
        return _Followed(
            dt_s,
            step,
            speed,
            self._place,
            self._fast.copy(),
            self._slow.copy(),
            self.mm,
            now - self._seen_s,
            self._box,
            grown,
            self._direction,
        )

    def _average(self, place: FloatArray, seen: BoolArray, stale: BoolArray, dt_s: float) -> None:
        """Running means of the places, begun anew after a gap."""
        for mean, memory_s in ((self._fast, _FAST_S), (self._slow, _SLOW_S)):
            begin = seen & (stale | ~np.isfinite(mean[:, 0]))
            mean[begin] = place[begin]
            mean[seen] += min(dt_s / memory_s, 1.0) * (place[seen] - mean[seen])

    def _finger_features(
        self, moments: Moments, seen: BoolArray, followed: list[_Followed]
    ) -> FloatArray:
        """(F, 10, FINGER_FEATURES)."""
        step, speed, place, fast, slow, mm, box, direction = (
            np.stack([getattr(f, name) for f in followed])
            for name in ("step", "speed", "place", "fast", "slow", "mm", "box", "direction")
        )
        age, grown = (np.stack([getattr(f, n) for f in followed]) for n in ("age_s", "grown"))
        away = mm - self._nearest_key(mm)
        return np.stack(
            [
                seen,
                step[..., 0] / 6,
                step[..., 1] / 6,
                speed[..., 0] / 150,
                speed[..., 1] / 150,
                (place[..., 0] - fast[..., 0]) / 6,
                (place[..., 0] - slow[..., 0]) / 10,
                (place[..., 1] - slow[..., 1]) / 15,
                _above_others(place[..., 0], seen) / 25,
                np.clip(MIRROR * away[..., 0] / 9, -1.5, 1.5),
                np.clip(away[..., 1] / 9, -1.5, 1.5),
                MIRROR * mm[..., 0] / 100,
                mm[..., 1] / 50,
                np.minimum(age, 0.3) / 0.1,
                moments.confidence,
                box[..., 0],
                box[..., 1],
                5 * grown,
                direction[..., 0],
                direction[..., 1],
            ],
            axis=2,
        )

    def _nearest_key(self, mm: FloatArray) -> FloatArray:
        """(F, 10, 2) the centre of the key nearest to each place; any key for NaN."""
        apart = ((np.nan_to_num(mm)[..., None, :] - self._centres) ** 2).sum(axis=-1)
        return np.asarray(self._centres[apart.argmin(axis=-1)])


def _log_boxes(moments: Moments, scale: ViewScale) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        size = moments.box_wh_px / scale.px_per_mm[..., None] / np.array(_BOX_MM)
        return np.asarray(np.log(size))


def _above_others(lift: FloatArray, seen: BoolArray) -> FloatArray:
    """(F, 10) height over the mean of the hand's other seen fingers."""
    above = np.zeros(lift.shape)
    for hand in HAND_FINGERS:
        there = seen[:, hand]
        own = np.where(there, lift[:, hand], 0.0)
        others = there.sum(axis=1, keepdims=True) - there
        mean = (own.sum(axis=1, keepdims=True) - own) / np.maximum(others, 1)
        above[:, hand] = np.where(others > 0, lift[:, hand] - mean, 0.0)
    return above


def _hand_features(scale: ViewScale, seen: BoolArray, followed: list[_Followed]) -> FloatArray:
    """(F, 2, HAND_FEATURES)."""
    speed = np.stack([f.speed[:, 0] for f in followed])
    frame = np.array([f.dt_s for f in followed]) * 30 - 1
    toward = np.full(len(frame), scale.toward_y)
    rows = []
    for hand, other in (HAND_FINGERS, HAND_FINGERS[::-1]):
        columns = [
            frame,
            2 * scale.foreshortening[:, hand].mean(axis=1) - 1,
            scale.cosine[:, hand].mean(axis=1),
            np.log(scale.px_per_mm[:, hand].mean(axis=1) / 2.5),
            toward,
            _mean(speed[:, hand], seen[:, hand]) / 150,
            _mean(speed[:, other], seen[:, other]) / 150,
            seen[:, hand].mean(axis=1),
            seen[:, other].mean(axis=1),
        ]
        rows.append(np.stack(columns, axis=1))
    return np.stack(rows, axis=1)


def _mean(values: FloatArray, mask: BoolArray) -> FloatArray:
    """(F,) mean over the marked columns, 0 where none is."""
    return np.asarray(np.where(mask, values, 0.0).sum(axis=1) / np.maximum(mask.sum(axis=1), 1))
