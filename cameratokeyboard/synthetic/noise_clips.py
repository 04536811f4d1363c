"""The noise of a detector over whole rendered clips."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from cameratokeyboard.datatypes import Detections, Frame, Layout, MatPose
from cameratokeyboard.detect.base import Detector
from cameratokeyboard.errors import SourceError, TruthError
from cameratokeyboard.geometry.base import MatLocator
from cameratokeyboard.keyboard.layout import load_layout
from cameratokeyboard.synthetic.boxes import marker_boxes
from cameratokeyboard.synthetic.camera import SceneCamera
from cameratokeyboard.synthetic.clip import ClipWish, perform
from cameratokeyboard.synthetic.datatypes import Performance
from cameratokeyboard.synthetic.noise import DetectorNoise
from cameratokeyboard.synthetic.noise_measure import DetectionTruth, measure_noise
from cameratokeyboard.synthetic.tipview import Shot, film

#: Rendered clips are exposed for 1/120 to 1/40 s; blur is reckoned with the middle of that.
_EXPOSURE_S = 1 / 60
#: Moments in truth files are rounded to less than this.
_SAME_S = 1e-3
#: What one clip may be too short to tell is left to the others.
_UNTOLD = replace(
    DetectorNoise(), hidden_miss=np.nan, blur_miss=np.nan, blur_gain=np.nan, burst_frames=np.nan
)


def clip_noise(
    detector: Detector,
    locate: Callable[[Layout], MatLocator],
    clip: Path,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> DetectorNoise:
    """The noise of a detector on one clip that ``c2k simulate`` rendered.

    locate: makes what finds the mat of the clip's layout, which helps the detector.
    The truth is that of the fast path (synthetic/tipview.py) for the same performance and camera,
    so that what is measured is exactly what the fast path has to add. Figures that the clip is
    too short for are NaN. Raises SourceError or TruthError for a clip without its truth.
    """
    truth, layout, wish = _truth_of(clip)
    performance = perform(wish)
    if performance.text != truth["text"] or not _same_presses(performance, truth["events"]):
        raise TruthError(f"{clip}: expected the clip of this program's typist; render it again")
    camera = _camera(truth["camera"])
    tips = film(performance, Shot(camera, wish.fps, _EXPOSURE_S))
    found = _detect(detector, locate(layout), clip, wish.fps, len(tips), tell)
    n = len(found)
    _, centres = marker_boxes(camera, layout)
    known = DetectionTruth(
        tips.t_s[:n],
        tips.contact[:n],
        tips.xyxy[:n],
        tips.in_view[:n],
        tips.cover[:n],
        tips.blur[:n],
        np.tile(centres, (n, 1, 1)),
    )
    return measure_noise(found, known, clip.name, _UNTOLD)


def mean_noise(noises: Sequence[DetectorNoise], source: str) -> DetectorNoise:
    """One set of figures for several clips: lengths by their mean square, all else by the mean.

    A figure that no clip could tell stays as DetectorNoise assumes it.
    """
    if not noises:
        raise TruthError("detector noise: expected one clip or more, got none")
    assumed, taken = DetectorNoise(), {}
    for field in fields(DetectorNoise):
        if field.name in ("source", "confidence"):
            continue
        values = np.array([getattr(noise, field.name) for noise in noises], float)
        values = values[np.isfinite(values)]
        if not len(values):
            taken[field.name] = float(getattr(assumed, field.name))
        elif field.name.endswith("_px"):
            taken[field.name] = float(np.sqrt(np.mean(values**2)))
        else:
            taken[field.name] = float(np.mean(values))
    mean, spread = np.mean([noise.confidence for noise in noises], axis=0)
    return DetectorNoise(**taken, confidence=(float(mean), float(spread)), source=source)


def _truth_of(clip: Path) -> tuple[dict[str, Any], Layout, ClipWish]:
    path = clip.with_suffix(".truth.json")
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
        wish = ClipWish(
            truth["asked_for"],
            wpm=truth["wpm"],
            seed=truth["seed"],
            layout=truth["layout"],
            fps=truth["fps"],
            style=truth.get("style", "touch"),
        )
        return truth, load_layout(truth["layout"]), wish
    except (OSError, ValueError, KeyError) as error:
        raise TruthError(f"{path}: expected a truth file of c2k simulate: {error}") from error


def _same_presses(performance: Performance, events: list[dict[str, Any]]) -> bool:
    """Whether the typist, as the program has it today, made these presses."""
    if len(events) != len(performance.events):
        return False
    return all(
        abs(event.t_down - float(raw["t_down"])) < _SAME_S and event.finger == raw["finger"]
        for event, raw in zip(performance.events, events, strict=True)
    )


def _camera(raw: dict[str, Any]) -> SceneCamera:
    return SceneCamera(
        np.array(raw["rotation"], float),
        np.array(raw["translation"], float),
        float(raw["focal_px"]),
        (float(raw["centre_px"][0]), float(raw["centre_px"][1])),
        (int(raw["size"][0]), int(raw["size"][1])),
        (float(raw["distortion"][0]), float(raw["distortion"][1])),
    )


def _detect(
    detector: Detector,
    locator: MatLocator,
    clip: Path,
    fps: float,
    most: int,
    tell: Callable[[int, int], None],
) -> list[Detections]:
    video = cv2.VideoCapture(str(clip))
    if not video.isOpened():
        raise SourceError(f"{clip}: expected a video file, and it cannot be opened")
    found: list[Detections] = []
    mat: MatPose | None = None
    try:
        while len(found) < most:
            read, image = video.read()
            if not read:
                break
            number = len(found)
            frame = Frame(np.asarray(image, np.uint8), number / fps, number)
            found.append(detector.detect(frame, mat=mat))
            mat = locator.update(frame, found[-1])
            tell(len(found), most)
    finally:
        video.release()
    return found
