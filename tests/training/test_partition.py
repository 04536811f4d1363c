from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cameratokeyboard.errors import DatasetError
from cameratokeyboard.training.folder import Item
from cameratokeyboard.training.partition import partition
from tests.training.builders import make_item


def random_items(count: int, seed: int = 0, groups: int = 0) -> list[Item]:
    """Items that look nothing alike, in ``groups`` manifest groups when asked for."""
    rng = np.random.default_rng(seed)
    items = []
    for number in range(count):
        mark = rng.integers(0, 2**63, 4, dtype=np.uint64)
        group = f"g{number % groups}" if groups else None
        items.append(dataclasses.replace(make_item(number), fingerprint=mark, group=group))
    return items


class TestPartition:
    def test_every_picture_once_and_ratios_met(self) -> None:
        split = partition(random_items(100), (0.7, 0.2, 0.1), seed=3)
        assert sorted(split.train + split.val + split.test) == list(range(100))
        assert (len(split.train), len(split.val), len(split.test)) == (70, 20, 10)

    def test_same_seed_same_split_another_seed_another(self) -> None:
        items = random_items(60)
        assert partition(items, seed=1) == partition(items, seed=1)
        assert partition(items, seed=1) != partition(items, seed=2)

    def test_manifest_groups_stay_together(self) -> None:
        items = random_items(90, groups=9)
        split = partition(items, (0.6, 0.2, 0.2))
        parts = [{items[i].group for i in part} for part in (split.train, split.val, split.test)]
        assert sum(map(len, parts)) == 9

    def test_near_duplicates_stay_together_even_in_a_chain(self) -> None:
        items = random_items(40)
        mark = items[0].fingerprint.copy()
        for number in range(5):
            mark = mark.copy()
            mark[number % 4] ^= np.uint64(0b111 << (6 * number))
            items.append(dataclasses.replace(make_item(100 + number), fingerprint=mark))
        split = partition(items, (0.5, 0.5, 0.0))
        chain = {0, *range(40, 45)}
        assert chain <= set(split.train) or chain <= set(split.val)

    @pytest.mark.parametrize("ratios", [(0.5, 0.1, 0.1), (0, 1, 0), (1.2, -0.2, 0)])
    def test_wrong_ratios(self, ratios: tuple[float, float, float]) -> None:
        with pytest.raises(DatasetError, match="sum to 1"):
            partition(random_items(10), ratios)

    def test_too_few_groups_to_split(self) -> None:
        with pytest.raises(DatasetError, match="cannot be split"):
            partition([make_item(0)], (0.8, 0.2, 0.0))
