"""One labelled still: a random person at a random moment of typing, seen by a random camera."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from cameratokeyboard.datatypes import THUMB_SLOTS, FloatArray, Layout
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.synthetic import effects
from cameratokeyboard.synthetic.camera import View, draw_plan
from cameratokeyboard.synthetic.datatypes import Performance, PosedHand
from cameratokeyboard.synthetic.labels import Label
from cameratokeyboard.synthetic.mat_texture import draw_mat
from cameratokeyboard.synthetic.render import Renderer
from cameratokeyboard.synthetic.sceneview import Rendered
from cameratokeyboard.synthetic.stage import Stage, StageWish, draw_looks, draw_stage

Rng = np.random.Generator
#: So many people stand model for a set; each has their own hands, habits and way of typing.
PEOPLE = 48
#: Consecutive pictures that share a person: hands and performances are costly to make.
RUN_LENGTH = 6
#: Share of people with the second hand mesh when both are asked for.
_WEBXR_SHARE = 0.2
_TEXTS = (
    "the quick brown fox jumps over the lazy dog",
    "pack my box with five dozen liquor jugs",
    "it was 1984 and 37 people saw 62 ships, 50 of them sinking",
    "a quiet zebra; why? because of x-rays = [fun].",
    "typing on paper feels odd at first but works well",
    "Zoe met Jack at Queen Street, No. 8 (third floor)",
)


@dataclass(frozen=True)
class StillSettings:
    """What a set of pictures is made of; two sets agree when these agree.

    seed: the set. size: long side in px. hands: "anny", "webxr" or "both". layout: its name.
    """

    seed: int
    size: int = 640
    hands: str = "both"
    layout: str = "qwerty"


@dataclass(frozen=True, eq=False)
class Picture:
    """A finished picture: its name, JPEG file, label file and manifest entry."""

    name: str
    jpeg: bytes
    labels: str
    record: dict[str, Any]


def picture_name(settings: StillSettings, number: int) -> str:
    """File name of a picture without its ending."""
    return f"s{settings.seed}_{number:06d}"


def _rng(settings: StillSettings, *path: int | str) -> Rng:
    """A generator that depends on the set's seed and a path only."""
    words = [zlib.crc32(p.encode()) if isinstance(p, str) else p for p in path]
    return np.random.Generator(np.random.PCG64([settings.seed, *words]))


@dataclass(frozen=True, eq=False)
class Model:
    """A person who sits for a set: hands by side, hand kind."""

    person: Any
    hands: tuple[Any, Any]
    kind: str


@lru_cache(maxsize=3)
def _model(settings: StillSettings, number: int) -> Model:
    from cameratokeyboard.synthetic.hand import load_hands
    from cameratokeyboard.synthetic.hand_shape import random_build
    from cameratokeyboard.synthetic.person import Person

    rng = _rng(settings, "person", number)
    person = Person.random(rng)
    kind = settings.hands
    if kind == "both":
        kind = "webxr" if rng.uniform() < _WEBXR_SHARE else "anny"
    return Model(person, load_hands(kind, random_build(person.hand, rng)), kind)


@lru_cache(maxsize=3)
def _performance(settings: StillSettings, run: int) -> Performance:
    from cameratokeyboard.synthetic.style import STYLES
    from cameratokeyboard.synthetic.typist import Typist

    rng = _rng(settings, "performance", run)
    person = _model(settings, run % PEOPLE).person
    names = list(STYLES)
    style = "touch" if rng.uniform() < 0.6 else str(rng.choice(names))
    slow, usual, _ = STYLES[style].wpm
    typist = Typist(
        _layout(settings.layout), person, float(rng.uniform(slow, usual)), style,
        liveliness=float(rng.uniform(1.0, 3.0)), seed=int(rng.integers(2**31)),
    )  # fmt: skip
    text = str(rng.choice(_TEXTS))
    start = int(rng.integers(0, max(1, len(text) - 14)))
    return typist.type(text[start : start + 14].strip() or "hello there")


@lru_cache(maxsize=4)
def _layout(name: str) -> Layout:
    return load_layout(name)


@dataclass(frozen=True, eq=False)
class _Moment:
    """Pads (10, 3), wrists (2, 3) and yaw (2,) with this picture's own shift of the hands."""

    performance: Performance
    view: View
    t_s: float
    shift_mm: FloatArray
    jitter_mm: FloatArray
    turn_deg: FloatArray

    def pose(
        self, model: Model, sides: tuple[int, ...], later_s: float
    ) -> tuple[dict[int, PosedHand], FloatArray]:
        """The hands by side and the wrists (2, 3) a little later."""
        pads, wrists, yaw = self.performance.at(self.t_s + later_s)
        pads = pads + self.jitter_mm
        pads[:5] += self.shift_mm[0]
        pads[5:] += self.shift_mm[1]
        pads[:, 2] = np.maximum(pads[:, 2], 0.0)
        wrists = self.view.wrists_seen_past(wrists) + self.shift_mm
        yaw = yaw + self.turn_deg
        ordered = (pads[4::-1], pads[5:])
        hands = {s: model.hands[s].pose(ordered[s], wrists[s], float(yaw[s])) for s in sides}
        return hands, wrists


def _draw_moment(rng: Rng, performance: Performance, view: View) -> _Moment:
    shift = np.zeros((2, 3))
    jitter = np.zeros((10, 3))
    turn = np.zeros(2)
    if rng.uniform() < 0.4:
        shift[:, :2] = rng.normal(0, 9, (2, 2))
        shift[:, 2] = np.abs(rng.normal(0, 7, 2))
        turn = rng.normal(0, 6, 2)
    if rng.uniform() < 0.4:
        jitter[:, :2] = rng.normal(0, 3.0, (10, 2))
        jitter[:, 2] = np.abs(rng.normal(0, 7, 10)) * (rng.uniform(size=10) < 0.4)
    if rng.uniform() < 0.5:
        jitter += _hanging_thumbs(rng, performance)
    return _Moment(
        performance, view, float(rng.uniform(0, performance.t_s[-1])), shift, jitter, turn
    )


def _hanging_thumbs(rng: Rng, performance: Performance) -> FloatArray:
    """(10, 3) mm: thumbs held in the air, in or out of the hand, as people do between spaces.

    The higher the wrist, the higher they hang.
    """
    wrist = float(performance.wrists_mm[..., 2].mean())
    moved = np.zeros((10, 3))
    for slot, inwards in zip(THUMB_SLOTS, (1.0, -1.0), strict=True):
        if rng.uniform() < 0.75:
            moved[slot] = (
                inwards * rng.uniform(-8, 18),
                rng.uniform(-14, 16),
                rng.uniform(2, 24 + 0.35 * wrist),
            )
    return moved


@dataclass(frozen=True)
class _Format:
    """size_wh: rendered picture. bars: black bars above and below that make it square."""

    size_wh: tuple[int, int]
    bars: tuple[int, int] = (0, 0)


def _draw_format(rng: Rng, size: int) -> _Format:
    kind = rng.uniform()

    def even(value: float) -> int:
        return 2 * round(value / 2)

    if kind < 0.42:
        return _Format((size, size))
    if kind < 0.60:
        return _Format((size, even(size * 0.75)))
    if kind < 0.76:
        return _Format((size, even(size * 9 / 16)))
    if kind < 0.80:
        return _Format((even(size * 0.75), size))
    height = even(size * float(rng.choice([9 / 16, 0.75, rng.uniform(0.6, 0.9)])))
    top = int(rng.integers(0, size - height + 1)) if rng.uniform() < 0.5 else (size - height) // 2
    return _Format((size, height), (top, size - height - top))


_VIEWS = ((View.FRONT, 0.80), (View.ABOVE, 0.09), (View.BEHIND, 0.11))


def _draw_sides(rng: Rng) -> tuple[int, ...]:
    kind = rng.uniform()
    if kind < 0.10:
        return ()
    if kind < 0.20:
        return (int(rng.integers(2)),)
    return (0, 1)


def render_still(renderer: Renderer, settings: StillSettings, number: int) -> Picture:
    """Render picture ``number`` of a set; it depends on the settings and the number only."""
    rng = _rng(settings, "picture", number)
    run = number // RUN_LENGTH
    model = _model(settings, run % PEOPLE)
    shape = _draw_format(rng, settings.size)
    view = View(str(rng.choice([v.value for v, _ in _VIEWS], p=[p for _, p in _VIEWS])))
    sides = _draw_sides(rng)
    people = bool(sides) or rng.uniform() < 0.4
    wish = StageWish(shape.size_wh, draw_plan(rng, view), view, people=people)
    mat = draw_mat(rng, _layout(settings.layout))
    stage = draw_stage(rng, wish, mat, draw_looks(rng), effects.draw_optics(rng))
    moment = _draw_moment(rng, _performance(settings, run), view)
    linear, middle, hands = _expose(renderer, stage, moment, model, sides, rng)
    renderer.forget()
    picture = _finish(stage, linear, middle, rng)
    labels = stage.labels(middle, hands)
    picture, labels = _with_bars(picture, labels, shape, rng)
    quality = [cv2.IMWRITE_JPEG_QUALITY, max(stage.optics.jpeg, 40)]
    _, data = cv2.imencode(".jpg", picture, quality)
    size = (picture.shape[1], picture.shape[0])
    record = {
        "number": number,
        "group": f"s{settings.seed}-{run}",
        "hands": model.kind if sides else "none",
        "sides": list(sides),
        "skin_tone": round(stage.looks.skin.tone, 2),
        "view": view.value,
        "light": stage.lighting.kind,
        "coded": mat.coded,
        "size": list(size),
        "seed": settings.seed,
    }
    name = picture_name(settings, number)
    return Picture(name, data.tobytes(), "".join(f"{x.line(size)}\n" for x in labels), record)


def _expose(
    renderer: Renderer,
    stage: Stage,
    moment: _Moment,
    model: Model,
    sides: tuple[int, ...],
    rng: Rng,
) -> tuple[FloatArray, Rendered, dict[int, PosedHand]]:
    """Light of the picture, the render of its middle moment and the hands then."""
    blurred = bool(sides) and rng.uniform() < 0.16
    span = float(rng.uniform(0.008, 0.033))
    count = 3 if blurred else 1
    frames = []
    middle: tuple[Rendered, dict[int, PosedHand]] | None = None
    for k in range(count):
        later = ((k + 0.5) / count - 0.5) * span
        hands, wrists = moment.pose(model, sides, later)
        rendered = renderer.render(stage.view(hands, wrists))
        frames.append(effects.smooth_edges(rendered.linear))
        if k == count // 2:
            middle = rendered, hands
    assert middle is not None  # count is odd, so that one frame is the middle one
    return effects.add_rows(frames, 1.0, 0.0), *middle


def _finish(stage: Stage, linear: FloatArray, middle: Rendered, rng: Rng) -> Any:
    shown = middle.depth_mm[(middle.ids >= 2) & (middle.ids != 4)]
    focus = float(np.median(shown)) if len(shown) > 50 else 450.0
    if rng.uniform() < 0.15:
        focus *= float(rng.uniform(0.75, 1.4))
    linear = effects.blur_by_depth(linear, middle.depth_mm, stage.optics, focus)
    if rng.uniform() < 0.07:
        linear = effects.shake(linear, float(rng.uniform(2, 9)), float(rng.uniform(0, np.pi)))
    optics = replace(stage.optics, jpeg=stage.optics.jpeg if rng.uniform() < 0.2 else 0)
    return effects.develop(linear, optics, effects.metered_gain(linear), rng)


def _with_bars(
    picture: Any, labels: list[Label], shape: _Format, rng: Rng
) -> tuple[Any, list[Label]]:
    top, bottom = shape.bars
    if top + bottom == 0:
        return picture, labels
    framed = cv2.copyMakeBorder(picture, top, bottom, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    return framed, [label.moved(0.0, float(top)) for label in labels]
