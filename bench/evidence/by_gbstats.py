"""GrowthBook's answers on given sums, in an environment of its own: JSON in, JSON out."""

import json
import sys
from typing import Any

from gbstats.bayesian.tests import EffectBayesianABTest, EffectBayesianConfig  # type: ignore[import-not-found]
from gbstats.frequentist.tests import (  # type: ignore[import-not-found]
    FrequentistConfig,
    SequentialConfig,
    SequentialTwoSidedTTest,
    TwoSidedTTest,
)
from gbstats.models.statistics import (  # type: ignore[import-not-found]
    QuantileStatistic,
    RatioStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
    compute_theta,
)
from gbstats.utils import check_srm  # type: ignore[import-not-found]


def mean(arm: dict[str, Any], column: str) -> Any:  # noqa: ANN401 - untyped there
    """Return the statistic of a column's mean."""
    return SampleMeanStatistic(arm["n"], arm["sum"][column], arm["squares"][column])


def statistics(arms: list[dict[str, Any]], kind: str) -> list[Any]:
    """Return the statistics of both arms for a kind of metric."""
    if kind == "mean":
        return [mean(arm, "revenue") for arm in arms]
    if kind == "ratio":
        return [
            RatioStatistic(
                arm["n"], mean(arm, "revenue"), mean(arm, "orders"), arm["revenue orders"]
            )
            for arm in arms
        ]
    if kind == "quantile":
        return [
            QuantileStatistic(n_star=arm["n"], n=arm["n"], nu=0.9, **arm["quantile"])
            for arm in arms
        ]
    adjusted = [
        RegressionAdjustedStatistic(
            arm["n"], mean(arm, "revenue"), mean(arm, "before"), arm["before revenue"], 0.0
        )
        for arm in arms
    ]
    theta = compute_theta(*adjusted)
    for one in adjusted:
        one.theta = theta
    return adjusted


def answers(experiment: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Return the answers on one experiment, by name."""
    found = {"srm": {"p": check_srm(experiment["counts"], [1.0, 1.0])}}
    for kind in ("mean", "ratio", "cuped", "quantile"):
        both = statistics(experiment["arms"], kind)
        fixed = TwoSidedTTest(*both, FrequentistConfig(difference_type="absolute")).compute_result()
        found[kind] = {
            "effect": fixed.expected,
            "p": fixed.p_value,
            "low": fixed.ci[0],
            "high": fixed.ci[1],
        }
        config = SequentialConfig(difference_type="absolute", sequential_tuning_parameter=5000)
        daily = SequentialTwoSidedTTest(*both, config).compute_result()
        found[f"{kind}, always valid"] = {"low": daily.ci[0], "high": daily.ci[1]}
        config = EffectBayesianConfig(difference_type="absolute")
        bayes = EffectBayesianABTest(*both, config).compute_result()
        found[f"{kind}, Bayesian"] = {"chance": bayes.chance_to_win}
    return found


if __name__ == "__main__":
    json.dump([answers(one) for one in json.load(sys.stdin)], sys.stdout)
