"""Draws a scene with OpenGL: a picture in linear light, an id buffer and depths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray, IntArray
from cameratokeyboard.synthetic.glcontext import (
    limit_threads,
    make_context,
    shader_source,
    vertex_layout,
)
from cameratokeyboard.synthetic.materials import SkinLook, Surface
from cameratokeyboard.synthetic.meshes import Mesh
from cameratokeyboard.synthetic.sceneview import Region, Rendered, SceneView
from cameratokeyboard.synthetic.textures import noise_volume
from cameratokeyboard.synthetic.uniforms import (
    SHADOW_PX,
    SKY_AREA,
    SKY_PX,
    SKY_TOP_MM,
    set_camera,
    set_light,
    set_skin,
    set_surface,
    sky_from_heights,
)

_SRGB8 = 0x8C41  # GL_SRGB8
#: Picture sizes whose buffers are kept.
_KEPT_SIZES = 3
#: Things by their code in the id buffer, from the front to the back of most pictures.
_FRONT_FIRST = {54: 9, 48: 8, 49: 8, 50: 8, 52: 7, 3: 6, 2: 5, 4: 3, 1: 2}


class Renderer:
    """Owns a context, its programs and the buffers of what does not move.

    One renderer serves one thread. ``forget`` drops the kept meshes and textures: call it when the
    scene changes.
    """

    def __init__(self, context: Any = None) -> None:
        self._ctx = context or make_context()
        self._programs = self._compiled()
        self._shadows = [self._depth_target((size, size)) for size in SHADOW_PX]
        self._sky = self._depth_target(SKY_PX)
        self._noise = self._noise_texture()
        self._white = self._texture(np.full((1, 1, 3), 255, np.uint8))
        self._full = self._ctx.buffer(np.array([-1, -1, 3, -1, -1, 3], "f4").tobytes())
        self._targets: dict[tuple[int, int], tuple[Any, Any]] = {}
        self._kept: dict[tuple[int, str], tuple[Any, Any]] = {}
        self._spare: dict[tuple[int, int, int], list[Any]] = {}

    def _compiled(self) -> dict[str, Any]:
        head = "#version 330\n" + shader_source("lighting.glsl")
        parts = {
            "surface": ("mesh.vert", head + shader_source("surface.frag")),
            "skin": ("mesh.vert", head + shader_source("skin.frag")),
            "id": ("mesh.vert", shader_source("id.frag")),
            "depth": ("depth.vert", shader_source("depth.frag")),
            "backdrop": ("backdrop.vert", shader_source("backdrop.frag")),
        }
        return {
            name: self._ctx.program(vertex_shader=shader_source(vertex), fragment_shader=fragment)
            for name, (vertex, fragment) in parts.items()
        }

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

        With ``base`` and ``region`` (x0, y0, x1, y1 in px) only the light within the region is
        drawn anew over that of ``base``; ids and depths stay those of ``base``. For
        sub-frames, in which only hands move.
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
                mixed[y0:y1, x0:x1] = linear
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
            smaller = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
            picture = np.asarray(smaller, np.uint8).reshape(height, width, channels)

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
            content = [(pair[0], *vertex_layout(known, *used))]
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
        x0, y0, width, height = SKY_AREA
        matrix = np.diag([2 / width, 2 / height, 2 / SKY_TOP_MM, 1.0])
        matrix[:3, 3] = [-(2 * x0 / width + 1), -(2 * y0 / height + 1), -1.0]
        texture, target = self._sky
        heights = []
        for func in ("<", ">"):
            self._draw_depth(target, matrix, pairs, func)
            raw = np.frombuffer(texture.read(alignment=1), np.float32)
            heights.append(raw.reshape(SKY_PX[::-1]) * SKY_TOP_MM)
        lowest, highest = heights
        return sky_from_heights(lowest, highest, width / SKY_PX[0])

    def _target(self, size: tuple[int, int]) -> tuple[Any, Any]:
        if size not in self._targets:
            ctx = self._ctx
            if len(self._targets) >= _KEPT_SIZES:  # sets draw pictures of many heights
                self._targets.pop(next(iter(self._targets)))
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
        """Light of the picture, or of the region of it."""
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
            set_camera(self._programs[name], view.camera)
            set_light(self._programs[name], view)
        # From the front to the back, so that hidden surfaces are not shaded.
        order = sorted(range(len(pairs)), key=lambda k: -_FRONT_FIRST.get(view.items[k].code, 1))
        for item, pair in ((view.items[k], pairs[k]) for k in order):
            material = item.material
            if isinstance(material, SkinLook):
                name = "skin"
                set_skin(self._programs[name], material, item)
            else:
                name = "surface"
                set_surface(self._programs[name], material)
                self._surface_texture(material).use(0)
            array = self._array(name, pair)
            array.render()
            array.release()
        self._draw_backdrop(view)
        part = (x0, y0, x1 - x0, y1 - y0)
        raw = np.frombuffer(target.read(part, components=4, dtype="f2", alignment=1), np.float16)
        picture = raw.reshape(y1 - y0, x1 - x0, 4)[..., :3].astype(np.float32)
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
        set_camera(program, view.camera)
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
