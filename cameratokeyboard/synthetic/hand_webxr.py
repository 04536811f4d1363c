"""The second hand mesh: the generic hand of the WebXR input profiles (MIT), fetched with npm.

Its 25 joints are those of the WebXR hand input standard: in each joint's frame -z points to the
fingertip and +y out of the back of the hand. The mesh ends at the wrist, so a forearm is added.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.files import write_bytes
from cameratokeyboard.synthetic.datatypes import HandShape
from cameratokeyboard.synthetic.glb import SkinnedMesh, read_skinned_mesh
from cameratokeyboard.synthetic.hand_cache import default_folder
from cameratokeyboard.synthetic.hand_source import (
    BONE_COUNT,
    FINGERS,
    FOREARM,
    HAND,
    SourceHand,
    bone_of,
    to_hand_frame,
    unit,
    vertex_normals,
)

PACKAGE, VERSION = "@webxr-input-profiles/assets", "1.0.20"
MEMBER = "package/dist/profiles/generic-hand/right.glb"
SHA256 = "291790c14f7f88a7f9bd35330c47392ed8e8d395ae6728f4bb7089f1bc1f2b96"
FETCH_SECONDS = 300
#: Behind this distance from the wrist, in mm, the mesh's closed end is cut off.
CUT_MM = 4.0
#: Forearm length against hand length (wrist to middle fingertip) [assumed; about 250 to 185 mm].
FOREARM_PER_HAND = 1.3
#: Girth of the forearm at its thick end against the wrist's, across and through [assumed].
FLARE = (1.45, 1.75)
_RINGS = 14
#: Share of the forearm that is built; the rest is under the sleeve.
_BUILT_SHARE = 0.86
_FINGERS = ("thumb", "index-finger", "middle-finger", "ring-finger", "pinky-finger")


def version() -> str:
    """Version of the npm package whose hand is used."""
    return VERSION


def mesh_file() -> Path:
    """Where the fetched mesh is kept."""
    return default_folder() / f"webxr-{VERSION}-right.glb"


def _command() -> str:
    return f"npm pack {PACKAGE}@{VERSION}"


def fetch(path: Path) -> None:
    """Fetch the mesh with npm into ``path``; raises SimulationError when that fails."""
    npm = shutil.which("npm")
    if npm is None:
        raise SimulationError(
            f"the webxr hand mesh needs npm (Node.js) to fetch {PACKAGE}, and npm was not found; "
            f"install it, or run '{_command()}' elsewhere and put {MEMBER} at {path}"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        try:
            subprocess.run(
                [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", folder],
                check=True,
                capture_output=True,
                timeout=FETCH_SECONDS,
                cwd=folder,
            )
            archive = next(Path(folder).glob("*.tgz"))
            with tarfile.open(archive) as packed:
                member = packed.extractfile(MEMBER)
                data = member.read() if member else b""
        except (
            OSError,
            subprocess.SubprocessError,
            StopIteration,
            tarfile.TarError,
            KeyError,
        ) as e:
            raise SimulationError(
                f"the webxr hand mesh could not be fetched with '{_command()}': {e}; "
                "check the network, or run the command yourself to see why"
            ) from e
        found = hashlib.sha256(data).hexdigest()
        if found != SHA256:
            raise SimulationError(
                f"{MEMBER} of {PACKAGE} {VERSION}: expected sha256 {SHA256}, got {found}; "
                "the download is damaged or was replaced"
            )
        write_bytes(path, data)


def bone_of_joint(name: str) -> int:
    """Our bone that a WebXR joint moves."""
    for finger, prefix in enumerate(_FINGERS):
        if not name.startswith(prefix):
            continue
        rest = name[len(prefix) + 1 :]
        steps = {"metacarpal": 0, "phalanx-proximal": 1, "phalanx-distal": 2, "tip": 2}
        if finger > 0:
            steps = {
                "metacarpal": -1,
                "phalanx-proximal": 0,
                "phalanx-intermediate": 1,
                "phalanx-distal": 2,
                "tip": 2,
            }
        return HAND if steps[rest] < 0 else bone_of(finger, steps[rest])
    return HAND


def _welded(mesh: SkinnedMesh) -> tuple[FloatArray, IntArray, FloatArray]:
    """Vertices in mm, faces and (V, BONE_COUNT) weights with seam copies made one."""
    vertices = mesh.vertices * 1000.0
    _, first, index = np.unique(
        np.round(vertices, 2), axis=0, return_index=True, return_inverse=True
    )
    faces = index.ravel()[mesh.faces]
    whole = (
        (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    )
    bones = np.array([bone_of_joint(name) for name in mesh.joint_names])
    weights = np.zeros((len(vertices), BONE_COUNT))
    rows = np.arange(len(vertices))
    for slot in range(mesh.joints.shape[1]):
        np.add.at(weights, (rows, bones[mesh.joints[:, slot]]), mesh.weights[:, slot])
    weights /= weights.sum(axis=1, keepdims=True)
    return vertices[first], faces[whole], weights[first]


def _skeleton(
    mesh: SkinnedMesh, vertices: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Heads (BONE_COUNT, 3), tips (5, 3) at the skin's far end, dorsal (5, 3)."""
    place = dict(zip(mesh.joint_names, mesh.bind, strict=True))
    heads = np.zeros((BONE_COUNT, 3))
    tips, dorsal = np.zeros((FINGERS, 3)), np.zeros((FINGERS, 3))
    heads[HAND] = place["wrist"][:3, 3] * 1000.0
    for name, matrix in place.items():
        bone = bone_of_joint(name)
        if bone > HAND and not name.endswith("tip"):
            heads[bone] = matrix[:3, 3] * 1000.0
    for finger, prefix in enumerate(_FINGERS):
        last = bone_of(finger, 2)
        matrix = place[f"{prefix}-phalanx-distal"]
        along = unit(place[f"{prefix}-tip"][:3, 3] * 1000.0 - heads[last])
        mine = weights[:, last] > 0.5
        tips[finger] = heads[last] + along * ((vertices[mine] - heads[last]) @ along).max()
        dorsal[finger] = unit(matrix[:3, 1])
    return heads, tips, dorsal


def _nails(source: SourceHand) -> FloatArray:
    """(V,) 0..1: an oval on the back of each last segment; the mesh has no nails of its own."""
    normals = vertex_normals(source.vertices, source.faces)
    nail = np.zeros(len(source.vertices))
    for finger in range(FINGERS):
        head, tip = source.heads[bone_of(finger, 2)], source.tips[finger]
        length = float(np.linalg.norm(tip - head))
        along = (tip - head) / length
        dorsal = unit(source.dorsal[finger] - (source.dorsal[finger] @ along) * along)
        across = np.cross(along, dorsal)
        offset = source.vertices - head
        mine = (source.weights[:, bone_of(finger, 2)] > 0.5) & (normals @ dorsal > 0.1)
        width = np.abs(offset[mine] @ across).max()
        y = (offset @ along / length - 0.66) / 0.31
        x = (offset @ across) / (0.9 * width)
        inside = mine & (np.abs(x) ** 4 + np.abs(y) ** 4 < 1)
        nail[inside] = 1.0
    return nail


def _rim(faces: IntArray, vertices: FloatArray) -> IntArray:
    """The border of an open mesh as one loop of vertices, in the order of the faces' edges."""
    pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    known = {(int(a), int(b)) for a, b in pairs}
    follow = {a: b for a, b in known if (b, a) not in known}
    loops: list[list[int]] = []
    while follow:
        start = next(iter(follow))
        loop = [start]
        while (following := follow.pop(loop[-1], start)) != start:
            loop.append(following)
        loops.append(loop)
    return np.array(max(loops, key=len))


def _with_forearm(source: SourceHand) -> SourceHand:
    """The source, in the hand's frame, cut open at the wrist and carried on as a forearm."""
    keep = source.vertices[source.faces][:, :, 1].min(axis=1) > -CUT_MM
    used, faces = np.unique(source.faces[keep], return_inverse=True)
    faces = faces.reshape(-1, 3)
    vertices, weights = source.vertices[used], source.weights[used]
    rim = _rim(faces, vertices)
    loop = vertices[rim]
    middle = loop.mean(axis=0)
    angle = np.unwrap(np.arctan2(loop[:, 2] - middle[2], loop[:, 0] - middle[0]))
    even = angle[0] + np.linspace(0, angle[-1] - angle[0], len(loop))
    half = np.ptp(loop[:, [0, 2]], axis=0) / 2
    length = FOREARM_PER_HAND * float(np.abs(source.tips[:, 1]).max())

    rings, shares = [], []
    for ring in range(1, _RINGS + 1):
        share = (ring / _RINGS) ** 1.3
        grown = half * (1 + (np.array(FLARE) - 1) * np.sin(share * np.pi / 2) ** 1.5)
        oval = np.stack([np.cos(even) * grown[0], np.sin(even) * grown[1]], axis=1)
        blend = min(1.0, ring / 4)
        flat = (1 - blend) * (loop[:, [0, 2]] - middle[[0, 2]]) + blend * oval
        y = (1 - min(1.0, ring / 2)) * loop[:, 1] - share * _BUILT_SHARE * length
        y = np.minimum(y, loop[:, 1] - 1.0)
        rings.append(np.stack([flat[:, 0] + middle[0], y, flat[:, 1] + middle[2]], axis=1))
        shares.append(np.full(len(loop), min(1.0, 0.4 + 0.2 * ring)))
    count, size = len(vertices), len(rim)
    previous = [rim] + [count + size * k + np.arange(size) for k in range(_RINGS)]
    strips = []
    for near, far in itertools.pairwise(previous):
        ahead, far_ahead = np.roll(near, -1), np.roll(far, -1)
        strips += [np.stack([ahead, near, far], 1), np.stack([ahead, far, far_ahead], 1)]

    added = np.zeros((size * _RINGS, BONE_COUNT))
    added[:, FOREARM] = np.concatenate(shares)
    added[:, HAND] = 1 - added[:, FOREARM]
    near_wrist = 0.4 * np.clip(1 - (vertices[:, 1] + CUT_MM) / 16.0, 0, 1)
    weights = weights * (1 - near_wrist[:, None])
    weights[:, FOREARM] += near_wrist
    heads = source.heads.copy()
    heads[FOREARM] = [0.0, -length, 0.0]
    return SourceHand(
        vertices=np.concatenate([vertices, *rings]),
        faces=np.concatenate([faces, *strips]),
        weights=np.concatenate([weights, added]),
        heads=heads,
        tips=source.tips,
        dorsal=source.dorsal,
        nail=np.concatenate([source.nail[used], np.zeros(size * _RINGS)]),
    )


def load_source(shape: HandShape) -> SourceHand:
    """The generic right hand with a forearm, in mm, in the hand's own frame of reference.

    ``shape`` has no part in it: this mesh has one build only. Raises SimulationError when the mesh
    is neither in the cache nor to be fetched.
    """
    del shape
    path = mesh_file()
    if not path.is_file():
        fetch(path)
    mesh = read_skinned_mesh(path)
    vertices, faces, weights = _welded(mesh)
    heads, tips, dorsal = _skeleton(mesh, vertices, weights)
    blank = np.zeros(len(vertices))
    source = to_hand_frame(SourceHand(vertices, faces, weights, heads, tips, dorsal, blank))
    source = SourceHand(
        source.vertices, faces, weights, source.heads, source.tips, source.dorsal, _nails(source)
    )
    return _with_forearm(source)
