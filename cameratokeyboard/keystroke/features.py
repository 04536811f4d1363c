"""What the learned strategy looks at: ten trajectories as numbers of about one, hand by hand.

The same code runs while typing and while training. The left hand is mirrored, so that one set of
weights serves both hands; fingers come in the order thumb, index, middle, ring, pinky.
"""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import (
    FINGER_COUNT,
    BoolArray,
    Fingers,
    FloatArray,
    IntArray,
    Layout,
)
from cameratokeyboard.keystroke.signals import ViewScale, view_scale

#: Fingers of each hand as the model orders them: thumb first.
HAND_FINGERS = np.array([[4, 3, 2, 1, 0], [5, 6, 7, 8, 9]])
#: Sign of x that makes both hands look like a right hand.
MIRROR = np.array([-1.0] * 5 + [1.0] * 5)
FINGER_FEATURES = 20
HAND_FEATURES = 9
FEATURE_COUNT = 5 * FINGER_FEATURES + HAND_FEATURES
#: Grows when the meaning of a feature changes; a model says which one it was trained with.
FEATURE_VERSION = 1

_GAP_S = 0.2
_FAST_S, _SLOW_S = 0.15, 0.8
_CLIP = 4.0
_BOX_MM = (14.0, 16.0)


class FeatureExtractor:
    """Turns one moment after the other into features; remembers only what is said here.

    Call ``reset`` where trajectories end. ``mm`` (10, 2) is each finger's last seen place on the
    mat, NaN before the first.
    """

    def __init__(self, layout: Layout) -> None:
        self._centres = layout.centres_mm()
        self.reset()

    def reset(self) -> None:
        """Forget all trajectories."""
        self._t_s: float | None = None
        self._seen_s = np.full(FINGER_COUNT, -np.inf)
        self._place = np.full((FINGER_COUNT, 2), np.nan)
        self._fast = np.full((FINGER_COUNT, 2), np.nan)
        self._slow = np.full((FINGER_COUNT, 2), np.nan)
        self._box = np.zeros((FINGER_COUNT, 2))
        self._direction = np.zeros((FINGER_COUNT, 2))
        self.mm: FloatArray = np.full((FINGER_COUNT, 2), np.nan)

    def step(self, fingers: Fingers) -> FloatArray | None:
        """(2, FEATURE_COUNT) float32 for the left and the right hand; None without a mat."""
        scale = view_scale(fingers)
        if scale is None:
            return None
        now = fingers.t_s
        dt_s = 1 / 30 if self._t_s is None else max(now - self._t_s, 1e-3)
        self._t_s = now
        seen = np.asarray(fingers.visible) & np.isfinite(fingers.mm).all(axis=1)
        place = np.stack([scale.lift_mm(fingers.px), MIRROR * scale.side_mm(fingers.px)], axis=1)
        gap = now - self._seen_s
        known = seen & (gap <= _GAP_S)
        step = np.where(known[:, None], place - self._place, 0.0)
        speed = step / np.where(known, np.maximum(gap, 1e-3), 1.0)[:, None]
        self._average(place, seen, gap > _GAP_S, dt_s)
        self._place[seen] = place[seen]
        self._seen_s[seen] = now
        self.mm = np.where(seen[:, None], fingers.mm, self.mm)
        grown = self._look(fingers, scale, seen, known)
        own = self._finger_features(fingers, seen, step, speed, grown, now)
        hands = self._hand_features(scale, seen, speed[:, 0], dt_s)
        joined = np.concatenate([own[HAND_FINGERS].reshape(2, -1), hands], axis=1)
        return np.asarray(np.clip(np.nan_to_num(joined), -_CLIP, _CLIP), np.float32)

    def _average(self, place: FloatArray, seen: BoolArray, stale: BoolArray, dt_s: float) -> None:
        """Running means of the places, begun anew after a gap."""
        for mean, memory_s in ((self._fast, _FAST_S), (self._slow, _SLOW_S)):
            begin = seen & (stale | ~np.isfinite(mean).all(axis=1))
            mean[begin] = place[begin]
            mean[seen] += min(dt_s / memory_s, 1.0) * (place[seen] - mean[seen])

    def _look(
        self, fingers: Fingers, scale: ViewScale, seen: BoolArray, known: BoolArray
    ) -> FloatArray:
        """Keep box sizes and directions; (10,) growth of the boxes' height since last seen."""
        wh = np.asarray(fingers.box_wh_px) / scale.px_per_mm[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            box = np.log(wh / np.array(_BOX_MM))
        usable = seen & np.isfinite(box).all(axis=1)
        grown = np.where(known & usable, box[:, 1] - self._box[:, 1], 0.0)
        self._box[usable] = box[usable]
        direction = np.asarray(fingers.direction_px)
        turned = np.stack([direction @ scale.up, MIRROR * (direction @ scale.side)], axis=1)
        usable = seen & np.isfinite(turned).all(axis=1)
        self._direction[usable] = turned[usable]
        return grown

    def _finger_features(
        self,
        fingers: Fingers,
        seen: BoolArray,
        step: FloatArray,
        speed: FloatArray,
        grown: FloatArray,
        now: float,
    ) -> FloatArray:
        nearest = self._nearest_key()
        away = MIRROR * (self.mm[:, 0] - nearest[:, 0]), self.mm[:, 1] - nearest[:, 1]
        return np.stack(
            [
                seen,
                step[:, 0] / 6,
                step[:, 1] / 6,
                speed[:, 0] / 150,
                speed[:, 1] / 150,
                (self._place[:, 0] - self._fast[:, 0]) / 6,
                (self._place[:, 0] - self._slow[:, 0]) / 10,
                (self._place[:, 1] - self._slow[:, 1]) / 15,
                self._above_others(seen) / 25,
                np.clip(away[0] / 9, -1.5, 1.5),
                np.clip(away[1] / 9, -1.5, 1.5),
                MIRROR * self.mm[:, 0] / 100,
                self.mm[:, 1] / 50,
                np.minimum(now - self._seen_s, 0.3) / 0.1,
                np.asarray(fingers.confidence),
                self._box[:, 0],
                self._box[:, 1],
                5 * grown,
                self._direction[:, 0],
                self._direction[:, 1],
            ],
            axis=1,
        )

    def _nearest_key(self) -> FloatArray:
        """(10, 2) the centre of the key nearest to each finger, NaN for a finger never seen."""
        known = np.nan_to_num(self.mm)
        apart = ((known[:, None] - self._centres[None]) ** 2).sum(axis=2)
        nearest: IntArray = apart.argmin(axis=1)
        return np.where(np.isfinite(self.mm), self._centres[nearest], np.nan)

    def _above_others(self, seen: BoolArray) -> FloatArray:
        """(10,) height over the mean of the hand's other seen fingers."""
        above = np.zeros(FINGER_COUNT)
        for hand in HAND_FINGERS:
            lift, there = self._place[hand, 0], seen[hand]
            total, count = lift[there].sum(), int(there.sum())
            others = count - there
            mean = (total - np.where(there, lift, 0.0)) / np.maximum(others, 1)
            above[hand] = np.where(others > 0, lift - mean, 0.0)
        return above

    def _hand_features(
        self, scale: ViewScale, seen: BoolArray, speed: FloatArray, dt_s: float
    ) -> FloatArray:
        rows = []
        for hand, other in (HAND_FINGERS, HAND_FINGERS[::-1]):
            sine = float(scale.foreshortening[hand].mean())
            rows.append(
                [
                    dt_s * 30 - 1,
                    2 * sine - 1,
                    float(scale.cosine[hand].mean()),
                    float(np.log(scale.px_per_mm[hand].mean() / 2.5)),
                    scale.toward_y,
                    _mean(speed[hand], seen[hand]) / 150,
                    _mean(speed[other], seen[other]) / 150,
                    float(seen[hand].mean()),
                    float(seen[other].mean()),
                ]
            )
        return np.array(rows)


def _mean(values: FloatArray, mask: BoolArray) -> float:
    return float(values[mask].mean()) if mask.any() else 0.0
