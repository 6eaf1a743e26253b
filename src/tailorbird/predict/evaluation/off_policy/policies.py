"""Policies to evaluate: with which probability each would have chosen each action."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tailorbird.predict.evaluation.off_policy.logged import Logged
from tailorbird.spine.errors import NotFound

_PENALTY = 0.01
Floats = NDArray[np.float64]


class UnknownAction(NotFound):
    """The log knows no such action."""


def uniform(logged: Logged) -> Floats:
    """Return float64[n, actions]: every action alike."""
    return np.full((len(logged), len(logged.actions)), 1.0 / len(logged.actions))


def always(logged: Logged, action: str) -> Floats:
    """Return float64[n, actions]: one action, always.

    Raises:
        UnknownAction: it is never logged.
    """
    if action not in logged.actions:
        shown = ", ".join(logged.actions[:10])
        raise UnknownAction(
            f"The log has no action {action!r}.",
            remedy=f"There are: {shown}{' …' * (len(logged.actions) > 10)}.",
        )
    made = np.zeros((len(logged), len(logged.actions)))
    made[:, logged.actions.index(action)] = 1.0
    return made


def like(logged: Logged, other: Logged) -> Floats:
    """Return float64[n, actions]: each slot as another log filled it, by share, context aside.

    Args:
        logged: the log to evaluate on.
        other: the log of the policy to imitate; its actions have the same codes.
    """
    made = np.zeros((len(logged), len(logged.actions)))
    for slot in np.unique(logged.slot):
        there = other.slot == slot
        counts = np.bincount(other.action[there], minlength=len(logged.actions)).astype(np.float64)
        made[logged.slot == slot] = counts / max(counts.sum(), 1.0)
    return made


def learned(past: Logged, context: Floats) -> Floats:
    """Return float64[n, actions]: a policy that a log teaches, as soft as its doubts.

    Multinomial logistic regression of the logged action on the context, each row weighed by its
    reward over its probability, so that what was rewarded is imitated (Zadrozny, Langford & Abe,
    2003; Beygelzimer & Langford, 2009). The chances go through a softmax once more, as Open Bandit
    Pipeline's learner does, which keeps every action alive.

    Args:
        past: what to learn from; not the rows that will be evaluated on.
        context: float64[n, d], where to decide.
    """
    weight = past.reward / past.probability
    weight = weight / max(float(weight.mean()), 1e-12)
    table = np.column_stack([np.ones(len(past)), past.context])
    width, actions = table.shape[1], len(past.actions)
    target = np.eye(actions)[past.action] * weight[:, None]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(width, actions)
        chances = softmax(table @ weights)
        slope = table.T @ (chances * weight[:, None] - target) + _PENALTY * weights
        value = -float((target * np.log(chances + 1e-300)).sum())
        return value + 0.5 * _PENALTY * float(flat @ flat), slope.ravel()

    found = minimize(loss, np.zeros(width * actions), jac=True, method="L-BFGS-B").x
    scores = np.column_stack([np.ones(len(context)), context]) @ found.reshape(width, actions)
    return softmax(softmax(scores))


def softmax(scores: Floats) -> Floats:
    """Return chances in proportion to exp(score), row by row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)
