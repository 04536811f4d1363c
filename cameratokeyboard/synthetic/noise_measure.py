"""Measure a detector's noise: its detections beside exact truth become a DetectorNoise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import (
    FINGER_COUNT,
    MARKER,
    THUMB,
    THUMB_SLOTS,
    BoolArray,
    Detections,
    FloatArray,
)
from cameratokeyboard.errors import TruthError
from cameratokeyboard.synthetic.noise import REFERENCE_WIDTH_PX, DetectorNoise

#: A detection belongs to a fingertip when it lies this close, as a share of its box's diagonal.
_GATE = 0.5
#: Fingertips covered up to this share count as in plain view.
_PLAIN_COVER = 0.35
_LEAST_FRAMES = 30
#: Frames in plain view that tell a finger's lasting error: in one or two it may be another finger's
#: detection that was taken for it.
_LEAST_TOLD = 8
_LAG = 3


@dataclass(frozen=True, eq=False)
class DetectionTruth:
    """What there really was in F frames, px; order FINGER_NAMES.

    t_s: (F,). contact: (F, 10, 2). xyxy: (F, 10, 4). visible: (F, 10) whether any of the fingertip
    is in view. cover: (F, 10) share hidden, blur: (F, 10) px moved in the exposure; both may be 0.
    markers: (F, 4, 2) true centres, NaN where out of view; None when not known.
    """

    t_s: FloatArray
    contact: FloatArray
    xyxy: FloatArray
    visible: BoolArray
    cover: FloatArray
    blur: FloatArray
    markers: FloatArray | None = None

    def __post_init__(self) -> None:
        frames = len(self.t_s)
        for name, shape in (
            ("contact", (frames, FINGER_COUNT, 2)),
            ("xyxy", (frames, FINGER_COUNT, 4)),
            ("visible", (frames, FINGER_COUNT)),
            ("cover", (frames, FINGER_COUNT)),
            ("blur", (frames, FINGER_COUNT)),
        ):
            got = getattr(self, name).shape
            if got != shape:
                raise TruthError(f"detection truth, {name}: expected shape {shape}, got {got}")


@dataclass(frozen=True, eq=False)
class _Matches:
    """Per frame and finger: error (F, 10, 2) px, size ratio (F, 10, 2), class right, confidence."""

    error: FloatArray
    size: FloatArray
    right_class: BoolArray
    confidence: FloatArray
    false_finds: int
    marker_error: FloatArray
    marker_missed: float

    @property
    def found(self) -> BoolArray:
        """(F, 10)."""
        return np.asarray(np.isfinite(self.error).all(axis=2))


def measure_noise(
    detections: Sequence[Detections],
    truth: DetectionTruth,
    source: str = "measured",
    otherwise: DetectorNoise | None = None,
) -> DetectorNoise:
    """The noise of a detector on a clip with known truth; lengths for a picture 1280 px wide.

    detections: one for each frame of ``truth``. otherwise: figures for what this clip cannot tell.
    Raises TruthError when they do not fit or when there is too little to measure.
    """
    if len(detections) != len(truth.t_s):
        raise TruthError(
            f"measuring noise: expected {len(truth.t_s)} frames of detections as in the truth, "
            f"got {len(detections)}"
        )
    if len(detections) < _LEAST_FRAMES or not truth.visible.any():
        raise TruthError(
            f"measuring noise: expected {_LEAST_FRAMES} frames or more with fingers in view, got "
            f"{len(detections)} frames; take a longer clip"
        )
    matches = _match(detections, truth)
    scale = detections[0].image_wh[0] / REFERENCE_WIDTH_PX
    plain = truth.visible & (truth.cover <= _PLAIN_COVER)
    thumbs = np.zeros(FINGER_COUNT, bool)
    thumbs[list(THUMB_SLOTS)] = True
    lost = truth.visible & ~matches.found
    base = otherwise or DetectorNoise()
    fps = 1.0 / float(np.median(np.diff(truth.t_s)))
    lasting = _lasting(matches, plain)
    common, bias = _shared(lasting)
    jitter, aspect, correlated, time_s, gain = _jitter(matches, truth, plain, lasting, fps, base)
    return DetectorNoise(
        jitter_px=jitter / scale,
        aspect=aspect,
        correlated=correlated,
        correlation_s=time_s,
        bias_px=bias / scale,
        common_px=common / scale,
        blur_gain=gain,
        miss_finger=_rate(lost, plain & ~thumbs, base.miss_finger),
        miss_thumb=_rate(lost, plain & thumbs, base.miss_thumb),
        burst_frames=_mean_run(lost & plain),
        hidden_from=_PLAIN_COVER,
        hidden_miss=_hidden_miss(lost, truth, base.hidden_miss),
        blur_miss=_blur_miss(lost, plain, truth.blur / scale, base.blur_miss),
        swap=_rate(~matches.right_class, matches.found, 0.0),
        false_find=matches.false_finds / len(detections),
        box_sigma=_box_sigma(matches, plain),
        confidence=_confidence(matches),
        marker_jitter_px=_marker_jitter(matches, base.marker_jitter_px * scale) / scale,
        marker_miss=matches.marker_missed,
        source=source,
    )


def _match(detections: Sequence[Detections], truth: DetectionTruth) -> _Matches:
    """Give detections to fingertips frame by frame, nearest pairs first."""
    frames = len(detections)
    error = np.full((frames, FINGER_COUNT, 2), np.nan)
    size = np.full((frames, FINGER_COUNT, 2), np.nan)
    right = np.ones((frames, FINGER_COUNT), bool)
    confidence = np.full((frames, FINGER_COUNT), np.nan)
    false_finds, marker_all = 0, 0
    marker_errors: list[FloatArray] = []
    for frame, found in enumerate(detections):
        tips = found.select(found.class_id != MARKER)
        taken = _pairs(tips, truth, frame)
        false_finds += len(tips) - len(taken)
        for detection, finger in taken:
            error[frame, finger] = tips.contact_px[detection] - truth.contact[frame, finger]
            size[frame, finger] = _wh(tips.xyxy[detection]) / _wh(truth.xyxy[frame, finger])
            is_thumb = int(tips.class_id[detection]) == THUMB
            right[frame, finger] = is_thumb == (finger in THUMB_SLOTS)
            confidence[frame, finger] = tips.confidence[detection]
        if truth.markers is not None:
            marker_errors += _marker_errors(found.of_class(MARKER), truth.markers[frame])
            marker_all += int(np.isfinite(truth.markers[frame, :, 0]).sum())
    missed = 1 - len(marker_errors) / marker_all if marker_all else DetectorNoise().marker_miss
    return _Matches(
        error, size, right, confidence, false_finds, np.array(marker_errors), float(missed)
    )


def _pairs(tips: Detections, truth: DetectionTruth, frame: int) -> list[tuple[int, int]]:
    fingers = np.flatnonzero(truth.visible[frame])
    if len(tips) == 0 or len(fingers) == 0:
        return []
    points = truth.contact[frame, fingers]
    distance = np.linalg.norm(tips.contact_px[:, None] - points[None], axis=2)
    reach = _GATE * np.linalg.norm(_wh(truth.xyxy[frame, fingers]), axis=1)
    distance = np.where(distance <= reach[None], distance / reach[None], np.inf)
    taken: list[tuple[int, int]] = []
    while np.isfinite(distance).any():
        row, column = np.unravel_index(int(np.argmin(distance)), distance.shape)
        taken.append((int(row), int(fingers[column])))
        distance[row], distance[:, column] = np.inf, np.inf
    return taken


def _wh(xyxy: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(xyxy[..., 2:] - xyxy[..., :2], 1e-6))


def _marker_errors(found: Detections, centres: FloatArray) -> list[FloatArray]:
    """Error of the nearest detection of each true marker, where one lies within its box."""
    errors = []
    for centre in centres[np.isfinite(centres[:, 0])]:
        if len(found) == 0:
            break
        offset = found.contact_px - centre
        nearest = int(np.argmin(np.linalg.norm(offset, axis=1)))
        if np.all(np.abs(offset[nearest]) <= _wh(found.xyxy[nearest]) / 2):
            errors.append(np.asarray(offset[nearest]))
    return errors


def _lasting(matches: _Matches, plain: BoolArray) -> FloatArray:
    """(10, 2) px: the mean error of each finger, NaN for one hardly found in plain view."""
    told = plain & matches.found
    told &= told.sum(axis=0) >= _LEAST_TOLD
    error = np.where(told[..., None], matches.error, np.nan)
    return np.array([_mean(error[:, finger]) for finger in range(FINGER_COUNT)])


def _shared(lasting: FloatArray) -> tuple[float, float]:
    """Size of the error that all fingers share down the picture; spread of what is each one's own.

    One clip tells the shared error once: its size stands for the standard deviation over clips.
    """
    known = lasting[np.isfinite(lasting).all(axis=1)]
    if not len(known):
        return 0.0, 0.0
    common = float(known[:, 1].mean())
    return abs(common), float(np.sqrt(((known - [0.0, common]) ** 2).mean()))


def _jitter(
    matches: _Matches,
    truth: DetectionTruth,
    plain: BoolArray,
    lasting: FloatArray,
    fps: float,
    base: DetectorNoise,
) -> tuple[float, float, float, float, float]:
    """Jitter px, its aspect, correlated share and time s, growth per px of blur.

    An autoregressive part of share c has the autocovariance c k^n after n frames, so that k and c
    follow from those after one and four frames, and the white part is what is left.
    """
    error = np.where((plain & matches.found)[..., None], matches.error, np.nan)
    rest = error - np.nan_to_num(lasting)[None]
    # Slow fingers show the jitter itself, fast ones how it grows with blur.
    still = truth.blur <= np.nanquantile(np.where(plain, truth.blur, np.nan), 0.6)
    calm = np.where(still[..., None], rest, np.nan)
    variance = float(np.nanmean(calm**2)) if np.isfinite(calm).any() else 0.0
    first, later = _lagged(calm, 1), _lagged(calm, 1 + _LAG)
    known = first > 0.02 * variance and later > 0
    keep = float(np.clip((later / first) ** (1 / _LAG), 0.05, 0.98)) if known else 0.0
    shared = float(np.clip(first / keep / max(variance, 1e-12), 0.0, 0.95)) if keep else 0.0
    time_s = -1.0 / (np.log(keep) * fps) if keep else base.correlation_s
    jitter = float(np.sqrt(variance))
    with np.errstate(invalid="ignore", divide="ignore"):
        across, down = np.sqrt(np.nanmean(calm**2, axis=(0, 1))) if variance else np.ones(2)
    return (
        jitter,
        float(np.clip(down / across, 0.2, 5.0)) if across > 0 else 1.0,
        shared,
        float(time_s),
        _gain(rest, truth, jitter, base.blur_gain),
    )


def _mean(values: FloatArray) -> FloatArray:
    good = values[np.isfinite(values).all(axis=1)]
    return np.asarray(good.mean(axis=0)) if len(good) else np.full(2, np.nan)


def _lagged(values: FloatArray, lag: int) -> float:
    product = values[lag:] * values[:-lag]
    return float(np.nanmean(product)) if np.isfinite(product).any() else 0.0


def _gain(rest: FloatArray, truth: DetectionTruth, jitter: float, otherwise: float) -> float:
    """Growth of the jitter per px of blur, from the fingertips that moved most."""
    moved = truth.blur > max(4.0 * jitter, 3.0)
    fast = rest[moved]
    fast = fast[np.isfinite(fast).all(axis=1)]
    if len(fast) < _LEAST_FRAMES:
        return otherwise
    spread = float(np.sqrt((fast**2).mean()))
    return max(0.0, (spread - jitter) / float(truth.blur[moved].mean()))


def _rate(event: BoolArray, among: BoolArray, otherwise: float) -> float:
    return float(event[among].mean()) if int(among.sum()) >= _LEAST_FRAMES else otherwise


def _hidden_miss(lost: BoolArray, truth: DetectionTruth, otherwise: float) -> float:
    """Rate of misses of wholly hidden fingertips, if it grows in a straight line with the cover.

    Taken over all covered fingertips, not the few wholly hidden ones alone.
    """
    ramp = np.clip((truth.cover - _PLAIN_COVER) / (1 - _PLAIN_COVER), 0, 1)
    hidden = truth.visible & (ramp > 0)
    weight = float(ramp[hidden].sum())
    if weight < _LEAST_FRAMES:
        return otherwise
    return float(np.clip(lost[hidden].sum() / weight, 0.0, 1.0))


def _blur_miss(lost: BoolArray, plain: BoolArray, blur: FloatArray, otherwise: float) -> float:
    """Extra misses per px of blur: what blurred fingertips lose more than still ones."""
    moved, still = plain & (blur > 6.0), plain & (blur <= 1.0)
    if int(moved.sum()) < _LEAST_FRAMES or int(still.sum()) < _LEAST_FRAMES:
        return otherwise
    more = float(lost[moved].mean() - lost[still].mean())
    return max(0.0, more / float(blur[moved].mean()))


def _mean_run(lost: BoolArray) -> float:
    """Mean length in frames of runs of misses."""
    padded = np.vstack([np.zeros((1, FINGER_COUNT), bool), lost])
    runs = int((padded[1:] & ~padded[:-1]).sum())
    return float(lost.sum() / runs) if runs else DetectorNoise().burst_frames


def _box_sigma(matches: _Matches, plain: BoolArray) -> float:
    ratio = np.log(matches.size[plain & matches.found])
    return float(ratio.std()) if len(ratio) else DetectorNoise().box_sigma


def _confidence(matches: _Matches) -> tuple[float, float]:
    sure = matches.confidence[matches.found]
    if len(sure) == 0:
        return DetectorNoise().confidence
    return float(sure.mean()), float(sure.std())


def _marker_jitter(matches: _Matches, otherwise: float) -> float:
    if len(matches.marker_error) < _LEAST_FRAMES:
        return otherwise
    return float(np.sqrt(((matches.marker_error - matches.marker_error.mean(axis=0)) ** 2).mean()))
