"""Choosing an arm: from beliefs to chances, from chances under guardrails to one arm."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, assert_never

import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.bandits.beliefs import (
    SHARES,
    Belief,
    Plane,
    best_chances,
    of_amounts,
    of_planes,
    of_shares,
    plane,
    scale_of,
    sharpened,
)
from tailorbird.decide.bandits.policy import WIDTH, Arm, Bandit, Guardrails, Measure, Policy
from tailorbird.decide.bandits.state import ArmState, BanditState
from tailorbird.spine.clock import HOUR_MS

Floats = NDArray[np.float64]
NO_CONTEXT = np.concatenate([[1.0], np.zeros(WIDTH - 1)])


class Choice(NamedTuple):
    """An arm, and the probability with which the policy chose it in this context."""

    arm: str
    action_probability: float


class Chances(NamedTuple):
    """The policy in one context: every allowed arm with its probability; they sum to one."""

    arms: tuple[str, ...]
    probability: Floats


def choose(
    arms: Sequence[Arm],
    context: Floats,
    state: BanditState,
    bandit: Bandit,
    rng: np.random.Generator,
    now_ms: int = 0,
) -> Choice | None:
    """Return an arm, or None if the guardrails leave none.

    The arm is drawn from the very chances that are reported, so the probability is exact.

    Args:
        arms: what could be shown.
        context: float64[width], `NO_CONTEXT` where nothing is known; its first number is 1.
        state: what has been learned.
        bandit: the settings.
        rng: luck of the draw.
        now_ms: the moment, for exposures whose rewards may still come.
    """
    found = chances(arms, context, state, bandit, now_ms)
    return None if found is None else drawn(found, rng)


def drawn(found: Chances, rng: np.random.Generator) -> Choice:
    """Return an arm drawn from known chances."""
    at = int(np.searchsorted(found.probability.cumsum(), rng.random(), side="right"))
    at = min(at, len(found.arms) - 1)
    return Choice(found.arms[at], float(found.probability[at]))


def chances(
    arms: Sequence[Arm],
    context: Floats,
    state: BanditState,
    bandit: Bandit,
    now_ms: int = 0,
    planes: Mapping[str, Plane] | None = None,
) -> Chances | None:
    """Return the policy in a context, or None if the guardrails leave no arm.

    Args:
        arms: what could be shown.
        context: float64[width]; its first number is 1.
        state: what has been learned.
        bandit: the settings.
        now_ms: the moment, for exposures whose rewards may still come.
        planes: the arms' linear beliefs where they were made before.
    """
    allowed = [arm for arm in arms if _in_stock(arm, bandit.guardrails)]
    if bandit.guardrails.maximum_discount_share <= 0.0:
        allowed = [arm for arm in allowed if not arm.discount]
    if not allowed:
        return None
    names = tuple(arm.id for arm in allowed)
    wanted = _wanted(names, context, state, bandit, now_ms, planes)
    return Chances(names, guarded(wanted, allowed, bandit.guardrails))


def beliefs(names: Sequence[str], state: BanditState, bandit: Bandit, now_ms: int) -> Belief:
    """Return what is believed of some arms whatever the context."""
    known = [state.arms.get(name, ArmState()) for name in names]
    exposures = np.array([float(one.exposures) for one in known])
    if bandit.delay_hours > 0.0:
        exposures = exposures - _unripe(names, state, bandit, now_ms)
    rewards = np.array([one.reward for one in known])
    if bandit.measure is Measure.SHARE:
        return of_shares(exposures, rewards)
    return of_amounts(exposures, rewards, np.array([one.squares for one in known]))


def planes_of(
    names: Sequence[str], state: BanditState, bandit: Bandit, width: int
) -> dict[str, Plane]:
    """Return the linear beliefs of some arms.

    Args:
        names: of the arms.
        state: what has been learned.
        bandit: the settings.
        width: how many numbers a context has.
    """
    scale = SHARES if bandit.measure is Measure.SHARE else scale_of(state.arms.values())
    return {name: plane(state.arms.get(name, ArmState()), width, scale) for name in names}


def guarded(wanted: Floats, arms: Sequence[Arm], rails: Guardrails) -> Floats:
    """Return chances that keep to the guardrails and sum to one.

    Every arm gets its part of the even share; then discounts give what is beyond their share to
    the others, in proportion. Where all arms are discounts there is nothing to give it to.
    """
    even = np.full(len(arms), 1.0 / len(arms))
    made = (1.0 - rails.explore_share) * wanted + rails.explore_share * even
    discount = np.array([arm.discount for arm in arms])
    mass = float(made[discount].sum())
    if mass <= rails.maximum_discount_share or bool(discount.all()):
        return made
    kept = np.where(
        discount,
        made * rails.maximum_discount_share / mass,
        made * (1.0 - rails.maximum_discount_share) / (1.0 - mass) if mass < 1.0 else 0.0,
    )
    if mass >= 1.0:
        kept[~discount] = (1.0 - rails.maximum_discount_share) / float((~discount).sum())
    return kept


def _wanted(
    names: tuple[str, ...],
    context: Floats,
    state: BanditState,
    bandit: Bandit,
    now_ms: int,
    planes: Mapping[str, Plane] | None,
) -> Floats:
    if bandit.policy.contextual:
        made = planes_of(names, state, bandit, len(context)) if planes is None else planes
        belief = of_planes([made[name] for name in names], context)
    else:
        belief = beliefs(names, state, bandit, now_ms)
    match bandit.policy:
        case Policy.THOMPSON | Policy.LINEAR_THOMPSON:
            return best_chances(sharpened(belief, bandit.caution))
        case Policy.LINUCB:
            return _all_on(belief.mean + bandit.width * belief.deviation)
        case Policy.EPSILON_GREEDY:
            even = np.full(len(names), 1.0 / len(names))
            return (1.0 - bandit.epsilon) * _all_on(belief.mean) + bandit.epsilon * even
    assert_never(bandit.policy)


def _all_on(score: Floats) -> Floats:
    """Return chances that lie on the best, evenly where several are."""
    best = score >= score.max() - 1e-12
    return np.asarray(best / best.sum(), dtype=np.float64)


def _in_stock(arm: Arm, rails: Guardrails) -> bool:
    return arm.stock is None or arm.stock >= max(rails.minimum_stock, 1)


def _unripe(names: Sequence[str], state: BanditState, bandit: Bandit, now_ms: int) -> Floats:
    """Return float64[arms], how many exposures' rewards are, by their age, still to come."""
    at = {name: number for number, name in enumerate(names)}
    made = np.zeros(len(names))
    mean_ms = bandit.delay_hours * HOUR_MS
    for one in state.opened.values():
        number = at.get(one.shown.arm)
        if number is not None:
            made[number] += math.exp(-max(now_ms - one.shown.at_ms, 0) / mean_ms)
    return made
