"""Evaluates a policy on a log: estimates of its value, and whether the log can tell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.off_policy.estimators import Estimate, Evidence, estimates
from tailorbird.predict.evaluation.off_policy.logged import BadLog, Logged
from tailorbird.predict.evaluation.off_policy.reward_model import expected_rewards
from tailorbird.predict.evaluation.off_policy.weights import WeightReading, weighed

LEAST_ROWS = 30
Floats = NDArray[np.float64]


class PolicyReading(NamedTuple):
    """What a log says of a policy.

    Attributes:
        logged_value: the logging policy's own mean reward per decision.
        estimates: of the evaluated policy's.
        weights: diagnostics.
    """

    logged_value: float
    estimates: list[Estimate]
    weights: WeightReading


def evaluate_policy(logged: Logged, chances: Floats, rng: np.random.Generator) -> PolicyReading:
    """Return what the log says of a policy whose whole distribution is known.

    Args:
        logged: at least 30 rows.
        chances: float64[n, actions], the policy's probability of every action in every row.
        rng: luck of the folds and of the bootstrap.

    Raises:
        BadLog: there are too few rows.
    """
    _enough(logged)
    rows = np.arange(len(logged))
    guess = expected_rewards(logged, rng)
    weight = chances[rows, logged.action] / logged.probability
    evidence = Evidence(
        weight=weight,
        reward=logged.reward,
        direct=(chances * guess).sum(axis=1),
        residual=logged.reward - guess[rows, logged.action],
    )
    reading = weighed(weight, unseen_share(logged, chances))
    return PolicyReading(float(logged.reward.mean()), estimates(evidence, rng), reading)


def evaluate_column(logged: Logged, rng: np.random.Generator) -> PolicyReading:
    """Return what the log says of a policy of which only the logged actions' chances are known.

    Without the chances of the other actions there is no doubly robust estimate.

    Raises:
        BadLog: there are too few rows, or no column of chances, or one that is not in [0, 1].
    """
    _enough(logged)
    if logged.target is None:
        raise BadLog("There is no column target_probability.")
    if bool(((logged.target < 0.0) | (logged.target > 1.0)).any()):
        raise BadLog("A target_probability is not in [0, 1].")
    weight = logged.target / logged.probability
    made = estimates(Evidence(weight, logged.reward), rng)
    return PolicyReading(float(logged.reward.mean()), made, weighed(weight, None))


def unseen_share(logged: Logged, chances: Floats) -> float:
    """Return the share of the policy's choices that the log never shows in the same slot."""
    lost = 0.0
    for slot in np.unique(logged.slot):
        there = logged.slot == slot
        shown = np.bincount(logged.action[there], minlength=len(logged.actions)) > 0
        lost += float(chances[there][:, ~shown].sum())
    return lost / len(logged)


def _enough(logged: Logged) -> None:
    if len(logged) < LEAST_ROWS:
        raise BadLog(f"{len(logged)} rows are too few; {LEAST_ROWS} are the least.")
