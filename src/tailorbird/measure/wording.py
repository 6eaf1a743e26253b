"""A reading in words: the verdict, what was done, and what to mind."""

from collections.abc import Iterator, Sequence

from tailorbird.measure.gathered import Gathered
from tailorbird.measure.question import Question, Weights
from tailorbird.measure.reading import Health, MetricReading

_LOOKS = {
    "daily": "Decided by always-valid intervals: look as often as you like.",
    "once": "Decided by fixed-horizon intervals: they hold for one look at the planned end.",
}
_CORRECTIONS = {
    "holm": "p-values raised by Holm's method over {count} comparisons.",
    "benjamini-hochberg": (
        "p-values raised by Benjamini and Hochberg's method over {count} comparisons."
    ),
    "none": "p-values are not corrected for their number ({count}).",
}


def verdict(health: Health, metrics: Sequence[MetricReading], winner: str | None) -> str:
    """Return the reading in a sentence or two; broken health comes first and names no winner."""
    broken = [check.says for check in health.checks if check.status == "broken"]
    if broken:
        return f"No winner: this experiment cannot be believed. {' '.join(broken)}"
    harmed = [
        f"{one.arm} is worse in {metric.metric}"
        for metric in metrics
        for one in metric.comparisons
        if one.outcome == "worse"
    ]
    but = f" But mind: {'; '.join(harmed)}." if harmed else ""
    if winner is None:
        return f"No winner yet in {metrics[0].metric}.{but}"
    return f"{winner} is better than control in {metrics[0].metric}.{but}"


def methods(
    question: Question, gathered: Gathered, weights: tuple[Weights, ...], alone: int = 0
) -> tuple[str, ...]:
    """Return what was done to come to the numbers, a sentence each.

    Args:
        question: What is asked.
        gathered: The sums that were read.
        weights: The planned split, period by period.
        alone: Units that were left out because all got one arm when they came.
    """
    told = list(_methods(question, gathered, weights))
    if alone:
        told.append(f"Exposed while all got one arm, so compared with nobody: {alone:,} units.")
    return tuple(told)


def _methods(question: Question, gathered: Gathered, weights: tuple[Weights, ...]) -> Iterator[str]:
    arms = {cell.arm for cell in gathered.cells} - {question.control}
    count = len(question.metrics) * max(len(arms), 1)
    yield _LOOKS[question.looks]
    if count > 1:
        yield _CORRECTIONS[question.correction].format(count=count)
        yield "Intervals are not widened by the correction."
    if len(weights) > 1:
        yield (
            f"Weights changed ({len(weights)} periods): each period is held against its own "
            "weights; effects are those of each period, weighed by its units."
        )
    kept = [name for name in question.covariates if f"known {name}" in gathered.covariates]
    if kept:
        yield f"Adjusted by CUPED for {', '.join(kept)}."
    if gathered.assigned:
        away = sum(gathered.assigned.values()) - sum(cell.sums.n for cell in gathered.cells)
        yield f"Assigned without a readable time of exposure, so not analyzed: {away:,} units."
    odd = gathered.oddities
    for column, units in odd.imputed.items():
        stands_in = "the mean stands in, and a mark says so" if column in kept else "left out"
        yield f"{column} is missing for {units:,} units: {stands_in}."
    for column, units in odd.missing.items():
        yield f"{column} is missing or no number for {units:,} units: counted as 0."
    for one in odd.winsorized:
        yield (
            f"{one.column} is winsorized at its {one.quantile:g} quantile, {one.cap:g}: "
            f"{one.units:,} units count as that."
        )


def warnings(question: Question, gathered: Gathered) -> tuple[str, ...]:
    """Return what to mind when the reading is used, a sentence each."""
    return tuple(_warnings(question, gathered))


def _warnings(question: Question, gathered: Gathered) -> Iterator[str]:
    odd = gathered.oddities
    yield from question.notes
    if question.segments:
        yield (
            "Segments are a search among many: some differ by luck. Their p-values are raised over "
            "all of them; take what stands out as a question for the next experiment."
        )
    if odd.without_unit or odd.without_arm:
        yield f"Rows without unit or arm are left out: {odd.without_unit + odd.without_arm:,}."
    if odd.repeated:
        yield f"Rows that repeat a unit: {odd.repeated:,}; each unit counts once."
    if odd.outcomes_before:
        yield f"Outcomes before their exposure do not count: {odd.outcomes_before:,}."
    if odd.outcomes_outside:
        yield f"Outcomes of units that were not exposed do not count: {odd.outcomes_outside:,}."
    if odd.outcomes_late:
        yield f"Outcomes after the window do not count: {odd.outcomes_late:,}."
