"""Ways to a purchase, read from a table of touches and one of conversions; the engine joins."""

from typing import Any

import ibis
import msgspec

from tailorbird.measure.attribution import Path
from tailorbird.measure.rows import microseconds, number
from tailorbird.measure.tables import engine, listed, need, opened

_BETWEEN = "\x1f"
_DAY_US = 86_400_000_000


class Touches(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Two tables, and how to understand them.

    Attributes:
        touches: A table with a row a touch; paths as of `Table`.
        conversions: A table with a row a purchase.
        unit: The column of both that says who.
        channel: The touches' column that says by what.
        touched_at: The touches' column that says when.
        converted_at: The conversions' column that says when.
        value: The conversions' column that says how much; 1 each where left out.
        window_days: How long before a purchase a touch may lie.
        zone: Whose times those without a zone are.
    """

    touches: str
    conversions: str
    unit: str
    channel: str
    touched_at: str
    converted_at: str
    value: str | None = None
    window_days: float = 30.0
    zone: str = "UTC"


def read_paths(asked: Touches) -> list[Path]:
    """Return the ways that people took, each with how often; as `paths_of` has them.

    Raises:
        UnreadableTable: a table cannot be read.
        UnknownColumn: a column is missing.
    """
    connection = engine(asked.zone)
    try:
        touches, conversions = _touches(connection, asked), _conversions(connection, asked)
        return [*_bought(touches, conversions, asked), *_open(touches, conversions)]
    finally:
        connection.disconnect()


def _touches(connection: Any, asked: Touches) -> Any:  # noqa: ANN401
    table = opened(connection, asked.touches)
    need(table, [asked.unit, asked.channel, asked.touched_at], asked.touches)
    rows = table.select(
        who=table[asked.unit].cast("string"),
        channel=table[asked.channel].cast("string"),
        at=microseconds(table[asked.touched_at]),
    )
    return rows.filter(rows.who.notnull(), rows.channel.notnull(), rows.at.notnull())


def _conversions(connection: Any, asked: Touches) -> Any:  # noqa: ANN401
    table = opened(connection, asked.conversions)
    value = [asked.value] if asked.value else []
    need(table, [asked.unit, asked.converted_at, *value], asked.conversions)
    rows = table.select(
        unit=table[asked.unit].cast("string"),
        bought_at=microseconds(table[asked.converted_at]),
        value=number(table[asked.value]) if asked.value else ibis.literal(1.0),
    )
    known = rows.filter(rows.unit.notnull(), rows.bought_at.notnull())
    return known.mutate(number=ibis.row_number(), value=ibis.coalesce(known.value, 0.0))


def _bought(touches: Any, conversions: Any, asked: Touches) -> list[Path]:  # noqa: ANN401
    window = int(asked.window_days * _DAY_US)
    inside = [
        conversions.unit == touches.who,
        touches.at <= conversions.bought_at,
        touches.at >= conversions.bought_at - window,
    ]
    both = conversions.left_join(touches, inside)
    ways = both.group_by("number").aggregate(way=_way(both), value=both.value.max())
    told = listed(ways.group_by("way").aggregate(n=ibis._.count(), value=ibis._.value.sum()))
    return [Path(_channels(one["way"]), one["value"], n=one["n"]) for one in told]


def _open(touches: Any, conversions: Any) -> list[Path]:  # noqa: ANN401
    """Return the touches after everybody's last purchase: they have led nowhere yet."""
    last = conversions.group_by("unit").aggregate(last=ibis._.bought_at.max())
    both = touches.left_join(last, touches.who == last.unit)
    after = both.filter(both["last"].isnull() | (both["at"] > both["last"]))
    ways = after.group_by("who").aggregate(way=_way(after))
    told = listed(ways.group_by("way").aggregate(n=ibis._.count()))
    return [Path(_channels(one["way"]), bought=False, n=one["n"]) for one in told]


def _way(rows: Any) -> Any:  # noqa: ANN401
    return rows.channel.group_concat(_BETWEEN, order_by=(rows["at"], rows.channel))


def _channels(way: str | None) -> tuple[str, ...]:
    return tuple(way.split(_BETWEEN)) if way is not None else ()
