"""Drift: whether what a model is asked, and what it answers, still looks as it did in training.

Measured by the population stability index: with shares `e` of the training sample and `a` of now
in each of up to ten bins, `PSI = sum((a - e) * ln(a / e))`, which is Jeffreys' divergence. The
trade's rule of thumb (Siddiqi, "Credit Risk Scorecards", 2006): below 0.1 nothing has changed,
above 0.25 much has. Without any change PSI is near `(1/n + 1/m)` times a chi-squared value with
bins - 1 degrees of freedom (Yurdakul, "Statistical Properties of Population Stability Index",
2018), so for small samples the alarm also asks for more than chance explains.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

Values = NDArray[np.float64]

BINS = 10
NOTABLE, ALARMING = 0.1, 0.25
LEAST = 200
_CHANCE = 0.999
_LEAST_SHARE = 1e-4


class Shape(msgspec.Struct, frozen=True):
    """How a value was distributed: the shares of bins between edges, over `count` values."""

    name: str
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    count: int


class Drift(msgspec.Struct, frozen=True):
    """How far a value has moved: its PSI over `count` values, and whether that is an alarm."""

    name: str
    psi: float
    alarm: bool
    count: int


def shape_of(name: str, values: Values) -> Shape:
    """Return the distribution of a training sample in at most ten bins of about equal size.

    A value that is very frequent gets an edge of its own, so bins may be fewer.
    """
    inner = np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]) if len(values) else np.zeros(0)
    edges = np.unique(inner)
    return Shape(name, tuple(edges.tolist()), tuple(_shares(edges, values)), len(values))


def drift_from(shape: Shape, values: Values) -> Drift:
    """Return how far values have moved from a shape; with fewer than 200 on a side no alarm."""
    before = np.maximum(np.array(shape.shares), _LEAST_SHARE)
    now = np.maximum(np.array(_shares(np.array(shape.edges), values)), _LEAST_SHARE)
    psi = float(((now - before) * np.log(now / before)).sum())
    enough = min(shape.count, len(values)) >= LEAST
    alarm = enough and psi > max(ALARMING, by_chance(shape, len(values)))
    return Drift(shape.name, round(psi, 4), bool(alarm), len(values))


def by_chance(shape: Shape, count: int) -> float:
    """Return what PSI stays below in 999 of 1,000 samples of `count` when nothing has changed."""
    freedom = max(len(shape.shares) - 1, 1)
    sizes = 1.0 / max(shape.count, 1) + 1.0 / max(count, 1)
    quantile = 2.0 * gammaincinv(freedom / 2.0, _CHANCE)  # of chi-squared
    return float(sizes * quantile)


def _shares(edges: Values, values: Values) -> list[float]:
    """Return the share of values in each bin; a value at an edge belongs below it."""
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    return (counts / max(len(values), 1)).tolist()  # type: ignore[no-any-return]
