"""Sums of groups of rows, added up by the engine that has the rows."""

import math
from collections.abc import Iterable
from typing import Any

from tea_tasting.aggr import Aggregates, read_aggregates

from tailorbird.measure.sums import Pair, Sums, pair
from tailorbird.measure.tables import listed


def summed(rows: Any, by: str, together: Iterable[tuple[str, ...]]) -> dict[object, Sums]:  # noqa: ANN401
    """Return the sums of each group.

    Args:
        rows: An Ibis table.
        by: The column that says to which group a row belongs.
        together: Sets of columns; products are summed of the pairs within a set.
    """
    columns: set[str] = set()
    pairs: set[Pair] = set()
    for own in together:
        columns.update(own)
        pairs.update(pair(left, right) for left in own for right in own if left < right)
    if not columns:
        counts = listed(rows.group_by(by).aggregate(n=rows.count()))
        return {one[by]: Sums(one["n"]) for one in counts}
    asked = sorted(columns)
    found = read_aggregates(
        rows, by, has_count=True, mean_cols=asked, var_cols=asked, cov_cols=sorted(pairs)
    )
    return {key: _sums(one) for key, one in found.items()}


def _sums(one: Aggregates) -> Sums:
    n = one.count()
    products = {(name, name): _product(value, n) for name, value in one.var_.items()}
    products |= {pair(*names): _product(value, n) for names, value in one.cov_.items()}
    return Sums(n, {name: float(value) for name, value in one.mean_.items()}, products)


def _product(value: float | None, n: int) -> float:
    """Return a variance or covariance as a sum of products; one row has none."""
    return 0.0 if value is None or math.isnan(value) else value * (n - 1)
