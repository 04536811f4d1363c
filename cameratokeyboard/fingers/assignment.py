"""Optimal one-to-one assignment of small cost matrices."""

from __future__ import annotations

import numpy as np

from cameratokeyboard.datatypes import FloatArray, IntArray


def assign(cost: FloatArray, miss_cost: float) -> IntArray:
    """Give every row at most one column so that the total cost is least.

    cost: (R, C) finite. miss_cost: what leaving a row without a column costs.
    Returns (R,) the column of each row, -1 where a row goes without.
    """
    rows, columns = cost.shape
    if rows == 0 or columns == 0:
        return np.full(rows, -1)
    best: IntArray = cost.argmin(axis=1)
    best[cost[np.arange(rows), best] >= miss_cost] = -1
    taken = best[best >= 0]
    if len(np.unique(taken)) == len(taken):
        return best  # every row has its own cheapest column: nothing can be better
    padded = np.full((rows, columns + rows), float(miss_cost))
    padded[:, :columns] = np.minimum(cost, 1e9)
    result = _shortest_augmenting_paths(padded)
    return np.where(result < columns, result, -1)


def _shortest_augmenting_paths(cost: FloatArray) -> IntArray:
    """Hungarian method by shortest augmenting paths, O(R * R * C), for R <= C.

    The textbook form with dual potentials (Kuhn 1955; Jonker and Volgenant 1987).
    """
    rows, columns = cost.shape
    row_potential = np.zeros(rows)
    column_potential = np.zeros(columns)
    row_of = np.full(columns, -1)
    for start in range(rows):
        shortest = np.full(columns, np.inf)
        came_from = np.full(columns, -1)
        done = np.zeros(columns, bool)
        row, column, distance = start, -1, 0.0
        while True:
            reduced = distance + cost[row] - row_potential[row] - column_potential
            better = ~done & (reduced < shortest)
            shortest[better] = reduced[better]
            came_from[better] = row
            column = int(np.where(done, np.inf, shortest).argmin())
            distance = float(shortest[column])
            done[column] = True
            if row_of[column] < 0:
                break
            row = int(row_of[column])
        inside = done & (row_of >= 0)
        row_potential[row_of[inside]] += distance - shortest[inside]
        row_potential[start] += distance
        column_potential[done] -= distance - shortest[done]
        while True:
            row = int(came_from[column])
            previous = np.flatnonzero(row_of == row)
            row_of[column] = row
            if row == start:
                break
            column = int(previous[0])
    result = np.full(rows, -1)
    used = row_of >= 0
    result[row_of[used]] = np.flatnonzero(used)
    return result
