"""One set of detections from several looks at the same thing at different scales."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import FINGER, BoolArray, Detections, FloatArray
from cameratokeyboard.detect.decode import iou, one_object
from cameratokeyboard.detect.doubles import same_contacts

#: Weight of the surest look in the confidence; the rest goes to the mean over all looks, in which
#: one that did not find the object counts as nothing.
SUREST_SHARE = 0.5


def fuse(looks: Sequence[Detections]) -> Detections:
    """What several looks at one picture found together, the surest first; px of the picture.

    Each object takes its place from the look that is surest of it. Looks should report finds well
    below the thresholds that are applied afterwards, for a second weak find supports a first one.
    """
    confidence = np.concatenate([look.confidence for look in looks])
    order = np.argsort(-confidence, kind="stable")
    found = Detections(
        xyxy=np.concatenate([look.xyxy for look in looks])[order],
        class_id=np.concatenate([look.class_id for look in looks])[order],
        confidence=confidence[order],
        keypoints=np.concatenate([look.keypoints for look in looks])[order],
        image_wh=looks[0].image_wh,
    )
    source = np.repeat(np.arange(len(looks)), [len(look) for look in looks])[order]
    same, rivals = _same(found)
    free = np.ones(len(source), bool)
    kept: list[int] = []
    fused: list[float] = []
    for index in range(len(source)):
        if not free[index]:
            continue
        group = same[index] & free
        kept.append(index)
        fused.append(_confidence(found.confidence[group], source[group], len(looks)))
        free &= ~(same[index] | rivals[index])
    result = found.select(np.array(kept, np.int64))
    return Detections(
        result.xyxy, result.class_id, np.array(fused, np.float32), result.keypoints,
        result.image_wh,
    )  # fmt: skip


def _same(found: Detections) -> tuple[BoolArray, BoolArray]:
    """(N, N): whether two finds are one object, and whether they are one under two names."""
    overlap = iou(found.xyxy.astype(float), found.xyxy.astype(float))
    alike, one, rivals = one_object(found.class_id, overlap)
    fingers = alike & (found.class_id == FINGER)[:, None]
    return one | fingers & same_contacts(found), rivals


def _confidence(confidence: FloatArray, source: NDArray[np.int64], looks: int) -> float:
    best = np.zeros(looks)
    np.maximum.at(best, source, confidence)
    return float(SUREST_SHARE * best.max() + (1 - SUREST_SHARE) * best.mean())
