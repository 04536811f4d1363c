"""Fingertips of one's own: what a mesh has only one of, people have in many forms."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import NamedTuple

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.datatypes import TipShape
from cameratokeyboard.synthetic.hand_source import FINGERS, SourceHand, bone_of, rotation
from cameratokeyboard.synthetic.tip_section import resectioned

#: The last segment keeps its form up to this share of its length, so that the joint stays smooth,
#: and has its new one from the second on.
_FROM, _FULL = 0.15, 0.6
#: The end of a finger begins at this share of the last segment, the bend at this.
_END_FROM, _BEND_FROM = 0.5, 0.3


def _measures(**values: float) -> FloatArray:
    """(M,) in the order of TipShape, 0 where nothing is said."""
    return np.array([values.get(field.name, 0.0) for field in fields(TipShape)])


#: What people's fingertips have in common. The main mesh's fingertips are nearly round, those of
#: people about 0.8 as deep as broad, so that most are made flatter here; a thick back takes from
#: the pad. The mesh's ends are foremost just below the nail, and people's often in the middle of
#: the pad. Sections are from somewhat more angular than the mesh's to round [spreads assumed, wider
#: than life].
_DEPTH, _BACK, _FALL_MM, _ROUNDNESS = (0.65, 1.12), (0.85, 1.9), (-1.5, 5.5), (-0.2, 1.1)
_DEPTH_PER_BACK = -0.22
#: Mean and standard deviation of breadth, taper, reach_mm, rise_deg and slant_deg.
_MEAN, _PEOPLE_SD = np.array([1.0, 0.0, 0.0, 2.0, 0.0]), np.array([0.06, 0.10, 0.6, 5.0, 5.0])
#: By how much one person's fingers differ among themselves, standard deviations.
_FINGERS_SD = _measures(
    depth=0.04, breadth=0.03, taper=0.05, reach_mm=0.3, rise_deg=2.5, back=0.06, fall_mm=0.4,
    aside_deg=3.5, twist_deg=5.0, roundness=0.15, skew=0.08, slant_deg=9.0,
)  # fmt: skip
#: How thumbs differ on top of that: mean and standard deviation [assumed].
_THUMB_MEAN = _measures(depth=0.05, rise_deg=-2.0)
_THUMB_SD = _measures(depth=0.1, rise_deg=6.0, twist_deg=12.0, skew=0.06, slant_deg=12.0)
#: What is possible.
LEAST = TipShape(
    depth=0.45, breadth=0.75, taper=-0.35, reach_mm=-2.0, rise_deg=-20.0, back=0.7, fall_mm=-3.0,
    aside_deg=-10.0, twist_deg=-35.0, roundness=-0.6, skew=-0.25, slant_deg=-35.0,
)  # fmt: skip
MOST = TipShape(
    depth=1.4, breadth=1.25, taper=0.35, reach_mm=2.5, rise_deg=20.0, back=2.1, fall_mm=7.0,
    aside_deg=10.0, twist_deg=35.0, roundness=1.6, skew=0.25, slant_deg=35.0,
)  # fmt: skip


class _Segment(NamedTuple):
    """length: of a last segment. low, high: mm its end reaches below and above the bone."""

    length: float
    low: float
    high: float


def random_tips(rng: np.random.Generator) -> tuple[TipShape, ...]:
    """Thumb to pinky: a person's own form, and a little of each finger's."""
    back = rng.uniform(*_BACK)
    depth = rng.uniform(*_DEPTH) + _DEPTH_PER_BACK * (back - 1)
    breadth, taper, reach_mm, rise_deg, slant_deg = (
        float(v) for v in rng.normal(_MEAN, _PEOPLE_SD)
    )
    person = _measures(
        depth=depth, breadth=breadth, taper=taper, reach_mm=reach_mm, rise_deg=rise_deg, back=back,
        fall_mm=rng.uniform(*_FALL_MM), roundness=rng.uniform(*_ROUNDNESS), slant_deg=slant_deg,
    )  # fmt: skip
    fingers = person + rng.normal(0, _FINGERS_SD, (FINGERS, len(person)))
    fingers[0] += rng.normal(_THUMB_MEAN, _THUMB_SD)
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
        end = local[local[:, 1] > _END_FROM * length, 2]
        segment = _Segment(length, float(end.min()), float(end.max()))
        moved = _formed(_sectioned(local, length, shape), segment, shape) - local
        vertices[mine] += source.weights[mine, bone][:, None] * (moved @ axes.T)
        far = (source.tips[finger] - head) @ axes
        ends[finger] = head + axes @ _formed(far[None], segment, shape)[0]
    return vertices, ends


def twisted(frames: FloatArray, tips: tuple[TipShape, ...]) -> FloatArray:
    """The frames (17, 3, 3) with those of the last segments turned as their ends are."""
    turned = frames.copy()
    for finger, shape in enumerate(tips):
        about = rotation(1, np.radians(shape.twist_deg))
        turned[bone_of(finger, 2)] = frames[bone_of(finger, 2)] @ about
    return turned


def _sectioned(local: FloatArray, length: float, shape: TipShape) -> FloatArray:
    """Points (P, 3) of a last segment with their new cross-section, before all else; mm."""
    moved = resectioned(local, length, shape.roundness, shape.skew) - local
    return np.asarray(local + _ramp(local[:, 1] / length, _FROM, _FULL)[:, None] * moved)


def _formed(local: FloatArray, segment: _Segment, shape: TipShape) -> FloatArray:
    """Points (P, 3) of a last segment in its own frame, in their new places; mm."""
    length = segment.length
    share = local[:, 1] / length
    own = _ramp(share, _FROM, _FULL)
    end = _ramp(share, _END_FROM, 1.0)
    thinner = 1 + shape.taper * end
    x = local[:, 0] * (1 + (shape.breadth - 1) * own) * thinner
    middle = (segment.low + segment.high) / 2
    above = np.clip((local[:, 2] - middle) / (segment.high - middle), 0.0, 1.0)
    y = local[:, 1] + (shape.reach_mm - shape.fall_mm * above**2) * end
    y = y + x * np.tan(np.radians(shape.slant_deg)) * end
    below = (1 + (shape.depth - 1) * own) * thinner
    z = local[:, 2] * np.where(local[:, 2] < 0, below, 1 + (shape.back - 1) * own)
    bent = 0.5 * length * (np.maximum(share - _BEND_FROM, 0.0) / (1 - _BEND_FROM)) ** 2
    x = x + bent * np.tan(np.radians(shape.aside_deg))
    z = z + bent * np.tan(np.radians(shape.rise_deg))
    twist = np.radians(shape.twist_deg) * _ramp(share, 0.0, _FULL)
    across = x * np.cos(twist) + z * np.sin(twist)
    return np.stack([across, y, z * np.cos(twist) - x * np.sin(twist)], axis=1)


def _ramp(share: FloatArray, low: float, high: float) -> FloatArray:
    """0 below ``low``, 1 above ``high``, smooth between."""
    u = np.clip((share - low) / (high - low), 0.0, 1.0)
    return np.asarray(u * u * (3 - 2 * u))
