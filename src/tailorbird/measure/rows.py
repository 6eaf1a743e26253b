"""From the rows of a table to one row a unit, written once for any engine that Ibis speaks to."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import ibis
import ibis.expr.datatypes as dt

from tailorbird.measure.tables import Table, UnreadableTable, kept, listed, need, single

# No engine holds so many arms; times in microseconds stay below 2**63 when multiplied by it.
_MOST_ARMS = 64
# Squares of what is larger have no place among floats.
_MOST = 1e100
_EARLIEST_MS = 100_000_000_000

BEFORE = "before:"
"""Begins a covariate that is the sum of an outcome's column before exposure."""


class Units(NamedTuple):
    """One row a unit: `unit`, `variant`, `exposed_us`, `day`, `period`, and the asked columns."""

    table: Any
    arms: tuple[str, ...]
    rows: int
    without_unit: int
    without_arm: int
    repeated: int
    contaminated: int
    left_out: int


@ibis.udf.scalar.builtin(name="epoch_us")  # type: ignore[untyped-decorator]
def _epoch_us(moment: dt.Timestamp(timezone="UTC")) -> dt.int64:  # type: ignore[valid-type]
    """Return microseconds since 1970."""
    raise NotImplementedError


def number(column: Any) -> Any:  # noqa: ANN401
    """Return a column as float; what is no number, or beyond 1e100, is missing."""
    kind = column.type()
    if kind.is_string():
        column = column.try_cast("float64")
    elif not kind.is_floating():
        return column.cast("float64")
    column = column.cast("float64")
    return ibis.ifelse(column.isnan() | (column.abs() > _MOST), ibis.null("float64"), column)


def moment(column: Any) -> Any:  # noqa: ANN401
    """Return a column of times as moments.

    Numbers are taken as milliseconds since 1970, or as seconds where they are too small for that;
    times without a zone as the session's.
    """
    kind = column.type()
    if kind.is_numeric():
        scale = ibis.ifelse(column < _EARLIEST_MS, 1000, 1)
        return (column * scale).cast("int64").as_timestamp("ms").cast("timestamp('UTC')")
    if kind.is_string():
        return column.try_cast("timestamp('UTC')")
    return column.cast("timestamp('UTC')")


def microseconds(column: Any) -> Any:  # noqa: ANN401
    """Return a column of times as microseconds since 1970."""
    return _epoch_us(moment(column))


def day_of(column: Any) -> Any:  # noqa: ANN401
    """Return a column of times as days since 1970 in the session's time zone."""
    return moment(column).date().delta(ibis.date("1970-01-01"), unit="day").cast("int32")


def units(
    source: Any,  # noqa: ANN401
    table: Table,
    outcomes: list[str],
    known: list[str],
    starts: Sequence[int] = (),
) -> Units:
    """Return one row a unit.

    Args:
        source: The Ibis table of exposures.
        table: How to understand it.
        outcomes: Columns that add up, or repeat, where a unit has several rows.
        known: Columns that a unit has once, such as covariates and segments.
        starts: In microseconds, when the second period of weights began, and each later one.

    Raises:
        UnreadableTable: units have several different rows, and nobody said what that means.
        UnknownColumn: a column is missing.
    """
    times = [one for one in (table.exposed_at, table.assigned_at) if one]
    need(source, [table.unit, table.variant, *times, *outcomes, *known], table.path)
    rows = _plain(source, table, outcomes, known, starts)
    seen = single(
        rows.aggregate(
            rows=rows.count(),
            without_unit=rows.unit.isnull().sum(),
            without_arm=(rows.unit.notnull() & rows.variant.isnull()).sum(),
        )
    )
    valid = rows.filter(rows.unit.notnull(), rows.variant.notnull())
    per_arm = listed(valid.group_by("variant").aggregate(n=valid.count()))
    arms = tuple(sorted(str(one["variant"]) for one in per_arm))
    if len(arms) > _MOST_ARMS:
        raise UnreadableTable(f"{table.variant} has {len(arms)} values: these are no arms.")
    total = sum(one["n"] for one in per_arm)
    distinct = single(valid.aggregate(n=valid.unit.nunique()))["n"]
    plain = (seen["rows"], seen["without_unit"] or 0, seen["without_arm"] or 0)
    if distinct == total:
        return Units(valid, arms, *plain, 0, 0, 0)
    folded, contaminated, left_out = _folded(valid, table, outcomes, known, arms)
    return Units(folded, arms, *plain, total - distinct, contaminated, left_out)


def _plain(
    source: Any,  # noqa: ANN401
    table: Table,
    outcomes: list[str],
    known: list[str],
    starts: Sequence[int],
) -> Any:  # noqa: ANN401
    unit, variant = source[table.unit], source[table.variant].cast("string")
    blank = unit == "" if unit.type().is_string() else ibis.literal(value=False)
    columns = {
        "unit": ibis.ifelse(blank, ibis.null(unit.type()), unit),
        "variant": ibis.ifelse(variant == "", ibis.null("string"), variant),
        "exposed_us": ibis.null("int64"),
        "day": ibis.null("int32"),
        "period": ibis.literal(0, "int32"),
    }
    if table.exposed_at:
        columns["exposed_us"] = microseconds(source[table.exposed_at])
        columns["day"] = day_of(source[table.exposed_at])
        given = microseconds(source[table.assigned_at or table.exposed_at])
        for start in starts:
            columns["period"] += (given >= start).cast("int32")
    for name in outcomes:
        columns[f"v:{name}"] = number(source[name])
    for name in known:
        columns[f"k:{name}"] = source[name]
    return source.select(**columns)


def _folded(
    valid: Any,  # noqa: ANN401
    table: Table,
    outcomes: list[str],
    known: list[str],
    arms: tuple[str, ...],
) -> tuple[Any, int, int]:
    """Make one row of a unit's several; the first exposure says to which arm it belongs."""
    place = ibis.cases(*((valid.variant == arm, at) for at, arm in enumerate(arms)), else_=0)
    timed = table.exposed_at is not None
    key = valid.exposed_us * _MOST_ARMS + place if timed else place.cast("int64")
    # Assigned but never exposed sorts last, so that an exposure says the arm where there is one.
    valid = valid.mutate(key=ibis.coalesce(key, ibis.literal(2**62) + place))
    columns: dict[str, Any] = {
        "low": valid.variant.min(),
        "high": valid.variant.max(),
        "variant": valid.variant.argmin(valid.key),
        "exposed_us": valid.exposed_us.min(),
        "day": valid.day.min(),
        "period": valid.period.argmin(valid.key),
    }
    for name in known:
        columns[f"k:{name}"] = valid[f"k:{name}"].argmin(valid.key)
    conflicts = []
    for name in outcomes:
        column = valid[f"v:{name}"]
        match table.repeats:
            case "add":
                columns[f"v:{name}"] = column.sum()
            case "first":
                columns[f"v:{name}"] = column.argmin(valid.key)
            case _:
                columns[f"v:{name}"] = column.min()
                columns[f"u:{name}"] = column.max()
                conflicts.append(name)
    folded = kept(valid.group_by("unit").aggregate(**columns))
    _refuse_conflicts(folded, conflicts)
    mixed = folded.low != folded.high
    contaminated = single(folded.aggregate(n=mixed.sum()))["n"] or 0
    if not timed:
        return folded.filter(~mixed), contaminated, contaminated
    return folded, contaminated, 0


def _refuse_conflicts(folded: Any, names: list[str]) -> None:  # noqa: ANN401
    for name in names:
        differs = folded[f"v:{name}"] != folded[f"u:{name}"]
        n = single(folded.aggregate(n=differs.sum()))["n"] or 0
        if n:
            raise UnreadableTable(
                f"{n:,} units have several rows that differ in {name!r}.",
                remedy="Say what they mean: --repeats add (parts of a whole) or --repeats first.",
            )
