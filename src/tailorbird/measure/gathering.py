"""A question asked of a table: the engine sums, and only sums come back."""

import math
from typing import Any

import ibis

from tailorbird.measure.ages import ages_of, read_by
from tailorbird.measure.gathered import Cell, Gathered, QuantileCell, SegmentCell
from tailorbird.measure.metrics import Quantile, columns_of, summed_of
from tailorbird.measure.outcomes import Joined, Wanted, joined
from tailorbird.measure.preparing import ARM, DAY, PERIOD, Prepared, prepared_of, segment_of
from tailorbird.measure.question import Question
from tailorbird.measure.rows import BEFORE, Units, units
from tailorbird.measure.splitting import starts_of
from tailorbird.measure.summing import summed
from tailorbird.measure.sums import Sums
from tailorbird.measure.tables import Table, UnreadableTable, engine, listed, opened, single

_CELL = "@cell"
# Days as parts of a cell's number; far enough from 1970 for any garbage that is a date.
_DAYS_APART, _DAY_ZERO = 8_000_000, 4_000_000
_MOST_VALUES = 20
_NONE, _OTHER = "(none)", "(other)"
_Z = 1.959963984540054


def gather(table: Table, question: Question) -> Gathered:
    """Return the sums of an experiment's table.

    Raises:
        UnreadableTable: it cannot be read, or its rows cannot be understood.
        UnknownColumn: a column is missing.
    """
    connection = engine(table.zone)
    try:
        return _gather(connection, table, question)
    finally:
        connection.disconnect()


def _gather(connection: Any, table: Table, question: Question) -> Gathered:  # noqa: ANN401
    values = list(dict.fromkeys(name for one in question.metrics for name in columns_of(one)))
    found = _units(connection, table, question, values)
    assigned: dict[str, int] = {}
    if table.exposed_at:
        assigned = _assigned(found)
        exposed = found.table.filter(found.table.exposed_us.notnull())
        found = found._replace(table=exposed)
    whole = _outcomes(connection, table, question, found, values)
    prepared = prepared_of(whole, question, found, values)
    cells = _cells(prepared, question, found.arms)
    return Gathered(
        cells=cells,
        covariates=prepared.covariates,
        segments=tuple(
            one for column in question.segments for one in _segment(prepared, question, column)
        ),
        quantiles=_quantiles(prepared, question, cells),
        assigned=assigned,
        oddities=prepared.oddities,
        ages=ages_of(whole.table, question.metrics[0], found.arms, whole.span),
    )


def _units(connection: Any, table: Table, question: Question, values: list[str]) -> Units:  # noqa: ANN401
    own = [] if table.outcomes else values
    known = [name for name in question.covariates if not name.startswith(BEFORE)]
    known = list(dict.fromkeys([*known, *question.segments]))
    if not table.outcomes and any(name.startswith(BEFORE) for name in question.covariates):
        raise UnreadableTable("Sums from before exposure need --outcomes, --at and --exposed-at.")
    starts = starts_of(question.weights, table.zone)
    return units(opened(connection, table.path), table, own, known, starts)


def _assigned(found: Units) -> dict[str, int]:
    """Return the assigned units of each arm; nothing where all of them were exposed."""
    rows = found.table
    counts = listed(
        rows.group_by("variant").aggregate(n=rows.count(), away=rows.exposed_us.isnull().sum())
    )
    if not any(one["away"] for one in counts):
        return {}
    return {str(one["variant"]): int(one["n"]) for one in counts}


def _outcomes(
    connection: Any,  # noqa: ANN401
    table: Table,
    question: Question,
    found: Units,
    values: list[str],
) -> Joined:
    if table.outcomes is None:
        return Joined(found.table)
    before = [name[len(BEFORE) :] for name in question.covariates if name.startswith(BEFORE)]
    if before and not (table.at and table.exposed_at):
        raise UnreadableTable("Sums from before exposure need --at and --exposed-at.")
    wanted = Wanted(values, before, read_by(question.metrics[0]))
    return joined(found, opened(connection, table.outcomes), table, wanted)


def _cells(prepared: Prepared, question: Question, arms: tuple[str, ...]) -> tuple[Cell, ...]:
    if not arms:
        return ()
    rows = prepared.table
    place = ibis.cases(*((rows[ARM] == arm, at) for at, arm in enumerate(arms)), else_=0)
    day = ibis.coalesce(rows[DAY].cast("int64") + _DAY_ZERO, 0)
    many = max(len(question.weights), 1)
    group = place.cast("int64") * many + rows[PERIOD].cast("int64")
    cell = group * _DAYS_APART + day
    found = summed(rows.mutate(**{_CELL: cell}), _CELL, _sets(prepared, question))
    cells = [
        _cell(*divmod(int(str(key)), _DAYS_APART), sums, arms, many) for key, sums in found.items()
    ]
    cells.sort(key=lambda cell: (cell.arm, cell.period or 0, cell.day or 0))
    missing = [Cell(arm, Sums()) for arm in arms if arm not in {cell.arm for cell in cells}]
    return (*cells, *missing)


def _cell(group: int, day: int, sums: Sums, arms: tuple[str, ...], many: int) -> Cell:
    at, period = divmod(group, many)
    known = day - _DAY_ZERO if day else None
    return Cell(arms[at], sums, known, period if known is not None and many > 1 else None)


def _sets(prepared: Prepared, question: Question) -> list[tuple[str, ...]]:
    """Return the columns that each metric needs together."""
    return [(*summed_of(metric), *prepared.covariates) for metric in question.metrics]


def _segment(prepared: Prepared, question: Question, column: str) -> list[SegmentCell]:
    """Return the sums of each value of a segment's column; small ones together, past the twenty."""
    rows, name = prepared.table, segment_of(column)
    value = ibis.coalesce(rows[name], _NONE)
    counts = rows.mutate(value=value).group_by("value").aggregate(n=ibis._.count())
    largest = listed(counts.order_by(ibis.desc("n"), "value").limit(_MOST_VALUES + 1))
    kept = [one["value"] for one in largest[:_MOST_VALUES]]
    shown = ibis.ifelse(value.isin(kept), value, _OTHER) if len(largest) > len(kept) else value
    group = rows[ARM] + "\x1f" + rows[PERIOD].cast("string") + "\x1f" + shown
    found = summed(rows.mutate(**{_CELL: group}), _CELL, _sets(prepared, question))
    parts = sorted((str(key).split("\x1f", 2), sums) for key, sums in found.items())
    return [
        SegmentCell(column, shown, arm, sums, int(period)) for (arm, period, shown), sums in parts
    ]


def _quantiles(
    prepared: Prepared, question: Question, cells: tuple[Cell, ...]
) -> tuple[QuantileCell, ...]:
    """Return each arm's quantiles; errors from the values at ranks one interval around them."""
    found = []
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell.arm] = counts.get(cell.arm, 0) + cell.sums.n
    for metric in question.metrics:
        for arm, n in counts.items():
            if isinstance(metric, Quantile) and n > 1:
                found.append(_quantile(prepared, metric, arm, n))
    return tuple(found)


def _quantile(prepared: Prepared, metric: Quantile, arm: str, n: int) -> QuantileCell:
    reach = _Z * math.sqrt(metric.q * (1.0 - metric.q) / n)
    ranks = {"low": max(0.0, metric.q - reach), "value": metric.q}
    ranks["high"] = min(1.0, metric.q + reach)
    rows = prepared.table.filter(prepared.table[ARM] == arm)
    at = single(
        rows.aggregate(**{name: rows[metric.column].quantile(q) for name, q in ranks.items()})
    )
    return QuantileCell(metric.name, arm, n, at["value"], (at["high"] - at["low"]) / (2.0 * _Z))
