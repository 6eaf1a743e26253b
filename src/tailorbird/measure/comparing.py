"""One arm against control in one metric: tea-tasting's statistics on sums, and ours around them.

tea-tasting has Welch's test, the delta method, CUPED with one covariate, and proportions. Several
covariates reach it as one: their weighted sum, with the weights that CUPED wants.
"""

import math
from typing import Any, NamedTuple, assert_never

from scipy import stats
from tea_tasting import Mean as TeaMean
from tea_tasting import Proportion as TeaProportion
from tea_tasting import RatioOfMeans as TeaRatio
from tea_tasting.aggr import Aggregates

from tailorbird.measure.adjusting import Point, Slopes, Target, adjusted, combined, slopes
from tailorbird.measure.metrics import Mean, Metric, Proportion, Quantile, Ratio
from tailorbird.measure.reading import Interval
from tailorbird.measure.sums import Sums, pair

_COVARIATE = " covariates"
# Below it, e to the power of the relative interval's half-width would be beyond all numbers.
_LEAST_SIGNAL = 0.01


class Estimate(NamedTuple):
    """An effect with all that later steps need.

    Attributes:
        effect: Arm minus control, adjusted.
        variance: Of the effect.
        n: Units of both arms.
        interval, relative, relative_interval, p_value: As in `Comparison`.
        variance_removed: By CUPED; None without covariates.
        note: Why something is missing.
    """

    effect: float | None
    variance: float = 0.0
    n: int = 0
    interval: Interval | None = None
    relative: float | None = None
    relative_interval: Interval | None = None
    p_value: float | None = None
    variance_removed: float | None = None
    note: str | None = None


def target_of(metric: Mean | Proportion | Ratio) -> Target:
    """Return what a metric estimates, as columns."""
    match metric:
        case Mean(column=column):
            return Target(column)
        case Proportion():
            return Target(metric.happened)
        case Ratio(numerator=numerator, denominator=denominator):
            return Target(numerator, denominator)
        case _:
            assert_never(metric)


def compare(
    metric: Mean | Proportion | Ratio,
    control: Sums,
    treatment: Sums,
    covariates: tuple[str, ...],
    alpha: float,
) -> Estimate:
    """Return the effect of an arm; where there can be none, a note that says why."""
    lacking = _lacking(metric, control, treatment)
    if lacking is not None:
        return lacking
    target, total = target_of(metric), control + treatment
    slope = slopes(target, total, covariates)
    points = [adjusted(target, one, total, covariates, slope) for one in (control, treatment)]
    effect = points[1].mean - points[0].mean
    variance = points[0].error2 + points[1].error2
    n = total.n
    if variance <= 0.0:
        return Estimate(effect, 0.0, n, note="Nothing varies in either arm: there is no test.")
    if isinstance(metric, Proportion) and not covariates:
        answer = _proportion(metric, control, treatment, alpha)
    elif _faint(points):
        answer = _shifted(points, alpha)
    else:
        arms = [_aggregates(target, one, covariates, slope) for one in (control, treatment)]
        answer = _ratio(target, with_covariates=bool(covariates), alpha=alpha).analyze_aggregates(
            *arms
        )
    raw = sum(adjusted(target, one, total, (), slope[:0]).error2 for one in (control, treatment))
    removed = 1.0 - variance / raw if covariates and raw > 0.0 else None
    return _estimate(answer, points, Estimate(effect, variance, n, variance_removed=removed))


def compare_quantiles(control: Point, treatment: Point, alpha: float) -> Estimate:
    """Return the effect on a quantile, by Welch's test on the standard errors of both arms."""
    effect, variance = treatment.mean - control.mean, control.error2 + treatment.error2
    n = control.n + treatment.n
    if variance <= 0.0:
        return Estimate(effect, 0.0, n, note="Nothing varies around the quantile: no test.")
    plain = by_normal(control.mean, effect, variance, n, alpha)
    answer = _shifted([control, treatment], alpha)
    within = _between(answer.effect_size_ci_lower, answer.effect_size_ci_upper)
    return plain._replace(interval=within, p_value=_finite(answer.pvalue))


def by_normal(base: float, effect: float, variance: float, n: int, alpha: float) -> Estimate:
    """Return an effect whose error is normal, such as one put together of several periods.

    Args:
        base: Control's value, for the relative effect.
        effect: Arm minus control.
        variance: Of the effect.
        n: Units of both arms.
        alpha: One minus the interval's confidence.
    """
    error = math.sqrt(variance)
    reach = float(stats.norm.isf(alpha / 2.0)) * error
    p_value = float(2.0 * stats.norm.sf(abs(effect) / error))
    relative = effect / base if base > 0.0 else None
    around = Interval((effect - reach) / base, (effect + reach) / base) if base > 0.0 else None
    within = Interval(effect - reach, effect + reach)
    return Estimate(effect, variance, n, within, relative, around, p_value)


def _lacking(metric: Mean | Proportion | Ratio, control: Sums, treatment: Sums) -> Estimate | None:
    n = control.n + treatment.n
    if control.n == 0 or treatment.n == 0:
        return Estimate(None, n=n, note="An arm is empty: there is nothing to compare.")
    if control.n < 2 or treatment.n < 2:
        return Estimate(None, n=n, note="An arm has one unit: its spread is unknown.")
    if isinstance(metric, Ratio) and 0.0 in {
        control.mean(metric.denominator),
        treatment.mean(metric.denominator),
    }:
        return Estimate(None, n=n, note=f"All {metric.denominator} are 0 in an arm: no ratio.")
    return None


def _estimate(answer: Any, points: list[Point], so_far: Estimate) -> Estimate:  # noqa: ANN401
    """Take over what tea-tasting says; a relative effect only where it has a meaning."""
    p_value = _finite(answer.pvalue)
    within = _between(answer.effect_size_ci_lower, answer.effect_size_ci_upper)
    estimate = so_far._replace(interval=within, p_value=p_value)
    if points[0].mean <= 0.0:
        return estimate._replace(note="Control is not above 0: there is no relative effect.")
    estimate = estimate._replace(relative=points[1].mean / points[0].mean - 1.0)
    if points[1].mean <= 0.0 or _faint(points):
        return estimate._replace(note="Too faint beside its noise for a relative interval.")
    low, high = answer.rel_effect_size_ci_lower, answer.rel_effect_size_ci_upper
    return estimate._replace(relative_interval=_between(low, high))


def _proportion(metric: Proportion, control: Sums, treatment: Sums, alpha: float) -> Any:  # noqa: ANN401
    """Return the normal interval, and below 1,000 units Barnard's exact p-value."""
    column = metric.happened
    arms = [Aggregates(one.n, {column: one.mean(column)}) for one in (control, treatment)]
    wide: dict[str, Any] = {"confidence_level": 1.0 - alpha, "correction": False}
    normal = TeaProportion(column, method="norm", equal_var=False, **wide)
    answer = normal.analyze_aggregates(*arms)
    exact = TeaProportion(column, method="auto", equal_var=False, **wide)
    return answer._replace(pvalue=exact.analyze_aggregates(*arms).pvalue)


def _ratio(target: Target, *, with_covariates: bool, alpha: float) -> TeaRatio:
    return TeaRatio(
        target.numerator,
        target.denominator,
        _COVARIATE if with_covariates else None,
        confidence_level=1.0 - alpha,
        alternative="two-sided",
        equal_var=False,
        use_t=True,
    )


def _aggregates(
    target: Target, sums: Sums, covariates: tuple[str, ...], slope: Slopes
) -> Aggregates:
    columns = [name for name in target if name is not None]
    means = {name: sums.mean(name) for name in columns}
    spread = {name: sums.var(name) for name in columns}
    along = {pair(*columns): sums.cov(*columns)} if len(columns) > 1 else {}
    if covariates:
        means[_COVARIATE], spread[_COVARIATE] = combined(sums, covariates, slope)
        for name in columns:
            together = zip(slope, covariates, strict=True)
            along[name, _COVARIATE] = float(sum(by * sums.cov(name, one) for by, one in together))
    return Aggregates(sums.n, means, spread, along)


def _faint(points: list[Point]) -> bool:
    return any(abs(one.mean) < _LEAST_SIGNAL * math.sqrt(one.error2) for one in points)


def _shifted(points: list[Point], alpha: float) -> Any:  # noqa: ANN401
    """Return Welch's answer where means are next to nothing; an effect minds no shift."""
    shift = 1.0 + sum(abs(one.mean) + math.sqrt(one.variance) for one in points)
    arms = [Aggregates(one.n, {"v": one.mean + shift}, {"v": one.variance}) for one in points]
    plain = TeaMean("v", confidence_level=1.0 - alpha, equal_var=False, use_t=True)
    return plain.analyze_aggregates(*arms)


def _between(low: float, high: float) -> Interval:
    return Interval(_finite(low), _finite(high))


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


Comparable = Mean | Proportion | Ratio


def comparable(metric: Metric) -> Comparable | None:
    """Return the metric if it is one of sums; None for a quantile."""
    return None if isinstance(metric, Quantile) else metric
