"""What people do in their first days after exposure, and what in the days behind: the same people.

Age is counted from each one's own first exposure, so that a day of age is spread over many days of
the calendar, and both arms have the same mix of them.
"""

from typing import Any

import ibis

from tailorbird.measure.gathered import AgeCell, Ages
from tailorbird.measure.metrics import Mean, Metric, Proportion, Ratio, columns_of
from tailorbird.measure.rows import microseconds
from tailorbird.measure.summing import summed
from tailorbird.measure.tables import Table, single

YOUNG, OLD = "young ", "old "
"""Begin the columns of what was done in the first days, and in as many days behind them."""

_DAY_US = 86_400_000_000
_MOST_DAYS = 7
_CELL = "@age"


def span_of(units: Any, outcomes: Any, table: Table) -> tuple[int, int]:  # noqa: ANN401
    """Return how many days are young age, and until when it was watched, in microseconds.

    Half of the units have been watched for twice as many days; 0 where that is less than one.

    Args:
        units: The exposed units, as Ibis has them.
        outcomes: The rows of outcomes.
        table: How to understand them.
    """
    exposed = single(units.aggregate(middle=units.exposed_us.median(), last=units.exposed_us.max()))
    done = single(outcomes.aggregate(last=microseconds(outcomes[table.at]).max()))
    if exposed["middle"] is None:
        return 0, 0
    until = max(exposed["last"], done["last"] or 0)
    days = int((until - exposed["middle"]) // (2 * _DAY_US))
    if table.window_days is not None:
        days = min(days, int(table.window_days / 2))
    return max(0, min(days, _MOST_DAYS)), int(until)


def read_by(metric: Metric) -> tuple[str, ...]:
    """Return the columns of a metric of which young and old sums are wanted."""
    return columns_of(metric) if isinstance(metric, Mean | Proportion | Ratio) else ()


def ages_of(rows: Any, metric: Metric, arms: tuple[str, ...], span: tuple[int, int]) -> Ages | None:  # noqa: ANN401
    """Return the sums of both ages, apart for those who were watched through both.

    Args:
        rows: One row a unit, with its young and old sums.
        metric: Which is read.
        arms: All of them.
        span: As `span_of` says.
    """
    days, until = span
    columns = read_by(metric)
    if not days or not columns or not arms:
        return None
    watched = until - rows.exposed_us
    rows = rows.filter(watched >= days * _DAY_US)
    place = ibis.cases(*((rows.variant == arm, at) for at, arm in enumerate(arms)), else_=0)
    settled = (until - rows.exposed_us >= 2 * days * _DAY_US).cast("int64")
    cell = (rows.period.cast("int64") * len(arms) + place) * 2 + settled
    shown = {
        f"{age}{name}": _value(rows[f"{age}{name}"], metric)
        for age in (YOUNG, OLD)
        for name in columns
    }
    found = summed(rows.select(**{_CELL: cell}, **shown), _CELL, [tuple(shown)])
    return Ages(days, tuple(_cell(int(str(key)), sums, arms) for key, sums in found.items()))


def _value(column: Any, metric: Metric) -> Any:  # noqa: ANN401
    filled = ibis.coalesce(column, 0.0)
    return (filled > 0.0).cast("float64") if isinstance(metric, Proportion) else filled


def _cell(key: int, sums: Any, arms: tuple[str, ...]) -> AgeCell:  # noqa: ANN401
    group, settled = divmod(key, 2)
    period, place = divmod(group, len(arms))
    return AgeCell(arms[place], sums, bool(settled), period)
