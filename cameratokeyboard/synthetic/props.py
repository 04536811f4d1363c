"""Paper that curls and is folded, and the things that lie about on a table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.synthetic.bodies import OBJECT_ID, PAPER_ID, TABLE_ID
from cameratokeyboard.synthetic.mat_texture import MatPicture
from cameratokeyboard.synthetic.materials import Surface, draw_table, rgb, to_linear
from cameratokeyboard.synthetic.meshes import Mesh, box, sheet, tube, turned
from cameratokeyboard.synthetic.sceneview import Item
from cameratokeyboard.synthetic.textures import random_colour, table_top

Rng = np.random.Generator
HeightMap = Callable[[FloatArray, FloatArray], FloatArray]
_TABLE_Z_MM = -0.5


def flat_paper(x: FloatArray, y: FloatArray) -> FloatArray:
    """Paper pressed flat."""
    return np.zeros_like(x)


def draw_paper_height(rng: Rng, paper_mm: tuple[float, float]) -> HeightMap:
    """Curled edges and corners, fold lines and slow waves; nearly flat where keys are."""
    half = np.array(paper_mm) / 2
    strength = float(rng.gamma(1.0, 3.0)) if rng.uniform() < 0.6 else 0.0
    corner_lift = rng.gamma(0.8, 4.0, 4) * (rng.uniform(size=4) < 0.35)
    signs = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]], float)
    fold_x = float(rng.choice([0.0, rng.uniform(-half[0], half[0])]))
    fold_mm = float(rng.uniform(0.3, 1.6)) if rng.uniform() < 0.25 else 0.0
    wave, wave_mm = rng.uniform(0, 6.28), float(rng.uniform(0, 0.5))

    def height(x: FloatArray, y: FloatArray) -> FloatArray:
        edge_x, edge_y = np.abs(x) / half[0], np.abs(y) / half[1]
        z = strength * (
            np.clip(edge_x - 0.80, 0, 1) ** 2 * 9 + np.clip(edge_y - 0.72, 0, 1) ** 2 * 6
        )
        for lift, sign in zip(corner_lift, signs, strict=True):
            near = (x * sign[0] / half[0] + y * sign[1] / half[1]) - 1.55
            z = z + lift * np.clip(near, 0, 1) ** 2 * 8
        z = z + fold_mm * np.exp(-np.abs(x - fold_x) / 12.0)
        return np.asarray(z + wave_mm * (1 + np.sin(x / 47.0 + y / 90.0 + wave)))

    return height


def paper_item(mat: MatPicture, height: HeightMap, gloss: float = 0.02) -> Item:
    """The sheet with its picture."""
    width, depth = mat.paper_mm
    mesh = sheet((-width / 2, width / 2), (-depth / 2, depth / 2), height, (48, 34))
    material = Surface(
        mat.image,
        uv_scale=(1 / width, -1 / depth),
        uv_shift=(0.5, 0.5),
        roughness=0.75,
        gloss=gloss,
    )
    return Item(mesh, material, PAPER_ID, paper=True)


def table_items(rng: Rng) -> list[Item]:
    """A table, sometimes with a desk mat under the paper."""
    edge = float(rng.uniform(-420, -190))
    far = float(rng.uniform(350, 1800))
    wide = float(rng.uniform(500, 1600))
    top = sheet((-wide, wide), (edge, far), _TABLE_Z_MM - 3.0, (36, 30))
    items = [Item(top, draw_table(rng, table_top(rng)), TABLE_ID, casts=False)]
    if rng.uniform() < 0.25:
        x, near, back = (
            float(rng.uniform(190, 480)),
            float(rng.uniform(-260, -120)),
            float(rng.uniform(130, 330)),
        )
        cover = sheet((-x, x), (max(near, edge + 5), back), _TABLE_Z_MM, (30, 24))
        items.append(Item(cover, draw_table(rng, table_top(rng)), TABLE_ID, casts=False))
    else:
        raised = sheet((-wide, wide), (edge, far), _TABLE_Z_MM, (36, 30))
        items[0] = Item(raised, items[0].material, TABLE_ID, casts=False)
    return items


def _mug(rng: Rng, at: FloatArray) -> Mesh:
    r, h = rng.uniform(34, 44), rng.uniform(70, 110)
    profile = np.array(
        [[0, 0], [r * 0.95, 0], [r, 6], [r, h], [r - 4, h], [r - 5, 10], [0, 10]], float
    )
    return turned(profile, at)


def _pen(rng: Rng, at: FloatArray) -> Mesh:
    turn = rng.uniform(0, np.pi)
    way = np.array([np.cos(turn), np.sin(turn), 0.0]) * rng.uniform(60, 75)
    stops = np.array([-1.0, -0.88, -0.86, 0.9, 1.0])[:, None]
    return tube(at + [0, 0, 5] + way * stops, np.array([0.8, 3.6, 4.2, 4.2, 3.0]), 14)


def _slab(rng: Rng, at: FloatArray) -> Mesh:
    """A phone, book, note block or laptop."""
    sizes = ((72, 150, 8), (150, 210, 22), (76, 76, 9), (310, 215, 16), (90, 60, 28))
    size = np.array(sizes[int(rng.integers(len(sizes)))], float) * rng.uniform(0.9, 1.1)
    outward = np.sign(at[0]) * max(0.0, size[0] / 2 - 40)
    return box(at + np.array([outward, 0, size[2] / 2]), size, float(rng.normal(0, 20)))


def clutter_items(rng: Rng) -> list[Item]:
    """None to four things beside the paper; they stay clear of the hands."""
    items = []
    for _ in range(int(rng.choice([0, 1, 2, 3, 4], p=[0.45, 0.22, 0.16, 0.1, 0.07]))):
        side = float(rng.choice([-1, 1]))
        at = np.array([side * rng.uniform(205, 420), rng.uniform(-60, 260), _TABLE_Z_MM])
        make = (_mug, _pen, _slab)[int(rng.integers(3))]
        colour = to_linear(random_colour(rng, (0.0, 0.9), (0.03, 0.95)))
        material = Surface(
            None,
            rgb(colour),
            roughness=float(rng.uniform(0.15, 0.9)),
            gloss=float(rng.uniform(0.01, 0.06)),
        )
        items.append(Item(make(rng, at), material, OBJECT_ID))
    return items
