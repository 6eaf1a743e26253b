"""Does an effect wear off as people get used to it? Asked within people, apart from the calendar.

Whatever a season does to both arms alike drops out: what is compared is arm minus control, in each
person's first days and in the days behind. Where the effect itself changed, people who came later
tell why: if they begin with the effect that others began with, it is habit; if they begin with the
lower one, everybody's effect fell, and that is the season or the shop.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from scipy import stats

from tailorbird.measure.adjusting import Target
from tailorbird.measure.ages import OLD, YOUNG, read_by
from tailorbird.measure.gathered import AgeCell, Ages, Gathered
from tailorbird.measure.metrics import Ratio
from tailorbird.measure.question import Question
from tailorbird.measure.reading import AgeReading, Check, Interval
from tailorbird.measure.sums import Sums, added

_Z = float(stats.norm.isf(0.025))


class Found(NamedTuple):
    """A number with its variance."""

    value: float
    variance: float

    def __sub__(self, other: "Found") -> "Found":
        return Found(self.value - other.value, self.variance + other.variance)

    @property
    def p_value(self) -> float:
        """The chance of a number so far from 0 by luck, two-sided."""
        if self.variance <= 0.0:
            return 1.0
        return 2.0 * float(stats.norm.sf(abs(self.value) / math.sqrt(self.variance)))


class Wear(NamedTuple):
    """One arm's effect by age.

    Attributes:
        young, old: in the first days and in the days behind, of the same people.
        change: old minus young; its variance knows that they are the same.
        late: young, of people who came later; None where there are too few.
        n: people who were watched through both ages.
    """

    young: Found
    old: Found
    change: Found
    late: Found | None
    n: int


def wear_of(question: Question, ages: Ages, arm: str) -> Wear | None:
    """Return an arm's effect by age; None where it is not defined."""
    parts = [
        found
        for period in sorted({cell.period for cell in ages.cells})
        if (found := _in_period(question, ages, arm, period)) is not None
    ]
    n = sum(part.n for part in parts)
    if n == 0:
        return None
    shares = [part.n / n for part in parts]
    young = _weighed(shares, [part.young for part in parts])
    old = _weighed(shares, [part.old for part in parts])
    change = _weighed(shares, [part.change for part in parts])
    return Wear(young, old, change, parts[-1].late, n)


def _weighed(shares: list[float], found: list[Found]) -> Found:
    both = list(zip(shares, found, strict=True))
    value = sum(by * one.value for by, one in both)
    return Found(value, sum(by * by * one.variance for by, one in both))


def aged(question: Question, gathered: Gathered) -> tuple[AgeReading, ...]:
    """Return each arm's effect in people's first days, and in the days behind."""
    return tuple(_readings(question, gathered))


def novelty(question: Question, gathered: Gathered) -> Iterator[Check]:
    """Yield what is to be said of effects that change with age."""
    ages = gathered.ages
    if ages is None:
        return
    arms = sorted({cell.arm for cell in ages.cells} - {question.control})
    for arm in arms:
        wear = wear_of(question, ages, arm)
        if wear is None or wear.change.p_value * len(arms) >= question.limits.novelty_p:
            continue
        fades = abs(wear.old.value) < abs(wear.young.value)
        says = (
            f"The effect of {arm} {'fades' if fades else 'grows'} with the days since first "
            f"exposure: {wear.young.value:+.4g} in people's first {ages.days} days, "
            f"{wear.old.value:+.4g} in the next {ages.days} (p = {wear.change.p_value:.2g}). "
        )
        yield Check("novelty", "notice", says + _why(wear, fades=fades))


def _why(wear: Wear, *, fades: bool) -> str:
    """Tell habit from season by those who came later."""
    habit = (
        "it is novelty, and what lasts is nearer the second number."
        if fades
        else "people learn to use it, and what lasts is nearer the second number."
    )
    if wear.late is None:
        return "Nobody came late enough to tell habit from season."
    told = f"Those who came later begin with {wear.late.value:+.4g}: "
    from_old, from_young = wear.late - wear.old, wear.late - wear.young
    near_old = abs(from_old.value) < abs(from_young.value)
    if near_old and from_young.p_value < 0.05:
        return (
            f"{told}it changed for everybody at once, so it is the season or the shop, not habit."
        )
    if not near_old and from_old.p_value < 0.05:
        return f"{told}{habit}"
    return f"{told}habit and season cannot be told apart yet."


def _readings(question: Question, gathered: Gathered) -> Iterator[AgeReading]:
    ages = gathered.ages
    if ages is None:
        return
    for arm in sorted({cell.arm for cell in ages.cells} - {question.control}):
        wear = wear_of(question, ages, arm)
        if wear is None:
            continue
        for at, found in enumerate((wear.young, wear.old)):
            reach = _Z * math.sqrt(found.variance)
            within = Interval(found.value - reach, found.value + reach)
            since = at * ages.days
            yield AgeReading(arm, since, since + ages.days, wear.n, found.value, within)


def _in_period(question: Question, ages: Ages, arm: str, period: int) -> Wear | None:
    cells = [cell for cell in ages.cells if cell.period == period]
    metric = question.metrics[0]
    names = read_by(metric)
    targets = [
        Target(f"{age}{names[0]}", f"{age}{names[1]}" if isinstance(metric, Ratio) else None)
        for age in (YOUNG, OLD)
    ]
    settled = [_sums(cells, name, settled=True) for name in (question.control, arm)]
    if any(_undefined(target, sums) for target in targets for sums in settled):
        return None
    young, old = (_effect(target, settled) for target in targets)
    together = sum(_cov(targets[0], targets[1], sums) / sums.n for sums in settled)
    variance = max(young.variance + old.variance - 2.0 * together, 0.0)
    change = Found(old.value - young.value, variance)
    recent = [_sums(cells, name, settled=False) for name in (question.control, arm)]
    late = None
    if not any(_undefined(targets[0], sums) for sums in recent):
        late = _effect(targets[0], recent)
    return Wear(young, old, change, late, settled[0].n + settled[1].n)


def _sums(cells: list[AgeCell], arm: str, *, settled: bool) -> Sums:
    return added(cell.sums for cell in cells if cell.arm == arm and cell.settled is settled)


def _undefined(target: Target, sums: Sums) -> bool:
    empty = target.denominator is not None and sums.n > 1 and sums.mean(target.denominator) == 0.0
    return sums.n < 2 or empty


def _effect(target: Target, sums: list[Sums]) -> Found:
    value = target.value(sums[1]) - target.value(sums[0])
    return Found(value, sum(target.var(one) / one.n for one in sums))


def _cov(left: Target, right: Target, sums: Sums) -> float:
    """Return the covariance of a row's (linearized) values."""
    if left.denominator is None:
        return right.cov(sums, left.numerator)
    ratio = left.value(sums)
    top = right.cov(sums, left.numerator) - ratio * right.cov(sums, left.denominator)
    return top / sums.mean(left.denominator)
