"""What shaders are told of a scene: camera, light, surfaces, skin and the sky seen by paper."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray
from cameratokeyboard.synthetic.camera import SceneCamera
from cameratokeyboard.synthetic.lights import FOCUS_RADIUS_MM
from cameratokeyboard.synthetic.materials import SkinLook, Surface
from cameratokeyboard.synthetic.sceneview import Item, SceneView

_NEAR_MM, _FAR_MM = 40.0, 9000.0
SHADOW_PX = (1024, 512)
#: The part of the table whose sky is computed: x0, y0, width, height in mm; 2 mm a pixel.
SKY_AREA = (-330.0, -360.0, 660.0, 600.0)
SKY_PX = (330, 300)
SKY_TOP_MM = 200.0


def sky_from_heights(lowest: FloatArray, highest: FloatArray, mm_per_px: float) -> ImageArray:
    """(H, W, 2) uint8: sky seen by paper under things (255 all), and their height (255 = 200 mm).

    lowest, highest: (H, W) mm, of what stands over each place; 200 and 0 where nothing does. A
    thing at height h hides the sky over a place about as wide as h: blurred masks stand for that.
    """
    seen = np.ones_like(lowest)
    for height, weight in ((4.0, 0.42), (10.0, 0.32), (22.0, 0.26), (45.0, 0.22), (90.0, 0.18)):
        mask = (lowest < height).astype(np.float32)
        seen *= 1 - weight * cv2.GaussianBlur(mask, (0, 0), max(0.55 * height / mm_per_px, 0.6))
    above = cv2.GaussianBlur(np.where(highest > 0, highest, 0).astype(np.float32), (0, 0), 3.5)
    picture = np.stack([seen * 255, above * (255 / SKY_TOP_MM)], axis=-1)
    return np.asarray(np.clip(picture, 0, 255).astype(np.uint8))


def _set(program: Any, name: str, value: Any) -> None:
    """Set a uniform; the compiler may have dropped it."""
    if name in program:
        program[name].write(np.ascontiguousarray(value, np.float32).tobytes())


def set_camera(program: Any, camera: SceneCamera) -> None:
    """Where the camera is and how it projects."""
    _set(program, "cam_rotation", camera.rotation.T)
    _set(program, "cam_translation", camera.translation)
    _set(program, "cam_k", [camera.focal_px, camera.focal_px, *camera.centre_px])
    _set(program, "cam_size", camera.size_wh)
    _set(program, "cam_distortion", [*camera.distortion, camera.R2_LIMIT])
    _set(program, "cam_range", [_NEAR_MM, _FAR_MM])
    _set(program, "eye", camera.position_mm)


def set_light(program: Any, view: SceneView) -> None:
    """Lights, sky, bounce and the maps that belong to them."""
    lighting = view.lighting
    matrices, reaches, blurs, ranges = [], [], [], []
    for light, size in zip(lighting.lights, SHADOW_PX, strict=True):
        matrix, reach = light.matrix()
        matrices.append(matrix.T)
        reaches.append(reach)
        blur = np.tan(np.deg2rad(light.half_angle_deg)) / (2 * FOCUS_RADIUS_MM)
        blurs.append(blur)
        ranges.append([0.7 / size, float(np.clip(blur * 90.0, 1.0 / size, 0.05))])
    if "light_count" in program:
        program["light_count"].value = 2 if max(lighting.lights[1].colour) > 0 else 1
    _set(program, "light_matrix", matrices)
    _set(program, "light_depth", reaches)
    _set(program, "light_blur", blurs)
    _set(program, "light_blur_range", ranges)
    _set(program, "light_place", [[*light.place, float(light.near)] for light in lighting.lights])
    _set(program, "light_colour", [light.colour for light in lighting.lights])
    _set(program, "sky_up", lighting.sky_up)
    _set(program, "sky_side", lighting.sky_side)
    _set(program, "sky_side_way", lighting.side_way)
    _set(program, "bounce", lighting.bounce)
    _set(program, "bounce_height", 130.0)
    x0, y0, width, height = SKY_AREA
    _set(program, "occlusion_area", [x0, y0, 1 / width, 1 / height])
    for name, slot in (
        ("picture", 0),
        ("noise", 1),
        ("occlusion", 2),
        ("shadow_0", 3),
        ("shadow_1", 4),
    ):
        if name in program:
            program[name].value = slot


def set_surface(program: Any, material: Surface) -> None:
    """A textured surface."""
    for name in (
        "tint",
        "uv_scale",
        "uv_shift",
        "roughness",
        "gloss",
        "bump",
        "bump_mm",
        "translucent",
    ):
        _set(program, name, getattr(material, name))


def set_skin(program: Any, look: SkinLook, item: Item) -> None:
    """Skin, and the joints of the hand that wears it."""
    for name in (
        "skin",
        "blotch",
        "redness",
        "pores",
        "creases",
        "veins",
        "hair",
        "freckles",
        "wet",
    ):
        _set(program, name, getattr(look, name))
    _set(program, "palm_skin", look.palm)
    _set(program, "nail_colour", look.nail)
    _set(program, "nail_paint", look.paint)
    _set(program, "joint_mm", item.joints_mm)
    _set(program, "knuckle_mm", item.knuckles_mm)
