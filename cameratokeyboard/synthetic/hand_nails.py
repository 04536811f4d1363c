"""Nails of one's own: how broad and long a nail is, and how far it follows the finger's end."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray, IntArray
from cameratokeyboard.synthetic.datatypes import NailShape
from cameratokeyboard.synthetic.hand_source import FINGERS, SourceHand, bone_of

#: Part of the finger's end whose breadth is that of the fingertip, mm.
_END_MM = 14.0
#: What nails can be, in the order of NailShape.
LEAST = NailShape(0.4, 6.0, 5.0, 1.6, -0.4)
MOST = NailShape(1.0, 20.0, 80.0, 8.0, 0.4)
#: Range of people's nails, and the standard deviations of one person's fingers [assumed; wider than
#: life, so that where a nail ends says little about where the pad is].
_PEOPLE = np.array([[0.52, 0.9], [8.5, 14.0], [12.0, 68.0], [2.0, 5.0]])
_FINGERS_SD = np.array([0.03, 0.5, 4.0, 0.2])
#: How far nails lie aside, as a share of their half breadth, standard deviation [assumed].
_ASIDE_SD = 0.1
#: Share of people with the mesh's own nails.
_OWN_SHARE = 0.2


def random_nails(rng: np.random.Generator) -> tuple[NailShape, ...] | None:
    """Thumb to pinky: a person's own form and a little of each finger's; None: the mesh's own."""
    person = rng.uniform(*_PEOPLE.T)
    fingers = person + rng.normal(0, _FINGERS_SD, (FINGERS, len(person)))
    if rng.uniform() < _OWN_SHARE:
        return None
    # Little fingers have the smallest nails, thumbs the largest.
    fingers[:, 1] *= [1.3, 1.0, 1.03, 1.0, 0.85]
    low, high = _PEOPLE.T + np.array([[-0.05, -1.5, -7, -0.4], [0.03, 5.0, 7, 1.0]])
    fingers = np.column_stack([np.clip(fingers, low, high), _ASIDE_SD * rng.normal(size=FINGERS)])
    fingers = np.clip(fingers, astuple(LEAST), astuple(MOST))
    return tuple(NailShape(*(float(v) for v in row)) for row in fingers)


def nail_mask(
    source: SourceHand,
    frames: FloatArray,
    normals: FloatArray,
    finger: IntArray,
    shapes: tuple[NailShape, ...],
) -> BoolArray:
    """(V,) which vertices lie on nails of these forms.

    frames: (17, 3, 3) rest axes of the bones as columns: flexion axis, along, dorsal. normals: (V,
    3). finger: (V,) whose vertex it is, -1 nobody's.
    """
    on_nail = np.zeros(len(source.vertices), bool)
    for index, shape in enumerate(shapes):
        bone = bone_of(index, 2)
        mine = np.flatnonzero((finger == index) & (source.weights[:, bone] > 0.5))
        local = (source.vertices[mine] - source.heads[bone]) @ frames[bone]
        out = normals[mine] @ frames[bone]
        far = local[:, 1].max() - _END_MM
        half = shape.breadth * float(np.abs(local[local[:, 1] > far, 0]).max())
        aside = local[:, 0] - shape.aside * half
        # A nail lies on the back and follows the finger's end until it has turned that far.
        turned = np.degrees(np.arctan2(out[:, 1], out[:, 2]))
        back = (out[:, 2] > 0) & (turned < shape.turn_deg) & (np.abs(aside) < half)
        if not back.any():
            continue
        edge = local[back, 1].max()
        along = 1 - 2 * (edge - local[:, 1]) / shape.length_mm
        across = aside / half
        # The edge itself is round only as far as the mesh has it: the end is not cut twice.
        oval = np.abs(across) ** shape.squareness + np.abs(np.minimum(along, 0.8)) ** (
            shape.squareness
        )
        on_nail[mine[back & (oval < 1)]] = True
    return on_nail
