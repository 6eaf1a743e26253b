"""One look at the end: false alarms, coverage, and what CUPED takes away."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bench.claims.claim import ALPHA, Claim
from tailorbird.measure.adjusting import Point
from tailorbird.measure.comparing import Comparable, Estimate, compare, compare_quantiles
from tailorbird.measure.metrics import Mean, Proportion, Ratio
from tailorbird.measure.sums import Sums

Columns = dict[str, NDArray[np.float64]]

REVENUE = Mean("revenue per user", "revenue")
CONVERSION = Proportion("conversion", "bought")
AOV = Ratio("average order value", "revenue", "orders")
KNOWN = ("before", "visits")
_Z = 1.959963984540054


class Case(NamedTuple):
    """A way to estimate, and the true effect that it is after."""

    name: str
    metric: Comparable
    covariates: tuple[str, ...]
    truth: float


def shoppers(rng: np.random.Generator, n: int, lift: float) -> Columns:
    """Return shoppers: most buy nothing, some buy twice, money is skewed, habits persist.

    Args:
        rng: Luck.
        n: How many.
        lift: Share by which the treatment raises the rate of orders and the size of each.
    """
    habit = rng.gamma(2.0, 0.5, n)
    before = rng.poisson(2.0 * habit) * 20.0 + rng.gamma(1.0, 5.0, n)
    visits = rng.poisson(4.0 * habit).astype(np.float64)
    orders = rng.poisson(0.6 * habit * (1.0 + lift)).astype(np.float64)
    revenue = orders * rng.gamma(4.0, 5.0, n) * (1.0 + lift)
    bought = (orders > 0.0).astype(np.float64)
    return {
        "revenue": revenue,
        "orders": orders,
        "bought > 0": bought,
        "before": before,
        "visits": visits,
    }


def truths(lift: float) -> dict[str, float]:
    """Return the true effects on revenue, conversion and order value, by formula.

    Orders are Poisson with a gamma rate (shape 2, scale 0.3), so negative binomial.
    """
    grown = (1.0 + lift) ** 2 - 1.0
    none = [(1.0 + 0.3 * (1.0 + by)) ** -2 for by in (0.0, lift)]
    return {"revenue": 0.6 * 20.0 * grown, "bought": none[0] - none[1], "aov": 20.0 * lift}


def cases(lift: float) -> list[Case]:
    """Return all ways to estimate."""
    truth = truths(lift)
    return [
        Case("revenue per user (Welch)", REVENUE, (), truth["revenue"]),
        Case("revenue per user (CUPED, two covariates)", REVENUE, KNOWN, truth["revenue"]),
        Case("conversion (proportion)", CONVERSION, (), truth["bought"]),
        Case("average order value (delta method)", AOV, (), truth["aov"]),
        Case("average order value (delta method, CUPED)", AOV, KNOWN, truth["aov"]),
    ]


def simulated(lift: float, runs: int, n: int, seed: int) -> dict[str, list[Estimate]]:
    """Return the estimates of many experiments with n units an arm."""
    found: dict[str, list[Estimate]] = {case.name: [] for case in cases(lift)}
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        control, treatment = (Sums.of(shoppers(rng, n, by)) for by in (0.0, lift))
        for case in cases(lift):
            found[case.name].append(
                compare(case.metric, control, treatment, case.covariates, ALPHA)
            )
    return found


def rates(lift: float, runs: int, n: int, seed: int) -> dict[str, float]:
    """Return, for each way to estimate, the share of intervals that hold the truth."""
    found = simulated(lift, runs, n, seed)
    return {
        case.name: float(np.mean([_holds(one, case.truth) for one in found[case.name]]))
        for case in cases(lift)
    }


def claims(runs: int, n: int = 2_000) -> Iterator[Claim]:
    """Yield false alarms and coverage over simulated experiments, and CUPED's identity."""
    low, high = chance(ALPHA, runs)
    for name, share in rates(0.0, runs, n, 11).items():
        alarms = 1.0 - share
        yield Claim(
            "A/A",
            f"{name}, {runs:,} experiments of two arms of {n:,} without effect: rejected at 5 %",
            f"5 %, by luck {low:.1%} to {high:.1%}",
            f"{alarms:.2%}",
            low <= alarms <= high,
        )
    for name, share in rates(0.1, runs, n, 12).items():
        made = f"{runs:,} experiments of two arms of {n:,}, true lift 10 %"
        what = f"{name}, {made}: interval holds the truth"
        yield Claim("coverage", what, "94 to 96 %", f"{share:.2%}", 0.94 <= share <= 0.96)
    yield from _quantiles(runs, n)
    yield from _cuped()


def _quantiles(runs: int, n: int) -> Iterator[Claim]:
    """Yield coverage of the effect on a quantile of log-normal money, whose truth is known."""
    q, lift = 0.9, 0.1
    truth = lift * float(np.exp(stats.norm.ppf(q)))
    held = 0
    for run in range(runs):
        rng = np.random.default_rng([14, run])
        points = [quantile_point(rng.lognormal(size=n) * by, q) for by in (1.0, 1.0 + lift)]
        held += _holds(compare_quantiles(points[0], points[1], ALPHA), truth)
    share = held / runs
    what = (
        f"90 % quantile of log-normal money, {runs:,} experiments of two arms of {n:,}, lift 10 %"
    )
    promised = "94 to 96 %"
    holds = 0.94 <= share <= 0.96
    yield Claim("coverage", f"{what}: interval holds the truth", promised, f"{share:.2%}", holds)


def quantile_point(rows: NDArray[np.float64], q: float) -> Point:
    """Return an arm's quantile with its error, from the order statistics around it."""
    reach = _Z * float(np.sqrt(q * (1.0 - q) / len(rows)))
    low, value, high = np.quantile(rows, [q - reach, q, q + reach])
    deviation = float(high - low) / (2.0 * _Z)
    return Point(len(rows), float(value), deviation**2 * (len(rows) - 1))


def chance(rate: float, runs: int) -> tuple[float, float]:
    """Return between which shares luck leaves a rate in 99.9 of 100 reruns."""
    low, high = (float(stats.binom.ppf(end, runs, rate)) / runs for end in (0.0005, 0.9995))
    return low, high


def _cuped() -> Iterator[Claim]:
    """Compare the variance left with 1 - rho², rho made by construction."""
    for rho in (0.3, 0.6, 0.9):
        rng = np.random.default_rng(13)
        arms = []
        for _ in range(2):
            before = rng.normal(size=500_000)
            noise = rng.normal(size=500_000)
            now = rho * before + np.sqrt(1.0 - rho * rho) * noise + 10.0
            arms.append(Sums.of({"revenue": now, "before": before}))
        removed = compare(REVENUE, arms[0], arms[1], ("before",), ALPHA).variance_removed or 0.0
        off = abs((1.0 - removed) / (1.0 - rho * rho) - 1.0)
        yield Claim(
            "CUPED",
            f"variance left with a covariate of correlation {rho}, two arms of 500,000",
            f"1 - ρ² = {1.0 - rho * rho:.4f}, within 1 %",
            f"{1.0 - removed:.4f} ({off:.2%} off)",
            off < 0.01,
        )


def _holds(one: Estimate, truth: float) -> bool:
    return one.interval is not None and not one.interval.excludes(truth)
