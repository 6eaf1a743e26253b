"""Weights that are shares: none below 0, all together 1, as near to a target as they can be."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ENOUGH = 1e-9


def shares(gram: Floats, along: Floats) -> Floats:
    """Return the w on the simplex that makes w'Gw - 2w'b least.

    By active sets, as Lawson and Hanson's non-negative least squares ("Solving Least Squares
    Problems", 1974, chapter 23), with the sum held at 1; exact up to rounding.

    Args:
        gram: float64[k, k], symmetric, no eigenvalue below 0.
        along: float64[k].
    """
    k = len(along)
    scale = float(np.trace(gram)) / k or 1.0
    gram, along = gram / scale, along / scale
    weights = np.zeros(k)
    weights[int(np.argmin(np.diag(gram) - 2.0 * along))] = 1.0
    held = weights > 0.0
    for _ in range(10 * k):
        slope = gram @ weights - along
        level = float(slope[held] @ weights[held])
        gain = np.where(held, 0.0, slope - level)
        best = int(np.argmin(gain))
        if gain[best] > -_ENOUGH:
            break
        held[best] = True
        weights = _settled(gram, along, weights, held)
    return np.asarray(weights / weights.sum(), np.float64)


def _settled(gram: Floats, along: Floats, weights: Floats, held: NDArray[np.bool_]) -> Floats:
    """Return the best weights on the held places, letting go of those that would fall below 0."""
    while True:
        aim = np.zeros_like(weights)
        aim[held] = _on_plane(gram[np.ix_(held, held)], along[held])
        below = held & (aim <= 0.0)
        if not below.any():
            return aim
        gaps = weights[below] - aim[below]
        step = float(np.min(np.where(gaps > 0.0, weights[below] / np.maximum(gaps, 1e-300), 0.0)))
        weights = weights + step * (aim - weights)
        held &= weights > 1e-12
        weights = np.where(held, weights, 0.0)


def _on_plane(gram: Floats, along: Floats) -> Floats:
    """Return the least of w'Gw - 2w'b with the sum of w at 1, signs free."""
    k = len(along)
    system = np.ones((k + 1, k + 1))
    system[:k, :k] = gram + np.eye(k) * 1e-12
    system[k, k] = 0.0
    return np.asarray(np.linalg.solve(system, np.append(along, 1.0))[:k], np.float64)
