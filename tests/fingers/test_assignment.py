"""assign: least total cost."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cameratokeyboard.fingers.assignment import assign


def cheapest_by_trying_all(cost: np.ndarray, miss: float) -> float:
    rows, columns = cost.shape
    padded = np.concatenate([cost, np.full((rows, rows), miss)], axis=1)
    return min(
        padded[np.arange(rows), list(choice)].sum()
        for choice in itertools.permutations(range(columns + rows), rows)
    )


class TestAssign:
    @pytest.mark.parametrize("seed", range(40))
    def test_total_cost_is_that_of_trying_everything(self, seed: int):
        rng = np.random.default_rng(seed)
        cost = rng.integers(0, 9, (rng.integers(1, 5), rng.integers(1, 5))).astype(float)
        chosen = assign(cost, 4.5)
        taken = chosen[chosen >= 0]
        total = cost[np.flatnonzero(chosen >= 0), taken].sum() + 4.5 * (chosen < 0).sum()
        assert len(set(taken)) == len(taken)
        assert total == pytest.approx(cheapest_by_trying_all(cost, 4.5))

    def test_row_dearer_than_a_miss_goes_without(self):
        assert list(assign(np.array([[1.0, 9.0], [9.0, 8.0]]), 5.0)) == [0, -1]

    @pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
    def test_nothing_to_assign_gives_misses(self, shape: tuple[int, int]):
        assert list(assign(np.zeros(shape), 1.0)) == [-1] * shape[0]
