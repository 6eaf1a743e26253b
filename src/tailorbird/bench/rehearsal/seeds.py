"""Rehearsals of several shops put together: what policies earn, with intervals over the shops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from scipy.stats import t

from tailorbird.bench.rehearsal.gains import pooled, possible_share
from tailorbird.bench.rehearsal.report import Gain, PolicyLine, Report


class Spread(msgspec.Struct, frozen=True):
    """A mean over shops with its 95 % interval (Student's t); no interval for one shop."""

    value: float
    low: float | None
    high: float | None


class PolicyOverSeeds(msgspec.Struct, frozen=True, rename="camel"):
    """One policy over shops; money in major units per shopper who came to a page.

    Attributes:
        policy: its name.
        revenue, profit: had everybody seen it; profit is after the goods' cost and discounts.
        revenue_effect, profit_effect: less the control's, in the same shop; None for the control.
        held, told: of the experiments' intervals, how many held the true effect on revenue.
    """

    policy: str
    revenue: Spread
    profit: Spread
    revenue_effect: Spread | None
    profit_effect: Spread | None
    held: int
    told: int


class OverSeeds(msgspec.Struct, frozen=True, rename="camel"):
    """All of it.

    Attributes:
        seeds: of the shops.
        policies: the control first.
        averages_held, averages: measured average effects of offers that held the truth, of all.
        deciles_held, deciles: the same by decile of predicted uplift.
        false_alarms: share of A/A experiments that found an effect.
        removed: share of variance that CUPED took away, on average.
        gains: policies against each other, over the shoppers of all shops.
        possible: the share of the profit that offers could add which the gated ones did add.
    """

    seeds: tuple[int, ...]
    policies: tuple[PolicyOverSeeds, ...]
    averages_held: int
    averages: int
    deciles_held: int
    deciles: int
    false_alarms: float | None
    removed: float | None
    gains: tuple[Gain, ...] = ()
    possible: float | None = None


def over_seeds(reports: Sequence[Report]) -> OverSeeds:
    """Return rehearsals of the same policies, in several shops, as one."""
    policies = reports[0].plan.policies
    lines = {policy: [_of(report, policy) for report in reports] for policy in policies}
    taught = [one.uplift for one in reports if one.uplift is not None and one.uplift.average]
    tried = [one.trials[0] for one in reports if one.trials]
    gains = tuple(map(pooled, zip(*(report.gains for report in reports), strict=True)))
    return OverSeeds(
        seeds=tuple(report.plan.seed for report in reports),
        policies=tuple(_policy(policy, lines[policy], lines[policies[0]]) for policy in policies),
        averages_held=sum(one.average.holds for one in taught if one.average),
        averages=len(taught),
        deciles_held=sum(decile.holds for one in taught for decile in one.deciles),
        deciles=sum(len(one.deciles) for one in taught),
        false_alarms=_mean([one.found for one in tried]),
        removed=_mean([one.removed for one in tried]),
        gains=gains,
        possible=possible_share(gains),
    )


def _policy(
    policy: str, own: Sequence[PolicyLine], control: Sequence[PolicyLine]
) -> PolicyOverSeeds:
    def effect(of: Callable[[PolicyLine], float]) -> Spread | None:
        if own is control or own[0].policy == control[0].policy:
            return None
        return spread([of(one) - of(base) for one, base in zip(own, control, strict=True)])

    return PolicyOverSeeds(
        policy=policy,
        revenue=spread([one.would_be for one in own]),
        profit=spread([one.profit for one in own]),
        revenue_effect=effect(lambda one: one.would_be),
        profit_effect=effect(lambda one: one.profit),
        held=sum(bool(one.holds) for one in own),
        told=sum(one.holds is not None for one in own),
    )


def spread(values: Sequence[float]) -> Spread:
    """Return the mean of some values with its 95 % interval."""
    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return Spread(mean, None, None)
    half = float(t.ppf(0.975, count - 1) * np.std(values, ddof=1) / np.sqrt(count))
    return Spread(mean, mean - half, mean + half)


def _of(report: Report, policy: str) -> PolicyLine:
    return next(line for line in report.lines if line.policy == policy)


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
