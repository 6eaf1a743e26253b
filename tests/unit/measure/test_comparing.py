"""Effects are those of tea-tasting where it has the method, and of plain formulas elsewhere."""

import warnings
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import tea_tasting as tt
from scipy import stats

from tailorbird.measure.comparing import Comparable, Estimate, compare
from tailorbird.measure.metrics import Mean, Proportion, Ratio
from tailorbird.measure.sums import Sums
from tests.unit.measure.experiments import Columns, shoppers

REVENUE = Mean("revenue", "revenue")
AOV = Ratio("aov", "revenue", "orders")
BOUGHT = Proportion("bought", "bought")
ARMS = (shoppers(1500, 1), shoppers(1200, 2, lift=0.4))


def estimate(
    metric: Comparable, *covariates: str, arms: tuple[Columns, Columns] = ARMS
) -> Estimate:
    return compare(metric, Sums.of(arms[0]), Sums.of(arms[1]), covariates, 0.05)


def by_tea(metric: Any) -> Any:
    rows = [{**arm, "variant": np.full(len(arm["revenue"]), at)} for at, arm in enumerate(ARMS)]
    both = pa.table({name: np.concatenate([one[name] for one in rows]) for name in rows[0]})
    return tt.Experiment(it=metric).analyze(both)["it"]


@pytest.mark.parametrize(
    ("metric", "covariates", "reference"),
    [
        (REVENUE, (), tt.Mean("revenue")),
        (REVENUE, ("known before",), tt.Mean("revenue", "known before")),
        (AOV, (), tt.RatioOfMeans("revenue", "orders")),
        (AOV, ("known before",), tt.RatioOfMeans("revenue", "orders", "known before")),
        (BOUGHT, (), tt.Proportion("bought > 0", equal_var=False, correction=False)),
    ],
)
def test_an_effect_is_that_of_tea_tasting(
    metric: Comparable, covariates: tuple[str, ...], reference: Any
) -> None:
    ours, theirs = estimate(metric, *covariates), by_tea(reference)
    assert ours.interval is not None
    assert ours.relative_interval is not None
    found = [ours.effect, ours.interval.low, ours.interval.high, ours.p_value, ours.relative]
    found += [ours.relative_interval.low, ours.relative_interval.high]
    told = [theirs.effect_size, theirs.effect_size_ci_lower, theirs.effect_size_ci_upper]
    told += [theirs.pvalue, theirs.rel_effect_size]
    told += [theirs.rel_effect_size_ci_lower, theirs.rel_effect_size_ci_upper]
    assert found == pytest.approx(told, rel=1e-9)


def test_the_variance_is_the_one_behind_the_interval() -> None:
    found = estimate(REVENUE, "known before")
    assert found.interval is not None
    assert found.interval.high is not None
    half = found.interval.high - (found.effect or 0.0)
    assert half == pytest.approx(1.96 * found.variance**0.5, rel=0.01)


def test_cuped_removes_rho_squared() -> None:
    removed = estimate(REVENUE, "known before").variance_removed
    x, y = (np.concatenate([arm[name] for arm in ARMS]) for name in ("known before", "revenue"))
    assert removed == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2, rel=0.02)


def test_a_second_covariate_removes_more() -> None:
    rng = np.random.default_rng(3)
    arms = tuple(
        {
            **arm,
            "known too": arm["revenue"]
            - arm["known before"] / 2
            + rng.normal(0, 3, len(arm["revenue"])),
        }
        for arm in ARMS
    )
    one = estimate(REVENUE, "known before", arms=(arms[0], arms[1])).variance_removed
    two = estimate(REVENUE, "known before", "known too", arms=(arms[0], arms[1])).variance_removed
    assert (two or 0.0) > (one or 1.0) + 0.1


def test_several_covariates_are_the_regression_on_all() -> None:
    rng = np.random.default_rng(3)
    arms = [
        {**arm, "known too": rng.normal(size=len(arm["revenue"])) + arm["orders"]} for arm in ARMS
    ]
    names = ("known before", "known too")
    found = estimate(Mean("orders", "orders"), *names, arms=(arms[0], arms[1]))
    both = {name: np.concatenate([arm[name] for arm in arms]) for name in arms[0]}
    x = np.stack([both[name] - both[name].mean() for name in names])
    slope = np.linalg.solve(x @ x.T, x @ (both["orders"] - both["orders"].mean()))
    left, right = (arm["orders"] - slope @ np.stack([arm[name] for name in names]) for arm in arms)
    assert found.effect == pytest.approx(right.mean() - left.mean())
    assert found.variance == pytest.approx(
        left.var(ddof=1) / len(left) + right.var(ddof=1) / len(right)
    )


def test_a_covariate_given_twice_changes_nothing() -> None:
    arms = tuple({**arm, "again": 2.0 * arm["known before"]} for arm in ARMS)
    twice = estimate(REVENUE, "known before", "again", arms=(arms[0], arms[1]))
    assert twice.effect == pytest.approx(estimate(REVENUE, "known before").effect)


def test_a_covariate_that_never_varies_changes_nothing() -> None:
    arms = tuple({**arm, "one": np.ones(len(arm["revenue"]))} for arm in ARMS)
    assert estimate(REVENUE, "one", arms=(arms[0], arms[1])).effect == estimate(REVENUE).effect


def test_an_empty_arm_has_no_effect_but_a_note() -> None:
    found = compare(REVENUE, Sums.of(ARMS[0]), Sums(), (), 0.05)
    assert (found.effect, found.note) == (None, "An arm is empty: there is nothing to compare.")


def test_nothing_that_varies_has_no_test_but_a_note() -> None:
    same = {"revenue": np.ones(100)}
    found = compare(REVENUE, Sums.of(same), Sums.of(same), (), 0.05)
    assert (found.effect, found.p_value) == (0.0, None)
    assert found.note is not None


def test_no_orders_at_all_are_no_ratio() -> None:
    arm = {"revenue": np.zeros(9), "orders": np.zeros(9)}
    found = compare(AOV, Sums.of(arm), Sums.of(ARMS[1]), (), 0.05)
    assert found.note == "All orders are 0 in an arm: no ratio."


def test_a_control_at_zero_has_no_relative_effect() -> None:
    rng = np.random.default_rng(1)
    arms = [{"revenue": rng.normal(size=1000) - shift} for shift in (5.0, 0.0)]
    found = estimate(REVENUE, arms=(arms[0], arms[1]))
    assert (found.relative, found.relative_interval) == (None, None)


def test_means_next_to_nothing_are_compared_all_the_same() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=1000)
    arms = ({"revenue": noise - noise.mean() + 1e-9}, {"revenue": rng.normal(size=1000) + 0.5})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = estimate(REVENUE, arms=arms)
    assert found.interval is not None
    assert found.interval.excludes(0.0)


@pytest.mark.parametrize("bought", [0, 10])
def test_all_or_none_who_buy_are_no_fault(bought: int) -> None:
    arms = [{"bought > 0": np.repeat([1.0, 0.0], [some, 10 - some])} for some in (bought, 5)]
    assert estimate(BOUGHT, arms=(arms[0], arms[1])).p_value is not None


def test_few_units_get_an_exact_test() -> None:
    arms = [{"bought > 0": np.repeat([1.0, 0.0], [some, 20 - some])} for some in (2, 11)]
    found = estimate(BOUGHT, arms=(arms[0], arms[1])).p_value
    exact = stats.barnard_exact([[11, 2], [9, 18]], pooled=False).pvalue
    assert found == pytest.approx(exact)
