"""Health: whether an experiment can be believed, asked before what it says."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scipy import stats

from tailorbird.measure import always_valid
from tailorbird.measure.adjusting import Target, adjusted, slopes
from tailorbird.measure.cohorts import cohorts, undefined
from tailorbird.measure.comparing import comparable, target_of
from tailorbird.measure.gathered import Cell, Gathered
from tailorbird.measure.novelty import aged, novelty
from tailorbird.measure.powering import minimum_detectable, power_now, units_needed
from tailorbird.measure.question import Question, Weights
from tailorbird.measure.reading import EXPOSURES, Check, Health, Status
from tailorbird.measure.splitting import (
    changed_p,
    counted,
    over_periods,
    periods,
    rates_p,
    sample_ratio_p,
    strays,
    watched_p,
)
from tailorbird.measure.sums import Sums, added

_ORDER: Mapping[Status, int] = {"broken": 0, "notice": 1, "ok": 2}


class Outlook(NamedTuple):
    """What traffic allows: power now, least effect to be seen, days to go."""

    power: float | None = None
    minimum_detectable: float | None = None
    days: float | None = None


def examined(question: Question, gathered: Gathered, weights: tuple[Weights, ...]) -> Health:
    """Return the health of an experiment.

    Args:
        question: With the limits at which health alarms.
        gathered: The sums, and what was odd.
        weights: The planned split, checked.
    """
    assigned = _assigned(gathered)
    split = over_periods(assigned, weights) if assigned else None
    alarmed = watched_p(assigned, weights) if question.looks == "daily" else split
    checks = [
        *_exposed(question, gathered),
        *_sample_ratio(question, (split, alarmed), _by_period(assigned, weights)),
        *_changed(question, gathered, weights),
        *_contaminated(question, gathered),
        *_exposure(question, gathered),
        *_balance(question, gathered),
        *(cohorts(question, gathered) if gathered.ages is None else novelty(question, gathered)),
        *_whales(question, gathered),
    ]
    outlook = _outlook(question, gathered)
    return Health(
        healthy=all(check.status != "broken" for check in checks),
        sample_ratio_p=split,
        contamination=_contamination(gathered),
        power=outlook.power,
        minimum_detectable=outlook.minimum_detectable,
        days_to_decision=outlook.days,
        checks=tuple(sorted(checks, key=lambda check: _ORDER[check.status])),
        ages=aged(question, gathered),
    )


def _assigned(gathered: Gathered) -> tuple[Cell, ...]:
    """Return the cells, or where assignment is known apart from exposure, the assigned units."""
    known = gathered.assigned
    if not known or any(cell.day is not None for cell in gathered.cells):
        return gathered.cells
    return tuple(Cell(arm, Sums(n)) for arm, n in known.items())


def _exposed(question: Question, gathered: Gathered) -> Iterator[Check]:
    counts = counted(gathered.cells)
    if not sum(counts.values()):
        yield Check(EXPOSURES, "broken", "Nobody has been exposed: there is nothing to read.")
        return
    if not counts.get(question.control):
        arms = ", ".join(sorted(arm for arm, n in counts.items() if n))
        says = f"The control arm {question.control!r} is empty; there are: {arms}."
        yield Check(EXPOSURES, "broken", says)
    if not any(n for arm, n in counts.items() if arm != question.control):
        yield Check(EXPOSURES, "broken", "There is no arm beside control.")
    for arm, n in counts.items():
        if n == 0 and arm != question.control:
            yield Check(EXPOSURES, "broken", f"The arm {arm!r} is empty.")
        elif 0 < n < question.limits.least_units:
            yield Check(EXPOSURES, "notice", f"The arm {arm!r} is small: {n} units.")


def _sample_ratio(
    question: Question, p_values: tuple[float | None, float | None], periods_: str
) -> Iterator[Check]:
    """Compare the split with the plan: the chance of it now, and for whoever looks every day."""
    p_value, alarmed = p_values
    if p_value is None:
        return
    limits = question.limits
    if alarmed is not None and alarmed < limits.sample_ratio_p:
        says = f"The split is not the planned one (p = {p_value:.2g}): units are missing.{periods_}"
        yield Check("sample ratio", "broken", says)
    elif p_value < limits.sample_ratio_p:
        says = (
            f"The split is uneven (p = {p_value:.2g}), but who looks every day sees that now and "
            f"then by luck.{periods_}"
        )
        yield Check("sample ratio", "notice", says)
    elif p_value < limits.sample_ratio_shown_p:
        says = f"The split is uneven (p = {p_value:.2g}), short of the alarm at "
        yield Check("sample ratio", "notice", f"{says}{limits.sample_ratio_p:g}.{periods_}")
    else:
        says = f"The split is as planned (p = {p_value:.2g}).{periods_}"
        yield Check("sample ratio", "ok", says)


def _by_period(cells: tuple[Cell, ...], weights: tuple[Weights, ...]) -> str:
    """Return in words how each period's units compare with its own weights."""
    if len(weights) < 2:
        return ""
    told = []
    for held, one in zip(periods(cells, weights), weights, strict=True):
        counts = counted(held)
        p_value = sample_ratio_p(counts, one.shares)
        if p_value is not None:
            seen = ", ".join(f"{arm} {counts.get(arm, 0):,}" for arm in one.shares)
            meant = " to ".join(f"{share:g}" for share in one.shares.values())
            since = "At first" if one.since is None else f"From {one.since}"
            told.append(f" {since}: {seen}, planned {meant} (p = {p_value:.2g}).")
    return "".join(told)


def _changed(
    question: Question, gathered: Gathered, weights: tuple[Weights, ...]
) -> Iterator[Check]:
    apart = periods(gathered.cells, weights)
    astray = strays(apart, weights) if len(weights) > 1 else 0
    if astray:
        says = f"{astray:,} units were given an arm that had no traffic by the weights of then."
        yield Check("weights", "broken", says)
    found = [changed_p(one) for one in apart]
    known = [one for one in found if one is not None]
    limit = _at_this_look(question, gathered, question.limits.sample_ratio_p)
    if known and min(known) * len(known) < limit:
        says = (
            "The split changed on the way. If weights were changed, say from which day: "
            "--weights a=90,b=10 --weights 2026-01-31:a=50,b=50."
        )
        yield Check("weights", "broken", says)


def _contamination(gathered: Gathered) -> float:
    odd = gathered.oddities
    units = sum(cell.sums.n for cell in gathered.cells) + odd.left_out
    return odd.contaminated / units if units else 0.0


def _contaminated(question: Question, gathered: Gathered) -> Iterator[Check]:
    odd = gathered.oddities
    if not odd.contaminated:
        return
    share = _contamination(gathered)
    broken = share > question.limits.contamination
    kept = f"{odd.left_out} are left out" if odd.left_out else "the first exposure counts"
    says = f"{odd.contaminated:,} units ({share:.2%}) were in two arms; {kept}."
    yield Check("contamination", "broken" if broken else "notice", says)


def _exposure(question: Question, gathered: Gathered) -> Iterator[Check]:
    """Compare the share of assigned units that were exposed: the treatment may not move it."""
    if not gathered.assigned:
        return
    p_value = rates_p(counted(gathered.cells), gathered.assigned)
    limit = _at_this_look(question, gathered, question.limits.balance_p)
    if p_value is not None and p_value < limit:
        says = f"Arms differ in how many of the assigned were exposed (p = {p_value:.2g})."
        yield Check("exposure", "broken", says)


def _balance(question: Question, gathered: Gathered) -> Iterator[Check]:
    """Compare what was known before: it cannot be an effect."""
    arms = _arms(gathered)
    control = arms.pop(question.control, Sums())
    tests = [
        (column, arm, _apart(question, Target(column), control, sums))
        for column in gathered.covariates
        for arm, sums in arms.items()
        if control.n > 1 and sums.n > 1
    ]
    for column, arm, p_value in tests:
        if p_value * len(tests) < question.limits.balance_p:
            says = f"{column} differed between {arm} and control before the experiment"
            yield Check("balance", "broken", f"{says} (p = {p_value:.2g}).")


def _whales(question: Question, gathered: Gathered) -> Iterator[Check]:
    for column, share in gathered.oddities.whales.items():
        if share > question.limits.whale:
            says = f"One unit holds {share:.0%} of all {column}: consider --winsorize 0.999."
            yield Check("whale", "notice", says)


def _apart(question: Question, target: Target, left: Sums, right: Sums) -> float:
    """Return the chance of a gap so wide; of seeing it ever, where one looks every day."""
    error2 = target.var(left) / left.n + target.var(right) / right.n
    gap = abs(target.value(left) - target.value(right))
    if error2 <= 0.0:
        return 1.0
    if question.looks == "daily":
        asked = (left.n + right.n, error2, question.limits.balance_p, question.tuned_for)
        return always_valid.p_value(gap, *asked)
    return 2.0 * float(stats.norm.sf(gap / math.sqrt(error2)))


def _at_this_look(question: Question, gathered: Gathered, limit: float) -> float:
    """Return the part of a limit that is due today, where one looks every day.

    The parts of all days add up to the limit: 6 / (pi d)^2 of it on the d-th.
    """
    days = len({cell.day for cell in gathered.cells if cell.day is not None})
    if question.looks != "daily" or not days:
        return limit
    return limit * 6.0 / (math.pi * days) ** 2


def _arms(gathered: Gathered) -> dict[str, Sums]:
    return {
        arm: added(cell.sums for cell in gathered.cells if cell.arm == arm)
        for arm in counted(gathered.cells)
    }


def _outlook(question: Question, gathered: Gathered) -> Outlook:
    """Return what traffic allows, for the first metric and the smallest arm beside control."""
    metric, arms = comparable(question.metrics[0]), _arms(gathered)
    control = arms.pop(question.control, Sums())
    smallest = min(arms.values(), key=lambda sums: sums.n, default=Sums())
    if metric is None or control.n < 2 or smallest.n < 2:
        return Outlook()
    target, total = target_of(metric), control + smallest
    if undefined(target, total) or target.value(total) <= 0.0:
        return Outlook()
    slope = slopes(target, total, gathered.covariates)
    point = adjusted(target, total, total, gathered.covariates, slope)
    if point.variance <= 0.0:
        return Outlook()
    ratio = smallest.n / control.n
    least = minimum_detectable(point, ratio, question.alpha, question.power)
    now = power_now(point, question.detect, ratio, question.alpha)
    needed = units_needed(point, question.detect, ratio, question.alpha, question.power)
    days = {cell.day for cell in gathered.cells if cell.day is not None}
    if not days:
        return Outlook(now, least)
    a_day = total.n / (max(days) - min(days) + 1)
    return Outlook(now, least, max(0.0, (needed - total.n) / a_day))
