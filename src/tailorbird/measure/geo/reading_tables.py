"""A panel of regions read from a table: CSV, Parquet or DuckDB, with a row a region and day."""

from datetime import date
from typing import Any

import ibis

from tailorbird.measure.geo.panel import BadPanel, Panel, panel_of
from tailorbird.measure.rows import number
from tailorbird.measure.tables import engine, listed, need, opened


def read_panel(path: str, region: str, day: str, value: str) -> Panel:
    """Return the panel of a table; several rows of a region and day add up.

    Args:
        path: As of `Table`.
        region: The column of regions.
        day: The column of days.
        value: The column of numbers.

    Raises:
        UnreadableTable: the table cannot be read.
        UnknownColumn: a column is missing.
        BadPanel: the days cannot be read, or too many are missing.
    """
    connection = engine("UTC")
    try:
        table = opened(connection, path)
        need(table, [region, day, value], path)
        rows = table.select(
            region=table[region].cast("string"), day=_day(table[day]), value=number(table[value])
        )
        told = rows.group_by("region", "day").aggregate(value=ibis._.value.sum())
        found = listed(told.filter(told.region.notnull()))
    finally:
        connection.disconnect()
    if any(one["day"] is None for one in found):
        raise BadPanel(f"{day} holds what is no day.", remedy="Write days as 2026-01-31.")
    return panel_of({_key(one): float(one["value"] or 0.0) for one in found})


def _day(column: Any) -> Any:  # noqa: ANN401
    return column.try_cast("date") if column.type().is_string() else column.cast("date")


def _key(one: dict[str, Any]) -> tuple[str, date]:
    return str(one["region"]), one["day"]
