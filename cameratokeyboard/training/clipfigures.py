"""Detector figures on a labelled clip: recall, contact error, steadiness of still fingertips."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from cameratokeyboard.datatypes import (
    CLASS_NAMES,
    MARKER,
    Detections,
    FloatArray,
    Frame,
    IntArray,
    MatPose,
)
from cameratokeyboard.detect.base import Detector
from cameratokeyboard.errors import DatasetError, SourceError
from cameratokeyboard.geometry.base import MatLocator
from cameratokeyboard.training.figures import Tally, Truth, match, tally
from cameratokeyboard.training.folder import Progress
from cameratokeyboard.training.labels import Labels, read_labels

#: A true contact point that moves less than this from frame to frame lies still, px.
STILL_PX = 0.3
#: Jitter is taken over stretches in which a fingertip lies still for at least this many frames.
STILL_FRAMES = 8


@dataclass(frozen=True)
class ClipFigures:
    """frames: how many. classes: counts by class. contact_px: median and 90th percentile of the
    error of visible contact points, px. jitter_px: standard deviation, by axis, of the contact
    point's error around its mean while a fingertip lies still, px; still: how many such points it
    was taken over. milliseconds: median and 95th percentile a frame."""

    frames: int
    classes: dict[str, Tally]
    contact_px: tuple[float, float]
    jitter_px: float
    still: int
    milliseconds: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "frames": self.frames,
            "recall": {name: counts.recall for name, counts in self.classes.items()},
            "precision": {name: counts.precision for name, counts in self.classes.items()},
            "contact_median_px": self.contact_px[0],
            "contact_p90_px": self.contact_px[1],
            "still_jitter_px": self.jitter_px,
            "still_points": self.still,
            "p50_ms": self.milliseconds[0],
            "p95_ms": self.milliseconds[1],
        }

    def lines(self) -> list[str]:
        """A table for people."""
        rows = [
            f"{name:8} recall {counts.recall:.3f}  precision {counts.precision:.3f}  "
            f"({counts.labelled} labels)"
            for name, counts in self.classes.items()
        ]
        median, p90 = self.contact_px
        p50_ms, p95_ms = self.milliseconds
        rows.append(f"contact point: {median:.2f} px median, {p90:.2f} px at 90%")
        rows.append(f"still fingertip: {self.jitter_px:.2f} px standard deviation ({self.still})")
        rows.append(f"{p50_ms:.1f} ms a frame (median), {p95_ms:.1f} p95")
        return rows


@dataclass(eq=False)
class _Chain:
    """A labelled fingertip that has lain still since some frame."""

    contact: FloatArray
    errors: list[FloatArray] = field(default_factory=list)


def evaluate_clip(
    detector: Detector,
    locator: MatLocator,
    clip: Path,
    labels: Path,
    progress: Progress | None = None,
) -> ClipFigures:
    """Run a detector over a clip whose frames are labelled, as the program does.

    locator: finds the mat, which helps the detector in the next frame. labels: folder with one
    label file a frame, names ending in the frame's six-digit number. Raises SourceError or
    DatasetError when the clip or its labels cannot be read.
    """
    files = label_files(labels)
    capture = cv2.VideoCapture(str(clip))
    if not capture.isOpened():
        raise SourceError(f"{clip}: expected a video file, and it cannot be opened")
    fps = capture.get(cv2.CAP_PROP_FPS) or 30.0
    count = Counter()
    mat: MatPose | None = None
    try:
        for index in range(max(files) + 1):
            done, image = capture.read()
            if not done:
                break
            frame = Frame(np.asarray(image, np.uint8), index / fps, index)
            began = time.perf_counter()
            found = detector.detect(frame, mat=mat)
            count.milliseconds.append((time.perf_counter() - began) * 1000)
            mat = locator.update(frame, found)
            if index in files:
                count.add(found, read_labels(files[index]))
            if progress:
                progress(index, max(files) + 1)
    finally:
        capture.release()
    return count.figures()


def label_files(folder: Path) -> dict[int, Path]:
    """Label files by frame number. Raises DatasetError when there are none."""
    files = {int(path.stem[-6:]): path for path in folder.glob("*.txt") if path.stem[-6:].isdigit()}
    if not files:
        raise DatasetError(
            f"{folder}: expected label files NAME_000000.txt, one a frame, as written by "
            "'c2k simulate --labels', and there are none"
        )
    return files


class Counter:
    """Adds up frames in the order of time."""

    def __init__(self) -> None:
        self.milliseconds: list[float] = []
        self._frames = 0
        self._tallies = [Tally(0, 0, 0) for _ in CLASS_NAMES]
        self._errors: list[FloatArray] = []
        self._chains: list[_Chain] = []
        self._still: list[FloatArray] = []

    def add(self, found: Detections, labels: Labels) -> None:
        """Count one frame's detections against its labels."""
        self._frames += 1
        size = np.array(found.image_wh, float)
        boxes = labels.xyxy * np.tile(size, 2)
        points = labels.keypoints[:, 0, :2] * size
        seen = labels.keypoints[:, 0, 2] == 2
        truth = Truth(labels.class_id, boxes, np.where(seen[:, None], points, np.nan))
        error_of: dict[int, FloatArray] = {}
        for class_id in range(len(CLASS_NAMES)):
            self._tallies[class_id] += tally(found, truth, class_id)
            if class_id == MARKER:
                continue
            for index, label in match(found, truth, class_id):
                if seen[label]:
                    error = found.contact_px[index] - points[label]
                    error_of[label] = error
                    self._errors.append(error)
        hands = np.flatnonzero((labels.class_id != MARKER) & seen)
        self._follow(points, hands, error_of)

    def _follow(self, points: FloatArray, hands: IntArray, error_of: dict[int, FloatArray]) -> None:
        """Lengthen the chains of fingertips that still lie where they lay."""
        chains: list[_Chain] = []
        old = list(self._chains)
        for label in hands.tolist():
            near = [c for c in old if np.linalg.norm(c.contact - points[label]) < STILL_PX]
            chain = near[0] if near else _Chain(points[label])
            if near:
                old.remove(chain)
            chain.contact = points[label]
            if label in error_of:
                chain.errors.append(error_of[label])
            chains.append(chain)
        for chain in old:
            self._close(chain)
        self._chains = chains

    def _close(self, chain: _Chain) -> None:
        if len(chain.errors) >= STILL_FRAMES:
            errors = np.array(chain.errors)
            self._still.append(errors - errors.mean(axis=0))

    def figures(self) -> ClipFigures:
        """What came out. NaN where there was nothing to measure."""
        for chain in self._chains:
            self._close(chain)
        self._chains = []
        lengths = [float(np.linalg.norm(error)) for error in self._errors]
        still = np.concatenate(self._still) if self._still else np.zeros((0, 2))
        return ClipFigures(
            frames=self._frames,
            classes=dict(zip(CLASS_NAMES, self._tallies, strict=True)),
            contact_px=(_percentile(lengths, 50), _percentile(lengths, 90)),
            jitter_px=float(np.sqrt(np.mean(still**2))) if len(still) else float("nan"),
            still=len(still),
            milliseconds=(
                _percentile(self.milliseconds, 50),
                _percentile(self.milliseconds, 95),
            ),
        )


def _percentile(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float("nan")
