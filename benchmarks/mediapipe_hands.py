"""Share of labelled fingers that MediaPipe Hands finds: an outside judge of the rendered hands.

A detector that never saw a rendered hand should see hands in our pictures. It needs an environment
of its own (``pip install mediapipe==0.10.21``); the project does not depend on it.

python benchmarks/mediapipe_hands.py SET/ --view front
python benchmarks/mediapipe_hands.py PHOTOS/ --confidence 0.3
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

FINGER, THUMB = 0, 1
#: Landmarks at the ends of index, middle, ring and little finger, and of the thumb.
TIPS = {FINGER: (8, 12, 16, 20), THUMB: (4,)}
#: A landmark is a hit inside the labelled box grown by this share of its size.
GROWTH = 0.2


@dataclass
class Tally:
    """Counts of labelled things, of those found, and of landmarks given, by class."""

    labelled: Counter[int] = field(default_factory=Counter)
    found: Counter[int] = field(default_factory=Counter)
    given: Counter[int] = field(default_factory=Counter)
    pictures: int = 0

    def line(self, name: str) -> str:
        """One row of the table."""
        shares = [
            f"{self.found[kind] / max(self.labelled[kind], 1):6.3f} /"
            f" {self.found[kind] / max(self.given[kind], 1):.3f} of {self.labelled[kind]:5d}"
            for kind in (FINGER, THUMB)
        ]
        return f"{name:18} {self.pictures:5d} pictures   fingers {shares[0]}   thumbs {shares[1]}"


def read_boxes(path: Path, size: tuple[int, int]) -> dict[int, np.ndarray]:
    """Labelled boxes in px by class, (N, 4) as x0, y0, x1, y1, grown. size: width, height."""
    scale = np.array([size[0], size[1]], float)
    boxes: dict[int, list[np.ndarray]] = {FINGER: [], THUMB: []}
    for line in path.read_text("utf-8").splitlines():
        kind, *numbers = line.split()
        if int(kind) not in boxes:
            continue
        centre, extent = np.array(numbers[:4], float).reshape(2, 2) * scale
        half = extent * (0.5 + GROWTH / 2)
        boxes[int(kind)].append(np.concatenate([centre - half, centre + half]))
    return {kind: np.array(found).reshape(-1, 4) for kind, found in boxes.items()}


def count_hits(boxes: np.ndarray, points: np.ndarray) -> int:
    """Most boxes (N, 4) that can be given a point (M, 2) inside them, each point used once."""
    inside = [
        np.flatnonzero(
            (points[:, 0] >= x0)
            & (points[:, 0] <= x1)
            & (points[:, 1] >= y0)
            & (points[:, 1] <= y1)
        )
        for x0, y0, x1, y1 in boxes
    ]
    owner: dict[int, int] = {}

    def place(box: int, tried: set[int]) -> bool:
        for point in map(int, inside[box]):
            if point in tried:
                continue
            tried.add(point)
            if point not in owner or place(owner[point], tried):
                owner[point] = box
                return True
        return False

    return sum(place(box, set()) for box in range(len(boxes)))


def landmarks(judge: Any, picture: np.ndarray) -> dict[int, np.ndarray]:
    """Fingertips in px by class, (M, 2), as the judge sees them in a BGR picture."""
    height, width = picture.shape[:2]
    hands = judge.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)).multi_hand_landmarks or []
    return {
        kind: np.array(
            [
                (hand.landmark[tip].x * width, hand.landmark[tip].y * height)
                for hand in hands
                for tip in tips
            ]
        ).reshape(-1, 2)
        for kind, tips in TIPS.items()
    }


def chosen(folder: Path, view: str | None) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Pictures of a set with their manifest entries (empty where there is no manifest)."""
    manifest = folder / "manifest.json"
    records = json.loads(manifest.read_text("utf-8"))["pictures"] if manifest.is_file() else {}
    if view and not records:
        sys.exit(f"{folder}: expected a {manifest.name} to choose views by; leave out --view")
    for path in sorted((folder / "images").iterdir()):
        record = records.get(path.stem, {})
        if path.suffix.lower() in (".jpg", ".jpeg", ".png") and view in (None, record.get("view")):
            yield path, record


def measure(judge: Any, folder: Path, view: str | None, count: int) -> dict[str, Tally]:
    """Tallies of the first ``count`` pictures with labelled fingers: all, by light and by hands."""
    tallies: dict[str, Tally] = {"all": Tally()}
    for path, record in chosen(folder, view):
        picture = cv2.imread(str(path))
        labels = folder / "labels" / f"{path.stem}.txt"
        if picture is None or not labels.is_file():
            sys.exit(f"{path}: expected a picture with a label file; got none that can be read")
        boxes = read_boxes(labels, (picture.shape[1], picture.shape[0]))
        if not len(boxes[FINGER]):
            continue
        points = landmarks(judge, picture)
        names = ["all", *(f"{k}: {record[k]}" for k in ("view", "light", "hands") if k in record)]
        for tally in (tallies.setdefault(name, Tally()) for name in names):
            tally.pictures += 1
            for kind in (FINGER, THUMB):
                tally.labelled[kind] += len(boxes[kind])
                tally.found[kind] += count_hits(boxes[kind], points[kind])
                tally.given[kind] += len(points[kind])
        if tallies["all"].pictures >= count:
            break
    return tallies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a set: images/, labels/, perhaps manifest.json")
    parser.add_argument("--view", choices=("front", "above", "behind"), help="only these")
    parser.add_argument("--count", type=int, default=200, help="pictures with fingers to look at")
    parser.add_argument("--confidence", type=float, default=0.5, help="least of a hand to be told")
    args = parser.parse_args()
    try:
        import mediapipe
    except ImportError:
        sys.exit("mediapipe is missing; make an environment and: pip install mediapipe==0.10.21")
    with mediapipe.solutions.hands.Hands(
        static_image_mode=True,
        max_num_hands=2,
        model_complexity=1,
        min_detection_confidence=args.confidence,
    ) as judge:
        tallies = measure(judge, args.folder, args.view, args.count)
    print("recall / precision of labelled fingertips, landmark in the box grown by 20%")
    for name in sorted(tallies, key=lambda n: (n != "all", n)):
        print(tallies[name].line(name))


if __name__ == "__main__":
    main()
