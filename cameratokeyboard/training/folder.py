"""A dataset folder: pictures in ``images/``, labels of the same name in ``labels/``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.datatypes import FloatArray
from cameratokeyboard.errors import DatasetError
from cameratokeyboard.training.labels import Labels, parse_labels

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
MANIFEST = "manifest.json"
#: A message names this many faults; the rest is counted.
_SHOWN_FAULTS = 20
_HASH_SIZE = 16

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Item:
    """One labelled picture. size_wh: px. fingerprint: (4,) uint64 perceptual hash. mm_to_px: (3, 3)
    homography of the paper, None where it is not known."""

    image: Path
    labels: Labels
    size_wh: tuple[int, int]
    fingerprint: NDArray[np.uint64]
    group: str | None
    mm_to_px: FloatArray | None = None


def list_images(folder: Path) -> list[Path]:
    """The pictures of a dataset folder, sorted by name.

    Raises DatasetError when the folder or its pictures are missing.
    """
    images = folder / "images"
    if not images.is_dir():
        raise DatasetError(
            f"{folder}: expected a dataset with the folders 'images' and 'labels', and there is no "
            f"{images}"
        )
    found = sorted(p for p in images.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise DatasetError(
            f"{images}: expected pictures ({', '.join(IMAGE_SUFFIXES)}), and there are none"
        )
    return found


def label_path(image: Path) -> Path:
    """Where the labels of a picture lie."""
    return image.parent.parent / "labels" / (image.stem + ".txt")


def load_folder(folder: Path, progress: Progress | None = None) -> list[Item]:
    """Read every label and look at every picture of a dataset.

    A picture with an empty label file shows nothing to find, which is allowed.
    Raises DatasetError that lists all faults at once: missing labels, unreadable or cut-off
    pictures, wrong lines, two pictures of one name, labels without a picture.
    """
    images = list_images(folder)
    entries = read_manifest(folder)
    groups, papers = _groups(entries), _papers(entries, folder / MANIFEST)
    faults = _names_faults(folder, images)
    items: list[Item] = []
    for index, image in enumerate(images):
        if progress:
            progress(index, len(images))
        labels, label_faults = _labels_of(image)
        picture, picture_fault = read_picture(image, cv2.IMREAD_GRAYSCALE)
        faults += [f"{label_path(image)}: {fault}" for fault in label_faults]
        if picture is None:
            faults.append(f"{image}: {picture_fault}")
        elif labels is not None:
            size = (int(picture.shape[1]), int(picture.shape[0]))
            mark = fingerprint(picture)
            group = groups.get(image.name, groups.get(image.stem))
            paper = papers.get(image.name, papers.get(image.stem))
            items.append(Item(image, labels, size, mark, group, paper))
    if faults:
        shown = "; ".join(faults[:_SHOWN_FAULTS])
        more = len(faults) - _SHOWN_FAULTS
        rest = f"; and {more} more" if more > 0 else ""
        raise DatasetError(
            f"{folder}: {len(faults)} fault(s) in the dataset, correct or remove: {shown}{rest}"
        )
    return items


def read_picture(path: Path, mode: int) -> tuple[NDArray[np.uint8] | None, str]:
    """Decode a picture: the picture and "", or None and what is wrong.

    mode: a flag of ``cv2.imdecode``. A cut-off file counts as unreadable even where the decoder
    would fill the rest with grey.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        return None, f"the picture cannot be read: {error.strerror}"
    if not data:
        return None, "the picture file is empty"
    if path.suffix.lower() in (".jpg", ".jpeg") and b"\xff\xd9" not in data[-64:]:
        return None, "the picture is cut off or no JPEG (its end mark is missing)"
    if path.suffix.lower() == ".png" and b"IEND" not in data[-64:]:
        return None, "the picture is cut off or no PNG (its end mark is missing)"
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), mode)
    except cv2.error:
        picture = None
    if picture is None:
        return None, "the picture cannot be decoded"
    return np.asarray(picture, np.uint8), ""


def colour_picture(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) BGR. Raises DatasetError when the picture cannot be read."""
    picture, fault = read_picture(path, cv2.IMREAD_COLOR)
    if picture is None:
        raise DatasetError(f"{path}: {fault}")
    return picture


def fingerprint(grey: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """(4,) uint64: 256 signs of horizontal differences of the picture scaled to 17 x 16."""
    small = cv2.resize(grey, (_HASH_SIZE + 1, _HASH_SIZE), interpolation=cv2.INTER_AREA)
    small = np.asarray(small).reshape(_HASH_SIZE, _HASH_SIZE + 1).astype(int)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    mark: NDArray[np.uint64] = np.packbits(bits).view(np.uint64)
    return mark


def read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Picture name -> what the dataset's manifest says of it; nothing without a manifest.

    ``{"pictures": {"a.jpg": {"group": "scene 7", "mm_to_px": [[...], [...], [...]], ...}, ...}}``,
    with or without the ending of a picture's name; all of it is optional.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        pictures = json.loads(path.read_text(encoding="utf-8")).get("pictures", {})
        return {str(n): entry for n, entry in dict(pictures).items() if isinstance(entry, dict)}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise DatasetError(f"{path}: expected a manifest in JSON: {error}") from error


def _groups(entries: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Group by name; pictures of a group stay together."""
    return {name: str(entry["group"]) for name, entry in entries.items() if "group" in entry}


def _papers(entries: dict[str, dict[str, Any]], manifest: Path) -> dict[str, FloatArray]:
    """(3, 3) homography of the paper by name, mm -> px."""
    papers = {}
    for name, entry in entries.items():
        if "mm_to_px" not in entry:
            continue
        try:
            paper = np.array(entry["mm_to_px"], float)
            if paper.shape != (3, 3) or not np.isfinite(np.linalg.inv(paper)).all():
                raise ValueError("it is none")
        except (ValueError, TypeError, np.linalg.LinAlgError) as error:
            raise DatasetError(
                f"{manifest}: {name}: mm_to_px: expected three rows of three numbers that "
                f"map mm of the paper to px: {error}"
            ) from error
        papers[name] = paper
    return papers


def dataset_version(files: Iterable[Path]) -> str:
    """Name a dataset by its contents: the md5 of its files' sorted md5 sums.

    Neither names, order, time stamps nor the kind of line ends in label files matter, so that every
    machine gets the same version.
    """
    sums = []
    for path in files:
        data = path.read_bytes()
        if path.suffix.lower() == ".txt":
            data = data.replace(b"\r\n", b"\n")
        sums.append(hashlib.md5(data, usedforsecurity=False).hexdigest())
    return hashlib.md5("".join(sorted(sums)).encode(), usedforsecurity=False).hexdigest()


def folder_version(folder: Path) -> str:
    """The version of a dataset folder: all its pictures and their labels."""
    images = list_images(folder)
    labels = [path for path in map(label_path, images) if path.is_file()]
    return dataset_version([*images, *labels])


def boxes_px(item: Item) -> FloatArray:
    """(N, 4) xyxy px of a picture's labelled boxes."""
    boxes: FloatArray = item.labels.xyxy * np.array([*item.size_wh, *item.size_wh], float)
    return boxes


def _labels_of(image: Path) -> tuple[Labels | None, list[str]]:
    path = label_path(image)
    if not path.is_file():
        return None, ["there is no such label file (write an empty one if nothing is in view)"]
    try:
        return parse_labels(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return None, [f"expected a text file: {error}"]


def _names_faults(folder: Path, images: list[Path]) -> list[str]:
    faults = []
    seen: dict[str, Path] = {}
    for image in images:
        if image.stem in seen:
            faults.append(f"{image}: has the same label file as {seen[image.stem].name}")
        seen[image.stem] = image
    labels = folder / "labels"
    if labels.is_dir():
        lonely = sorted(p for p in labels.glob("*.txt") if p.stem not in seen)
        faults += [f"{path}: labels without a picture" for path in lonely if path.stem != "classes"]
    return faults
