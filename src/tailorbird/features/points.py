"""Points: whose features are asked for, as of when, read from a file or made of people."""

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tailorbird.spine.clock import parse_time_ms
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import ItemId

_PERSON, _AT, _ITEM = "person", "event_timestamp", "item"


class BadPoints(BadRequest):
    """The file of points cannot be read."""

    remedy = (
        "Write CSV with the columns `person` (p_…, user:ID or anonymous:ID) and `event_timestamp` "
        "(2026-01-31T12:00:00Z), and `item` for features of pairs."
    )


class Point(msgspec.Struct, frozen=True):
    """Somebody (by `p_…`, `user:ID` or `anonymous:ID`), a moment, and perhaps an item."""

    person: str
    at_ms: int
    item: ItemId | None = None


def read_points(path: Path) -> list[Point]:
    """Return the points of a CSV file with a header, in the order of the file.

    Raises:
        BadPoints: a column is missing, or a line is no point; names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_points(csv.DictReader(file), path))
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise BadPoints(f"{path} cannot be read: {cause}") from cause


def _points(rows: "csv.DictReader[str]", path: Path) -> Iterator[Point]:
    missing = {_PERSON, _AT} - set(rows.fieldnames or ())
    if missing:
        raise BadPoints(f"{path} has no column {', '.join(sorted(missing))}")
    for row in rows:
        person, at, item = row[_PERSON] or "", row[_AT] or "", row.get(_ITEM) or ""
        if not person.strip():
            raise BadPoints(f"{path}, line {rows.line_num}: `person` is empty")
        try:
            at_ms = parse_time_ms(at.strip())
        except ValueError as cause:
            raise BadPoints(
                f"{path}, line {rows.line_num}: `event_timestamp` is not a time: {at!r}"
            ) from cause
        yield Point(person.strip(), at_ms, ItemId(item.strip()) if item.strip() else None)
