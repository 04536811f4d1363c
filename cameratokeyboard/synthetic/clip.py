"""Moving pictures: a whole performance on one stage, frame by frame, over several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from cameratokeyboard.datatypes import ImageArray, Layout
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.synthetic import effects
from cameratokeyboard.synthetic.camera import CameraPlan, SceneCamera, View, draw_plan
from cameratokeyboard.synthetic.datatypes import PART_FOREARM, Performance, PosedHand
from cameratokeyboard.synthetic.labels import Label
from cameratokeyboard.synthetic.mat_texture import MatPicture, layout_markers, mat_from_file
from cameratokeyboard.synthetic.render import Renderer
from cameratokeyboard.synthetic.sceneview import Region, Rendered
from cameratokeyboard.synthetic.stage import Stage, StageWish, draw_looks, draw_stage

Rng = np.random.Generator
#: Frames that one process renders before it is handed the next ones.
_CHUNK = 8
#: Tip motion in px within one exposure above which one more sub-frame is drawn.
_SUBFRAME_PX = (3.0, 16.0)


@dataclass(frozen=True)
class ClipWish:
    """What a clip shows; everything else follows from ``seed``.

    text: what is typed. layout: name or file. mats: pictures of a printed mat, the first one is
    used when there is one (the others stand for other seeds). hands: "anny" or "webxr".
    """

    text: str
    wpm: float = 40.0
    seed: int = 0
    layout: str = "qwerty"
    mats: tuple[Path, ...] = ()
    size_wh: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    view: View = View.FRONT
    style: str = "touch"
    hands: str = "anny"

    def __post_init__(self) -> None:
        if not 1 <= self.fps <= 240:
            raise SimulationError(f"--fps: expected 1 to 240, got {self.fps:g}")
        if not (64 <= self.size_wh[0] <= 4096 and 64 <= self.size_wh[1] <= 4096):
            width, height = self.size_wh
            raise SimulationError(f"--size: expected 64x64 to 4096x4096 px, got {width}x{height}")
        if self.size_wh[0] % 2 or self.size_wh[1] % 2:
            width, height = self.size_wh
            raise SimulationError(f"--size: expected even numbers of px, got {width}x{height}")


@dataclass(frozen=True, eq=False)
class Clip:
    """A clip before it is drawn: who types what, on which stage."""

    wish: ClipWish
    layout: Layout
    performance: Performance
    stage: Stage
    hands: tuple[Any, Any] = field(repr=False)

    @property
    def frame_count(self) -> int:
        """Number of frames; the last one lies within the performance."""
        return int(self.performance.t_s[-1] * self.wish.fps) + 1


@dataclass(frozen=True, eq=False)
class ClipFrame:
    """A finished frame: (H, W, 3) uint8 BGR and its exact labels."""

    index: int
    image: ImageArray
    labels: list[Label]


def _rng(wish: ClipWish, *path: int) -> Rng:
    return np.random.Generator(np.random.PCG64([wish.seed, *path]))


def perform(wish: ClipWish) -> Performance:
    """What the simulated typist does with the text.

    Raises SimulationError for a text that is empty or that the layout cannot write, or a speed out
    of range.
    """
    from cameratokeyboard.synthetic.person import Person
    from cameratokeyboard.synthetic.typist import Typist

    if not wish.text:
        raise SimulationError("--text: expected at least one character, got an empty text")
    layout = load_layout(wish.layout)
    typist = Typist(layout, Person.random(_rng(wish, 1)), wish.wpm, wish.style, seed=wish.seed)
    return typist.type(wish.text)


def build_clip(wish: ClipWish) -> Clip:
    """Draw person, camera, light and room of a clip; the same wish gives the same clip."""
    from cameratokeyboard.synthetic.hand import load_hands

    performance = perform(wish)
    layout = load_layout(wish.layout)
    rng = _rng(wish, 2)
    plan = _fitting_plan(rng, wish, layout)
    stage_wish = StageWish(wish.size_wh, plan, wish.view, flat=True, light=_clip_light(rng))
    mat = _mat(wish, layout)
    stage = draw_stage(rng, stage_wish, mat, draw_looks(rng), draw_clip_optics(rng))
    return Clip(wish, layout, performance, stage, load_hands(wish.hands, performance.hand))


def _clip_light(rng: Rng) -> str:
    return str(rng.choice(["window", "ceiling", "lamp", "two_lamps", "dull"]))


def _mat(wish: ClipWish, layout: Layout) -> MatPicture:
    if wish.mats:
        return mat_from_file(wish.mats[wish.seed % len(wish.mats)], layout)
    from cameratokeyboard.mat import picture

    grey = picture(layout, max(4.0, wish.size_wh[0] / 230.0))
    image = np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
    coded = all(place.code is not None for place in layout.markers)
    return MatPicture(image, layout.paper_mm, layout_markers(layout), coded)


def _fitting_plan(rng: Rng, wish: ClipWish, layout: Layout) -> CameraPlan:
    """A camera that sees all markers: step back until it does."""
    plan = draw_plan(rng, wish.view, whole_mat=True)
    for _ in range(40):
        if _sees_markers(plan.build(wish.size_wh), layout):
            return plan
        plan = CameraPlan(**{**plan.__dict__, "distance_mm": plan.distance_mm * 1.04})
    raise SimulationError(
        f"--size {wish.size_wh[0]}x{wish.size_wh[1]}: no camera sees the whole mat in this picture "
        "format; choose one nearer to 4:3 or 16:9"
    )


def _sees_markers(camera: SceneCamera, layout: Layout) -> bool:
    markers = layout_markers(layout)
    signs = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]], float)
    corners = (markers[:, None, :2] + signs[None] * markers[:, None, 2:]).reshape(-1, 2)
    points, _ = camera.project(np.concatenate([corners, np.zeros((len(corners), 1))], axis=1))
    margin = 0.015 * camera.size_wh[0]
    limit = np.array(camera.size_wh) - margin
    return bool(np.isfinite(points).all() and (points > margin).all() and (points < limit).all())


def draw_clip_optics(rng: Rng) -> effects.Optics:
    """A decent webcam or phone: focused on the hands, little noise."""
    return effects.Optics(
        exposure=float(rng.normal(0.0, 0.2)),
        kelvin_error=float(6500 * np.exp(rng.normal(0, 0.06))),
        aperture=float(rng.uniform(0, 2.0)),
        noise=float(rng.uniform(0.5, 1.8)),
        curve=float(rng.uniform(0.3, 0.9)),
        saturation=float(rng.normal(1.0, 0.08)),
        sharpen=float(rng.uniform(0.0, 0.6)),
        vignette=float(rng.uniform(0, 0.25)),
    )


class ClipPainter:
    """Draws frames of one clip with one renderer."""

    def __init__(self, clip: Clip, renderer: Renderer) -> None:
        self._clip = clip
        self._renderer = renderer
        rng = _rng(clip.wish, 3)
        self._exposure_s = float(rng.uniform(1 / 120, 1 / 40))
        self._readout_s = float(rng.uniform(0.004, 0.016))
        self._flicker = float(rng.uniform(0, 0.012))
        middle, _ = self._draw(0.0)
        shown = middle.depth_mm[(middle.ids == 2) | (middle.ids >= 16)]
        self._focus = float(np.median(shown)) if len(shown) else 450.0
        self._gain = effects.metered_gain(middle.linear)

    def frame(self, index: int) -> ClipFrame:
        """Frame ``index``: exposed around ``index / fps`` on the clip's clock."""
        wish, stage = self._clip.wish, self._clip.stage
        t_s = index / wish.fps
        span = self._exposure_s + self._readout_s
        middle, hands = self._draw(t_s)
        count, region = self._motion(t_s, span, hands)
        frames = []
        for k in range(count):
            part = middle
            if k != count // 2:
                part, _ = self._draw(t_s + ((k + 0.5) / count - 0.5) * span, middle, region)
            frames.append(part.linear)
        light = effects.add_rows(frames, self._exposure_s / span, self._readout_s / span)
        light = effects.smooth_edges(light)
        light = effects.blur_by_depth(light, middle.depth_mm, stage.optics, self._focus)
        flicker = 1.0 + self._flicker * float(np.sin(2 * np.pi * 100.0 * t_s))
        rng = _rng(wish, 4, index)
        image = effects.develop(light, stage.optics, self._gain, rng, flicker)
        return ClipFrame(index, image, stage.labels(middle, hands))

    def _motion(
        self, t_s: float, span_s: float, hands: dict[int, PosedHand]
    ) -> tuple[int, Region | None]:
        """How many sub-frames the motion of the pads asks for, and where in the picture it is."""
        performance, camera = self._clip.performance, self._clip.stage.camera
        ends = [camera.project(performance.at(t_s + s * span_s / 2)[0])[0] for s in (-1, 1)]
        moved = np.nan_to_num(np.linalg.norm(ends[1] - ends[0], axis=1))
        steps = np.array(_SUBFRAME_PX) * camera.size_wh[0] / 1280
        count = 1 + 2 * int((float(moved.max()) > steps).sum())
        moving = {side: hands[side] for side in hands if moved.reshape(2, 5)[side].max() > steps[0]}
        return count, self._region(moving) if moving else None

    def _region(self, hands: dict[int, PosedHand]) -> Region | None:
        """The part of the picture with these hands and their shadows nearby."""
        camera = self._clip.stage.camera
        width, height = camera.size_wh
        points = np.concatenate(
            [posed.vertices_mm[posed.mesh.part != PART_FOREARM] for posed in hands.values()]
        )
        px, _ = camera.project(np.concatenate([points, points * [1, 1, 0]]))
        px = px[np.isfinite(px).all(axis=1)]
        if len(px) == 0:
            return None
        low, high = px.min(axis=0) - width * 0.03, px.max(axis=0) + width * 0.03
        x0, y0 = (int(v) for v in np.clip(low, 0, [width - 1, height - 1]))
        x1, y1 = (int(v) for v in np.clip(high, [x0 + 1, y0 + 1], [width, height]))
        return x0, y0, x1, y1

    def _draw(
        self, t_s: float, base: Rendered | None = None, region: Region | None = None
    ) -> tuple[Rendered, dict[int, PosedHand]]:
        clip = self._clip
        pads, wrists, yaw = clip.performance.at(t_s)
        wrists = clip.wish.view.wrists_seen_past(wrists)
        ordered = (pads[4::-1], pads[5:])
        hands = {s: clip.hands[s].pose(ordered[s], wrists[s], float(yaw[s])) for s in (0, 1)}
        return self._renderer.render(clip.stage.view(hands, wrists), base, region), hands


@lru_cache(maxsize=1)
def _painter(wish: ClipWish) -> ClipPainter:
    from cameratokeyboard.synthetic.render import shared_renderer

    renderer = shared_renderer()
    renderer.forget()
    return ClipPainter(build_clip(wish), renderer)


def _paint(wish: ClipWish, indices: list[int]) -> list[ClipFrame]:
    return [_painter(wish).frame(index) for index in indices]


def paint_frames(wish: ClipWish, count: int, workers: int) -> Iterator[ClipFrame]:
    """Frames 0 .. count - 1 in order, rendered by this many processes."""
    chunks = [list(range(k, min(k + _CHUNK, count))) for k in range(0, count, _CHUNK)]
    if workers == 1 or len(chunks) == 1:
        for chunk in chunks:
            yield from _paint(wish, chunk)
        return
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    waiting: list[Future[list[ClipFrame]]] = []
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_paint, wish, chunk))
            if len(waiting) > 2 * workers:  # bounds memory: a frame is megabytes
                yield from waiting.pop(0).result()
        while waiting:
            yield from waiting.pop(0).result()
    except BrokenProcessPool as error:
        raise SimulationError(
            "simulate: a worker process died (out of memory?); try fewer --workers"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
