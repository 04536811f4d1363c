"""Label files of the detector: YOLO text with optional keypoints.

A line is ``class cx cy w h`` in fractions of the picture, optionally followed by ``x y v`` for each
keypoint in the order of KEYPOINT_NAMES; ``v`` is 0 unknown, 1 hidden, 2 visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cameratokeyboard.datatypes import CLASS_NAMES, KEYPOINT_NAMES, FloatArray, IntArray
from cameratokeyboard.errors import DatasetError
from cameratokeyboard.files import write_text

_KEYPOINTS = len(KEYPOINT_NAMES)
_COUNTS = (5, 5 + 3, 5 + 3 * _KEYPOINTS)
#: Labelling tools round; a box may stick out by this share of the picture.
_SLACK = 0.002


@dataclass(frozen=True, eq=False)
class Labels:
    """The labelled objects of one picture, N of them, in fractions of the picture.

    class_id: (N,) index into CLASS_NAMES. xywh: (N, 4) box centre and size. keypoints: (N, 3, 3)
    x, y and v (0 unknown, 1 hidden, 2 visible).
    """

    class_id: IntArray
    xywh: FloatArray
    keypoints: FloatArray

    def __len__(self) -> int:
        return len(self.class_id)

    @property
    def xyxy(self) -> FloatArray:
        """(N, 4) box corners in fractions of the picture."""
        half = self.xywh[:, 2:] / 2
        return np.concatenate([self.xywh[:, :2] - half, self.xywh[:, :2] + half], axis=1)


def no_labels() -> Labels:
    """A picture without any labelled object."""
    return Labels(np.zeros(0, int), np.zeros((0, 4)), np.zeros((0, _KEYPOINTS, 3)))


def parse_labels(text: str) -> tuple[Labels, list[str]]:
    """Read a label file's text.

    Returns what is usable and one message for each line that is not ("line 3: class 7, ...").
    """
    rows: list[FloatArray] = []
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        fault = ""
        try:
            values = np.array([float(word) for word in line.split()])
        except ValueError:
            fault = f"expected numbers, got {line.strip()[:40]!r}"
        else:
            fault = _fault(values)
        if fault:
            faults.append(f"line {number}: {fault}")
        else:
            rows.append(_padded(values))
    if not rows:
        return no_labels(), faults
    table = np.array(rows)
    points = table[:, 5:].reshape(len(rows), _KEYPOINTS, 3)
    return Labels(table[:, 0].astype(int), table[:, 1:5], points), faults


def read_labels(path: Path) -> Labels:
    """Read a label file. Raises DatasetError that names the file and the first wrong line."""
    try:
        labels, faults = parse_labels(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: expected a label file: {error}") from error
    if faults:
        raise DatasetError(f"{path}: {faults[0]}")
    return labels


def write_labels(path: Path, labels: Labels) -> None:
    """Write a label file; the old one stays until the new one is complete."""
    lines = []
    for class_id, xywh, points in zip(labels.class_id, labels.xywh, labels.keypoints, strict=True):
        words = [str(int(class_id)), *(f"{value:.6f}" for value in xywh)]
        if np.any(points[:, 2] > 0):
            for x, y, v in points:
                words += [f"{x:.6f}", f"{y:.6f}", str(int(v))] if v > 0 else ["0", "0", "0"]
        lines.append(" ".join(words))
    try:
        write_text(path, "".join(line + "\n" for line in lines))
    except OSError as error:
        raise DatasetError(f"{path}: the labels cannot be written: {error.strerror}") from error


def _fault(values: FloatArray) -> str:
    if len(values) not in _COUNTS:
        wanted = ", ".join(str(count) for count in _COUNTS)
        return f"expected {wanted} numbers, got {len(values)}"
    if not np.all(np.isfinite(values)):
        return "expected finite numbers"
    if values[0] not in range(len(CLASS_NAMES)):
        known = ", ".join(f"{i} {name}" for i, name in enumerate(CLASS_NAMES))
        return f"class {values[0]:g}: expected one of {known}"
    x, y, w, h = values[1:5]
    if w <= 0 or h <= 0:
        return f"box of size {w:g} x {h:g}: expected more than 0"
    low, high = min(x - w / 2, y - h / 2), max(x + w / 2, y + h / 2)
    if low < -_SLACK or high > 1 + _SLACK:
        return f"box reaches {low:.3f} to {high:.3f}: expected 0 to 1, fractions of the picture"
    points = values[5:].reshape(-1, 3)
    if np.any(~np.isin(points[:, 2], (0, 1, 2))):
        return "keypoint visibility: expected 0, 1 or 2"
    known_points = points[points[:, 2] > 0]
    if np.any(known_points[:, :2] < -1) or np.any(known_points[:, :2] > 2):
        return "keypoint far outside the picture: expected fractions of the picture"
    return ""


def _padded(values: FloatArray) -> FloatArray:
    row = np.zeros(_COUNTS[-1])
    row[: len(values)] = values
    return row
