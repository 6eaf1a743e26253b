"""Outcomes joined to exposures: what came after counts, what came before is known before."""

from typing import Any, NamedTuple

import ibis

from tailorbird.measure.ages import OLD, YOUNG, span_of
from tailorbird.measure.rows import BEFORE, Units, microseconds, number
from tailorbird.measure.tables import Table, kept, need, single

_DAY_US = 86_400_000_000


class Joined(NamedTuple):
    """Units with their outcomes, and the outcome rows that did not count."""

    table: Any
    before: int = 0
    outside: int = 0
    late: int = 0
    span: tuple[int, int] = (0, 0)


class Wanted(NamedTuple):
    """Columns to add up: after exposure, before it, and after it by age."""

    values: list[str]
    before: list[str]
    aged: tuple[str, ...] = ()


def joined(units: Units, source: Any, table: Table, wanted: Wanted) -> Joined:  # noqa: ANN401
    """Return each unit with the sums of its outcomes.

    Args:
        units: The exposed units.
        source: The Ibis table of outcome rows.
        table: How to understand it.
        wanted: Columns to add up.

    Raises:
        UnknownColumn: a column is missing.
    """
    values, before, aged = wanted
    times = [table.at] if table.at else []
    need(source, [table.unit, *times, *values, *before], table.outcomes or "")
    columns = {"who": source[table.unit].cast(units.table.unit.type())}
    columns["at_us"] = microseconds(source[table.at]) if table.at else ibis.null("int64")
    columns |= {f"o:{name}": number(source[name]) for name in {*values, *before}}
    rows = source.select(**columns)
    exposed = units.table.select("unit", "exposed_us")
    told = rows.left_join(exposed, rows.who == exposed.unit)
    inside = told.unit.notnull()
    timed = table.at is not None and table.exposed_at is not None
    never = inside & told.unit.isnull()
    early = inside & (told.at_us < told.exposed_us) if timed else never
    late = never
    if timed and table.window_days is not None:
        late = inside & (told.at_us >= told.exposed_us + int(table.window_days * _DAY_US))
    odd = single(told.aggregate(early=early.sum(), outside=(~inside).sum(), late=late.sum()))
    counts = inside & ~early & ~late
    sums = {f"v:{name}": told[f"o:{name}"].sum(where=counts) for name in values}
    sums |= {f"k:{BEFORE}{name}": told[f"o:{name}"].sum(where=early) for name in before}
    span = span_of(units.table, source, table) if timed and aged else (0, 0)
    if span[0]:
        age = told.at_us - told.exposed_us
        width = span[0] * _DAY_US
        for name in aged:
            sums[f"{YOUNG}{name}"] = told[f"o:{name}"].sum(where=counts & (age < width))
            old = counts & (age >= width) & (age < 2 * width)
            sums[f"{OLD}{name}"] = told[f"o:{name}"].sum(where=old)
    per_unit = told.filter(inside).group_by("who").aggregate(**sums)
    whole = units.table.left_join(per_unit, units.table.unit == per_unit.who)
    # Who has no outcome row bought nothing, which is no missing value.
    filled = {name: ibis.coalesce(whole[name], 0.0) for name in sums}
    counted = (odd["early"] or 0, odd["outside"] or 0, odd["late"] or 0)
    return Joined(kept(whole.mutate(**filled)), *counted, span)
