"""What the learned strategy is asked to say, frame by frame, for a simulated session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, FINGER_NAMES, FloatArray, Layout
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.keystroke.features import (
    CONTACT_FRAMES,
    HAND_FINGERS,
    MIRROR,
    FeatureExtractor,
    contact_place,
)
from cameratokeyboard.training.trajectories import Trajectories

#: An onset that nobody could have seen (fingertip lost) silences this much around it, seconds.
_BLIND_S = 0.12
#: A lost fingertip whose last seen place was this near to its contact counts as seen there: the
#: hand's other fingers tell that it struck. Thumbs behind others hover 10 to 20 mm off, mm.
_REMEMBERED_MM = 25.0


@dataclass(frozen=True, eq=False)
class Example:
    """One session as numbers: features in, targets out; hands first, fingers as the model has them.

    features: (2, F, FEATURE_COUNT) float32. onset: (2, 5, F) 1 in the first frame at or after a
    contact. share: (2, 5, F) by how much of the frame's interval the contact came earlier. offset:
    (2, 5, CONTACT_FRAMES, 2, F) contact point less the place that the finger's first frame of
    contact shows, or that and one more, and so on (features.contact_place), mm, x mirrored for the
    left hand.
    contact: (2, 5, F) 1 while on a key. use: (2, 5, F) 0 where the truth was not to be seen.
    interval_s: median time between frames.
    """

    features: FloatArray
    onset: FloatArray
    share: FloatArray
    offset: FloatArray
    contact: FloatArray
    use: FloatArray
    interval_s: float


def example_of(made: Trajectories, layout: Layout) -> Example:
    """Features and targets of a session."""
    found = FeatureExtractor(layout).run(made.moments, made.mm_to_px)
    if found is None:
        raise SimulationError("a session's camera must see the mat from above")
    features, places = found
    t_s = made.moments.t_s
    frames = len(t_s)
    onset, share, contact = np.zeros((3, FINGER_COUNT, frames), np.float32)
    use = np.ones((FINGER_COUNT, frames), np.float32)
    offset = np.zeros((FINGER_COUNT, CONTACT_FRAMES, 2, frames), np.float32)
    seen = made.moments.seen
    for event, slot in zip(made.events, made.onset_slot, strict=True):
        at = int(np.searchsorted(t_s, event.t_down))
        if at >= frames:
            continue
        own = FINGER_NAMES.index(event.finger)
        if slot < 0 and np.hypot(*(places[at][own] - [event.x_mm, event.y_mm])) < _REMEMBERED_MM:
            slot = own
        if slot < 0 or not np.isfinite(places[at][slot]).all():
            use[own, (t_s > event.t_down - _BLIND_S) & (t_s < event.t_up + _BLIND_S)] = 0
            continue
        onset[slot, at] = 1
        interval = t_s[at] - t_s[at - 1] if at else 1.0
        share[slot, at] = np.clip((t_s[at] - event.t_down) / interval, 0, 1)
        for known in range(CONTACT_FRAMES):
            cut = slice(at, at + known + 1)
            away = [event.x_mm, event.y_mm] - contact_place(t_s[cut], places[cut], seen[cut])[slot]
            offset[slot, known, :, at] = away * [MIRROR[slot], 1]
        contact[slot, at : int(np.searchsorted(t_s, event.t_up))] = 1
    return Example(
        features=features,
        onset=onset[HAND_FINGERS],
        share=share[HAND_FINGERS],
        offset=offset[HAND_FINGERS],
        contact=contact[HAND_FINGERS],
        use=use[HAND_FINGERS],
        interval_s=float(np.median(np.diff(t_s))),
    )
