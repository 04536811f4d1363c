"""A hand mesh sized for one person, with its joints, skinning weights and labels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cameratokeyboard.datatypes import BoolArray, FloatArray, IntArray
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.datatypes import (
    PART_FINGER,
    PART_FOREARM,
    PART_NAIL,
    PART_PALM,
    HandMesh,
    HandShape,
)
from cameratokeyboard.synthetic.hand_habit import habit_state
from cameratokeyboard.synthetic.hand_nails import nail_mask
from cameratokeyboard.synthetic.hand_shape import check_shape
from cameratokeyboard.synthetic.hand_source import (
    BONE_COUNT,
    FINGERS,
    FOREARM,
    HAND,
    MIDDLE_FINGER,
    SourceHand,
    bone_of,
    rotation,
    to_hand_frame,
    unit,
    vertex_normals,
)
from cameratokeyboard.synthetic.hand_tips import twisted, with_tips
from cameratokeyboard.synthetic.pad_fit import PAD_ROWS, fit_pad, surface
from cameratokeyboard.synthetic.subdivide import catmull_clark, triangulate

#: Share of the splay between the fingers' bending planes in the rest pose that stays when they
#: bend: bent fingers converge (assumed, judged by eye).
SPLAY_KEPT = 0.45
#: Smoothing of the normals of a mesh that came as quads and as triangles, which are less even.
_QUAD_PASSES, _TRIANGLE_PASSES = 2, 6
#: tip_distance_mm of vertices that belong to no finger.
FAR_MM = 1000.0


@dataclass(frozen=True, eq=False)
class HandRig:
    """A right hand at rest in its own frame (see ``to_hand_frame``), mm.

    mesh: the vertices and labels. normals: (V, 3). weights: (V, 17). heads: (17, 3) joints.
    frames: (17, 3, 3) rest axes of each bone as columns: flexion axis, bone, dorsal. bases:
    (5, 3, 3) axes of each finger at zero flexion and abduction. lengths: (5, 3) segment lengths.
    radii: (5, 3) half thickness of each segment. pads: (5, PAD_ROWS, 3), each as of ``fit_pad``, in
    the last segment's frame. ends: (5, 3) far end of the finger in the same frame.
    soles: (S, 3) points of the palm's underside and of the wrist's that would touch a table first.
    habit: (STATE_SIZE,) what is added to the usual state of a hand, radians.
    """

    mesh: HandMesh
    normals: FloatArray
    weights: FloatArray
    heads: FloatArray
    frames: FloatArray
    bases: FloatArray
    lengths: FloatArray
    radii: FloatArray
    pads: FloatArray
    ends: FloatArray
    soles: FloatArray
    habit: FloatArray


def _axes(flexion: FloatArray, along: FloatArray) -> FloatArray:
    """(3, 3) right-handed frame, columns: flexion axis made square to ``along``, along, dorsal."""
    y = unit(along)
    x = unit(flexion - (flexion @ y) * y)
    return np.stack([x, y, np.cross(x, y)], axis=1)


def _rest_frames(source: SourceHand) -> tuple[FloatArray, FloatArray]:
    """Bone frames (17, 3, 3) and finger bases (5, 3, 3) of a source in the hand's frame."""
    frames = np.tile(np.eye(3), (BONE_COUNT, 1, 1))
    frames[FOREARM] = _axes(np.array([1.0, 0, 0]), -source.heads[FOREARM])
    bases = np.zeros((FINGERS, 3, 3))
    for finger in range(FINGERS):
        joints = [source.heads[bone_of(finger, k)] for k in range(3)] + [source.tips[finger]]
        last = unit(joints[3] - joints[2])
        flexion = np.cross(last, source.dorsal[finger])
        for segment in range(3):
            along = joints[segment + 1] - joints[segment]
            frames[bone_of(finger, segment)] = _axes(flexion, along)
        if finger == 0:
            bases[finger] = frames[bone_of(0, 0)]
            continue
        splay = np.arctan2(flexion[1], flexion[0]) * SPLAY_KEPT
        roll = unit(flexion)[2]
        flexion = np.array([np.cos(splay), np.sin(splay), roll])
        bases[finger] = _axes(flexion, np.array([-np.sin(splay), np.cos(splay), 0.0]))
    return frames, bases


def _own_length(source: SourceHand) -> float:
    """Wrist to the straightened middle fingertip."""
    joints = [source.heads[HAND]] + [source.heads[bone_of(MIDDLE_FINGER, k)] for k in range(3)]
    joints.append(source.tips[MIDDLE_FINGER])
    return float(np.linalg.norm(np.diff(np.array(joints), axis=0), axis=1).sum())


def _own_breadth(source: SourceHand) -> float:
    """Across the knuckles of index to pinky, skin to skin."""
    knuckle_y = source.heads[bone_of(MIDDLE_FINGER, 0), 1]
    y = source.vertices[:, 1]
    in_thumb = source.weights[:, bone_of(0, 0) : bone_of(0, 3)].sum(axis=1) > 0.2
    band = (y > 0.8 * knuckle_y) & (y < 0.97 * knuckle_y) & ~in_thumb
    if not band.any():
        raise SimulationError("the hand mesh has no vertices at its knuckles; fetch it again")
    return float(np.ptp(source.vertices[band, 0]))


def _scale_matrices(source: SourceHand, frames: FloatArray, shape: HandShape) -> FloatArray:
    """(17, 3, 3) what each bone's rest vertices are multiplied by about its head."""
    size = shape.length_mm / _own_length(source)
    across = shape.breadth_mm / (_own_breadth(source) * size)
    scales = np.zeros((BONE_COUNT, 3, 3))
    slim = float(np.sqrt(across))
    scales[HAND] = np.diag([across, 1.0, slim])
    scales[FOREARM] = frames[FOREARM] @ np.diag([slim, 1.0, slim]) @ frames[FOREARM].T
    for finger in range(FINGERS):
        girth = shape.girth * slim
        for segment in range(3):
            thick = slim if finger == 0 and segment == 0 else girth
            local = np.diag([thick, shape.finger_scale[finger], thick])
            axes = frames[bone_of(finger, segment)]
            scales[bone_of(finger, segment)] = axes @ local @ axes.T
    return scales * size


def _sized(source: SourceHand, frames: FloatArray, shape: HandShape) -> SourceHand:
    """The source with this person's measures, still in the rest pose."""
    scales = _scale_matrices(source, frames, shape)
    heads = np.zeros_like(source.heads)
    heads[FOREARM] = scales[FOREARM] @ source.heads[FOREARM]
    tips = np.zeros_like(source.tips)
    for finger in range(FINGERS):
        first = bone_of(finger, 0)
        heads[first] = scales[HAND] @ source.heads[first]
        for bone in (first, first + 1):
            heads[bone + 1] = heads[bone] + scales[bone] @ (
                source.heads[bone + 1] - source.heads[bone]
            )
        tips[finger] = heads[first + 2] + scales[first + 2] @ (
            source.tips[finger] - source.heads[first + 2]
        )
    pivots, moved_pivots = source.heads.copy(), heads.copy()
    pivots[FOREARM] = moved_pivots[FOREARM] = 0.0
    offsets = moved_pivots - np.einsum("bij,bj->bi", scales, pivots)
    blended = np.tensordot(source.weights, scales, axes=1)
    vertices = np.einsum("vij,vj->vi", blended, source.vertices) + source.weights @ offsets
    return SourceHand(
        vertices, source.faces, source.weights, heads, tips, source.dorsal, source.nail
    )


def _finer(source: SourceHand) -> SourceHand:
    """The source after one smooth subdivision, as triangles."""
    carried = np.concatenate([source.weights, source.nail[:, None]], axis=1)
    vertices, carried, quads = catmull_clark(source.vertices, carried, source.faces)
    return SourceHand(
        vertices,
        triangulate(vertices, quads),
        carried[:, :-1],
        source.heads,
        source.tips,
        source.dorsal,
        carried[:, -1],
    )


def _smooth(normals: FloatArray, faces: IntArray, passes: int) -> FloatArray:
    """Normals (V, 3) averaged with their neighbours': hides the unevenness of small triangles."""
    for _ in range(passes):
        face_sum = normals[faces].sum(axis=1)
        total = np.stack(
            [
                np.bincount(faces.ravel(), np.repeat(face_sum[:, c], 3), minlength=len(normals))
                for c in range(3)
            ],
            axis=1,
        )
        normals = unit(total)
    return normals


def _labels(
    source: SourceHand, frames: FloatArray, normals: FloatArray
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """part, finger, tip_distance_mm and dorsal of every vertex (see HandMesh)."""
    count = len(source.vertices)
    per_finger = source.weights[:, 2:].reshape(count, FINGERS, 3).copy()
    per_finger[:, 0, 0] = 0.0
    on_finger = per_finger.sum(axis=2)
    finger = np.where(on_finger.max(axis=1) > 0.5, on_finger.argmax(axis=1), -1)
    part = np.where(source.weights[:, FOREARM] > 0.5, PART_FOREARM, PART_PALM)
    part = np.where(finger >= 0, PART_FINGER, part)
    part = np.where((finger >= 0) & (source.nail > 0.5), PART_NAIL, part)

    bone = source.weights.argmax(axis=1)
    offset = source.vertices - source.heads[bone]
    along = np.einsum("vi,vi->v", offset, frames[bone][:, :, 1])
    lengths = _segment_lengths(source)
    starts = np.cumsum(lengths, axis=1) - lengths
    distance = np.full(count, FAR_MM)
    for index in range(FINGERS):
        mine = finger == index
        segment = np.clip(bone[mine] - bone_of(index, 0), 0, 2)
        position = starts[index][segment] + along[mine]
        distance[mine] = position.max() - position
    dorsal = 0.5 + 0.5 * np.einsum("vi,vi->v", normals, frames[bone][:, :, 2])
    return part, finger, distance, dorsal


def _segment_lengths(source: SourceHand) -> FloatArray:
    """(5, 3) mm: joint to joint, the last to the finger's end."""
    heads = source.heads[2:].reshape(FINGERS, 3, 3)
    joints = np.concatenate([heads, source.tips[:, None]], axis=1)
    return np.asarray(np.linalg.norm(np.diff(joints, axis=1), axis=2))


def _radii(source: SourceHand, frames: FloatArray) -> FloatArray:
    """(5, 3) mm: mean half thickness of each finger segment."""
    radii = np.zeros((FINGERS, 3))
    lengths = _segment_lengths(source)
    for finger in range(FINGERS):
        for segment in range(3):
            bone = bone_of(finger, segment)
            mine = source.weights.argmax(axis=1) == bone
            local = (source.vertices[mine] - source.heads[bone]) @ frames[bone]
            share = local[:, 1] / lengths[finger, segment]
            middle = local[(share > 0.25) & (share < 0.85)]
            radii[finger, segment] = np.median(np.hypot(middle[:, 0], middle[:, 2]))
    return radii


def _pads(
    source: SourceHand, frames: FloatArray, flesh: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Pads (5, PAD_ROWS, 3) and the fingers' ends (5, 3), in the last segments' frames."""
    pads, ends = np.zeros((FINGERS, PAD_ROWS, 3)), np.zeros((FINGERS, 3))
    for finger in range(FINGERS):
        bone = bone_of(finger, 2)
        mine = flesh & (source.weights[:, bone] > 0.7)
        local = (source.vertices - source.heads[bone]) @ frames[bone]
        skin = surface(local, source.faces[mine[source.faces].all(axis=1)])
        pads[finger] = fit_pad(skin, thumb=finger == 0)
        cloud = local[mine]
        ends[finger] = cloud[cloud[:, 1] > cloud[:, 1].max() - 1.5].mean(axis=0)
        ends[finger, 1] = cloud[:, 1].max()
    return pads, ends


def _soles(source: SourceHand) -> FloatArray:
    """(S, 3) mm: lowest skin of each cell of a grid over wrist and palm, in the hand's frame."""
    palm = source.weights[:, HAND] > 0.6
    points = source.vertices[palm]
    reach = source.heads[bone_of(MIDDLE_FINGER, 0), 1]
    row = np.floor(points[:, 1] / reach * 4).astype(int)
    column = np.floor((points[:, 0] - points[:, 0].min()) / np.ptp(points[:, 0]) * 3.999)
    cell = row * 4 + column.astype(int)
    inside = (points[:, 1] > -0.1 * reach) & (points[:, 1] < 0.75 * reach)
    lowest = [
        points[(cell == c) & inside][points[(cell == c) & inside][:, 2].argmin()]
        for c in np.unique(cell[inside])
    ]
    return np.array(lowest)


def _grow_nails(
    vertices: FloatArray, part: IntArray, finger: IntArray, frames: FloatArray, nail_mm: float
) -> FloatArray:
    """Vertices with the nails' far halves pulled out along the finger by ``nail_mm``."""
    grown = vertices.copy()
    for index in range(FINGERS):
        mine = (part == PART_NAIL) & (finger == index)
        if nail_mm <= 0 or not mine.any():
            continue
        axis = frames[bone_of(index, 2)][:, 1]
        along = vertices[mine] @ axis
        share = np.clip((along - along.min()) / max(float(np.ptp(along)), 1e-6), 0, 1)
        grown[mine] += nail_mm * np.clip((share - 0.45) / 0.3, 0, 1)[:, None] * axis
    return grown


def build_rig(source: SourceHand, shape: HandShape) -> HandRig:
    """Size a source for one person and prepare it for posing.

    Raises SimulationError when the measures are not those of a hand.
    """
    check_shape(shape)
    habit, twists = habit_state(shape.habit_deg)
    passes = _QUAD_PASSES if source.faces.shape[1] == 4 else _TRIANGLE_PASSES
    source = to_hand_frame(source)
    frames, bases = _rest_frames(source)
    bases = bases @ rotation(1, twists)
    source = _sized(source, frames, shape)
    vertices, tips = with_tips(source, frames, shape.tips)
    source = _finer(replace(source, vertices=vertices, tips=tips))
    normals = _smooth(vertex_normals(source.vertices, source.faces), source.faces, passes)
    part, finger, distance, dorsal = _labels(source, frames, normals)
    # Drawn nails are looks: what a finger touches with does not depend on them.
    pads, ends = _pads(source, frames, (part == PART_FINGER) & (finger >= 0))
    if shape.nails is not None:
        turned = twisted(frames, shape.tips)
        on_nail = nail_mask(source, turned, normals, finger, shape.nails)
        part = np.where(part == PART_NAIL, PART_FINGER, part)
        part = np.where(on_nail, PART_NAIL, part)
    vertices = _grow_nails(source.vertices, part, finger, frames, shape.nail_mm)
    mesh = HandMesh(vertices, source.faces, part, finger, distance, dorsal)
    return HandRig(
        mesh=mesh,
        normals=normals,
        weights=source.weights,
        heads=source.heads,
        frames=frames,
        bases=bases,
        lengths=_segment_lengths(source),
        radii=_radii(source, frames),
        pads=pads,
        ends=ends,
        soles=_soles(source),
        habit=habit,
    )
