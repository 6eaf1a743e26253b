"""All that statistics need to know of many rows: a count, means, and sums of products.

Sums of two disjoint sets of rows add up to the sums of both, in any order and grouping, and empty
sums change nothing. So each day, segment or machine can be summed on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
from numpy.typing import ArrayLike

Pair = tuple[str, str]


class Sums(msgspec.Struct, frozen=True):
    """What is known of a set of rows.

    Attributes:
        n: Rows.
        means: Mean of each column.
        products: For pairs of columns in alphabetical order, a column with itself included, the
            sum over rows of (x - mean of x) * (y - mean of y).
    """

    n: int = 0
    means: dict[str, float] = {}
    products: dict[Pair, float] = {}

    @classmethod
    def of(cls, columns: Mapping[str, ArrayLike]) -> Sums:
        """Return the sums of rows that are at hand, one array a column."""
        rows = {name: np.asarray(column, np.float64) for name, column in columns.items()}
        n = len(next(iter(rows.values()), ()))
        if n == 0:
            return cls()
        means = {name: float(column.mean()) for name, column in rows.items()}
        apart = {name: column - means[name] for name, column in rows.items()}
        products = {
            (left, right): float(apart[left] @ apart[right])
            for left in apart
            for right in apart
            if left <= right
        }
        return cls(n, means, products)

    def __add__(self, other: Sums) -> Sums:
        """Return the sums of both sets of rows (Chan, Golub and LeVeque, 1979)."""
        if self.n == 0 or other.n == 0:
            return other if self.n == 0 else self
        n = self.n + other.n
        apart = {name: other.means[name] - mean for name, mean in self.means.items()}
        means = {name: mean + apart[name] * (other.n / n) for name, mean in self.means.items()}
        scale = self.n * (other.n / n)
        products = {
            pair: product + other.products[pair] + apart[pair[0]] * apart[pair[1]] * scale
            for pair, product in self.products.items()
        }
        return Sums(n, means, products)

    def mean(self, column: str) -> float:
        """Return a column's mean; 0 without rows."""
        return self.means[column] if self.n else 0.0

    def var(self, column: str) -> float:
        """Return a column's sample variance; 0 with fewer than two rows."""
        return self.cov(column, column)

    def cov(self, left: str, right: str) -> float:
        """Return the sample covariance of two columns; 0 with fewer than two rows."""
        if self.n < 2:
            return 0.0
        return self.products[pair(left, right)] / (self.n - 1)


def pair(left: str, right: str) -> Pair:
    """Return two columns in the order in which their product is kept."""
    return (left, right) if left <= right else (right, left)


def added(many: Iterable[Sums]) -> Sums:
    """Return the sums of all sets of rows together."""
    total = Sums()
    for one in many:
        total = total + one
    return total
