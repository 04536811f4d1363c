"""How good detections are: hits, average precision, errors of the contact point.

A detection is a hit when its class is right and its box centre or contact point lies inside the
labelled box grown by 20%; each label is hit by one detection and each detection hits one label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import Detections, FloatArray, IntArray
from cameratokeyboard.detect.decode import iou

#: A labelled box is widened to this many times its size for the hit rule.
GROWN = 1.2


@dataclass(frozen=True, eq=False)
class Truth:
    """What is labelled in one picture. class_id: (N,). xyxy: (N, 4) px. contact: (N, 2) px, NaN
    where no contact point is labelled."""

    class_id: IntArray
    xyxy: FloatArray
    contact: FloatArray


@dataclass(frozen=True)
class Tally:
    """Counts for one class over many pictures."""

    hits: int
    found: int
    labelled: int

    @property
    def recall(self) -> float:
        """Share of labels that were found; NaN without labels."""
        return self.hits / self.labelled if self.labelled else float("nan")

    @property
    def precision(self) -> float:
        """Share of detections that are hits; NaN without detections."""
        return self.hits / self.found if self.found else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of the two, 0 when nothing was hit."""
        return self.f(1.0)

    def f(self, beta: float) -> float:
        """Harmonic mean with recall weighted ``beta`` squared times as much as precision."""
        weight = beta**2
        return (1 + weight) * self.hits / max(self.found + weight * self.labelled, 1)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.hits + other.hits, self.found + other.found, self.labelled + other.labelled
        )


def match(found: Detections, truth: Truth, class_id: int) -> list[tuple[int, int]]:
    """(detection, label) index pairs of one class by the hit rule, most confident first."""
    labels = np.flatnonzero(truth.class_id == class_id)
    mine = np.flatnonzero(found.class_id == class_id)
    mine = mine[np.argsort(-found.confidence[mine], kind="stable")]
    boxes = truth.xyxy[labels]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]) / 2 * GROWN
    middles = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2
    contacts = found.contact_px
    free = np.ones(len(labels), bool)
    pairs: list[tuple[int, int]] = []
    for index in mine:
        distances = [np.abs(point[index] - centre) / half for point in (middles, contacts)]
        inside = np.any([np.all(d <= 1, axis=1) for d in distances], axis=0) & free
        if inside.any():
            nearest = np.linalg.norm(middles[index] - centre, axis=1)
            best = int(np.argmin(np.where(inside, nearest, np.inf)))
            free[best] = False
            pairs.append((int(index), int(labels[best])))
    return pairs


def tally(found: Detections, truth: Truth, class_id: int) -> Tally:
    """Hits, detections and labels of one class in one picture."""
    pairs = match(found, truth, class_id)
    return Tally(
        len(pairs), int(np.sum(found.class_id == class_id)), int(np.sum(truth.class_id == class_id))
    )


def contact_errors(found: Detections, truth: Truth) -> FloatArray:
    """(M, 2) px: detected minus labelled contact point of each hit that has a labelled one."""
    errors = []
    for class_id in np.unique(truth.class_id):
        for index, label in match(found, truth, int(class_id)):
            if found.keypoints[index, 0, 2] > 0 and np.all(np.isfinite(truth.contact[label])):
                errors.append(found.keypoints[index, 0, :2] - truth.contact[label])
    return np.array(errors, float).reshape(-1, 2)


def average_precision(
    pictures: list[tuple[Detections, Truth]], class_id: int, min_iou: float = 0.5
) -> float:
    """Area under the precision-recall curve of one class, with boxes matched by overlap.

    NaN when nothing of the class is labelled.
    """
    scores: list[float] = []
    right: list[bool] = []
    labelled = 0
    for found, truth in pictures:
        boxes = truth.xyxy[truth.class_id == class_id]
        labelled += len(boxes)
        mine = np.flatnonzero(found.class_id == class_id)
        mine = mine[np.argsort(-found.confidence[mine], kind="stable")]
        overlap = iou(found.xyxy[mine].astype(float), boxes)
        for row, index in enumerate(mine):
            best = int(np.argmax(overlap[row])) if len(boxes) else -1
            is_right = best >= 0 and overlap[row, best] >= min_iou
            if is_right:
                overlap[:, best] = -1
            scores.append(float(found.confidence[index]))
            right.append(bool(is_right))
    if not labelled:
        return float("nan")
    if not scores:
        return 0.0
    order = np.argsort(-np.array(scores), kind="stable")
    hits = np.cumsum(np.array(right)[order])
    precision = hits / np.arange(1, len(hits) + 1)
    recall = np.concatenate([[0.0], hits / labelled])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope))


def best_threshold(
    pictures: list[tuple[Detections, Truth]], class_id: int, beta: float = 1.0
) -> float:
    """The confidence threshold for one class: the middle of where F is within 0.5% of its best.

    The middle, because pictures of another kind than these shift confidences either way. beta:
    weight of recall against precision in F; 1 is F1, 0.5 counts precision more.
    """
    candidates = np.round(np.arange(0.1, 0.85, 0.025), 3)
    totals = []
    for threshold in candidates:
        counts = Tally(0, 0, 0)
        for found, truth in pictures:
            counts += tally(found.select(found.confidence >= threshold), truth, class_id)
        totals.append(counts.f(beta))
    scores = np.array(totals)
    good = candidates[scores >= scores.max() - 0.005]
    return float(np.round((good[0] + good[-1]) / 2, 3))
