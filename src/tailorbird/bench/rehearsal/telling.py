"""From a rehearsal to its report: the truth put beside what was measured."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tailorbird.bench.rehearsal.gains import gains_of, possible_share
from tailorbird.bench.rehearsal.rehearsing import Rehearsed, rehearse
from tailorbird.bench.rehearsal.report import PolicyLine, Report
from tailorbird.bench.rehearsal.scene import Floats, Plan, Told
from tailorbird.bench.rehearsal.teaching import Teach
from tailorbird.bench.rehearsal.trials import tried
from tailorbird.experiments.experiment import HELD_OUT


def run(
    folder: Path, plan: Plan, experiments: int, told: Told, teach: Teach | None = None
) -> Report:
    """Rehearse in an empty folder and return the report.

    Args:
        folder: where the worlds' data goes.
        plan: what to rehearse.
        experiments: how many experiments to draw out of it for each policy.
        told: hears of progress.
        teach: learns uplift from a data folder; needed by policies that go by it.

    Raises:
        BadRehearsal: there is nothing to compare.
        UnknownPolicy: a policy is not known.
    """
    return report_of(asyncio.run(rehearse(folder, plan, told, teach)), experiments, told)


def report_of(rehearsed: Rehearsed, experiments: int, told: Told) -> Report:
    """Return the report of a rehearsal."""
    trials = []
    policies = rehearsed.plan.policies if experiments and rehearsed.exposed.sum() > 1 else ()
    for number, policy in enumerate(policies):
        told("drawing experiments", number, len(policies))
        trials.append(tried(rehearsed, policy, experiments))
    out = _within(rehearsed, HELD_OUT)
    gains = gains_of(rehearsed.under, rehearsed.exposed, rehearsed.plan.policies)
    return Report(
        plan=rehearsed.plan,
        visits=rehearsed.visits,
        exposed=int(rehearsed.exposed.sum()),
        verdict=rehearsed.reading.verdict,
        lines=tuple(_lines(rehearsed)),
        holdout=len(out),
        holdout_revenue=_mean(out) if len(out) else None,
        trials=tuple(trials),
        uplift=rehearsed.uplift,
        gains=gains,
        possible=possible_share(gains),
    )


def _lines(rehearsed: Rehearsed) -> Iterator[PolicyLine]:
    measured = {one.arm: one for one in rehearsed.reading.metrics[0].comparisons}
    would_be = {
        policy: _mean(lived.revenue[rehearsed.exposed]) for policy, lived in rehearsed.under.items()
    }
    base = would_be[rehearsed.plan.policies[0]]
    for policy in rehearsed.plan.policies:
        seen = _within(rehearsed, policy)
        lived, who = rehearsed.under[policy], rehearsed.exposed
        kept = _mean(lived.profit[who]), _mean(lived.discount[who])
        known = (policy, len(seen), _mean(seen), would_be[policy], *kept)
        told = measured.get(policy)
        truth = would_be[policy] - base
        relative = truth / base if base else None
        if policy == rehearsed.plan.policies[0]:
            yield PolicyLine(*known)
        elif told is None or told.interval is None:
            yield PolicyLine(*known, truth=truth, relative=relative)
        else:
            yield PolicyLine(
                *known,
                truth=truth,
                relative=relative,
                effect=told.effect,
                low=told.interval.low,
                high=told.interval.high,
                holds=not told.interval.excludes(truth),
                outcome=told.outcome,
            )


def _within(rehearsed: Rehearsed, variant: str) -> Floats:
    """Return what the exposed shoppers of a variant spent in the experiment."""
    own = np.array([one == variant for one in rehearsed.variants]) & rehearsed.exposed
    return rehearsed.experiment.revenue[own]


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
