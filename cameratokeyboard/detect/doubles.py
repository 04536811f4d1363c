"""One find for each fingertip: what touches the paper at one point is one finger."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER, BoolArray, Detections
from cameratokeyboard.detect.decode import sides_of

#: Two finds of fingers whose contact points lie nearer than this share of the smaller box's side
#: (the geometric mean of its sides) are one finger: neighbours' fingertips are a side apart.
SAME_CONTACT = 0.4


def without_doubles(found: Detections) -> Detections:
    """The detections without fingers that touch where a surer one does; px of the frame.

    Boxes of one finger around its tip and around its last joint overlap too little to be taken for
    one; their contact points agree. Thumbs stay: the tips of two often lie side by side. Finds
    without a contact point are left alone.
    """
    fingers = np.flatnonzero(found.class_id == FINGER)
    fingers = fingers[np.argsort(-found.confidence[fingers], kind="stable")]
    same = same_contacts(found)
    keep = np.ones(len(found.class_id), bool)
    for rank, index in enumerate(fingers):
        if keep[index]:
            weaker = fingers[rank + 1 :]
            keep[weaker[same[index, weaker]]] = False
    return found.select(keep)


def same_contacts(found: Detections) -> BoolArray:
    """(N, N): whether the contact points of two finds, both known, are too near for two fingers."""
    contact = found.contact_px.astype(float)
    side = sides_of(found.xyxy)
    apart = np.linalg.norm(contact[:, None] - contact[None, :], axis=2)
    near = apart < SAME_CONTACT * np.minimum(side[:, None], side[None, :])
    known = found.keypoints[:, 0, 2] > 0
    same: BoolArray = near & known[:, None] & known[None, :]
    return same
