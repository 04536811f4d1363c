"""Fingertips of one's own: what a mesh has only one of, people have in many forms."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.datatypes import TipShape
from cameratokeyboard.synthetic.hand_source import FINGERS, SourceHand, bone_of

#: The last segment keeps its form up to this share of its length, so that the joint stays smooth,
#: and has its new one from the second on.
_FROM, _FULL = 0.15, 0.6
#: The end of a finger begins at this share of the last segment, the bend at this.
_END_FROM, _BEND_FROM = 0.5, 0.3
#: What people's fingertips have in common, and by how much one person's fingers differ among
#: themselves: mean or range and standard deviations in the order of TipShape. The main mesh's
#: fingertips are nearly round, those of people about 0.8 as deep as broad, so that most are made
#: flatter here [spreads assumed, wider than life].
_DEPTH = (0.65, 1.12)
_MEAN = np.array([1.0, 0.0, 0.0, 2.0])
_PEOPLE = np.array([0.06, 0.10, 0.6, 5.0])
_FINGERS_SD = np.array([0.04, 0.03, 0.05, 0.3, 2.5])
#: What is possible, in the order of TipShape.
LEAST, MOST = TipShape(0.5, 0.75, -0.35, -2.0, -15.0), TipShape(1.3, 1.25, 0.35, 2.5, 20.0)


def random_tips(rng: np.random.Generator) -> tuple[TipShape, ...]:
    """Thumb to pinky: a person's own form, and a little of each finger's."""
    person = np.concatenate([[rng.uniform(*_DEPTH)], rng.normal(_MEAN, _PEOPLE)])
    fingers = person + rng.normal(0, _FINGERS_SD, (FINGERS, len(person)))
    fingers = np.clip(fingers, astuple(LEAST), astuple(MOST))
    return tuple(TipShape(*(float(v) for v in row)) for row in fingers)


def with_tips(
    source: SourceHand, frames: FloatArray, tips: tuple[TipShape, ...]
) -> tuple[FloatArray, FloatArray]:
    """Vertices (V, 3) and fingers' ends (5, 3) of a source whose last segments have these forms.

    frames: (17, 3, 3) rest axes of the bones as columns: flexion axis, along, dorsal.
    """
    vertices, ends = source.vertices.copy(), source.tips.copy()
    for finger, shape in enumerate(tips):
        if shape == TipShape():
            continue
        bone = bone_of(finger, 2)
        head, axes = source.heads[bone], frames[bone]
        length = float(np.linalg.norm(source.tips[finger] - head))
        mine = np.flatnonzero(source.weights[:, bone] > 0)
        local = (source.vertices[mine] - head) @ axes
        moved = _formed(local, length, shape) - local
        vertices[mine] += source.weights[mine, bone][:, None] * (moved @ axes.T)
        end = (source.tips[finger] - head) @ axes
        ends[finger] = head + axes @ _formed(end[None], length, shape)[0]
    return vertices, ends


def _formed(local: FloatArray, length: float, shape: TipShape) -> FloatArray:
    """Points (P, 3) of a last segment in its own frame, in their new places; mm."""
    share = local[:, 1] / length
    own = _ramp(share, _FROM, _FULL)
    end = _ramp(share, _END_FROM, 1.0)
    thinner = 1 + shape.taper * end
    x = local[:, 0] * (1 + (shape.breadth - 1) * own) * thinner
    y = local[:, 1] + shape.reach_mm * end
    z = local[:, 2] * np.where(local[:, 2] < 0, (1 + (shape.depth - 1) * own) * thinner, 1.0)
    bent = np.maximum(share - _BEND_FROM, 0.0) / (1 - _BEND_FROM)
    z = z + 0.5 * length * np.tan(np.radians(shape.rise_deg)) * bent**2
    return np.stack([x, y, z], axis=1)


def _ramp(share: FloatArray, low: float, high: float) -> FloatArray:
    """0 below ``low``, 1 above ``high``, smooth between."""
    u = np.clip((share - low) / (high - low), 0.0, 1.0)
    return np.asarray(u * u * (3 - 2 * u))
