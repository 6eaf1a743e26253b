"""From sums to a reading: pure, so that the same sums always read the same."""

from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from tailorbird.measure.adjusting import Point
from tailorbird.measure.always_valid import p_value as always_valid_p
from tailorbird.measure.always_valid import radius
from tailorbird.measure.bayes import posterior
from tailorbird.measure.comparing import (
    Comparable,
    Estimate,
    by_normal,
    comparable,
    compare,
    compare_quantiles,
    target_of,
)
from tailorbird.measure.correcting import corrected
from tailorbird.measure.gathered import Cell, Gathered
from tailorbird.measure.health import examined
from tailorbird.measure.metrics import Metric, kind_of
from tailorbird.measure.question import Question, Weights
from tailorbird.measure.reading import (
    AlwaysValid,
    ArmReading,
    Comparison,
    Direction,
    Interval,
    MetricReading,
    Reading,
    SegmentReading,
)
from tailorbird.measure.splitting import checked, counted, periods, with_two_arms
from tailorbird.measure.sums import Sums, added
from tailorbird.measure.wording import methods, verdict, warnings


def read(question: Question, gathered: Gathered) -> Reading:
    """Return the reading of an experiment.

    Raises:
        BadWeights: the planned split does not fit the arms.
    """
    weights = checked(question.weights, sorted(counted(gathered.cells)))
    alone = counted(gathered.cells)
    gathered = msgspec.structs.replace(gathered, cells=with_two_arms(gathered.cells, weights))
    counts = counted(gathered.cells)
    alone_units = sum(alone.values()) - sum(counts.values())
    health = examined(question, gathered, weights)
    metrics = _corrected(question, _metrics(question, gathered, weights))
    segments = _segments(question, gathered, weights)
    winner = _winner(metrics[0]) if health.healthy and metrics else None
    return Reading(
        experiment=question.name,
        verdict=verdict(health, metrics, winner),
        health=health,
        winner=winner,
        control=question.control,
        units=sum(counts.values()),
        alpha=question.alpha,
        looks=question.looks,
        metrics=metrics,
        segments=segments,
        method=methods(question, gathered, weights, alone_units),
        warnings=warnings(question, gathered),
        oddities=gathered.oddities,
    )


def _metrics(
    question: Question, gathered: Gathered, weights: tuple[Weights, ...]
) -> tuple[MetricReading, ...]:
    apart = periods(gathered.cells, weights)
    arms = _arms(question, counted(gathered.cells))
    return tuple(_metric(question, gathered, apart, metric, arms) for metric in question.metrics)


def _arms(question: Question, counts: dict[str, int]) -> list[str]:
    return [question.control, *sorted(set(counts) - {question.control})]


def _metric(
    question: Question,
    gathered: Gathered,
    apart: list[list[Cell]],
    metric: Metric,
    arms: Sequence[str],
) -> MetricReading:
    summed = comparable(metric)
    if summed is None:
        return _quantile(question, gathered, metric, arms, several=len(apart) > 1)
    estimate = partial(_over_periods, question, gathered.covariates, summed, apart)
    total = [_sums([cell for held in apart for cell in held], arm) for arm in arms]
    shown = [
        ArmReading(arm, one.n, _mean(summed, one)) for arm, one in zip(arms, total, strict=True)
    ]
    found = [_comparison(question, metric, arm, estimate(arm)) for arm in arms[1:]]
    return MetricReading(metric.name, kind_of(metric), metric.better, tuple(shown), tuple(found))


def _quantile(
    question: Question, gathered: Gathered, metric: Metric, arms: Sequence[str], *, several: bool
) -> MetricReading:
    found = {
        one.arm: Point(one.n, one.value, one.deviation**2 * (one.n - 1))
        for one in gathered.quantiles
        if one.metric == metric.name
    }
    shown = [
        ArmReading(
            arm, found[arm].n if arm in found else 0, found[arm].mean if arm in found else None
        )
        for arm in arms
    ]
    empty = Estimate(None, note="An arm is empty: there is nothing to compare.")
    if several:
        empty = Estimate(None, note="Weights were changed: quantiles cannot be put together.")
    compared = [
        compare_quantiles(found[arms[0]], found[arm], question.alpha)
        if arm in found and arms[0] in found and not several
        else empty
        for arm in arms[1:]
    ]
    comparisons = tuple(
        _comparison(question, metric, arm, one) for arm, one in zip(arms[1:], compared, strict=True)
    )
    return MetricReading(metric.name, kind_of(metric), metric.better, tuple(shown), comparisons)


def _over_periods(
    question: Question,
    covariates: tuple[str, ...],
    metric: Comparable,
    apart: list[list[Cell]],
    arm: str,
) -> Estimate:
    """Return the effect; where weights changed, each period's, weighed by its units.

    Pooled over periods with different splits, arms would hold different shares of each period, and
    the periods' own differences would pass for an effect (Simpson's paradox).
    """
    pairs = [(_sums(held, question.control), _sums(held, arm)) for held in apart if held]
    if len(pairs) == 1:
        return compare(metric, *pairs[0], covariates, question.alpha)
    found = [compare(metric, left, right, covariates, question.alpha) for left, right in pairs]
    usable = [(one, pair[0]) for one, pair in zip(found, pairs, strict=True) if one.variance > 0.0]
    n = sum(one.n for one, _ in usable)
    if n == 0:
        return Estimate(None, note="No period has units in both arms.")
    shares = [one.n / n for one, _ in usable]
    effect = sum(by * (one.effect or 0.0) for by, (one, _) in zip(shares, usable, strict=True))
    variance = sum(by * by * one.variance for by, (one, _) in zip(shares, usable, strict=True))
    base = sum(
        by * target_of(metric).value(sums) for by, (_, sums) in zip(shares, usable, strict=True)
    )
    whole = by_normal(base, effect, variance, n, question.alpha)
    if not covariates:
        return whole
    raw = sum(
        by * by * one.variance / (1.0 - min(one.variance_removed or 0.0, 1.0 - 1e-12))
        for by, (one, _) in zip(shares, usable, strict=True)
    )
    return whole._replace(variance_removed=1.0 - variance / raw)


def _comparison(question: Question, metric: Metric, arm: str, estimate: Estimate) -> Comparison:
    always = bayesian = None
    if estimate.effect is not None and estimate.variance > 0.0:
        asked = (estimate.n, estimate.variance, question.alpha, question.tuned_for)
        reach = radius(*asked)
        p_value = always_valid_p(estimate.effect, *asked)
        within = Interval(estimate.effect - reach, estimate.effect + reach)
        always = AlwaysValid(within, p_value, p_value)
        if question.bayesian:
            bayesian = posterior(estimate.effect, estimate.variance, metric.better, question.alpha)
    return Comparison(
        arm,
        estimate.effect,
        estimate.interval,
        estimate.relative,
        estimate.relative_interval,
        estimate.p_value,
        estimate.p_value,
        estimate.variance_removed,
        always,
        bayesian,
        note=estimate.note,
    )


def _corrected(question: Question, metrics: Sequence[MetricReading]) -> tuple[MetricReading, ...]:
    """Raise all p-values together, and say what comes of each comparison."""
    flat = [one for metric in metrics for one in metric.comparisons]
    fixed = corrected([one.p_value for one in flat], question.correction)
    always = corrected(
        [one.always_valid.p_value if one.always_valid else None for one in flat],
        question.correction,
    )
    raised = iter(zip(fixed, always, strict=True))
    return tuple(
        msgspec.structs.replace(
            metric,
            comparisons=tuple(
                _decided(question, metric, one, *next(raised)) for one in metric.comparisons
            ),
        )
        for metric in metrics
    )


def _decided(
    question: Question,
    metric: MetricReading,
    one: Comparison,
    fixed: float | None,
    always: float | None,
) -> Comparison:
    deciding = always if question.looks == "daily" else fixed
    outcome: Direction = "undecided"
    if deciding is not None and deciding < question.alpha and one.effect:
        outcome = "better" if (one.effect > 0.0) == (metric.better == "up") else "worse"
    looked = one.always_valid
    if looked is not None and always is not None:
        looked = msgspec.structs.replace(looked, adjusted_p_value=always)
    return msgspec.structs.replace(
        one, adjusted_p_value=fixed, always_valid=looked, outcome=outcome
    )


def _winner(first: MetricReading) -> str | None:
    sign = 1.0 if first.better == "up" else -1.0
    good = [one for one in first.comparisons if one.outcome == "better"]
    best = max(good, key=lambda one: sign * (one.effect or 0.0), default=None)
    return None if best is None else best.arm


def _segments(
    question: Question, gathered: Gathered, weights: tuple[Weights, ...]
) -> tuple[SegmentReading, ...]:
    """Read each segment; p-values are raised over all segments together."""
    found = list(_segment_metrics(question, gathered, weights))
    flat = _corrected(question, [metric for _, _, metrics in found for metric in metrics])
    raised = iter(flat)
    return tuple(
        SegmentReading(column, value, tuple(next(raised) for _ in metrics))
        for column, value, metrics in found
    )


def _segment_metrics(
    question: Question, gathered: Gathered, weights: tuple[Weights, ...]
) -> Iterator[tuple[str, str, list[MetricReading]]]:
    arms = _arms(question, counted(gathered.cells))
    kinds = [metric for metric in question.metrics if comparable(metric) is not None]
    for column, value in dict.fromkeys((one.column, one.value) for one in gathered.segments):
        apart: list[list[Cell]] = [[] for _ in weights]
        for one in gathered.segments:
            if (one.column, one.value) == (column, value) and len(weights[one.period].shares) > 1:
                apart[one.period].append(Cell(one.arm, one.sums))
        metrics = [_metric(question, gathered, apart, metric, arms) for metric in kinds]
        yield column, value, metrics


def _sums(cells: Sequence[Cell], arm: str) -> Sums:
    return added(cell.sums for cell in cells if cell.arm == arm)


def _mean(metric: Comparable, sums: Sums) -> float | None:
    target = target_of(metric)
    empty = target.denominator is not None and sums.mean(target.denominator) == 0.0
    return None if sums.n == 0 or empty else target.value(sums)
