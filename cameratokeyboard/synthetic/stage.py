"""A stage: everything of a scene that stays while hands move, and how it is drawn at random."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray
from cameratokeyboard.synthetic.bodies import (
    Wardrobe,
    arm_items,
    draw_wardrobe,
    head_items,
    torso_item,
)
from cameratokeyboard.synthetic.camera import CameraPlan, SceneCamera, View
from cameratokeyboard.synthetic.datatypes import PosedHand
from cameratokeyboard.synthetic.effects import Optics
from cameratokeyboard.synthetic.labels import TIP_MM, Label, label_view
from cameratokeyboard.synthetic.lights import Lighting, draw_lighting
from cameratokeyboard.synthetic.mat_texture import MatPicture
from cameratokeyboard.synthetic.materials import (
    PAINTED_SHARE,
    SkinLook,
    Surface,
    draw_cloth,
    draw_skin,
    to_linear,
)
from cameratokeyboard.synthetic.meshes import from_hand
from cameratokeyboard.synthetic.props import (
    HeightMap,
    clutter_items,
    draw_paper_height,
    flat_paper,
    paper_item,
    table_items,
)
from cameratokeyboard.synthetic.sceneview import Item, Rendered, SceneView
from cameratokeyboard.synthetic.textures import cloth, random_colour, room

Rng = np.random.Generator
HAND_ID = 48


@dataclass(frozen=True, eq=False)
class Looks:
    """One person to the eye: skin, clothes, hair."""

    skin: SkinLook
    wardrobe: Wardrobe
    hair: tuple[float, float, float]


def draw_looks(rng: Rng, painted: float = PAINTED_SHARE) -> Looks:
    """Draw a person's skin and clothes. painted: share of people with nail polish."""
    skin = draw_skin(rng, painted)
    hair = to_linear(random_colour(rng, (0.1, 0.6), (0.03, 0.5)))
    return Looks(
        skin,
        draw_wardrobe(rng, draw_cloth(rng, cloth(rng))),
        (float(hair[0]), float(hair[1] * 0.8), float(hair[2] * 0.6)),
    )


@dataclass(frozen=True, eq=False)
class Stage:
    """What stays while the hands move. still: items that do not move. height: of the sheet over the
    table, mm, at x and y mm."""

    still: tuple[Item, ...]
    mat: MatPicture
    height: HeightMap
    lighting: Lighting
    backdrop: ImageArray
    backdrop_gain: float
    camera: SceneCamera
    looks: Looks
    optics: Optics

    def ground_mm(self, points_mm: FloatArray) -> FloatArray:
        """(N,) height of what lies under (N, 2) points: the sheet, or the table around it."""
        x, y = points_mm.T
        half = np.array(self.mat.paper_mm) / 2
        return np.where((np.abs(points_mm) < half).all(axis=1), self.height(x, y), 0.0)

    def view(self, hands: dict[int, PosedHand], wrists_mm: FloatArray) -> SceneView:
        """The scene with posed hands by side (0 left, 1 right); wrists_mm: (2, 3)."""
        moving = []
        for side, posed in sorted(hands.items()):
            moving.append(hand_item(posed, side, self.looks.skin))
            moving += arm_items(posed, wrists_mm[side], side, self.looks.wardrobe, self.looks.skin)
        return SceneView(
            items=(*self.still, *moving),
            camera=self.camera,
            lighting=self.lighting,
            backdrop=self.backdrop,
            backdrop_gain=self.backdrop_gain,
            markers_mm=self.mat.markers_mm,
            tip_mm=TIP_MM,
        )

    def labels(self, rendered: Rendered, hands: dict[int, PosedHand]) -> list[Label]:
        """Exact labels of a rendered view."""
        return label_view(rendered, self.camera, hands, self.mat.markers_mm)


def hand_item(posed: PosedHand, side: int, skin: SkinLook) -> Item:
    """A posed hand ready to draw; creases follow its own joints."""
    joints = np.linalg.norm(posed.keypoints_mm[:, 1] - posed.keypoints_mm[:, 2], axis=1)
    # The middle joint lies about 2.05 times as far from the end as the last one; for the thumb
    # 2.1 [phalanx proportions, assumed alike for all hands].
    knuckles = joints * np.array([2.1, 1.95, 2.05, 2.0, 1.85])
    return Item(
        from_hand(posed),
        skin,
        HAND_ID + side,
        moving=True,
        hand_side=side,
        joints_mm=tuple(float(j) for j in joints),
        knuckles_mm=tuple(float(k) for k in knuckles),
    )


@dataclass(frozen=True)
class StageWish:
    """What a caller asks of a stage; the rest is drawn.

    flat: paper pressed flat, for clips. people: False for a mat without a person.
    """

    size_wh: tuple[int, int]
    plan: CameraPlan
    view: View = View.FRONT
    flat: bool = False
    people: bool = True
    light: str | None = None


def draw_stage(rng: Rng, wish: StageWish, mat: MatPicture, looks: Looks, optics: Optics) -> Stage:
    """Draw table, clutter, light and room around a mat and a person."""
    height = flat_paper if wish.flat else draw_paper_height(rng, mat.paper_mm)
    tables = table_items(rng)
    items = [*tables, paper_item(mat, height, float(rng.uniform(0.01, 0.05)))]
    items += clutter_items(rng)
    wardrobe = _fitted(looks.wardrobe, wish)
    if wish.people and wish.view is not View.BEHIND:
        items.append(torso_item(wardrobe))
        items += head_items(wardrobe, looks.skin, looks.hair)
    tone = 0.75 * mat.image[::16, ::16].reshape(-1, 3).mean(0) / 255 + 0.1
    lighting = draw_lighting(rng, to_linear(tone), wish.light)
    brightness = float(np.mean(lighting.sky_side)) + 0.15 * float(
        np.mean(lighting.lights[0].colour)
    )
    return Stage(
        still=tuple(items),
        mat=mat,
        height=height,
        lighting=lighting,
        backdrop=room(rng, wish.size_wh),
        backdrop_gain=brightness * float(rng.uniform(0.6, 2.2)),
        camera=wish.plan.build(wish.size_wh),
        looks=replace(looks, wardrobe=wardrobe),
        optics=optics,
    )


def _fitted(wardrobe: Wardrobe, wish: StageWish) -> Wardrobe:
    """From behind the body would hide everything: the camera looks past the person's shoulder."""
    if wish.view is View.BEHIND:
        return replace(wardrobe, sleeve_start_mm=min(wardrobe.sleeve_start_mm, 120.0))
    return wardrobe


def plain_surface(colour: tuple[float, float, float]) -> Surface:
    """A matt surface of one linear colour."""
    return Surface(None, colour)
