"""A synthetic log whose truth is known, after Open Bandit Pipeline's benchmark of estimators.

Contexts are standard normal. The expected reward of an action is the logistic function of a
bilinear form of context and action with coefficients drawn from [-1, 1], standardized over the
log. The logging policy is a softmax of beta times the expected reward: with a negative beta it
prefers what is bad, so that logging and evaluated policy differ.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.off_policy.evaluating import evaluate_policy
from tailorbird.predict.evaluation.off_policy.logged import Logged
from tailorbird.predict.evaluation.off_policy.policies import learned, softmax
from tailorbird.predict.evaluation.off_policy.reward_model import sigmoid

ROWS, ACTIONS, FEATURES, BETA = 10_000, 30, 5, -3.0
Floats = NDArray[np.float64]


class World(NamedTuple):
    """The coefficients: of context, of actions, and of both together, each with an intercept."""

    context: Floats
    action: Floats
    both: Floats


class Run(NamedTuple):
    """One run: by estimator, the relative error, and whether its intervals hold the truth."""

    errors: dict[str, float]
    held: dict[str, bool]
    held_bootstrap: dict[str, bool]


def a_world(rng: np.random.Generator) -> World:
    """Return coefficients drawn uniformly from [-1, 1]."""
    width, actions = FEATURES + 1, ACTIONS + 1
    return World(
        rng.uniform(-1.0, 1.0, width),
        rng.uniform(-1.0, 1.0, actions),
        rng.uniform(-1.0, 1.0, (width, actions)),
    )


def a_log(world: World, rng: np.random.Generator) -> tuple[Logged, Floats]:
    """Return a log of 10,000 decisions, and float64[n, actions], every action's true reward."""
    context = rng.normal(size=(ROWS, FEATURES))
    known = np.column_stack([np.ones(ROWS), context])
    acts = np.column_stack([np.ones(ACTIONS), np.eye(ACTIONS)])
    scores = (known @ world.context)[:, None] + acts @ world.action + known @ world.both @ acts.T
    truth = sigmoid((scores - scores.mean()) / scores.std())
    chances = softmax(BETA * truth)
    luck = rng.random((ROWS, 1))
    action = np.minimum((chances.cumsum(axis=1) < luck).sum(axis=1), ACTIONS - 1)
    rows = np.arange(ROWS)
    reward = (rng.random(ROWS) < truth[rows, action]).astype(np.float64)
    logged = Logged(
        context=context,
        action=action.astype(np.int64),
        reward=reward,
        probability=chances[rows, action],
        slot=np.zeros(ROWS, np.int64),
        actions=tuple(f"a{each}" for each in range(ACTIONS)),
    )
    return logged, truth


def a_run(seed: int) -> Run:
    """Return how far each estimator is from the truth in one world.

    A policy is learned on one log and evaluated on a second one.
    """
    rng = np.random.default_rng(seed)
    world = a_world(rng)
    past, _ = a_log(world, rng)
    logged, truth = a_log(world, rng)
    chances = learned(past, logged.context)
    value = float((chances * truth).sum(axis=1).mean())
    made = evaluate_policy(logged, chances, rng).estimates
    return Run(
        {one.name: abs(one.value - value) / value for one in made},
        {one.name: one.low <= value <= one.high for one in made},
        {one.name: one.bootstrap_low <= value <= one.bootstrap_high for one in made},
    )
