"""The key figures of a shop's own log and journal, put side by side and summed by DuckDB."""

import contextlib
import gc
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from tailorbird.measure.kpis import intervals
from tailorbird.measure.kpis.alarms import Alarms
from tailorbird.measure.kpis.definitions import BY_NAME, KPIS, Kpi
from tailorbird.measure.kpis.figures import Figure, KpiGroup, KpiQuestion, KpisShown
from tailorbird.measure.kpis.gists import Records
from tailorbird.measure.kpis.rows import (
    RECOVERED_MS,
    SHAPES,
    Row,
    of_catalog,
    of_journal,
    of_log,
)
from tailorbird.measure.kpis.sums import QUESTIONS, SIZES, SUMMED, UNKNOWN_COSTS
from tailorbird.measure.kpis.tables import (
    DIMENSIONS,
    FIRINGS,
    IMPRESSIONS,
    IN_MESSAGES,
    ORDERS,
    OWN,
    VISITS,
)
from tailorbird.profile.session import PAUSE_MS
from tailorbird.spine.clock import DAY_MS, format_time
from tailorbird.spine.money import exponent

MOST_GROUPS = 50
_A_CHUNK = 10_000
_SHOP = "shop"
_ARROW = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "TINYINT": pa.int8(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": pa.string(),
}
Figures = Mapping[str, list[Figure]]


def told(records: Records, question: KpiQuestion, threads: int = 2) -> KpisShown:
    """Return the key figures by a dimension.

    Args:
        records: where to read.
        question: what is asked; its dimensions are known ones.
        threads: of the engine.
    """
    with tempfile.TemporaryDirectory(prefix="tailorbird-kpis-") as place:
        connection = duckdb.connect(str(Path(place) / "rows.duckdb"))
        try:
            connection.execute(f"SET threads = {threads}; SET enable_progress_bar = false")
            alarms = Alarms(records.rules, question.until_ms)
            with _uncollected():
                _filled(connection, records, question, alarms)
            return _answered(connection, records, question, alarms)
        finally:
            connection.close()


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Let no rings be looked for meanwhile: rows come in millions, and none of them is in one."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _filled(
    connection: Any,  # noqa: ANN401
    records: Records,
    question: KpiQuestion,
    alarms: Alarms,
) -> None:
    """Bring in the rows, and make visits, orders and impressions of them."""
    waiting: dict[str, list[Row]] = defaultdict(list)
    for name, shape in SHAPES.items():
        connection.execute(f"CREATE TABLE {name} ({shape})")

    def put(name: str, row: Row) -> None:
        rows = waiting[name]
        rows.append(row)
        if len(rows) >= _A_CHUNK:
            _insert(connection, name, rows)
            rows.clear()

    connection.execute("BEGIN")
    exposures = of_log(records, question, alarms, put)
    of_journal(records, exposures, put)
    of_catalog(records, put)
    for name, rows in waiting.items():
        _insert(connection, name, rows)
    connection.execute("COMMIT")
    moments = {"since": question.since_ms, "until": question.until_ms, "now": question.now_ms}
    lengths = {"pause": PAUSE_MS, "recovered": RECOVERED_MS, "after": DAY_MS}
    for text in (VISITS, ORDERS, IMPRESSIONS, FIRINGS):
        connection.execute(text.format(**moments, **lengths))


def _answered(
    connection: Any,  # noqa: ANN401
    records: Records,
    question: KpiQuestion,
    alarms: Alarms,
) -> KpisShown:
    groups = _by(connection, question, question.by, alarms)
    total = _by(connection, question, _SHOP, alarms)
    notes = [f"The {len(groups) - MOST_GROUPS} groups with fewest visits are left out."]
    return KpisShown(
        by=question.by,
        since=format_time(question.since_ms),
        until=format_time(question.until_ms),
        filters=dict(question.only),
        groups=tuple(groups[:MOST_GROUPS]),
        total=total[0] if total else KpiGroup(_SHOP, 0, 0, ()),
        left_out=records.left_out,
        notes=tuple(notes) if len(groups) > MOST_GROUPS else (),
    )


def _by(
    connection: Any,  # noqa: ANN401
    question: KpiQuestion,
    by: str,
    alarms: Alarms,
) -> list[KpiGroup]:
    _grouped(connection, question, by)
    found: dict[str, list[Figure]] = defaultdict(list)
    for name, rows in QUESTIONS.items():
        for grp, currency, *sums in connection.execute(SUMMED.format(rows=rows)).fetchall():
            found[grp].append(_figure(BY_NAME[name], currency, intervals.Sums(*sums)))
    _note_costs(connection, found)
    if by == "trigger":
        for rule, (hits, trials) in alarms.of_control(question.now_ms).items():
            sums = intervals.Sums(trials, hits, trials, hits, hits, trials)
            found[rule].append(_figure(BY_NAME["false_positive_rate"], None, sums))
    sizes = {
        grp: (people, sessions) for grp, people, sessions in connection.execute(SIZES).fetchall()
    }
    names = [*sizes, *sorted(set(found) - set(sizes))]
    return [KpiGroup(one, *sizes.get(one, (0, 0)), _in_order(found[one])) for one in names]


def _grouped(connection: Any, question: KpiQuestion, by: str) -> None:  # noqa: ANN401
    """Say which visits, impressions and messages belong to which group, and pass the filters."""
    members, causes = DIMENSIONS[by]
    kept = [_passing(one, group) for one, group in question.only.items()]
    shown = "SELECT m.grp, i.* FROM impressions i JOIN member m USING (visit)"
    if by in OWN:
        shown = f"SELECT {by} AS grp, * FROM impressions WHERE {by} IS NOT NULL"  # noqa: S608
    own = [_equal(one, group) for one, group in question.only.items() if one in OWN]
    named = by if by in IN_MESSAGES else "'shop'"
    told_of = [_equal(one, group) for one, group in question.only.items() if one in IN_MESSAGES]
    letters = f"SELECT {named} AS grp, * FROM messages WHERE {named} IS NOT NULL"  # noqa: S608
    for name, rows, conditions in (
        ("member", members, kept),
        ("cause", causes or members, kept),
        ("imp", shown, kept + own),
        ("msg", letters, told_of),
    ):
        where = " AND ".join(["true", *conditions])
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM ({rows}) WHERE {where}"  # noqa: S608
        )


def _passing(dimension: str, group: str) -> str:
    """Return the condition that a visit belongs to one group of a dimension."""
    members, causes = DIMENSIONS[dimension]
    rows = members if causes is None else f"{members} UNION {causes}"
    return f"visit IN (SELECT visit FROM ({rows}) WHERE {_equal('grp', group)})"  # noqa: S608


def _equal(column: str, text: str) -> str:
    quoted = text.replace("'", "''")
    return f"{column} = '{quoted}'"


def _figure(kpi: Kpi, currency: str | None, sums: intervals.Sums) -> Figure:
    within = intervals.of_share(sums) if kpi.kind == "share" else intervals.of_money(sums)
    scale = 10.0 ** exponent(currency) if kpi.kind == "money" else 1.0
    value = intervals.ratio(sums)
    return Figure(
        kpi=kpi.name,
        value=None if value is None else value / scale,
        numerator=sums.x / scale,
        denominator=sums.y,
        low=None if within.low is None else within.low / scale,
        high=None if within.high is None else within.high / scale,
        units=sums.n,
        currency=currency,
    )


def _note_costs(connection: Any, found: dict[str, list[Figure]]) -> None:  # noqa: ANN401
    for grp, currency, unknown, orders in connection.execute(UNKNOWN_COSTS).fetchall():
        for index, one in enumerate(found[grp]):
            same = one.kpi == "gross_profit_per_session" and one.currency == currency
            if same and unknown:
                note = f"{unknown:,} of {orders:,} orders count as nothing: their cost is unknown."
                found[grp][index] = msgspec.structs.replace(one, note=note)


def _in_order(figures: list[Figure]) -> tuple[Figure, ...]:
    place = {one.name: index for index, one in enumerate(KPIS)}
    return tuple(sorted(figures, key=lambda one: (place[one.kpi], one.currency or "")))


def _insert(connection: Any, name: str, rows: list[Row]) -> None:  # noqa: ANN401
    if not rows:
        return
    typed = zip(zip(*rows, strict=True), _types(name), strict=True)
    made = [pa.array(column, kind) for column, kind in typed]
    chunk = pa.table(made, names=[f"c{number}" for number in range(len(made))])
    connection.register("chunk", chunk)
    connection.execute(f"INSERT INTO {name} SELECT * FROM chunk")  # noqa: S608 - names of ours
    connection.unregister("chunk")


def _types(name: str) -> list[pa.DataType]:
    """Return the columns' types as Arrow calls them: guessing them takes far longer."""
    return [_ARROW[column.split()[1]] for column in SHAPES[name].split(", ")]
