"""Exact truth of fingertips in the picture, frame by frame, without drawing any pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import FINGER_COUNT, BoolArray, FloatArray
from cameratokeyboard.errors import SimulationError
from cameratokeyboard.synthetic.camera import CameraPlan, SceneCamera, View, draw_plan
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.fingertips import fingertips_at

#: Positions are averaged over this many moments of the exposure.
_EXPOSURE_STEPS = 3
#: Frames worked on at a time, to keep memory small.
_CHUNK = 2048
#: Sizes and rates of webcams and phones, and how often they come [assumed].
_SIZES = ((640, 480), (640, 360), (960, 540), (1280, 720), (1920, 1080))
_SIZE_SHARES = (0.12, 0.08, 0.1, 0.45, 0.25)
_RATES = (15.0, 24.0, 25.0, 30.0, 60.0)
_RATE_SHARES = (0.08, 0.07, 0.1, 0.6, 0.15)
_VIEWS = (View.FRONT, View.ABOVE, View.BEHIND)
_VIEW_SHARES = (0.86, 0.07, 0.07)


@dataclass(frozen=True, eq=False)
class Shot:
    """How a performance is filmed. fps: frames a second. exposure_s: how long each is open."""

    camera: SceneCamera
    fps: float = 30.0
    exposure_s: float = 0.012


@dataclass(frozen=True, eq=False)
class TipTruth:
    """True fingertips over F frames; arrays (F, 10, ...) in px, order FINGER_NAMES.

    t_s: (F,) middle of each exposure. contact, tip, joint: (F, 10, 2). xyxy: (F, 10, 4) box of the
    last 15 mm. in_view: (F, 10) the box's middle lies in the picture. cover: (F, 10) 0..1 share of
    the box behind other fingers. blur: (F, 10) way of the contact point during the exposure.
    contact_mm: (F, 10, 3) the pad on the mat.
    """

    t_s: FloatArray
    contact: FloatArray
    tip: FloatArray
    joint: FloatArray
    xyxy: FloatArray
    in_view: BoolArray
    cover: FloatArray
    blur: FloatArray
    contact_mm: FloatArray

    def __len__(self) -> int:
        return len(self.t_s)


def random_shot(rng: np.random.Generator, view: View | None = None) -> Shot:
    """Draw a camera with the whole mat in view, its size, rate and exposure."""
    if view is None:
        view = _VIEWS[int(rng.choice(len(_VIEWS), p=_VIEW_SHARES))]
    size = _SIZES[int(rng.choice(len(_SIZES), p=_SIZE_SHARES))]
    fps = _RATES[int(rng.choice(len(_RATES), p=_RATE_SHARES))]
    exposure = float(np.clip(0.010 * np.exp(rng.normal(0, 0.7)), 0.002, 0.9 / fps))
    camera = draw_plan(rng, view, whole_mat=True).build(size)
    return Shot(camera, float(fps), exposure)


def front_shot(
    size_wh: tuple[int, int] = (1280, 720), fps: float = 30.0, exposure_s: float = 0.012
) -> Shot:
    """The usual camera: across the mat, 30 degrees down, 45 cm away, 62 degrees wide."""
    return Shot(CameraPlan().build(size_wh), fps, exposure_s)


def frame_times(performance: Performance, fps: float, start_s: float = 0.0) -> FloatArray:
    """(F,) middle of the exposure of each frame of a clip of the whole performance."""
    if not fps > 0:
        raise SimulationError(f"frame rate: expected more than 0 frames a second, got {fps:g}")
    end = float(performance.t_s[-1])
    return np.asarray(np.arange(start_s, end, 1.0 / fps))


def sample_performance(
    performance: Performance, t_s: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pads (N, 10, 3), wrists (N, 2, 3) and yaw (N, 2) at many moments, linear between samples."""
    last = len(performance.t_s) - 1
    position = np.clip(np.asarray(t_s, float) * performance.rate_hz, 0, last)
    low = np.minimum(position.astype(np.int64), max(last - 1, 0))
    high = np.minimum(low + 1, last)
    share = position - low

    def between(values: FloatArray) -> FloatArray:
        part = share.reshape(-1, *([1] * (values.ndim - 1)))
        return np.asarray(values[low] + (values[high] - values[low]) * part)

    return (
        between(performance.pads_mm),
        between(performance.wrists_mm),
        between(performance.yaw_deg),
    )


def film(performance: Performance, shot: Shot, start_s: float = 0.0) -> TipTruth:
    """True fingertips in every frame of the shot."""
    t_s = frame_times(performance, shot.fps, start_s)
    parts = [
        _film_part(performance, shot, t_s[begin : begin + _CHUNK])
        for begin in range(0, len(t_s), _CHUNK)
    ]
    names = [n for n in TipTruth.__dataclass_fields__ if n != "t_s"]
    return TipTruth(t_s, **{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})


def _film_part(performance: Performance, shot: Shot, t_s: FloatArray) -> TipTruth:
    steps = np.linspace(-0.5, 0.5, _EXPOSURE_STEPS) * shot.exposure_s
    weights = np.full(_EXPOSURE_STEPS, 1.0 / _EXPOSURE_STEPS)
    moments = [_still(performance, shot.camera, t_s + step) for step in steps]
    names = ("contact", "tip", "joint", "xyxy", "cover")
    mean = {n: sum(w * m[n] for w, m in zip(weights, moments, strict=True)) for n in names}
    blur = np.linalg.norm(moments[-1]["contact"] - moments[0]["contact"], axis=2)
    box = np.asarray(mean["xyxy"])
    middle = (box[..., :2] + box[..., 2:]) / 2
    inside = np.all((middle > 0) & (middle < np.array(shot.camera.size_wh)), axis=2)
    middle_pads = sample_performance(performance, t_s)[0]
    return TipTruth(
        t_s=t_s,
        contact=np.asarray(mean["contact"]),
        tip=np.asarray(mean["tip"]),
        joint=np.asarray(mean["joint"]),
        xyxy=box,
        in_view=inside & np.isfinite(box).all(axis=2),
        cover=np.asarray(mean["cover"]),
        blur=blur,
        contact_mm=middle_pads,
    )


def _still(performance: Performance, camera: SceneCamera, t_s: FloatArray) -> dict[str, FloatArray]:
    """All fingertips at moments, projected."""
    pads, wrists, yaw = sample_performance(performance, t_s)
    tips = fingertips_at(pads, wrists, yaw, performance.hand)
    contact, _ = camera.project(tips.contact)
    far, _ = camera.project(tips.tip)
    joint, _ = camera.project(tips.joint)
    front, front_depth = camera.project(tips.front)
    back, back_depth = camera.project(tips.back)
    upper, upper_depth = camera.project(tips.upper)
    front_r = (tips.radius * camera.focal_px / front_depth)[..., None]
    back_r = (tips.radius * camera.focal_px / back_depth)[..., None]
    low = np.minimum(front - front_r, back - back_r)
    high = np.maximum(front + front_r, back + back_r)
    upper_r = (tips.radius * camera.focal_px / upper_depth)[..., None]
    tall_low = np.minimum(low, upper - upper_r)
    tall_high = np.maximum(high, upper + upper_r)
    cover = _cover(low, high, tall_low, tall_high, front_depth)
    return {
        "contact": contact,
        "tip": far,
        "joint": joint,
        "xyxy": np.concatenate([low, high], axis=2),
        "cover": cover,
    }


def _cover(
    low: FloatArray,
    high: FloatArray,
    tall_low: FloatArray,
    tall_high: FloatArray,
    depth: FloatArray,
) -> FloatArray:
    """(N, 10) largest share of each fingertip's box behind another finger that is nearer."""
    cover = np.zeros(depth.shape)
    area = np.maximum(np.prod(high - low, axis=2), 1.0)
    for a in range(FINGER_COUNT):
        for b in range(FINGER_COUNT):
            if a == b or abs(a - b) > 4:
                continue
            overlap = np.minimum(high[:, a], tall_high[:, b]) - np.maximum(
                low[:, a], tall_low[:, b]
            )
            share = np.prod(np.maximum(overlap, 0.0), axis=1) / area[:, a]
            nearer = depth[:, b] < depth[:, a] - 8.0
            cover[:, a] = np.maximum(cover[:, a], np.where(nearer, share, 0.0))
    return cover
