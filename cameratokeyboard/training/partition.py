"""Split a dataset into training, validation and test pictures, near-duplicates together."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cameratokeyboard.errors import DatasetError
from cameratokeyboard.training.folder import Item

#: Pictures whose 256-bit fingerprints differ in at most this many bits count as near-duplicates.
#: Measured on 205 photos of a few series: pairs fall into two heaps, below 30 bits and above 60.
NEAR_DUPLICATE_BITS = 24
_BLOCK = 512


@dataclass(frozen=True)
class Split:
    """Indices of pictures for each use; together all of them, each once."""

    train: tuple[int, ...]
    val: tuple[int, ...]
    test: tuple[int, ...]


def partition(
    items: list[Item], ratios: tuple[float, float, float] = (0.85, 0.15, 0.0), seed: int = 0
) -> Split:
    """Split pictures by ``ratios`` (train, validation, test; they sum to 1).

    Groups are kept whole: pictures of one manifest group, and pictures that look alike. The same
    pictures, ratios and seed give the same split on every machine. Nothing is moved or deleted.
    Raises DatasetError when the ratios are wrong or a wanted part would be empty.
    """
    if min(ratios) < 0 or abs(sum(ratios) - 1) > 1e-6 or ratios[0] == 0:
        raise DatasetError(f"partition {ratios}: expected three shares that sum to 1, first > 0")
    clusters = _clusters(items)
    random.Random(seed).shuffle(clusters)
    clusters.sort(key=len, reverse=True)
    wanted = [ratio * len(items) for ratio in ratios]
    parts: list[list[int]] = [[], [], []]
    for cluster in clusters:
        open_parts = [i for i in range(3) if ratios[i] > 0]
        target = max(open_parts, key=lambda i: (wanted[i] - len(parts[i])) / max(wanted[i], 1))
        parts[target] += cluster
    if any(ratio > 0 and not part for ratio, part in zip(ratios, parts, strict=True)):
        raise DatasetError(
            f"{len(items)} picture(s) in {len(clusters)} group(s) of near-duplicates cannot be "
            f"split into shares {ratios}; add pictures that differ"
        )
    train, val, test = (tuple(sorted(part)) for part in parts)
    return Split(train, val, test)


def _clusters(items: list[Item]) -> list[list[int]]:
    """Indices grouped by manifest group and likeness, in an order that file order cannot change."""
    parent = list(range(len(items)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first_of: dict[str, int] = {}
    for index, item in enumerate(items):
        if item.group is not None:
            parent[root(index)] = root(first_of.setdefault(item.group, index))
    for first, second in _alike(np.array([item.fingerprint for item in items])):
        parent[root(first)] = root(second)
    groups: dict[int, list[int]] = {}
    for index in range(len(items)):
        groups.setdefault(root(index), []).append(index)
    return sorted(groups.values(), key=lambda group: min(items[i].image.name for i in group))


def _alike(marks: NDArray[np.uint64]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(marks), _BLOCK):
        block = marks[start : start + _BLOCK]
        bits = np.zeros((len(block), len(marks)), np.int32)
        for word in range(marks.shape[1]):
            bits += np.bitwise_count(block[:, None, word] ^ marks[None, :, word])
        first, second = np.nonzero(bits <= NEAR_DUPLICATE_BITS)
        first = first + start
        later = second > first
        pairs += zip(first[later].tolist(), second[later].tolist(), strict=True)
    return pairs
