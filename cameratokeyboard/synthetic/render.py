"""Draws a scene with OpenGL: a picture in linear light, an id buffer and depths.

Works without a window: EGL on Linux (llvmpipe without a GPU), the system's own context elsewhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray, IntArray
from cameratokeyboard.errors import MissingExtraError, SimulationError
from cameratokeyboard.synthetic.camera import SceneCamera
from cameratokeyboard.synthetic.lights import FOCUS_RADIUS_MM, Lighting
from cameratokeyboard.synthetic.materials import SkinLook, Surface
from cameratokeyboard.synthetic.meshes import Mesh
from cameratokeyboard.synthetic.textures import noise_volume

_SRGB8 = 0x8C41  # GL_SRGB8
_NEAR_MM, _FAR_MM = 40.0, 9000.0
_SHADOW_PX = (1024, 512)
#: The part of the table whose sky is computed: x0, y0, width, height in mm; 2 mm a pixel.
_SKY_AREA = (-330.0, -360.0, 660.0, 600.0)
_SKY_PX = (330, 300)
_SKY_TOP_MM = 200.0
#: Things by their code in the id buffer, from the front to the back of most pictures.
_FRONT_FIRST = {54: 9, 48: 8, 50: 8, 52: 7, 3: 6, 2: 5, 4: 3, 1: 2}


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


def make_context() -> Any:
    """A moderngl context without a window.

    Raises MissingExtraError without moderngl, SimulationError when no OpenGL can be had.
    """
    try:
        import moderngl
    except ImportError:
        raise MissingExtraError("rendering", "synthetic") from None
    options: dict[str, Any] = {"backend": "egl"} if sys.platform.startswith("linux") else {}
    try:
        context = moderngl.create_context(standalone=True, require=330, **options)
    except Exception as error:
        raise SimulationError(
            f"rendering: expected OpenGL 3.3 without a window, got '{error}'; on Linux install "
            "libegl1 and libgl1-mesa-dri"
        ) from error
    context.gc_mode = "auto"
    return context


def limit_threads(threads: int = 1) -> None:
    """Keep software rendering to this many threads; must run before the context is made."""
    os.environ.setdefault("LP_NUM_THREADS", str(threads))


def _shader(name: str) -> str:
    return (resources.files("cameratokeyboard.synthetic") / "shaders" / name).read_text("utf-8")


#: x0, y0, x1, y1 in px.
Region = tuple[int, int, int, int]


class Renderer:
    """Owns a context, its programs and the buffers of what does not move.

    One renderer serves one thread. ``forget`` drops the kept meshes and textures: call it when the
    scene changes.
    """

    def __init__(self, context: Any = None) -> None:
        self._ctx = context or make_context()
        head = "#version 330\n" + _shader("lighting.glsl")
        mesh = _shader("mesh.vert")
        program = self._ctx.program
        self._programs = {
            "surface": program(vertex_shader=mesh, fragment_shader=head + _shader("surface.frag")),
            "skin": program(vertex_shader=mesh, fragment_shader=head + _shader("skin.frag")),
            "id": program(vertex_shader=mesh, fragment_shader=_shader("id.frag")),
            "depth": program(
                vertex_shader=_shader("depth.vert"), fragment_shader=_shader("depth.frag")
            ),
            "backdrop": program(
                vertex_shader=_shader("backdrop.vert"), fragment_shader=_shader("backdrop.frag")
            ),
        }
        self._shadows = [self._depth_target((size, size)) for size in _SHADOW_PX]
        self._sky = self._depth_target(_SKY_PX)
        self._noise = self._noise_texture()
        self._white = self._texture(np.full((1, 1, 3), 255, np.uint8))
        self._full = self._ctx.buffer(np.array([-1, -1, 3, -1, -1, 3], "f4").tobytes())
        self._targets: dict[tuple[int, int], tuple[Any, Any]] = {}
        self._kept: dict[tuple[int, str], tuple[Any, Any]] = {}
        self._spare: dict[tuple[int, int, int], list[Any]] = {}

    def close(self) -> None:
        """Give the context back; the renderer cannot be used afterwards."""
        self.forget()
        self._ctx.release()

    def forget(self) -> None:
        """Drop what was kept of the last scene."""
        for (_, kind), (_, resource) in self._kept.items():
            if kind == "mipmapped":
                self._spare[(resource.width, resource.height, resource.components)].append(resource)
            else:
                resource.release()
        self._kept.clear()

    def render(
        self, view: SceneView, base: Rendered | None = None, region: Region | None = None
    ) -> Rendered:
        """Draw one picture.

        With ``base`` and ``region`` (x0, y0, x1, y1 in px) only the light within the region is drawn
        anew over that of ``base``; ids and depths stay those of ``base``. For sub-frames, in which
        only hands move.
        """
        with self._buffers(view) as buffers:
            casters = [b for b, item in zip(buffers, view.items, strict=True) if item.casts]
            self._draw_shadows(view, casters)
            movers = [b for b, item in zip(buffers, view.items, strict=True) if item.code >= 48]
            sky = self._texture(self._sky_picture(movers), srgb=False)
            linear = self._draw_colour(view, buffers, sky, region if base else None)
            sky.release()
            if base is not None and region is not None:
                x0, y0, x1, y1 = region
                mixed = base.linear.copy()
                mixed[y0:y1, x0:x1] = linear[y0:y1, x0:x1]
                return Rendered(mixed, base.ids, base.depth_mm)
            ids, depth = self._draw_ids(view, buffers)
        return Rendered(linear, ids, depth)

    # -- resources ------------------------------------------------------------------------------

    def _depth_target(self, size: tuple[int, int]) -> tuple[Any, Any]:
        texture = self._ctx.depth_texture(size)
        texture.compare_func = ""
        texture.filter = (0x2600, 0x2600)  # nearest
        texture.repeat_x = texture.repeat_y = False
        return texture, self._ctx.framebuffer(depth_attachment=texture)

    def _noise_texture(self) -> Any:
        volume = noise_volume()
        texture = self._ctx.texture3d(volume.shape[:3], 4, volume.tobytes())
        texture.build_mipmaps()
        return texture

    def _texture(self, picture: ImageArray, srgb: bool = True, mipmaps: bool = False) -> Any:
        height, width, channels = picture.shape
        texture = self._ctx.texture(
            (width, height),
            channels,
            np.ascontiguousarray(picture).tobytes(),
            alignment=1,
            **({"internal_format": _SRGB8} if srgb else {}),
        )
        if mipmaps:
            texture.build_mipmaps()
            texture.anisotropy = 4.0
        return texture

    def _mipmapped(self, picture: ImageArray) -> Any:
        """A texture with its smaller levels, made here: software OpenGL takes 0.15 s for them.

        Textures are kept by size, since only OpenGL itself can make room for the levels.
        """
        height, width, channels = picture.shape
        spare = self._spare.setdefault((width, height, channels), [])
        texture = spare.pop() if spare else self._texture(np.zeros_like(picture), mipmaps=True)
        level = 0
        while True:
            texture.write(np.ascontiguousarray(picture).tobytes(), level=level, alignment=1)
            if width == height == 1:
                return texture
            level, width, height = level + 1, max(width // 2, 1), max(height // 2, 1)
            picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
            picture = picture.reshape(height, width, channels)

    def _keep(self, owner: Any, kind: str, make: Any) -> Any:
        key = (id(owner), kind)
        if key not in self._kept:
            self._kept[key] = (owner, make())
        return self._kept[key][1]

    @contextmanager
    def _buffers(self, view: SceneView) -> Iterator[list[tuple[Any, Any]]]:
        """Vertex and index buffers of all items; those of moving items live for one picture."""
        passing: list[Any] = []
        pairs = []
        for item in view.items:
            mesh = item.mesh

            def vertices(mesh: Mesh = mesh) -> Any:
                return self._ctx.buffer(mesh.interleaved().tobytes())

            def indices(mesh: Mesh = mesh) -> Any:
                return self._ctx.buffer(np.ascontiguousarray(mesh.faces, np.int32).tobytes())

            if item.moving:
                pair = (vertices(), self._keep(mesh.faces, "faces", indices))
                passing.append(pair[0])
            else:
                pair = (
                    self._keep(mesh, "vertices", vertices),
                    self._keep(mesh.faces, "faces", indices),
                )
            pairs.append(pair)
        try:
            yield pairs
        finally:
            for buffer in passing:
                buffer.release()

    def _array(self, program: str, pair: tuple[Any, Any]) -> Any:
        if program == "depth":
            content = [(pair[0], "3f 48x", "in_pos")]
        else:
            used = {
                "skin": ("3f 3f 2f 3f 4f", ("in_pos", "in_normal", "in_uv", "in_rest", "in_attr")),
                "surface": ("3f 3f 2f 3f 16x", ("in_pos", "in_normal", "in_uv", "in_rest")),
                "id": ("3f 12x 2f 12x 4f", ("in_pos", "in_uv", "in_attr")),
            }[program]
            known = self._programs[program]
            content = [(pair[0], *_layout(known, *used))]
        return self._ctx.vertex_array(self._programs[program], content, index_buffer=pair[1])

    # -- passes ---------------------------------------------------------------------------------

    def _draw_depth(self, target: Any, matrix: FloatArray, pairs: list[Any], func: str) -> None:
        target.use()
        self._ctx.enable_only(self._ctx.DEPTH_TEST)
        self._ctx.depth_func = func
        target.clear(depth=0.0 if func == ">" else 1.0)
        self._programs["depth"]["light_matrix"].write(matrix.T.astype("f4").tobytes())
        for pair in pairs:
            array = self._array("depth", pair)
            array.render()
            array.release()
        self._ctx.depth_func = "<"

    def _draw_shadows(self, view: SceneView, pairs: list[Any]) -> None:
        for light, (_, target) in zip(view.lighting.lights, self._shadows, strict=True):
            self._draw_depth(target, light.matrix()[0], pairs if max(light.colour) > 0 else [], "<")

    def _sky_picture(self, pairs: list[Any]) -> ImageArray:
        """(H, W, 2) uint8: share of the sky that paper sees, and the height of what is above."""
        x0, y0, width, height = _SKY_AREA
        matrix = np.diag([2 / width, 2 / height, 2 / _SKY_TOP_MM, 1.0])
        matrix[:3, 3] = [-(2 * x0 / width + 1), -(2 * y0 / height + 1), -1.0]
        texture, target = self._sky
        heights = []
        for func in ("<", ">"):
            self._draw_depth(target, matrix, pairs, func)
            raw = np.frombuffer(texture.read(alignment=1), np.float32)
            heights.append(raw.reshape(_SKY_PX[::-1]) * _SKY_TOP_MM)
        lowest, highest = heights
        return sky_from_heights(lowest, highest, width / _SKY_PX[0])

    def _target(self, size: tuple[int, int]) -> tuple[Any, Any]:
        if size not in self._targets:
            ctx = self._ctx
            colour = ctx.framebuffer(
                [ctx.texture(size, 4, dtype="f2")], ctx.depth_renderbuffer(size)
            )
            ids = ctx.framebuffer(
                [ctx.texture(size, 1, dtype="f1"), ctx.texture(size, 1, dtype="f4")],
                ctx.depth_renderbuffer(size),
            )
            self._targets[size] = (colour, ids)
        return self._targets[size]

    def _draw_colour(
        self, view: SceneView, pairs: list[Any], sky: Any, region: Region | None
    ) -> FloatArray:
        size = view.camera.size_wh
        target = self._target(size)[0]
        x0, y0, x1, y1 = region or (0, 0, *size)
        target.scissor = (x0, y0, x1 - x0, y1 - y0)  # rows are counted as in the picture
        target.use()
        self._ctx.enable_only(self._ctx.DEPTH_TEST)
        target.clear(depth=1.0)
        self._noise.use(1)
        sky.use(2)
        for slot, (texture, _) in enumerate(self._shadows):
            texture.use(3 + slot)
        for name in ("surface", "skin"):
            _set_camera(self._programs[name], view.camera)
            _set_light(self._programs[name], view)
        # From the front to the back, so that hidden surfaces are not shaded.
        order = sorted(range(len(pairs)), key=lambda k: -_FRONT_FIRST.get(view.items[k].code, 1))
        for item, pair in ((view.items[k], pairs[k]) for k in order):
            material = item.material
            if isinstance(material, SkinLook):
                name = "skin"
                _set_skin(self._programs[name], material, item)
            else:
                name = "surface"
                _set_surface(self._programs[name], material)
                self._surface_texture(material).use(0)
            array = self._array(name, pair)
            array.render()
            array.release()
        self._draw_backdrop(view)
        raw = np.frombuffer(target.read(components=4, dtype="f2", alignment=1), np.float16)
        picture = raw.reshape(size[1], size[0], 4)[..., :3].astype(np.float32)
        return np.nan_to_num(picture, nan=0.0, posinf=60000.0)

    def _surface_texture(self, material: Surface) -> Any:
        picture = material.picture
        if picture is None:
            return self._white
        return self._keep(picture, "mipmapped", lambda: self._mipmapped(picture))

    def _draw_backdrop(self, view: SceneView) -> None:
        program = self._programs["backdrop"]
        texture = self._keep(view.backdrop, "texture", lambda: self._texture(view.backdrop))
        texture.use(0)
        texture.repeat_x = texture.repeat_y = False
        program["picture"].value = 0
        program["gain"].value = view.backdrop_gain
        array = self._ctx.vertex_array(program, [(self._full, "2f", "in_pos")])
        array.render(vertices=3)
        array.release()

    def _draw_ids(self, view: SceneView, pairs: list[Any]) -> tuple[IntArray, FloatArray]:
        size = view.camera.size_wh
        target = self._target(size)[1]
        target.use()
        self._ctx.enable_only(self._ctx.DEPTH_TEST)
        target.clear(depth=1.0)
        program = self._programs["id"]
        _set_camera(program, view.camera)
        program["markers"].write(np.ascontiguousarray(view.markers_mm, "f4").tobytes())
        program["tip_mm"].write(np.array(view.tip_mm, "f4").tobytes())
        for item, pair in zip(view.items, pairs, strict=True):
            program["kind"].value = 2 if item.hand_side >= 0 else int(item.paper)
            program["code"].value = float(item.code)
            program["hand_side"].value = max(item.hand_side, 0)
            array = self._array("id", pair)
            array.render()
            array.release()
        ids = np.frombuffer(target.read(components=1, attachment=0, alignment=1), np.uint8)
        depth = np.frombuffer(
            target.read(components=1, attachment=1, dtype="f4", alignment=1), np.float32
        )
        ids, depth = ids.reshape(size[::-1]), depth.reshape(size[::-1])
        return ids, np.where(ids == 0, np.float32(np.inf), depth)


@lru_cache(maxsize=1)
def shared_renderer() -> Renderer:
    """The one renderer of this process: contexts are costly and do not live well side by side."""
    limit_threads()
    cv2.setNumThreads(1)
    return Renderer()


def _layout(program: Any, formats: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Vertex format and names without the inputs that the compiler has dropped."""
    kept: list[str] = []
    parts = []
    waiting = list(names)
    for part in formats.split():
        if part.endswith("x"):
            parts.append(part)
            continue
        name = waiting.pop(0)
        if name in program:
            parts.append(part)
            kept.append(name)
        else:
            parts.append(f"{4 * int(part[:-1])}x")
    return " ".join(parts), *kept


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
    picture = np.stack([seen * 255, above * (255 / _SKY_TOP_MM)], axis=-1)
    return np.asarray(np.clip(picture, 0, 255).astype(np.uint8))


def _set(program: Any, name: str, value: Any) -> None:
    """Set a uniform; the compiler may have dropped it."""
    if name in program:
        program[name].write(np.ascontiguousarray(value, np.float32).tobytes())


def _set_camera(program: Any, camera: SceneCamera) -> None:
    _set(program, "cam_rotation", camera.rotation.T)
    _set(program, "cam_translation", camera.translation)
    _set(program, "cam_k", [camera.focal_px, camera.focal_px, *camera.centre_px])
    _set(program, "cam_size", camera.size_wh)
    _set(program, "cam_distortion", [*camera.distortion, camera.R2_LIMIT])
    _set(program, "cam_range", [_NEAR_MM, _FAR_MM])
    _set(program, "eye", camera.position_mm)


def _set_light(program: Any, view: SceneView) -> None:
    lighting = view.lighting
    matrices, reaches, blurs, ranges = [], [], [], []
    for light, size in zip(lighting.lights, _SHADOW_PX, strict=True):
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
    x0, y0, width, height = _SKY_AREA
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


def _set_surface(program: Any, material: Surface) -> None:
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


def _set_skin(program: Any, look: SkinLook, item: Item) -> None:
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
