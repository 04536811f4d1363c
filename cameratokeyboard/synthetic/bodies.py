"""What belongs to the hands: arms, sleeves, torso, rings, watch."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.datatypes import PART_FOREARM, PosedHand
from cameratokeyboard.synthetic.materials import SkinLook, Surface, rgb, to_linear
from cameratokeyboard.synthetic.meshes import Mesh, join, make_mesh, tube, turned, vertex_normals
from cameratokeyboard.synthetic.sceneview import Item

Rng = np.random.Generator

#: Codes of things in the id buffer; fingers, hands and markers have theirs in shaders/id.frag.
TABLE_ID, PAPER_ID, OBJECT_ID, TORSO_ID, SLEEVE_ID, JEWEL_ID = 1, 2, 3, 4, 52, 54


#: Gold, steel and copper, sRGB.
_METALS = ((0.93, 0.78, 0.45), (0.85, 0.85, 0.87), (0.90, 0.70, 0.62))


@dataclass(frozen=True, eq=False)
class Wardrobe:
    """How a person is dressed and built. Sizes in mm; chosen once, so that folds stay put.

    sleeve_start_mm: from the wrist up the arm to the sleeve's end, large for short sleeves.
    torso_y_mm: middle of the torso behind the keyboard's centre. ring_finger: -1 none, else
    finger 0 thumb .. 4 pinky, on hand ring_hand. watch_hand: -1 none.
    """

    cloth: Surface
    cuff: Surface
    sleeve_start_mm: float
    sleeve_slack_mm: float
    shoulder_mm: float
    girth_mm: float
    torso_y_mm: float
    lean_mm: float
    fold_seed: int
    ring_finger: int = -1
    ring_hand: int = 0
    ring_metal: Surface = field(default_factory=Surface)
    watch_hand: int = -1
    watch_strap: Surface = field(default_factory=Surface)
    watch_face: Surface = field(default_factory=Surface)


def draw_wardrobe(rng: Rng, cloth: Surface) -> Wardrobe:
    """Draw a person's build and clothes [all ranges assumed]."""
    short = rng.uniform() < 0.5
    shoulder = float(rng.uniform(165, 225))
    tone = np.array([rng.uniform(0.75, 1.1)] * 3)
    metal = to_linear(_METALS[int(rng.integers(len(_METALS)))])
    strap = to_linear(
        rng.uniform(0.02, 0.35) * np.array([1.0, rng.uniform(0.6, 1), rng.uniform(0.4, 1)])
    )
    return Wardrobe(
        cloth=cloth,
        cuff=Surface(
            cloth.picture,
            rgb(tone),
            (0.35, 1 / 160.0),
            (0.2, 0.1),
            0.95,
            0.01,
            cloth.bump,
            cloth.bump_mm,
        ),
        sleeve_start_mm=float(rng.uniform(330, 420) if short else rng.uniform(10, 120)),
        sleeve_slack_mm=float(rng.uniform(4, 16)),
        shoulder_mm=shoulder,
        girth_mm=float(shoulder * rng.uniform(0.52, 0.78)),
        torso_y_mm=float(rng.uniform(-470, -370)),
        lean_mm=float(rng.uniform(0, 90)),
        fold_seed=int(rng.integers(2**31)),
        ring_finger=int(rng.choice([3, 2, 1, 4, 0])) if rng.uniform() < 0.22 else -1,
        ring_hand=int(rng.integers(2)),
        ring_metal=Surface(None, rgb(metal), roughness=0.22, gloss=0.6),
        watch_hand=int(rng.integers(2)) if rng.uniform() < 0.2 else -1,
        watch_strap=Surface(None, rgb(strap), roughness=0.6, gloss=0.03, bump=0.1, bump_mm=20),
        watch_face=Surface(None, rgb(metal * rng.uniform(0.1, 1)), roughness=0.15, gloss=0.3),
    )


@dataclass(frozen=True, eq=False)
class _Arm:
    """Measures of a posed forearm: wrist (3,), far end (3,), unit way from wrist to end."""

    wrist: FloatArray
    end: FloatArray
    way: FloatArray
    vertices: FloatArray

    def section(self, low_mm: float, high_mm: float) -> tuple[FloatArray, FloatArray]:
        """Centre (3,) and level and upright radii (2,) of a stretch along the arm."""
        along = (self.vertices - self.wrist) @ self.way
        part = self.vertices[(along >= low_mm) & (along <= high_mm)]
        if len(part) < 6:
            part = self.vertices[np.argsort(np.abs(along - (low_mm + high_mm) / 2))[:12]]
        centre = (part.min(0) + part.max(0)) / 2
        side = np.cross(self.way, [0.0, 0.0, 1.0])
        side /= np.linalg.norm(side)
        up = np.cross(side, self.way)
        middle = self.wrist + self.way * ((part - self.wrist) @ self.way).mean()
        offset = part - middle
        spans = [offset @ side, offset @ up]
        centre = middle + sum(
            axis * (s.max() + s.min()) / 2 for axis, s in zip((side, up), spans, strict=True)
        )
        return np.asarray(centre), np.array([(s.max() - s.min()) / 2 for s in spans])


def _measure_arm(posed: PosedHand, wrist: FloatArray) -> _Arm:
    vertices = posed.vertices_mm[posed.mesh.part == PART_FOREARM]
    distance = np.linalg.norm(vertices - wrist, axis=1)
    end = vertices[distance >= np.quantile(distance, 0.93)].mean(0)
    way = end - wrist
    return _Arm(wrist, end, way / np.linalg.norm(way), vertices)


def _path(arm: _Arm, shoulder: FloatArray) -> FloatArray:
    """(N, 3) middle line from the forearm's end round the elbow to the shoulder."""
    elbow = arm.end + arm.way * 35.0
    ends = np.stack([arm.end - arm.way * 12, arm.end + arm.way * 12, elbow])
    turn = elbow + (shoulder - elbow) * 0.16 + arm.way * 12
    upper = elbow + (shoulder - elbow) * np.linspace(0.32, 1.0, 6)[:, None]
    return np.concatenate([ends, turn[None], upper])


def _crumple(mesh: Mesh, seed: int, depth_mm: float, wave_mm: float) -> Mesh:
    """Move a cloth mesh's vertices in and out along their normals: folds."""
    rng = np.random.default_rng(seed)
    moved = np.zeros(len(mesh.positions))
    for _ in range(7):
        way = rng.normal(size=3) * np.array([0.7, 0.7, 1.3])
        phase, wave = rng.uniform(0, 6.28), wave_mm * rng.uniform(0.4, 1.6)
        moved += np.sin(mesh.rest @ way / wave * 6.28 + phase) * wave / wave_mm
    positions = mesh.positions + mesh.normals * (moved * depth_mm / 2.6)[:, None]
    return Mesh(
        positions, vertex_normals(positions, mesh.faces), mesh.uv, mesh.faces, mesh.rest,
        mesh.attributes,
    )  # fmt: skip


def arm_items(
    posed: PosedHand, wrist: FloatArray, side: int, wardrobe: Wardrobe, skin: SkinLook
) -> list[Item]:
    """Upper arm, sleeve, ring and watch of one posed hand; side 0 left, 1 right."""
    arm = _measure_arm(posed, wrist)
    sign = -1.0 if side == 0 else 1.0
    shoulder = np.array([sign * (wardrobe.shoulder_mm - 15), wardrobe.torso_y_mm + 15, 330.0])
    path = _path(arm, shoulder)
    items = []
    length = float(np.linalg.norm(arm.end - arm.wrist))
    _, end_radii = arm.section(length - 25, length)
    if wardrobe.sleeve_start_mm > length - 30:  # bare forearm, so the elbow shows
        thick = float(end_radii.mean())
        # It begins inside the forearm, so that no seam shows.
        begin = np.concatenate([path[:1] - arm.way * 14, path[:7]])
        bare = tube(begin, thick * np.array([0.86, 0.96, 1.0, 1.02, 1.04, 1.06, 1.09, 1.12]), 22)
        attributes = bare.attributes.copy()
        attributes[:, 1], attributes[:, 2], attributes[:, 3] = -1.0, 500.0, 0.75
        mesh = Mesh(bare.positions, bare.normals, bare.uv, bare.faces, bare.rest, attributes)
        items.append(Item(mesh, skin, SLEEVE_ID, moving=True))
        start = path[5:]
        radii = np.linspace(thick * 1.12 + wardrobe.sleeve_slack_mm + 8, thick * 1.75, len(start))
        sleeve = tube(start, radii, 26)
    else:
        sleeve = _long_sleeve(arm, path, wardrobe, length)
    folds = _crumple(sleeve, wardrobe.fold_seed + side, 3.5, 85.0)
    items.append(Item(folds, wardrobe.cuff, SLEEVE_ID, moving=True))
    if wardrobe.ring_finger >= 0 and wardrobe.ring_hand == side:
        ring = _ring(posed, wardrobe.ring_finger)
        if ring is not None:
            items.append(Item(ring, wardrobe.ring_metal, JEWEL_ID, moving=True))
    if wardrobe.watch_hand == side and wardrobe.sleeve_start_mm > 60:
        items += _watch(arm, wardrobe)
    return items


def _long_sleeve(arm: _Arm, path: FloatArray, wardrobe: Wardrobe, length: float) -> Mesh:
    stops = np.linspace(wardrobe.sleeve_start_mm, length - 8, 7)
    sections = [arm.section(s - 10, s + 10) for s in stops]
    centres = np.stack([c for c, _ in sections])
    slack = wardrobe.sleeve_slack_mm
    radii = np.stack([r for _, r in sections]) + slack * np.linspace(0.55, 1.3, 7)[:, None]
    upper = path[2:]
    thick = float(radii[-1].mean())
    grow = np.repeat(np.linspace(thick * 1.03, thick * 1.35, len(upper))[:, None], 2, axis=1)
    hem = centres[:1] + (centres[:1] - centres[1:2]) * 0.02
    inner = np.concatenate([hem, centres, upper])
    return tube(inner, np.concatenate([radii[:1] - 3.0, radii, grow]), 28)


def torso_item(wardrobe: Wardrobe) -> Item:
    """A torso with neck and head, dressed; it does not move."""
    w, g = wardrobe.shoulder_mm, wardrobe.girth_mm
    rows = np.array(
        [  # height, half width, half depth, forward
            (-420, 0.86 * w, 0.95 * g, 0.0),
            (-200, 0.83 * w, 1.0 * g, 0.0),
            (-60, 0.82 * w, 0.98 * g, 0.1),
            (80, 0.86 * w, 0.95 * g, 0.4),
            (200, 0.95 * w, 0.92 * g, 0.7),
            (290, 1.0 * w, 0.82 * g, 0.9),
            (345, 0.97 * w, 0.66 * g, 1.0),
            (378, 0.78 * w, 0.5 * g, 1.05),
            (400, 0.42 * w, 0.42 * g, 1.1),
            (412, 0.30 * w, 0.36 * g, 1.15),
        ]
    )
    heights = np.interp(np.linspace(0, 9, 40), np.arange(10), rows[:, 0])
    columns = [np.interp(heights, rows[:, 0], rows[:, k]) for k in (1, 2, 3)]
    centres = np.stack(
        [np.zeros(40), wardrobe.torso_y_mm + wardrobe.lean_mm * columns[2], heights], axis=1
    )
    body = tube(centres, np.stack(columns[:2], axis=1), 64)
    body = _crumple(body, wardrobe.fold_seed + 7, 6.0, 150.0)
    cloth = wardrobe.cloth
    # The picture's middle comes to the chest: u 0.75 is the front,
    # v is about 560 mm from the hem.
    look = Surface(
        cloth.picture, cloth.tint, (-2.4, -1 / 520.0), (0.5 + 0.75 * 2.4, 0.5 + 560 / 520.0),
        cloth.roughness, cloth.gloss, cloth.bump, cloth.bump_mm,
    )  # fmt: skip
    return Item(body, look, TORSO_ID)


def head_items(
    wardrobe: Wardrobe, skin: SkinLook, hair_tint: tuple[float, float, float]
) -> list[Item]:
    """Neck and a plain head: mostly out of the picture or blurred."""
    y = wardrobe.torso_y_mm + wardrobe.lean_mm * 1.2
    neck = tube(
        np.array([[0, y - 12, 385], [0, y, 430], [0, y + 18, 480]], float),
        np.array([66, 56, 58]),
        24,
    )
    angle = np.linspace(-np.pi / 2, np.pi / 2, 16)
    profile = np.stack([78 * np.cos(angle), 112 * np.sin(angle)], axis=1)
    head = turned(profile, np.array([0.0, y + 38, 560.0]))
    bare = join([neck, head])
    attributes = bare.attributes.copy()
    attributes[:, 1], attributes[:, 2], attributes[:, 3] = -1.0, 500.0, 1.0
    attributes[:, 0] = 1.0
    skin_mesh = Mesh(bare.positions, bare.normals, bare.uv, bare.faces, bare.rest, attributes)
    cap = turned(profile[8:] * [1.08, 1.06] + [0, 4], np.array([0.0, y + 22, 565.0]))
    return [
        Item(skin_mesh, skin, TORSO_ID),
        Item(cap, Surface(None, hair_tint, roughness=0.7, bump=0.5, bump_mm=20), TORSO_ID),
    ]


def _ring(posed: PosedHand, finger: int) -> Mesh | None:
    """A ring between knuckle and middle joint; None when the mesh has too few points there."""
    mesh = posed.mesh
    mine = mesh.finger == finger
    root = 44.0 if finger == 0 else 62.0 if finger == 4 else 70.0
    bands = []
    for low, high in ((root - 9, root - 2), (root - 5, root + 5), (root + 2, root + 9)):
        band = mine & (mesh.tip_distance_mm >= low) & (mesh.tip_distance_mm < high)
        if band.sum() < 6:
            return None
        bands.append(posed.vertices_mm[band])
    axis = bands[2].mean(0) - bands[0].mean(0)
    axis /= np.linalg.norm(axis)
    centre = bands[1].mean(0)
    offset = bands[1] - centre
    offset -= np.outer(offset @ axis, axis)
    radius = float(np.quantile(np.linalg.norm(offset, axis=1), 0.8)) + 0.4
    side = np.cross(axis, [0.3, 0.2, 1.0])
    side /= np.linalg.norm(side)
    up = np.cross(axis, side)
    grid = np.meshgrid(np.linspace(0, 2 * np.pi, 33), np.linspace(0, 2 * np.pi, 9))
    turn, small = (angles.ravel() for angles in grid)
    out = np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * up
    positions = centre + out * (radius + 0.9 * np.cos(small))[:, None]
    positions = positions + np.outer(1.9 * np.sin(small), axis)
    index = np.arange(33 * 9).reshape(9, 33)
    a, b, c, d = (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    faces = np.concatenate(
        [np.stack([p.ravel() for p in t], axis=1) for t in ((a, b, c), (a, c, d))]
    )
    return make_mesh(positions, faces, np.zeros((len(positions), 2)))


def _watch(arm: _Arm, wardrobe: Wardrobe) -> list[Item]:
    stops = (16.0, 18.0, 36.0, 38.0)
    sections = [arm.section(s - 6, s + 6) for s in stops]
    centres = np.stack([c for c, _ in sections])
    radii = np.stack([r for _, r in sections]) + np.array([0.2, 2.4, 2.4, 0.2])[:, None]
    strap = tube(centres, radii, 32)
    middle = (centres[1] + centres[2]) / 2
    top = middle + np.array([0.0, 0.0, float(radii[1:3, 1].mean()) - 2.0])
    face = turned(np.array([[0.0, 0.0], [19, 0.0], [20, 3], [19.5, 7], [17, 8.5], [0.0, 8.6]]), top)
    return [
        Item(strap, wardrobe.watch_strap, JEWEL_ID, moving=True),
        Item(face, wardrobe.watch_face, JEWEL_ID, moving=True),
    ]
