"""Those who came first beside those who came later: a question for tables without times.

Whether a difference is habit, the season, or that those who came first had more time, cannot be
told here. Where outcomes have times, `novelty.py` tells it.
"""

import math
from collections.abc import Iterator

from scipy import stats

from tailorbird.measure.adjusting import Point, Target
from tailorbird.measure.comparing import comparable, target_of
from tailorbird.measure.gathered import Cell, Gathered
from tailorbird.measure.question import Question
from tailorbird.measure.reading import Check
from tailorbird.measure.sums import Sums, added


def cohorts(question: Question, gathered: Gathered) -> Iterator[Check]:
    """Yield where the effect differs between the earlier and the later half of those exposed."""
    metric = comparable(question.metrics[0])
    cells = sorted(
        (cell for cell in gathered.cells if cell.day is not None), key=lambda cell: cell.day or 0
    )
    halves = _halves(cells)
    if metric is None or halves is None:
        return
    for arm in {cell.arm for cell in cells} - {question.control}:
        effects = [_effect(target_of(metric), half, question.control, arm) for half in halves]
        if effects[0] is None or effects[1] is None:
            continue
        gap = effects[1].mean - effects[0].mean
        error = math.sqrt(effects[0].variance + effects[1].variance)
        p_value = 2.0 * float(stats.norm.sf(abs(gap) / error)) if error else 1.0
        if p_value < question.limits.novelty_p:
            fades = abs(effects[1].mean) < abs(effects[0].mean)
            says = (
                f"The effect of {arm} {'fades' if fades else 'grows'}: {effects[0].mean:.4g} among "
                f"those who came first, {effects[1].mean:.4g} later (p = {p_value:.2g}). "
                "It may be habit, the season, or that those who came first had more time."
            )
            yield Check("novelty", "notice", says)


def _halves(cells: list[Cell]) -> tuple[list[Cell], list[Cell]] | None:
    days = sorted({cell.day or 0 for cell in cells})
    if len(days) < 2:
        return None
    units = {day: sum(cell.sums.n for cell in cells if cell.day == day) for day in days}
    seen, half = 0, sum(units.values()) / 2.0
    for day in days[:-1]:
        seen += units[day]
        if seen >= half:
            break
    return [c for c in cells if (c.day or 0) <= day], [c for c in cells if (c.day or 0) > day]


def _effect(target: Target, cells: list[Cell], control: str, arm: str) -> Point | None:
    """Return an effect and its variance (not divided by n)."""
    sums = [added(cell.sums for cell in cells if cell.arm == name) for name in (control, arm)]
    if min(one.n for one in sums) < 2 or any(undefined(target, one) for one in sums):
        return None
    variance = sum(target.var(one) / one.n for one in sums)
    return Point(sums[0].n + sums[1].n, target.value(sums[1]) - target.value(sums[0]), variance)


def undefined(target: Target, sums: Sums) -> bool:
    """Return whether a ratio has nothing below the line."""
    return target.denominator is not None and sums.mean(target.denominator) == 0.0
