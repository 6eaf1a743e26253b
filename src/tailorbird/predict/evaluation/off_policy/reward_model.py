"""A model of the reward of each action, cross-fitted: no row is guessed by a model that saw it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.off_policy.logged import Logged

FOLDS = 3
PENALTY = 1.0
_STEPS = 30
_SETTLED = 1e-7
Floats = NDArray[np.float64]


def expected_rewards(logged: Logged, rng: np.random.Generator) -> Floats:
    """Return float64[n, actions], the reward expected of every action in every row's context.

    A linear model of the context plus one effect an action and one a slot, with a ridge; logistic
    when all rewards are 0 or 1. Cross-fitting is in the sense of Chernozhukov et al. (2018).

    Args:
        logged: at least three rows.
        rng: luck of the folds.
    """
    fold = rng.permutation(len(logged)) % FOLDS
    binary = bool(np.isin(logged.reward, (0.0, 1.0)).all())
    context = _context(logged)
    effects = np.eye(len(logged.actions))[logged.action]
    made = np.empty((len(logged), len(logged.actions)))
    for each in range(FOLDS):
        apart, kept = fold == each, fold != each
        table = np.concatenate([context[kept], effects[kept]], axis=1)
        fit = logistic if binary else ridge
        weights = fit(table, logged.reward[kept])
        width = context.shape[1]
        scores = (context[apart] @ weights[:width])[:, None] + weights[None, width:]
        made[apart] = sigmoid(scores) if binary else scores
    return made


def logistic(table: Floats, labels: Floats, penalty: float = PENALTY) -> Floats:
    """Return the weights of a ridge logistic regression, by Newton's method.

    Args:
        table: float64[n, d]; its first column should be ones, and is not penalized.
        labels: float64[n] of 0 and 1.
        penalty: half of it times the squared weights is added to the log loss.
    """
    weights = np.zeros(table.shape[1])
    shrink = _shrink(table.shape[1], penalty)
    for _ in range(_STEPS):
        chance = sigmoid(table @ weights)
        slope = table.T @ (chance - labels) + shrink * weights
        bend = (table * (chance * (1.0 - chance))[:, None]).T @ table + np.diag(shrink)
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if float(np.abs(step).max()) < _SETTLED:
            break
    return weights


def ridge(table: Floats, values: Floats, penalty: float = PENALTY) -> Floats:
    """Return the weights of a ridge regression; the first column is not penalized."""
    shrink = np.diag(_shrink(table.shape[1], penalty))
    return np.asarray(np.linalg.solve(table.T @ table + shrink, table.T @ values), np.float64)


def sigmoid(scores: Floats) -> Floats:
    """Return 1 / (1 + exp(-score)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * scores)), dtype=np.float64)


def _shrink(width: int, penalty: float) -> Floats:
    shrink = np.full(width, penalty)
    shrink[0] = 1e-6  # next to nothing: all may be moved together, and a solution exists
    return shrink


def _context(logged: Logged) -> Floats:
    """Return ones, the context on one scale, and the slots."""
    context = logged.context
    spread = context.std(axis=0)
    scaled = (context - context.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    slots = np.unique(logged.slot)[1:]
    places = (logged.slot[:, None] == slots[None, :]).astype(np.float64)
    return np.concatenate([np.ones((len(logged), 1)), scaled, places], axis=1)
