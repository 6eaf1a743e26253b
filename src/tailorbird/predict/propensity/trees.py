"""Boosted trees as plain arrays: learned by LightGBM, asked in microseconds without it."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.spine.errors import TailorbirdError

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class ModelsMissing(TailorbirdError):
    """This model is learned by LightGBM, which is not installed."""

    status = 500
    remedy = "Install it with `pip install 'tailorbird[models]'`."


class Trees(NamedTuple):
    """Many trees, node after node; leaves are nodes whose feature is -1.

    Attributes:
        roots: int32[trees], the first node of each.
        feature: int32[nodes], which column a node asks; -1 in a leaf.
        threshold: float64[nodes], left if not greater; in a leaf the value that it adds.
        left: int32[nodes].
        right: int32[nodes].
        unknown: int32[nodes], where NaN goes; -1 where it counts as 0.
    """

    roots: Ints
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    unknown: Ints

    def __call__(self, rows: Floats) -> Floats:
        """Return float64[n], the log-odds of rows float64[n, columns]."""
        return _ask(self, np.ascontiguousarray(rows, np.float64))


def lightgbm() -> Any:  # noqa: ANN401 - LightGBM is an extra and has no types here
    """Return LightGBM.

    Raises:
        ModelsMissing: the extra `models` is not installed.
    """
    try:
        return importlib.import_module("lightgbm")
    except (ModuleNotFoundError, OSError) as error:
        raise ModelsMissing from error


def flattened(boosters: list[Any]) -> Trees:
    """Return the mean of several LightGBM boosters as one set of trees."""
    nodes: list[tuple[int, float, int, int, int]] = []
    share = 1.0 / len(boosters)
    roots = [
        _add(tree["tree_structure"], nodes, share)
        for booster in boosters
        for tree in booster.dump_model()["tree_info"]
    ]
    columns = list(zip(*nodes, strict=True)) or [(), (), (), (), ()]
    return Trees(
        np.array(roots, np.int32),
        np.array(columns[0], np.int32),
        np.array(columns[1], np.float64),
        np.array(columns[2], np.int32),
        np.array(columns[3], np.int32),
        np.array(columns[4], np.int32),
    )


def _add(node: dict[str, Any], nodes: list[tuple[int, float, int, int, int]], share: float) -> int:
    place = len(nodes)
    if "leaf_value" in node:
        nodes.append((-1, float(node["leaf_value"]) * share, -1, -1, -1))
        return place
    nodes.append((-1, 0.0, -1, -1, -1))
    left = _add(node["left_child"], nodes, share)
    right = _add(node["right_child"], nodes, share)
    unknown = -1
    if node["missing_type"] == "NaN":
        unknown = left if node["default_left"] else right
    nodes[place] = (int(node["split_feature"]), float(node["threshold"]), left, right, unknown)
    return place


@kernel
def _ask(trees: Trees, rows: Floats) -> Floats:
    found = np.zeros(len(rows))
    for row in range(len(rows)):
        total = 0.0
        for root in trees.roots:
            node = root
            while trees.feature[node] >= 0:
                value = rows[row, trees.feature[node]]
                if np.isnan(value):
                    if trees.unknown[node] >= 0:
                        node = trees.unknown[node]
                        continue
                    value = 0.0
                node = trees.left[node] if value <= trees.threshold[node] else trees.right[node]
            total += trees.threshold[node]
        found[row] = total
    return found
