"""The fast path: a performance as a detector would report it, without drawing any pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cameratokeyboard.datatypes import (
    FINGER,
    FINGER_COUNT,
    MARKER,
    THUMB,
    THUMB_SLOTS,
    BoolArray,
    Detections,
    FloatArray,
    IntArray,
    Layout,
)
from cameratokeyboard.synthetic.camera import SceneCamera
from cameratokeyboard.synthetic.noise import (
    REFERENCE_WIDTH_PX,
    DetectorNoise,
    bursts,
    correlated_noise,
)
from cameratokeyboard.synthetic.tipview import Shot, TipTruth

#: Columns of a stream: ten fingers, four markers, and room for false finds.
MARKER_COUNT, FALSE_COUNT = 4, 2
COLUMNS = FINGER_COUNT + MARKER_COUNT + FALSE_COUNT
_LEAST_CONFIDENCE = 0.26


@dataclass(frozen=True, eq=False)
class BoxStream:
    """Detector-like output over F frames, M columns; columns 0..9 are the fingers by name.

    t_s: (F,). present: (F, M) whether there is a detection. xyxy (F, M, 4), class_id (F, M),
    confidence (F, M), keypoints (F, M, 3, 3): as in Detections, px. identity: (M,) finger of each
    column, -1 for markers and false finds. image_wh: px.
    """

    t_s: FloatArray
    present: BoolArray
    xyxy: FloatArray
    class_id: IntArray
    confidence: FloatArray
    keypoints: FloatArray
    identity: IntArray
    image_wh: tuple[int, int]

    def __len__(self) -> int:
        return len(self.t_s)

    def detections(self, frame: int) -> Detections:
        """What the detector reports in one frame, most confident first, without identities."""
        columns = np.flatnonzero(self.present[frame])
        columns = columns[np.argsort(-self.confidence[frame, columns], kind="stable")]
        return Detections(
            xyxy=self.xyxy[frame, columns].astype(np.float32),
            class_id=self.class_id[frame, columns],
            confidence=self.confidence[frame, columns].astype(np.float32),
            keypoints=self.keypoints[frame, columns].astype(np.float32),
            image_wh=self.image_wh,
        )


def detect_without_pixels(
    truth: TipTruth, shot: Shot, layout: Layout, noise: DetectorNoise, rng: np.random.Generator
) -> BoxStream:
    """Turn the truth of a shot into what a detector with this noise would report."""
    frames = len(truth)
    stream = _empty_stream(truth.t_s, shot.camera.size_wh)
    scale = shot.camera.size_wh[0] / REFERENCE_WIDTH_PX
    _put_fingers(stream, truth, noise, scale, shot.fps, rng)
    _put_markers(stream, shot.camera, layout, noise, scale, frames, rng)
    _put_false_finds(stream, noise, rng)
    _clip(stream)
    return stream


def _empty_stream(t_s: FloatArray, image_wh: tuple[int, int]) -> BoxStream:
    frames = len(t_s)
    class_id = np.zeros((frames, COLUMNS), np.int64)
    class_id[:, list(THUMB_SLOTS)] = THUMB
    class_id[:, FINGER_COUNT : FINGER_COUNT + MARKER_COUNT] = MARKER
    identity = np.full(COLUMNS, -1)
    identity[:FINGER_COUNT] = np.arange(FINGER_COUNT)
    return BoxStream(
        t_s=t_s,
        present=np.zeros((frames, COLUMNS), bool),
        xyxy=np.full((frames, COLUMNS, 4), np.nan),
        class_id=class_id,
        confidence=np.zeros((frames, COLUMNS)),
        keypoints=np.full((frames, COLUMNS, 3, 3), np.nan),
        identity=identity,
        image_wh=image_wh,
    )


def _put_fingers(
    stream: BoxStream,
    truth: TipTruth,
    noise: DetectorNoise,
    scale: float,
    fps: float,
    rng: np.random.Generator,
) -> None:
    frames = len(truth)
    found = truth.in_view & ~misses(truth, noise, scale, rng)
    bias = rng.normal(0, noise.bias_px * scale, (FINGER_COUNT, 3, 2)) * noise.axis_factors
    bias[..., 1] += rng.normal(0, noise.common_px * scale)
    wobble = correlated_noise(rng, (frames, FINGER_COUNT, 2), noise, fps)
    own = correlated_noise(rng, (frames, FINGER_COUNT, 3, 2), noise, fps)
    sigma = noise.jitter_px * scale + noise.blur_gain * truth.blur
    points = np.stack([truth.contact, truth.tip, truth.joint], axis=2)
    # Half of the variance moves a finger's keypoints together, as a shifted box does.
    both = np.sqrt(0.5) * (wobble[:, :, None] + own)
    jitter = both * sigma[..., None, None] * noise.axis_factors
    noisy = points + bias[None] + jitter
    keypoints = stream.keypoints[:, :FINGER_COUNT]
    keypoints[..., :2] = np.where(found[..., None, None], noisy, np.nan)
    sure = rng.normal(*noise.confidence, (frames, FINGER_COUNT)) - 0.3 * truth.cover
    confidence = np.clip(sure, _LEAST_CONFIDENCE, 0.99)
    keypoints[..., 2] = np.where(found, confidence, 0.0)[..., None]
    box = truth.xyxy
    middle = (box[..., :2] + box[..., 2:]) / 2 + bias[None, :, 0] + jitter[:, :, 0]
    size = (box[..., 2:] - box[..., :2]) * np.exp(
        noise.box_sigma * correlated_noise(rng, (frames, FINGER_COUNT, 2), noise, fps)
    )
    stream.xyxy[:, :FINGER_COUNT] = np.concatenate([middle - size / 2, middle + size / 2], axis=2)
    swapped = rng.random((frames, FINGER_COUNT)) < noise.swap
    classes = stream.class_id[:, :FINGER_COUNT]
    classes[swapped] = np.where(classes[swapped] == THUMB, FINGER, THUMB)
    stream.confidence[:, :FINGER_COUNT] = confidence
    stream.present[:, :FINGER_COUNT] = found


def misses(
    truth: TipTruth, noise: DetectorNoise, scale: float, rng: np.random.Generator
) -> BoolArray:
    """(F, 10) fingertips that are not found: in bursts, behind others, or blurred."""
    frames = len(truth)
    lost = np.zeros((frames, FINGER_COUNT), bool)
    for finger in range(FINGER_COUNT):
        rate = noise.miss_thumb if finger in THUMB_SLOTS else noise.miss_finger
        lost[:, finger] = bursts(rng, frames, rate, noise.burst_frames)
    hidden = np.clip((truth.cover - noise.hidden_from) / max(1 - noise.hidden_from, 1e-6), 0, 1)
    # One draw for a while, not one for each frame: what is hidden stays hidden.
    hold = max(round(noise.burst_frames), 1)
    draws = np.repeat(rng.random((frames // hold + 1, FINGER_COUNT)), hold, axis=0)[:frames]
    lost |= draws < noise.hidden_miss * hidden
    lost |= rng.random((frames, FINGER_COUNT)) < noise.blur_miss * truth.blur / scale
    return lost


def marker_boxes(camera: SceneCamera, layout: Layout) -> tuple[FloatArray, FloatArray]:
    """True markers in the picture: boxes (4, 4) and centres (4, 2) px, in layout order."""
    boxes, centres = [], []
    for place in layout.markers:
        half = place.side_mm / 2
        corners = np.array(
            [
                [place.xy_mm[0] + dx, place.xy_mm[1] + dy, 0.0]
                for dx in (-half, half)
                for dy in (-half, half)
            ]
        )
        px, _ = camera.project(corners)
        centre, _ = camera.project(np.array([*place.xy_mm, 0.0]))
        boxes.append(np.concatenate([px.min(axis=0), px.max(axis=0)]))
        centres.append(centre)
    return np.array(boxes), np.array(centres)


def _put_markers(
    stream: BoxStream,
    camera: SceneCamera,
    layout: Layout,
    noise: DetectorNoise,
    scale: float,
    frames: int,
    rng: np.random.Generator,
) -> None:
    boxes, centres = marker_boxes(camera, layout)
    columns = slice(FINGER_COUNT, FINGER_COUNT + MARKER_COUNT)
    jitter = rng.normal(0, noise.marker_jitter_px * scale, (frames, MARKER_COUNT, 2))
    edges = rng.normal(0, noise.marker_jitter_px * scale, (frames, MARKER_COUNT, 4))
    inside = np.all((centres > 0) & (centres < np.array(camera.size_wh)), axis=1)
    for n in range(MARKER_COUNT):
        lost = bursts(rng, frames, noise.marker_miss, noise.burst_frames)
        stream.present[:, FINGER_COUNT + n] = inside[n] & ~lost
    stream.xyxy[:, columns] = boxes[None] + np.tile(jitter, 2) + 0.5 * edges
    stream.keypoints[:, columns, 0, :2] = centres[None] + jitter
    stream.confidence[:, columns] = np.clip(
        rng.normal(*noise.confidence, (frames, MARKER_COUNT)), _LEAST_CONFIDENCE, 0.99
    )
    stream.keypoints[:, columns, 0, 2] = stream.confidence[:, columns]
    stream.keypoints[:, columns, 1:, 2] = 0.0


def _put_false_finds(stream: BoxStream, noise: DetectorNoise, rng: np.random.Generator) -> None:
    """Fingers where there are none: mostly knuckles beside a true one, some anywhere."""
    frames = len(stream)
    columns = slice(FINGER_COUNT + MARKER_COUNT, COLUMNS)
    width, height = stream.image_wh
    shape = (frames, FALSE_COUNT)
    near = rng.integers(0, FINGER_COUNT, shape)
    box = np.take_along_axis(stream.xyxy[:, :FINGER_COUNT], near[..., None], axis=1)
    size = np.nan_to_num(box[..., 2:] - box[..., :2], nan=0.03 * width)
    middle = (box[..., :2] + box[..., 2:]) / 2 + rng.normal(0, 1.2, (*shape, 2)) * size
    anywhere = rng.random((*shape, 2)) * np.array([width, height])
    wild = (rng.random(shape) < 0.3) | ~np.isfinite(middle).all(axis=2)
    middle = np.where(wild[..., None], anywhere, middle)
    size = size * np.exp(rng.normal(0, 0.25, (*shape, 2)))
    stream.xyxy[:, columns] = np.concatenate([middle - size / 2, middle + size / 2], axis=2)
    stream.class_id[:, columns] = np.where(rng.random(shape) < 0.3, THUMB, FINGER)
    stream.confidence[:, columns] = np.clip(rng.normal(0.4, 0.1, shape), _LEAST_CONFIDENCE, 0.9)
    stream.present[:, columns] = rng.random(shape) < noise.false_find / FALSE_COUNT
    points = middle[..., None, :] + rng.normal(0, 0.3, (*shape, 3, 2)) * size[..., None, :]
    stream.keypoints[:, columns, :, :2] = points
    stream.keypoints[:, columns, :, 2] = stream.confidence[:, columns, None]


def _clip(stream: BoxStream) -> None:
    """Boxes end at the picture's border; what has no size left was not found."""
    width, height = stream.image_wh
    np.clip(stream.xyxy[..., 0::2], 0, width, out=stream.xyxy[..., 0::2])
    np.clip(stream.xyxy[..., 1::2], 0, height, out=stream.xyxy[..., 1::2])
    size = stream.xyxy[..., 2:] - stream.xyxy[..., :2]
    stream.present[...] &= np.all(np.nan_to_num(size) >= 1.0, axis=2)
