"""Was traffic split as planned? The sample ratio, over arms and over days.

Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from tea_tasting import SampleRatio
from tea_tasting.aggr import Aggregates

from tailorbird.measure.gathered import Cell
from tailorbird.measure.question import Weights
from tailorbird.spine.errors import BadRequest

_DAY_US = 86_400_000_000
_LEAST_EXPECTED = 5.0
_PRIOR = 100.0


class BadWeights(BadRequest):
    """The weights do not fit the arms."""

    remedy = "Give each arm a share above 0, such as --weights control=50,treatment=50."


def starts_of(weights: Sequence[Weights], zone: str) -> list[int]:
    """Return when each period of weights but the first began, in microseconds since 1970.

    Args:
        weights: In their order.
        zone: Whose midnight a day begins at, and whose a time without a zone is.

    Raises:
        BadWeights: a period has no beginning, or is out of order.
    """
    if any(one.since is None for one in weights[1:]):
        raise BadWeights("Weights that changed need the first day of each: 2026-01-31:a=90,b=10.")
    starts = [_microseconds(one.since or "", zone) for one in weights[1:]]
    if starts != sorted(starts):
        raise BadWeights("Weights that changed must be in the order of their days.")
    return starts


def _microseconds(text: str, zone: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as cause:
        raise BadWeights(f"{text!r} is not a day such as 2026-01-31.") from cause
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return round(moment.timestamp() * 1_000_000)


def sample_ratio_p(counts: Mapping[str, int], shares: Mapping[str, float]) -> float | None:
    """Return the chance of counts this far from the shares, by luck alone.

    Exact below 1,000 units in two arms, else Pearson's chi-square.
    """
    arms = list(shares)
    n = sum(counts.get(arm, 0) for arm in arms)
    if n == 0 or len(arms) < 2:
        return None
    if len(arms) == 2:
        seen = {arm: Aggregates(counts.get(arm, 0)) for arm in arms}
        ratio = SampleRatio(shares[arms[1]] / shares[arms[0]], correction=False)
        return float(ratio.analyze(seen, arms[0], arms[1]).pvalue)
    return float(stats.chi2.sf(_distance(counts, shares), len(arms) - 1))


def over_periods(cells: Sequence[Cell], weights: Sequence[Weights]) -> float | None:
    """Return the chance of the counts, each period held against its own weights."""
    if len(weights) == 1:
        return sample_ratio_p(counted(cells), weights[0].shares)
    apart = list(zip(periods(cells, weights), weights, strict=True))
    told = [(counted(held), one.shares) for held, one in apart]
    told = [(counts, shares) for counts, shares in told if sum(counts.values())]
    if not told:
        return None
    distance = sum(_distance(counts, shares) for counts, shares in told)
    return float(stats.chi2.sf(distance, sum(len(shares) - 1 for _, shares in told)))


def watched_p(cells: Sequence[Cell], weights: Sequence[Weights]) -> float | None:
    """Return the same chance for whoever looks at the counts time and again, as often as they like.

    Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, with a
    Dirichlet prior around the planned shares that is worth a hundred units; periods multiply.
    """
    apart = periods(cells, weights)
    told = [
        (counted(held), one.shares)
        for held, one in zip(apart, weights, strict=True)
        if len(one.shares) > 1
    ]
    if not any(sum(counts.get(arm, 0) for arm in shares) for counts, shares in told):
        return None
    return min(1.0, math.exp(-sum(_evidence(counts, shares) for counts, shares in told)))


def _evidence(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """Return the log of how much likelier counts are by shares around the plan than by the plan."""
    whole, n = sum(shares.values()), sum(counts.get(arm, 0) for arm in shares)
    found = math.lgamma(_PRIOR) - math.lgamma(_PRIOR + n)
    for arm, share in shares.items():
        seen, prior = counts.get(arm, 0), _PRIOR * share / whole
        found += math.lgamma(prior + seen) - math.lgamma(prior) - seen * math.log(share / whole)
    return found


def changed_p(cells: Sequence[Cell]) -> float | None:
    """Return the chance of shares that differ so much between days; None without days.

    Days with too few units for a chi-square test are left out.
    """
    days = sorted({cell.day for cell in cells if cell.day is not None})
    arms = sorted({cell.arm for cell in cells})
    table = np.zeros((len(days), len(arms)))
    for cell in cells:
        if cell.day is not None:
            table[days.index(cell.day), arms.index(cell.arm)] += cell.sums.n
    return _independence(table)


def _independence(table: NDArray[np.float64]) -> float | None:
    if table.sum() == 0.0 or table.shape[1] < 2:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    held = table[expected.min(axis=1) >= _LEAST_EXPECTED]
    if len(held) < 2:
        return None
    return float(stats.chi2_contingency(held, correction=False).pvalue)


def rates_p(some: Mapping[str, int], of: Mapping[str, int]) -> float | None:
    """Return the chance of shares that differ so much between arms, such as of exposed units."""
    table = np.array([[some.get(arm, 0), of[arm] - some.get(arm, 0)] for arm in of], np.float64)
    if len(table) < 2 or not table.sum(axis=0).all() or not table.sum(axis=1).all():
        return None
    return float(stats.chi2_contingency(table, correction=False).pvalue)


def periods(cells: Sequence[Cell], weights: Sequence[Weights]) -> list[list[Cell]]:
    """Return the cells of each period of constant weights, in their order.

    Raises:
        BadWeights: a period has no first day, or is out of order, or no days are known.
    """
    if len(weights) < 2:
        return [list(cells)]
    moments = starts_of(weights, "UTC")
    if any(cell.day is None for cell in cells if cell.sums.n):
        raise BadWeights(
            "Weights that changed need the times of exposures.",
            remedy="Name the column of times: --exposed-at.",
        )
    days = [moment // _DAY_US for moment in moments]
    held: list[list[Cell]] = [[] for _ in weights]
    for cell in cells:
        by_day = int(np.searchsorted(days, cell.day or 0, side="right"))
        held[by_day if cell.period is None else cell.period].append(cell)
    return held


def strays(apart: Sequence[Sequence[Cell]], weights: Sequence[Weights]) -> int:
    """Return units whose arm had no traffic in their period: the weights told cannot be right."""
    return sum(
        cell.sums.n
        for held, one in zip(apart, weights, strict=True)
        for cell in held
        if cell.arm not in one.shares
    )


def with_two_arms(cells: Sequence[Cell], weights: Sequence[Weights]) -> tuple[Cell, ...]:
    """Return the cells of periods in which there was something to compare with."""
    if len(weights) < 2:
        return tuple(cells)
    apart = zip(periods(cells, weights), weights, strict=True)
    return tuple(cell for held, one in apart if len(one.shares) > 1 for cell in held)


def counted(cells: Sequence[Cell]) -> dict[str, int]:
    """Return the units of each arm."""
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell.arm] = counts.get(cell.arm, 0) + cell.sums.n
    return counts


def checked(weights: Sequence[Weights], arms: Sequence[str]) -> tuple[Weights, ...]:
    """Return the weights; equal ones where none are given.

    Raises:
        BadWeights: an arm has no share in any period, or a share that is not above 0.
    """
    if any(min(one.shares.values(), default=0.0) <= 0.0 for one in weights):
        raise BadWeights
    if weights and max(len(one.shares) for one in weights) < 2:
        raise BadWeights
    unknown = set(arms) - {arm for one in weights for arm in one.shares}
    if weights and unknown:
        raise BadWeights(f"No weight is given for {', '.join(sorted(unknown))}.")
    return tuple(weights) or (Weights(dict.fromkeys(arms, 1.0)),)


def _distance(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    n, whole = sum(counts.get(arm, 0) for arm in shares), sum(shares.values())
    return sum(
        (counts.get(arm, 0) - n * share / whole) ** 2 / (n * share / whole)
        for arm, share in shares.items()
    )
