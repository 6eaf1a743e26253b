"""Which group of today is which of yesterday, and how far two partings of people agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def matched(before: Floats, now: Floats, farthest: float) -> dict[int, int]:
    """Return today's group → yesterday's, each at most once, so that all lie nearest together.

    The assignment of the least sum of distances (Kuhn, "The Hungarian method", 1955). Pairs
    farther apart than `farthest` are different groups.

    Args:
        before: float64[k, numbers], yesterday's centroids.
        now: float64[m, numbers], today's, in the same numbers.
        farthest: in the unit of the numbers.
    """
    if not len(before) or not len(now):
        return {}
    apart = cdist(now, before)
    mine, theirs = linear_sum_assignment(apart)
    return {
        int(one): int(other)
        for one, other in zip(mine, theirs, strict=True)
        if apart[one, other] <= farthest
    }


def agreement(one: Labels, other: Labels) -> float:
    """Return the adjusted Rand index: 1 where both part people alike, about 0 by luck.

    Hubert and Arabie, "Comparing partitions", 1985. Names of groups do not matter.
    """
    if len(one) < 2:
        return 1.0
    _, rows = np.unique(one, return_inverse=True)
    _, columns = np.unique(other, return_inverse=True)
    table = np.zeros((int(rows.max()) + 1, int(columns.max()) + 1))
    np.add.at(table, (rows, columns), 1.0)
    pairs = _pairs(table).sum()
    by_row, by_column = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    expected = by_row * by_column / _pairs(np.array(float(len(one))))
    most = (by_row + by_column) / 2.0
    return 1.0 if most == expected else float((pairs - expected) / (most - expected))


def _pairs(counts: Floats) -> Floats:
    return np.asarray(counts * (counts - 1.0) / 2.0)
