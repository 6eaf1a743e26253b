"""CUPED: what was known before the experiment takes noise away from what happened in it.

Deng, Xu, Kohavi and Walker, "Improving the sensitivity of online controlled experiments by
utilizing pre-experiment data", WSDM 2013; with several covariates it is their regression on all.
For ratios the ratio is linearized first (the delta method).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.measure.sums import Sums


class Point(NamedTuple):
    """An arm's estimate: `mean` over n units, each with `variance`, so error² = variance / n."""

    n: int
    mean: float
    variance: float

    @property
    def error2(self) -> float:
        """The square of the standard error."""
        return self.variance / self.n


class Target(NamedTuple):
    """What is estimated: a column's mean, or the ratio of two columns' means."""

    numerator: str
    denominator: str | None = None

    def value(self, sums: Sums) -> float:
        """Return the mean or the ratio of the rows."""
        top = sums.mean(self.numerator)
        return top if self.denominator is None else top / sums.mean(self.denominator)

    def cov(self, sums: Sums, column: str) -> float:
        """Return the covariance of a row's (linearized) value with a column."""
        top = sums.cov(self.numerator, column)
        if self.denominator is None:
            return top
        bottom = sums.cov(self.denominator, column)
        return (top - self.value(sums) * bottom) / sums.mean(self.denominator)

    def var(self, sums: Sums) -> float:
        """Return the variance of a row's (linearized) value."""
        if self.denominator is None:
            return sums.var(self.numerator)
        ratio = self.value(sums)
        spread = (
            sums.var(self.numerator)
            - 2.0 * ratio * sums.cov(self.numerator, self.denominator)
            + ratio * ratio * sums.var(self.denominator)
        )
        return max(spread, 0.0) / sums.mean(self.denominator) ** 2


Slopes = NDArray[np.float64]


def slopes(target: Target, total: Sums, covariates: tuple[str, ...]) -> Slopes:
    """Return by how much each covariate moves the target, from all arms together.

    Covariates that say the same twice, or nothing, are no trouble: the least of equal solutions is
    taken.
    """
    if not covariates:
        return np.empty(0)
    spread = np.array([[total.cov(left, right) for right in covariates] for left in covariates])
    along = np.array([target.cov(total, column) for column in covariates])
    scale = np.sqrt(np.where(np.diag(spread) > 0.0, np.diag(spread), 1.0))
    found = np.linalg.lstsq(spread / np.outer(scale, scale), along / scale, rcond=1e-10)[0]
    return np.asarray(found / scale, np.float64)


def combined(sums: Sums, covariates: tuple[str, ...], slope: Slopes) -> tuple[float, float]:
    """Return mean and variance of the covariates' weighted sum over the rows."""
    mean = sum(by * sums.mean(column) for by, column in zip(slope, covariates, strict=True))
    spread = np.array([[sums.cov(left, right) for right in covariates] for left in covariates])
    return float(mean), float(slope @ spread @ slope) if len(slope) else 0.0


def adjusted(
    target: Target, sums: Sums, total: Sums, covariates: tuple[str, ...], slope: Slopes
) -> Point:
    """Return an arm's estimate after adjustment; the variance removed is that of the covariates."""
    mean, spread = combined(sums, covariates, slope)
    center = combined(total, covariates, slope)[0]
    along = sum(by * target.cov(sums, name) for by, name in zip(slope, covariates, strict=True))
    variance = target.var(sums) + spread - 2.0 * float(along)
    return Point(sums.n, target.value(sums) - (mean - center), max(variance, 0.0))


def linear(total: Sums, target: Target, covariates: tuple[str, ...]) -> float:
    """Return rho², the share of the target's variance that the covariates explain."""
    spread = target.var(total)
    if spread <= 0.0:
        return 0.0
    slope = slopes(target, total, covariates)
    along = sum(by * target.cov(total, name) for by, name in zip(slope, covariates, strict=True))
    return float(along) / spread
