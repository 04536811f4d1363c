"""What the renderer draws and gives back: items, a view of them, the picture with its ids."""

from __future__ import annotations

from dataclasses import dataclass

from cameratokeyboard.datatypes import FloatArray, ImageArray, IntArray
from cameratokeyboard.synthetic.camera import SceneCamera
from cameratokeyboard.synthetic.lights import Lighting
from cameratokeyboard.synthetic.materials import SkinLook, Surface
from cameratokeyboard.synthetic.meshes import Mesh

#: x0, y0, x1, y1 in px.
Region = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Item:
    """A thing to draw. code: its value in the id buffer. moving: drawn anew each time, else kept.

    hand_side: 0 left, 1 right for a hand, -1 otherwise. Its joints: mm from each finger's end to
    the last and the middle joint. casts: throws shadows. paper: carries the markers.
    """

    mesh: Mesh
    material: Surface | SkinLook
    code: int
    moving: bool = False
    hand_side: int = -1
    casts: bool = True
    paper: bool = False
    joints_mm: tuple[float, ...] = (30.0, 24.0, 26.0, 25.0, 22.0)
    knuckles_mm: tuple[float, ...] = (64.0, 47.0, 53.0, 49.0, 40.0)


@dataclass(frozen=True, eq=False)
class SceneView:
    """Everything that one picture needs.

    backdrop: (H, W, 3) uint8 sRGB behind all, stretched to the picture. markers_mm: (4, 4) as in
    MatPicture. tip_mm: labelled length of thumb .. pinky.
    """

    items: tuple[Item, ...]
    camera: SceneCamera
    lighting: Lighting
    backdrop: ImageArray
    backdrop_gain: float
    markers_mm: FloatArray
    tip_mm: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Rendered:
    """linear: (H, W, 3) float32 light, RGB. ids: (H, W) uint8. depth_mm: (H, W) float32, inf where
    nothing is."""

    linear: FloatArray
    ids: IntArray
    depth_mm: FloatArray
