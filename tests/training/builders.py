"""Tiny labelled pictures: bright blobs on a dark ground, drawn, not rendered."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from cameratokeyboard.training.folder import Item, fingerprint
from cameratokeyboard.training.labels import Labels, parse_labels


def draw_picture(seed: int, size_wh: tuple[int, int] = (96, 64)) -> tuple[np.ndarray, str]:
    """A picture with two fingers, a thumb and a marker, and its label text."""
    rng = np.random.default_rng(seed)
    width, height = size_wh
    image = rng.integers(0, 60, (height, width, 3), dtype=np.uint8)
    image = cv2.resize(image[::8, ::8], size_wh, interpolation=cv2.INTER_LINEAR)
    lines = []
    colours = ((60, 120, 250), (60, 250, 120), (250, 250, 250))
    for slot, class_id in enumerate((0, 0, 1, 2)):
        x = int((slot + rng.uniform(0.25, 0.6)) * width / 4)
        y = int(rng.uniform(0.3, 0.7) * height)
        cv2.rectangle(image, (x - 5, y - 7), (x + 5, y + 7), colours[class_id], -1)
        numbers = [x / width, y / height, 11 / width, 15 / height]
        points = [x / width, (y + 7) / height, 2, x / width, (y + 6) / height, 1, 0, 0, 0]
        lines.append(" ".join([str(class_id), *(f"{n:.5f}" for n in [*numbers, *points])]))
    return image, "\n".join(lines) + "\n"


def write_dataset(
    folder: Path,
    count: int = 12,
    groups: dict[str, str] | None = None,
    papers: dict[str, object] | None = None,
) -> Path:
    """A dataset folder of ``count`` drawn pictures that all differ. groups, papers: the manifest's
    ``group`` and ``mm_to_px`` by picture."""
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    for seed in range(count):
        image, text = draw_picture(seed)
        cv2.imwrite(str(folder / "images" / f"p{seed:03}.png"), image)
        (folder / "labels" / f"p{seed:03}.txt").write_text(text, encoding="utf-8")
    if groups or papers:
        pictures: dict[str, dict[str, object]] = {}
        for key, values in (("group", groups or {}), ("mm_to_px", papers or {})):
            for name, value in values.items():
                pictures.setdefault(name, {})[key] = value
        manifest = {"pictures": pictures}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def make_item(seed: int = 0, folder: Path = Path("x"), group: str | None = None) -> Item:
    """An item whose picture need not exist on disk."""
    image, text = draw_picture(seed)
    labels = parse_labels(text)[0]
    mark = fingerprint(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    return Item(folder / f"p{seed:03}.png", labels, (96, 64), mark, group)


def make_labels(*rows: tuple[float, ...]) -> Labels:
    """Labels from rows of numbers as in a label file."""
    text = "\n".join(" ".join(str(n) for n in row) for row in rows)
    return parse_labels(text)[0]
