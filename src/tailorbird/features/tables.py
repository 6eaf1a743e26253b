"""Tables of feature values: a row for each point, as Parquet files or as CSV."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import msgspec

from tailorbird.catalog.items import Item
from tailorbird.features.declaring import Entity, Feature, Kind
from tailorbird.features.moment import Moment
from tailorbird.features.points import Point
from tailorbird.features.store import features_of, values
from tailorbird.spine.clock import format_time
from tailorbird.spine.errors import TailorbirdError

try:
    import pyarrow as pa
    from pyarrow import parquet
except ImportError:  # an extra that most shops do without
    pa = None

TIME = "event_timestamp"
KEYS: Mapping[Entity, tuple[str, ...]] = {
    Entity.PERSON: ("person",),
    Entity.SESSION: ("person",),
    Entity.ITEM: ("item",),
    Entity.PAIR: ("person", "item"),
}
"""By which columns each entity is known."""

_ARROW = {Kind.INTEGER: "int64", Kind.NUMBER: "float64", Kind.TEXT: "string", Kind.FLAG: "bool"}


class NoParquet(TailorbirdError):
    """Parquet files need pyarrow, which is not installed."""

    remedy = "Run `pip install 'tailorbird[parquet]'`."


class Table(msgspec.Struct, frozen=True):
    """The values of one entity's features: rows with its keys, the time, and every feature."""

    entity: Entity
    rows: Sequence[Mapping[str, Any]]

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features, in the order of the columns."""
        return features_of(self.entity)


def tables_of(
    looks: Iterable[tuple[Point, Moment]], items: Iterable[Item], now_ms: int
) -> list[Table]:
    """Return the tables that have rows; a point that is there twice makes one row.

    Args:
        looks: what was known of whom, when; those with an item also make a row of a pair.
        items: the catalog as it is now.
        now_ms: the time now.
    """
    found: dict[Entity, dict[tuple[str, ...], dict[str, Any]]] = {entity: {} for entity in Entity}
    for point, moment in looks:
        of_person = (Entity.PERSON, Entity.SESSION)
        for entity in of_person if point.item is None else (*of_person, Entity.PAIR):
            keys = {"person": point.person, "item": point.item}
            row: dict[str, Any] = {name: keys[name] for name in KEYS[entity]}
            row |= {TIME: point.at_ms, **values(features_of(entity), moment)}
            found[entity][tuple(str(row[name]) for name in (*KEYS[entity], TIME))] = row
    for item in items:
        moment = Moment(now_ms, item=item, item_id=item.id)
        known = values(features_of(Entity.ITEM), moment)
        found[Entity.ITEM][(item.id,)] = {"item": item.id, TIME: now_ms, **known}
    return [Table(entity, list(rows.values())) for entity, rows in found.items() if rows]


def must_have_parquet() -> None:
    """Say early that a needed package is missing.

    Raises:
        NoParquet: it is.
    """
    if pa is None:
        raise NoParquet


def write_parquet(table: Table, path: Path) -> None:
    """Write a table as a Parquet file; times in microseconds, UTC.

    Raises:
        NoParquet: pyarrow is missing.
    """
    must_have_parquet()
    fields = [(key, "string") for key in KEYS[table.entity]]
    fields += [(one.name, _ARROW[one.kind]) for one in table.features]
    columns = {
        name: pa.array([row[name] for row in table.rows], pa.type_for_alias(kind))
        for name, kind in fields
    }
    times = [datetime.fromtimestamp(row[TIME] / 1000, tz=UTC) for row in table.rows]
    columns[TIME] = pa.array(times, pa.timestamp("us", tz="UTC"))
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(columns), path)


def write_csv(looks: Iterable[tuple[Point, Moment]], file: TextIO) -> int:
    """Write a line for each look: features of the person and the visit, and of a pair with items.

    Returns:
        How many lines were written, the header not counted.
    """
    wanted = features_of(Entity.PERSON, Entity.SESSION, Entity.PAIR)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["person", TIME, "item", *(one.name for one in wanted)])
    lines = 0
    for point, moment in looks:
        known = values(wanted, moment)
        if point.item is None:
            known |= dict.fromkeys((one.name for one in features_of(Entity.PAIR)), None)
        writer.writerow([point.person, format_time(point.at_ms), point.item, *known.values()])
        lines += 1
    return lines
