"""Trees asked all at once: which leaves are left, as bits, instead of a walk from node to node.

A walk waits at every node for where to go, and processors guess wrong half the time. Here every
node of a tree is asked of every row: where the answer is "greater", the leaves on its left are
out. The leftmost leaf that is left is where a walk would have come to (C. Lucchese, F. M. Nardini,
S. Orlando, R. Perego, N. Tonellotto, R. Venturini: QuickScorer. SIGIR 2015). Nodes ask whole
columns, so that several rows are compared at a time. Sums are those of a walk, to the bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.predict.propensity.trees import Trees

Floats = NDArray[np.float64]
MOST_LEAVES = 32
_REMAINDERS = 37  # by which all powers of 2 below 2^32 leave different remainders
_ALL = 2**32 - 1
_LEAF = -1


class NotTrees(ValueError):
    """These arrays are not trees that can be asked."""


class Leaves(NamedTuple):
    """Trees, ready to be asked of many rows.

    Attributes:
        starts: int32[trees + 1], where the nodes of each begin.
        feature: int32[nodes], which column a node asks.
        threshold: float64[nodes].
        kept: uint32[nodes], the leaves that are left where a value is greater.
        value: float64[trees, 37], what the leaf adds whose bit leaves that remainder.
    """

    starts: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: Floats
    kept: NDArray[np.uint32]
    value: Floats


def leaves_of(trees: Trees, columns: int) -> Leaves:
    """Return trees as they are asked all at once.

    Args:
        trees: of at most 32 leaves each.
        columns: how many columns rows will have.

    Raises:
        NotTrees: a node asks for a column or leads to a node that there is not, comes twice, or a
            tree is too large; such arrays come from a damaged or foreign file.
    """
    if len({len(part) for part in trees[1:-1]}) > 1:
        raise NotTrees("some nodes lack a column, a threshold or a side")
    starts, nodes = [0], list[_Node]()
    value = np.zeros((len(trees.roots), _REMAINDERS))
    rest = set(range(len(trees.feature)))
    for number, root in enumerate(trees.roots.tolist()):
        ends = _walked(trees, root, rest, nodes)
        for place, end in enumerate(ends):
            value[number, (1 << place) % _REMAINDERS] = end
        starts.append(len(nodes))
    if any(not 0 <= node.feature < columns for node in nodes):
        raise NotTrees(f"a node asks for a column that is none of {columns}")
    return Leaves(
        np.array(starts, np.int32),
        np.array([node.feature for node in nodes], np.int32),
        np.array([node.threshold for node in nodes], np.float64),
        np.array([node.kept for node in nodes], np.uint32),
        value,
    )


class _Node(NamedTuple):
    feature: int
    threshold: float
    kept: int


def _walked(trees: Trees, root: int, rest: set[int], nodes: list[_Node]) -> list[float]:
    """Return what the leaves of a tree add, from left to right; its nodes go to the others."""
    ends: list[float] = []

    def walk(node: int, depth: int) -> None:
        if node not in rest or depth > MOST_LEAVES:
            raise NotTrees(f"there is no node {node}, it comes twice, or lies too deep")
        rest.remove(node)
        feature, threshold = int(trees.feature[node]), float(trees.threshold[node])
        if feature == _LEAF:
            ends.append(threshold)
            return
        begin = len(ends)
        walk(int(trees.left[node]), depth + 1)
        out = (1 << len(ends)) - (1 << begin)
        nodes.append(_Node(feature, threshold, _ALL & ~out))
        walk(int(trees.right[node]), depth + 1)

    walk(root, 1)
    if len(ends) > MOST_LEAVES:
        raise NotTrees(f"a tree has {len(ends)} leaves; {MOST_LEAVES} at most can be asked")
    return ends


@kernel
def summed(leaves: Leaves, columns: Floats) -> Floats:
    """Return float64[n], what all trees say together of columns float64[columns, n] without NaN."""
    count = columns.shape[1]
    found, left = np.zeros(count), np.empty(count, np.uint32)
    everything = np.uint32(0xFFFFFFFF)
    for tree in range(len(leaves.starts) - 1):
        left[:] = everything
        for node in range(leaves.starts[tree], leaves.starts[tree + 1]):
            column, threshold = columns[leaves.feature[node]], leaves.threshold[node]
            kept = leaves.kept[node]
            for row in range(count):
                left[row] &= kept if column[row] > threshold else everything
        value = leaves.value[tree]
        for row in range(count):
            lowest = left[row] & (~left[row] + np.uint32(1))
            found[row] += value[lowest % np.uint32(37)]
    return found
