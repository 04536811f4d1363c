"""When a finger can be at a place at the earliest, given what all fingers are doing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.posture import DIGIT_OF, HAND_OF, Posture
from cameratokeyboard.synthetic.strokes import Stroke
from cameratokeyboard.synthetic.timing import SHORTEST_CONTACT_S

#: Hands this far apart in mm cannot serve two fingers at once [assumed].
_SAME_PLACE_MM = 30.0
#: Two pads need this distance in mm, and fingers of a hand this much order from left to right.
_PAD_ROOM_MM, _ORDER_ROOM_MM = 15.0, 8.0
#: A contact is not cut down to less than this share of its length.
_LEAST_SHARE = 0.5
#: Least time between contacts of one finger, and of two fingers that are in each other's way.
_RESTRIKE_S, _CLEAR_S = 0.07, 0.05


def earliest(
    finger: int,
    xy: FloatArray,
    t_down: float,
    last: Sequence[Stroke | None],
    chord_with: Stroke | None,
    posture: Posture,
    person: Person,
    key: str | None = None,
) -> float:
    """The moment at or after ``t_down`` when ``finger`` can strike at ``xy`` (2,) mm.

    last: each finger's latest stroke; strokes in the way are cut short as far as a contact may be
    short, except firm ones. chord_with: the held modifier, never in the way.
    key: what the stroke hits.
    """
    for other in last:
        if other is None or other is chord_with:
            continue
        need = needed_s(finger, xy, other, posture, person)
        if need is None and key is not None and other.key == key:
            # A key that is down cannot go down again.
            need = _CLEAR_S
        if need is None:
            continue
        if not other.firm and other.t_up > t_down - need:
            least = max(SHORTEST_CONTACT_S, _LEAST_SHARE * (other.t_up - other.t_down))
            other.t_up = max(other.t_down + least, t_down - need)
        t_down = max(t_down, other.t_up + need)
    return t_down


def needed_s(
    finger: int, xy: FloatArray, other: Stroke, posture: Posture, person: Person
) -> float | None:
    """Time between the end of ``other`` and the new contact; None when they may overlap."""
    way = float(np.hypot(xy[0] - other.xy[0], xy[1] - other.xy[1]))
    if other.finger == finger:
        reach = person.reach_s + person.reach_s_per_key * way / 19.0
        return max(_RESTRIKE_S, 0.62 * reach)
    if HAND_OF[other.finger] != HAND_OF[finger]:
        side = 1.0 if HAND_OF[finger] else -1.0
        crossing = side * (xy[0] - other.xy[0]) < _PAD_ROOM_MM
        near = abs(xy[1] - other.xy[1]) < 60.0
        return _CLEAR_S + 0.0012 * way if crossing and near else None
    hand_way = float(
        np.hypot(
            *(
                posture.hand_shift(finger, xy)
                - posture.hand_shift(other.finger, other.xy, other.follow)
            )
        )
    )
    if hand_way > _SAME_PLACE_MM:
        return 0.03 + 0.0036 * hand_way
    if way < _PAD_ROOM_MM or _crossed(finger, xy, other):
        return _CLEAR_S
    return None


def _crossed(finger: int, xy: FloatArray, other: Stroke) -> bool:
    """Whether two fingers of a hand would stand in the wrong order; thumbs go below."""
    if 0 in (DIGIT_OF[finger], DIGIT_OF[other.finger]):
        return False
    step = (xy[0] - other.xy[0]) * (1 if finger > other.finger else -1)
    return bool(step < _ORDER_ROOM_MM)
