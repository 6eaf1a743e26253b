"""What is believed of each arm, and how likely each is the best one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, ndtr, ndtri

from tailorbird.decide.bandits.state import ArmState

Floats = NDArray[np.float64]
_STEPS = np.linspace(-4.5, 4.5, 25)  # deviations at which every arm's distribution is looked at
_RIDGE = 1.0
_LEAST_NOISE = 1e-3
_BORROWED = 10.0


class Learned(NamedTuple):
    """What is believed of one arm: its mean reward, and how often it was shown."""

    mean: float
    exposures: int


class Belief(NamedTuple):
    """What is believed of some arms' mean rewards.

    Attributes:
        mean, deviation: float64[arms].
        alpha, beta: float64[arms] of Beta distributions; None where they are normal.
    """

    mean: Floats
    deviation: Floats
    alpha: Floats | None = None
    beta: Floats | None = None


def of_shares(exposures: Floats, rewards: Floats) -> Belief:
    """Return Beta beliefs, from an even prior.

    Args:
        exposures: float64[arms], how often each was shown, as far as its rewards could have come.
        rewards: float64[arms], sums of rewards in [0, 1].
    """
    alpha = 1.0 + rewards
    beta = 1.0 + np.maximum(exposures - rewards, 0.0)
    total = alpha + beta
    return Belief(alpha / total, np.sqrt(alpha * beta / (total**2 * (total + 1.0))), alpha, beta)


def of_amounts(exposures: Floats, rewards: Floats, squares: Floats) -> Belief:
    """Return normal beliefs of mean amounts; an arm that was shown little borrows from all.

    The noise of an arm is its own variance blended with what is left within all arms, as if ten
    exposures more had shown the latter; the prior is the mean of all, worth one exposure.

    Args:
        exposures: float64[arms].
        rewards: float64[arms], sums of amounts.
        squares: float64[arms], sums of their squares.
    """
    total = max(float(exposures.sum()), 1.0)
    center = float(rewards.sum()) / total
    all_of_it = max(float(squares.sum()) / total - center**2, 0.0)
    count = np.maximum(exposures, 1.0)
    own = np.maximum(squares - rewards**2 / count, 0.0)
    free = float(np.maximum(exposures - 1.0, 0.0).sum())
    within = (float(own.sum()) + 2.0 * (all_of_it + center**2 + 1.0)) / (free + 2.0)
    noise = (own + _BORROWED * within) / (np.maximum(exposures - 1.0, 0.0) + _BORROWED)
    between = max(all_of_it, within)
    trust = np.maximum(noise, _LEAST_NOISE**2) / between
    mean = (trust * center + rewards) / (trust + exposures)
    return Belief(mean, np.sqrt(np.maximum(noise, _LEAST_NOISE**2) / (trust + exposures)))


class Scale(NamedTuple):
    """What rewards are like, all arms taken together: where an arm begins that nobody has seen.

    Attributes:
        center: their mean.
        variance: around it.
    """

    center: float
    variance: float


SHARES = Scale(0.0, 0.25)
"""Of rewards in [0, 1]: the largest variance that they can have."""


def scale_of(arms: Iterable[ArmState]) -> Scale:
    """Return what amounts are like."""
    shown, total, squares = 0, 0.0, 0.0
    for arm in arms:
        shown, total, squares = (
            shown + arm.exposures,
            total + arm.reward,
            squares + arm.squares,
        )
    center = total / max(shown, 1)
    free = center**2 + 1.0  # nothing is known yet: anything of this size may be
    variance = max(squares - shown * center**2, 0.0)
    return Scale(center, (variance + 2.0 * free) / (shown + 2.0))


class Plane(NamedTuple):
    """A linear belief of one arm: the reward is center + weights · context, give or take.

    Attributes:
        weights: float64[width].
        covariance: float64[width, width].
        center: what all arms have in common.
    """

    weights: Floats
    covariance: Floats
    center: float = 0.0


def plane(arm: ArmState, width: int, scale: Scale = SHARES) -> Plane:
    """Return an arm's linear belief: a ridge regression with the noise that it leaves.

    Args:
        arm: its sums; contexts begin with 1.
        width: how many numbers a context has.
        scale: what rewards are like.
    """
    precision, seen = np.eye(width) * _RIDGE, np.zeros((width, width))
    if arm.precision:
        seen = np.frombuffer(arm.precision).reshape(width, width)
        precision = precision + seen
    pull = np.frombuffer(arm.pull) if arm.pull else np.zeros(width)
    pull = pull - scale.center * seen[0]  # the first row is the sum of contexts
    squares = arm.squares - scale.center * (2.0 * arm.reward - arm.exposures * scale.center)
    inverse = np.linalg.inv(precision)
    weights = np.asarray(inverse @ pull, dtype=np.float64)
    left = max(squares - float(pull @ weights), 0.0)
    noise = (left + 4.0 * scale.variance) / (arm.exposures + 4.0)
    return Plane(
        weights, np.asarray(inverse * max(noise, _LEAST_NOISE), dtype=np.float64), scale.center
    )


def of_planes(planes: list[Plane], context: Floats) -> Belief:
    """Return normal beliefs of what each arm would earn in a context.

    Args:
        planes: one an arm.
        context: float64[width].
    """
    mean = np.array([one.center + float(one.weights @ context) for one in planes])
    variance = np.array([float(context @ one.covariance @ context) for one in planes])
    return Belief(mean, np.sqrt(np.maximum(variance, 1e-12)))


def sharpened(belief: Belief, caution: float) -> Belief:
    """Return beliefs whose deviations are so many times as large; 1 leaves them as they are."""
    if caution == 1.0:
        return belief
    shrunk = belief._replace(deviation=belief.deviation * caution)
    if belief.alpha is None or belief.beta is None:
        return shrunk
    return shrunk._replace(alpha=belief.alpha / caution**2, beta=belief.beta / caution**2)


def best_chances(belief: Belief) -> Floats:
    """Return float64[arms], the probability of each arm to be the best, by quadrature.

    The probability is the integral of an arm's density times all other arms' distribution
    functions. It is taken on the points where any arm's distribution changes (25 an arm), by the
    trapezoid rule on distribution functions; the error is below 0.01 (a test compares).
    """
    arms = len(belief.mean)
    if arms == 1:
        return np.ones(1)
    points = (belief.mean[:, None] + belief.deviation[:, None] * _STEPS).ravel()
    if belief.alpha is not None and belief.beta is not None:
        points = np.unique(np.clip(np.concatenate([points, [0.0, 1.0]]), 0.0, 1.0))
        below = betainc(belief.alpha[:, None], belief.beta[:, None], points[None, :])
    else:
        points = np.sort(points)
        below = ndtr((points[None, :] - belief.mean[:, None]) / belief.deviation[:, None])
    steps = np.diff(below, axis=1)
    others = _products_of_others(np.asarray(below, dtype=np.float64))
    chances = (steps * (others[:, 1:] + others[:, :-1]) / 2.0).sum(axis=1)
    total = float(chances.sum())
    return chances / total if total > 0.0 and math.isfinite(total) else np.full(arms, 1.0 / arms)


def interval(belief: Belief) -> tuple[Floats, Floats]:
    """Return the bounds between which 95 % of each arm's belief lies: two float64[arms]."""
    if belief.alpha is None or belief.beta is None:
        half = ndtri(0.975) * belief.deviation
        return belief.mean - half, belief.mean + half
    return (
        np.asarray(betaincinv(belief.alpha, belief.beta, 0.025), dtype=np.float64),
        np.asarray(betaincinv(belief.alpha, belief.beta, 0.975), dtype=np.float64),
    )


def _products_of_others(below: Floats) -> Floats:
    """Return, for every arm and point, the product over the other arms: no division by zero."""
    before, after = np.ones_like(below), np.ones_like(below)
    before[1:] = np.cumprod(below, axis=0)[:-1]
    after[:-1] = np.cumprod(below[::-1], axis=0)[::-1][1:]
    return before * after
