"""Trees that are asked all at once say what a walk through them says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tailorbird.predict.hybrid.leaves import NotTrees, leaves_of, summed
from tailorbird.predict.propensity.trees import Trees

COLUMNS = 4
Node = tuple[int, float, int, int]


def trees_of(roots: list[int], nodes: list[Node]) -> Trees:
    feature, threshold, left, right = zip(*nodes, strict=True) if nodes else ((), (), (), ())
    return Trees(
        np.array(roots, np.int32),
        np.array(feature, np.int32),
        np.array(threshold, np.float64),
        np.array(left, np.int32),
        np.array(right, np.int32),
        np.full(len(nodes), -1, np.int32),
    )


def grown(rng: np.random.Generator, leaves: int) -> Trees:
    """Return three random trees of so many leaves, thresholds among values that rows have."""
    roots, nodes = [], list[Node]()
    for _ in range(3):
        roots.append(len(nodes))
        nodes.append((-1, float(rng.normal()), -1, -1))
        ends = [roots[-1]]
        while len(ends) < leaves:
            node = ends.pop(int(rng.integers(len(ends))))
            left = len(nodes)
            nodes += [(-1, float(rng.normal()), -1, -1), (-1, float(rng.normal()), -1, -1)]
            ends += [left, left + 1]
            asked = int(rng.integers(COLUMNS)), float(rng.integers(5)) / 2
            nodes[node] = (*asked, left, left + 1)
    return trees_of(roots, nodes)


def walked(trees: Trees, row: NDArray[np.float64]) -> float:
    total = 0.0
    for root in trees.roots.tolist():
        node = root
        while trees.feature[node] >= 0:
            low = row[trees.feature[node]] <= trees.threshold[node]
            node = int(trees.left[node] if low else trees.right[node])
        total += float(trees.threshold[node])
    return total


@given(st.integers(0, 2**32 - 1), st.integers(1, 32), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_the_sum_is_that_of_a_walk_to_the_bit(seed: int, leaves: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    trees = grown(rng, leaves)
    asked = rng.integers(0, 5, (rows, COLUMNS)) / 2
    found = summed(leaves_of(trees, COLUMNS), np.ascontiguousarray(asked.T))
    assert found.tolist() == [walked(trees, row) for row in asked]


def test_no_trees_say_nothing() -> None:
    assert summed(leaves_of(trees_of([], []), 2), np.zeros((2, 3))).tolist() == [0.0, 0.0, 0.0]


LEAF: Node = (-1, 1.0, -1, -1)


@pytest.mark.parametrize(
    ("roots", "nodes"),
    [
        ([5], [LEAF]),
        ([0], [(0, 0.5, 1, 1), LEAF]),
        ([0], [(0, 0.5, 0, 1), LEAF]),
        ([0], [(COLUMNS, 0.5, 1, 2), LEAF, LEAF]),
        ([0], [(-2, 0.5, 1, 2), LEAF, LEAF]),
        ([0], [(0, 0.5, -1, 1), LEAF]),
        ([0], [(0, 0.5, n + 1, 100 + n) for n in range(100)] + 101 * [LEAF]),
    ],
)
def test_arrays_that_are_no_trees_are_refused(roots: list[int], nodes: list[Node]) -> None:
    with pytest.raises(NotTrees):
        leaves_of(trees_of(roots, nodes), COLUMNS)


def test_a_tree_with_too_many_leaves_is_refused() -> None:
    with pytest.raises(NotTrees, match="33 leaves"):
        leaves_of(grown(np.random.default_rng(1), 33), COLUMNS)


def test_arrays_of_different_lengths_are_refused() -> None:
    trees = grown(np.random.default_rng(1), 4)
    with pytest.raises(NotTrees, match="lack"):
        leaves_of(trees._replace(right=trees.right[:-1]), COLUMNS)
