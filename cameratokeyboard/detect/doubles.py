"""One find for each fingertip: what touches the paper at one point is one finger."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FINGER, Detections

#: Two finds of fingers whose contact points lie nearer than this share of the smaller box's side
#: (the geometric mean of its sides) are one finger: neighbours' fingertips are a side apart.
SAME_CONTACT = 0.4


def without_doubles(found: Detections) -> Detections:
    """The detections without fingers that touch where a surer one does; px of the frame.

    Boxes of one finger around its tip and around its last joint overlap too little to be taken for
    one; their contact points agree. Thumbs stay: the tips of two often lie side by side. Finds
    without a contact point are left alone.
    """
    fingers = np.flatnonzero((found.class_id == FINGER) & (found.keypoints[:, 0, 2] > 0))
    fingers = fingers[np.argsort(-found.confidence[fingers], kind="stable")]
    contact = found.contact_px[fingers].astype(float)
    sides = np.maximum(found.xyxy[fingers, 2:] - found.xyxy[fingers, :2], 1.0)
    side = np.sqrt(sides[:, 0] * sides[:, 1])
    apart = np.linalg.norm(contact[:, None] - contact[None, :], axis=2)
    same = apart < SAME_CONTACT * np.minimum(side[:, None], side[None, :])
    keep = np.ones(len(found.class_id), bool)
    for rank, index in enumerate(fingers):
        if keep[index]:
            keep[fingers[rank + 1 :][same[rank, rank + 1 :]]] = False
    return found.select(keep)
