"""Many experiments out of one rehearsal: shoppers drawn anew, split anew, read by the analyst.

What each shopper would have spent under each policy is known, so another split costs nothing. The
shoppers are drawn with replacement: then the truth is the mean over all of them, and an honest 95 %
interval holds it in 95 of a hundred experiments.
"""

from __future__ import annotations

import math

import numpy as np

from tailorbird.bench.rehearsal.rehearsing import Rehearsed
from tailorbird.bench.rehearsal.report import Tried
from tailorbird.bench.rehearsal.scene import Floats
from tailorbird.measure.adjusting import Point
from tailorbird.measure.comparing import Estimate, compare
from tailorbird.measure.metrics import Mean
from tailorbird.measure.powering import units_needed
from tailorbird.measure.sums import Sums

ALPHA, POWER = 0.05, 0.8
COVARIATES = ("before", "came")
_REVENUE = Mean("revenue", "revenue")


def tried(
    rehearsed: Rehearsed, policy: str, experiments: int, shoppers: int | None = None
) -> Tried:
    """Return how experiments of a policy against the control go; the same each time.

    Args:
        rehearsed: what every shopper would have spent under each policy.
        policy: the control itself for A/A tests.
        experiments: how many to try.
        shoppers: in both arms together; as many as were exposed when left out.
    """
    exposed = rehearsed.exposed
    control = rehearsed.under[rehearsed.plan.policies[0]].revenue[exposed]
    treated = rehearsed.under[policy].revenue[exposed]
    known = (rehearsed.before[exposed], rehearsed.came[exposed])
    truth = float((treated - control).mean())
    size = shoppers or len(control)
    plain, adjusted = [], []
    for number in range(experiments):
        rng = np.random.default_rng([rehearsed.plan.seed, 3, number])
        drawn = rng.integers(0, len(control), size)
        arms = drawn[: size // 2], drawn[size // 2 :]
        sums = _sums(control, known, arms[0]), _sums(treated, known, arms[1])
        plain.append(compare(_REVENUE, *sums, (), ALPHA))
        adjusted.append(compare(_REVENUE, *sums, COVARIATES, ALPHA))
    base = float(control.mean())
    return Tried(
        policy=policy,
        experiments=experiments,
        shoppers=size,
        truth=truth,
        relative=truth / base if base else 0.0,
        held=_share([_holds(one, truth) for one in plain]),
        found=_share([not _holds(one, 0.0) for one in plain]),
        held_adjusted=_share([_holds(one, truth) for one in adjusted]),
        found_adjusted=_share([not _holds(one, 0.0) for one in adjusted]),
        removed=float(np.mean([one.variance_removed or 0.0 for one in adjusted])),
        needed=_needed(control, truth),
    )


def _needed(control: Floats, truth: float) -> int | None:
    mean = float(control.mean())
    if not truth or mean <= 0.0:
        return None
    point = Point(len(control), mean, float(control.var(ddof=1)))
    return math.ceil(units_needed(point, truth / mean, 1.0, ALPHA, POWER))


def _sums(revenue: Floats, known: tuple[Floats, Floats], drawn: np.ndarray) -> Sums:
    columns = {"revenue": revenue[drawn]}
    columns |= {name: one[drawn] for name, one in zip(COVARIATES, known, strict=True)}
    return Sums.of(columns)


def _holds(one: Estimate, value: float) -> bool:
    return one.interval is None or not one.interval.excludes(value)


def _share(many: list[bool]) -> float:
    return float(np.mean(many))
