"""Estimators of a policy's value from another policy's log, with their standard errors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ROUNDS = 1_000
_Z = 1.959963984540054  # the normal quantile of 97.5 %
Floats = NDArray[np.float64]


class Evidence(NamedTuple):
    """What the estimators are made of, a row of the log each.

    Attributes:
        weight: float64[n], the evaluated policy's probability of the logged action over the
            logging policy's.
        reward: float64[n].
        direct: float64[n], the reward that the model expects under the evaluated policy.
        residual: float64[n], reward minus what the model expects of the logged action.
    """

    weight: Floats
    reward: Floats
    direct: Floats | None = None
    residual: Floats | None = None


class Estimate(NamedTuple):
    """A policy's value per decision, with two 95 % intervals.

    Attributes:
        name: of the estimator.
        value: mean reward per decision under the evaluated policy.
        standard_error: by the delta method.
        low, high: normal interval.
        bootstrap_low, bootstrap_high: percentile bootstrap over rows.
    """

    name: str
    value: float
    standard_error: float
    low: float
    high: float
    bootstrap_low: float
    bootstrap_high: float


def estimates(evidence: Evidence, rng: np.random.Generator) -> list[Estimate]:
    """Return every estimate that the evidence allows.

    IPS (Horvitz & Thompson, 1952) is unbiased; SNIPS (Swaminathan & Joachims, 2015) divides by
    the weights' mean, for less variance; DR (Dudík, Langford & Li, 2011) corrects a model's guess
    by the weighted residuals; SNDR divides these by the weights' mean.

    Args:
        evidence: at least two rows.
        rng: luck of the bootstrap (Efron, 1979).
    """
    means = _resampled(_columns(evidence), rng)
    return [
        _estimate(name, _columns(evidence), kind, means)
        for name, kind in _KINDS.items()
        if evidence.direct is not None or not kind.modeled
    ]


class _Kind(NamedTuple):
    """Which columns an estimator sums: mean(additive) + mean(weighted) / (mean(weight) or 1)."""

    additive: int | None
    weighted: int
    normalized: bool
    modeled: bool


_WEIGHT, _REWARD, _DIRECT, _RESIDUAL = range(4)
_KINDS = {
    "IPS": _Kind(None, _REWARD, normalized=False, modeled=False),
    "SNIPS": _Kind(None, _REWARD, normalized=True, modeled=False),
    "DR": _Kind(_DIRECT, _RESIDUAL, normalized=False, modeled=True),
    "SNDR": _Kind(_DIRECT, _RESIDUAL, normalized=True, modeled=True),
}


def _columns(evidence: Evidence) -> Floats:
    weight, reward, direct, residual = evidence
    none = np.zeros_like(weight)
    return np.stack(
        [
            weight,
            weight * reward,
            none if direct is None else direct,
            none if residual is None else weight * residual,
        ],
        axis=1,
    )


def _resampled(columns: Floats, rng: np.random.Generator) -> Floats:
    """Return float64[rounds, columns], means over rows drawn with replacement."""
    count = len(columns)
    chances = np.full(count, 1.0 / count)
    means = np.empty((ROUNDS, columns.shape[1]))
    for round_ in range(ROUNDS):
        means[round_] = rng.multinomial(count, chances) @ columns / count
    return means


def _estimate(name: str, columns: Floats, kind: _Kind, resampled: Floats) -> Estimate:
    mean = columns.mean(axis=0)
    value = float(_value(kind, mean[None, :])[0])
    ratio = mean[kind.weighted] / mean[_WEIGHT] if kind.normalized and mean[_WEIGHT] else 0.0
    scale = mean[_WEIGHT] if kind.normalized and mean[_WEIGHT] else 1.0
    influence = (columns[:, kind.weighted] - ratio * columns[:, _WEIGHT]) / scale
    if kind.additive is not None:
        influence = influence + columns[:, kind.additive]
    error = float(influence.std(ddof=1) / np.sqrt(len(columns)))
    low, high = np.percentile(_value(kind, resampled), [2.5, 97.5])
    return Estimate(
        name, value, error, value - _Z * error, value + _Z * error, *map(float, (low, high))
    )


def _value(kind: _Kind, means: Floats) -> Floats:
    weighted = means[:, kind.weighted]
    if kind.normalized:
        weight = means[:, _WEIGHT]
        weighted = np.divide(weighted, weight, out=np.zeros_like(weighted), where=weight > 0.0)
    return weighted if kind.additive is None else weighted + means[:, kind.additive]
