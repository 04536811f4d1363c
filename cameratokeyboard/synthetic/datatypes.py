"""What the simulation's parts hand to one another: person, performance, truth, posed hands."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray


@dataclass(frozen=True)
class TipShape:
    """The form of one fingertip's last segment against the mesh's own.

    depth: thickness below the bone. breadth: from side to side. taper: how much broader (narrower
    below 0) it is at its end. reach_mm: how much further the end lies out. rise_deg: how far the
    end is bent up, to the nail's side. back: thickness above the bone. fall_mm: how far the nail's
    side lies back at the end, so that the pad is foremost. aside_deg: how far the end is bent to
    the side that the flexion axis points to. twist_deg: how far the end is turned about the bone,
    the nail to that side. roundness: share of the way to a round cross-section. skew: how far the
    pad is drawn out to that side and the back to the other, as a share of half the breadth.
    slant_deg: how far the end is cut off aslant, that side reaching further out.
    """

    depth: float = 1.0
    breadth: float = 1.0
    taper: float = 0.0
    reach_mm: float = 0.0
    rise_deg: float = 0.0
    back: float = 1.0
    fall_mm: float = 0.0
    aside_deg: float = 0.0
    twist_deg: float = 0.0
    roundness: float = 0.0
    skew: float = 0.0
    slant_deg: float = 0.0


@dataclass(frozen=True)
class NailShape:
    """The form of a nail.

    breadth: as a share of the fingertip's. length_mm: from its root to its edge at the finger's
    end. turn_deg: how steep the finger's end is where the nail ends, 0 flat on its back, 90
    upright. squareness: exponent of its outline, 2 an oval, more is squarer. aside: how far it lies
    to the side that the flexion axis points to, as a share of its half breadth.
    """

    breadth: float
    length_mm: float
    turn_deg: float
    squareness: float
    aside: float = 0.0


@dataclass(frozen=True)
class HandShape:
    """The measures of one person's hands, both alike but mirrored.

    length_mm: wrist crease to middle fingertip. breadth_mm: across the knuckles.
    finger_scale: length of thumb, index, middle, ring, pinky against the mesh's own proportions.
    girth: thickness of the fingers against the mesh's own.
    masculinity, age, weight: 0..1 between the mesh's female and male, young and old, lean and
    heavy forms (a mesh without such forms ignores them). nail_mm: free edge of the nails beyond the
    mesh's own. tips: forms of the fingertips, thumb to pinky. nails: forms of the nails, thumb to
    pinky; None: the mesh's own. habit_deg: 27 numbers, how this person's joint angles usually
    differ from those of typists at large: pitch and roll of the hand, then five angles a finger,
    thumb to pinky, as in ``hand_state``; the twist is that of the whole finger. None: not at all.
    """

    length_mm: float = 185.0
    breadth_mm: float = 84.0
    finger_scale: tuple[float, float, float, float, float] = (1.0, 1.0, 1.0, 1.0, 1.0)
    girth: float = 1.0
    masculinity: float = 0.5
    age: float = 0.0
    weight: float = 0.5
    nail_mm: float = 0.0
    tips: tuple[TipShape, ...] = (TipShape(),) * 5
    nails: tuple[NailShape, ...] | None = None
    habit_deg: tuple[float, ...] | None = None


@dataclass(frozen=True)
class TruthEvent:
    """One press: seconds on the clip's clock, key and finger names, contact point in mm."""

    t_down: float
    t_up: float
    key: str
    finger: str
    x_mm: float
    y_mm: float


@dataclass(frozen=True, eq=False)
class Performance:
    """What a simulated typist did, sampled at ``rate_hz``; T samples.

    t_s: (T,). pads_mm: (T, 10, 3) the pad's contact point of each finger, order FINGER_NAMES, z = 0
    exactly while it touches the paper. wrists_mm: (T, 2, 3) wrist joint of the left and right hand.
    yaw_deg: (T, 2) turn of each hand about z, 0 when the middle finger points along +y, positive
    counterclockwise seen from above. hand: the person's hands. events: true presses in time order.
    text: what those presses really write. layout: name of the layout.
    """

    rate_hz: float
    t_s: FloatArray
    pads_mm: FloatArray
    wrists_mm: FloatArray
    yaw_deg: FloatArray
    hand: HandShape
    events: tuple[TruthEvent, ...]
    text: str
    layout: str
    notes: dict[str, str] = field(default_factory=dict)

    def at(self, t_s: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Pads (10, 3), wrists (2, 3) and yaw (2,) at a moment, linear between samples."""
        position = float(np.clip(t_s * self.rate_hz, 0, len(self.t_s) - 1))
        low = int(position)
        high = min(low + 1, len(self.t_s) - 1)
        share = position - low
        return (
            (1 - share) * self.pads_mm[low] + share * self.pads_mm[high],
            (1 - share) * self.wrists_mm[low] + share * self.wrists_mm[high],
            (1 - share) * self.yaw_deg[low] + share * self.yaw_deg[high],
        )


#: Parts of a hand mesh, for skin, nails and the id buffer.
PART_FOREARM, PART_PALM, PART_FINGER, PART_NAIL = 0, 1, 2, 3


@dataclass(frozen=True, eq=False)
class HandMesh:
    """A hand and forearm in its rest pose; V vertices, F triangles.

    rest_mm: (V, 3) rest positions, for procedural skin that sticks to the surface. faces: (F, 3).
    part: (V,) one of PART_*. finger: (V,) 0 thumb .. 4 pinky, -1 for palm and forearm.
    tip_distance_mm: (V,) distance from the finger's far end along the finger, large off fingers;
    vertices under 15 are the fingertip that labels box. dorsal: (V,) 0 palm side .. 1 back of hand.
    """

    rest_mm: FloatArray
    faces: IntArray
    part: IntArray
    finger: IntArray
    tip_distance_mm: FloatArray
    dorsal: FloatArray


@dataclass(frozen=True, eq=False)
class PosedHand:
    """A hand mesh at one moment, in mm: vertices (V, 3), normals (V, 3).

    keypoints_mm: (5, 3, 3) for thumb..pinky: contact, tip, joint (see KEYPOINT_NAMES).
    wrist_mm: (3,) the wrist joint as posed, which may lie some mm off what was asked for.
    residual_mm: (5,) how far each pad's contact is from where it was asked to be.
    """

    mesh: HandMesh
    vertices_mm: FloatArray
    normals: FloatArray
    keypoints_mm: FloatArray
    wrist_mm: FloatArray = field(default_factory=lambda: np.full(3, np.nan))
    residual_mm: FloatArray = field(default_factory=lambda: np.zeros(5))
