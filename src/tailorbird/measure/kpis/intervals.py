"""How sure a key figure is, from sums over people: visits of one person are no separate proofs.

A share has Wilson's interval (1927) for as many independent trials as its trials are worth: their
number over the design effect, which is the variance between people by the delta method over that
of a coin (Kish, "Survey Sampling", 1965; Franco, Little, Louis and Slud, "Comparative study of
confidence intervals for proportions in complex sample surveys", 2019). Money per visit is a ratio
of sums over people, and has the delta method's interval.
"""

from math import sqrt
from typing import NamedTuple

_Z = 1.959963984540054  # 95 %, two-sided


class Sums(NamedTuple):
    """Sums over people of x (numerator) and y (denominator), of their squares and their product."""

    n: int
    x: float
    y: float
    xx: float
    xy: float
    yy: float


class Within(NamedTuple):
    """From where to where; None where that cannot be told."""

    low: float | None
    high: float | None


def ratio(sums: Sums) -> float | None:
    """Return x over y; None of nothing."""
    return sums.x / sums.y if sums.y > 0.0 else None


def between_people(sums: Sums) -> float | None:
    """Return the ratio's variance by the delta method; None with fewer than two people."""
    found = ratio(sums)
    if found is None or sums.n < 2:
        return None
    apart = sums.xx - 2.0 * found * sums.xy + found * found * sums.yy
    return max(apart, 0.0) * sums.n / (sums.n - 1) / (sums.y * sums.y)


def of_money(sums: Sums) -> Within:
    """Return the interval of a ratio of sums."""
    found, variance = ratio(sums), between_people(sums)
    if found is None or variance is None:
        return Within(None, None)
    half = _Z * sqrt(variance)
    return Within(found - half, found + half)


def of_share(sums: Sums) -> Within:
    """Return the interval of a share."""
    found = ratio(sums)
    if found is None:
        return Within(None, None)
    trials = sums.y / _design_effect(sums, found)
    z2 = _Z * _Z
    middle = (found + z2 / (2.0 * trials)) / (1.0 + z2 / trials)
    spread = max(found * (1.0 - found), 0.0) / trials + z2 / (4.0 * trials * trials)
    half = _Z * sqrt(spread) / (1.0 + z2 / trials)
    low = max(0.0, middle - half) if sums.x > 0.0 else 0.0
    return Within(low, min(1.0, middle + half) if found < 1.0 else 1.0)


def _design_effect(sums: Sums, share: float) -> float:
    """Return by how much fewer the trials count; where all are alike, as if people were trials."""
    variance, coin = between_people(sums), share * (1.0 - share) / sums.y
    if variance is None or coin <= 0.0:
        return max(1.0, sums.yy / sums.y)
    return max(1.0, variance * (sums.n - 1) / sums.n / coin)
