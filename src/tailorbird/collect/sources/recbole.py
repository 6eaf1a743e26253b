"""RecBole atomic files: interactions and users, tab-separated, each column named with its type."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.fields import moment_ms, moment_s, number, present
from tailorbird.collect.sources.opening import header_of
from tailorbird.collect.sources.rows import Options, Row, WireRow, WrongHeader
from tailorbird.collect.sources.tables import Layout, Record, read_table
from tailorbird.collect.sources.tracks import SYNTHETIC_TIME, track
from tailorbird.spine.events import PRODUCT_VIEWED

TYPES = frozenset({"token", "token_seq", "float", "float_seq"})
_REVIEWED = "Product Reviewed"


class TypedColumn(msgspec.Struct, frozen=True):
    """A column of an atomic file: how the header spells it, its name and its type."""

    header: str
    name: str
    kind: str


def typed_columns(header: list[str]) -> tuple[TypedColumn, ...]:
    """Return the columns of an atomic file.

    Raises:
        WrongHeader: a column is not `name:type`, or the type is none of RecBole's four.
    """
    columns = []
    for cell in header:
        name, _, kind = cell.partition(":")
        if kind not in TYPES:
            raise WrongHeader(
                f"The column {cell!r} has no RecBole type.",
                remedy=f"Write it as name:type, with a type of {', '.join(sorted(TYPES))}.",
            )
        columns.append(TypedColumn(cell, name, kind))
    return tuple(columns)


def typed_value(cell: str, column: TypedColumn) -> str | float | list[str] | list[float]:
    """Return what a cell holds by its column's type.

    Raises:
        UnfitRow: it does not hold that.
    """
    match column.kind:
        case "float":
            return number(cell, column.name)
        case "float_seq":
            return [number(part, column.name) for part in cell.split()]
        case "token_seq":
            return cell.split()
        case _:
            return cell


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield one event for each interaction, or one `identify` for each user.

    An interaction with a rating is a review, any other a product view; further columns become
    properties. Without a `timestamp` column, and in a users file, events stand at `start_ms` (plus
    a second a line), marked so in the context.

    Raises:
        WrongHeader: it is neither an .inter nor a .user file.
    """
    header = header_of(file, options.encoding, "\t")
    columns = typed_columns(header)
    layout = Layout(columns=tuple(header), delimiter="\t", quoted=False)
    records = read_table(file, layout, options.encoding)
    names = {column.name for column in columns}
    if {"user_id", "item_id"} <= names:
        return each(records, partial(_interaction, columns=columns, start_ms=options.start_ms))
    if "user_id" in names:
        return each(records, partial(_user, columns=columns, start_ms=options.start_ms))
    raise WrongHeader(
        f"There is no user_id:token among {', '.join(header)[:200]}.",
        remedy="Read an .item file with `tailorbird import items --from recbole`.",
    )


def _interaction(record: Record, columns: tuple[TypedColumn, ...], start_ms: int) -> WireRow:
    values = _values(record, columns)
    user, item = values.pop("user_id", ""), values.pop("item_id", "")
    time = record.cells[_place(columns, "timestamp")] if "timestamp" in values else ""
    values.pop("timestamp", None)
    key = f"recbole-{record.line}-{present(user, 'user_id')}-{present(item, 'item_id')}-{time}"
    properties: dict[str, Any] = {"product_id": item, **values}
    name = _REVIEWED if "rating" in values else PRODUCT_VIEWED
    at = moment_s(time, "timestamp") if time else moment_ms(start_ms + 1000 * record.line, "start")
    event = track(name, {"userId": user}, key, at, properties)
    if not time:
        event["context"] = {SYNTHETIC_TIME: True}
    return WireRow(record.line, event)


def _user(record: Record, columns: tuple[TypedColumn, ...], start_ms: int) -> WireRow:
    traits = _values(record, columns)
    user = present(traits.pop("user_id", ""), "user_id")
    return WireRow(
        record.line,
        {
            "type": "identify",
            "userId": user,
            "messageId": f"recbole-user-{record.line}-{user}",
            "timestamp": moment_ms(start_ms + 1000 * record.line, "start"),
            "traits": traits,
            "context": {SYNTHETIC_TIME: True},
        },
    )


def _values(record: Record, columns: tuple[TypedColumn, ...]) -> dict[str, Any]:
    """Return the cells that are not empty, by name and in their types."""
    cells = zip(record.cells, columns, strict=True)
    return {column.name: typed_value(cell, column) for cell, column in cells if cell}


def _place(columns: tuple[TypedColumn, ...], name: str) -> int:
    return [column.name for column in columns].index(name)
