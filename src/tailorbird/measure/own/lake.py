"""The shop's own exposures and outcomes, put side by side by DuckDB, and summed there.

Rows stream out of the journal and the log into a file that lives as long as the question; memory
holds a chunk of them. Joins, units and sums are the engine's work.
"""

import asyncio
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tailorbird.measure.gathered import Gathered
from tailorbird.measure.gathering import gather
from tailorbird.measure.metrics import columns_of
from tailorbird.measure.own.happened import Outcome, Reach, Source, Viewed, decided, happened
from tailorbird.measure.question import Question
from tailorbird.measure.tables import Table
from tailorbird.spine.clock import DAY_MS

_A_CHUNK = 50_000
_BEFORE = "before:"
_RETAINED_AFTER_MS = 7 * DAY_MS

# People and units are numbers: see `people.py`.
_SCHEMA = """
CREATE TABLE decided (
    decision VARCHAR, place INTEGER, variant VARCHAR, unit BIGINT, person BIGINT,
    at_ms BIGINT, direct BOOLEAN
);
CREATE TABLE viewed (
    decision VARCHAR, place INTEGER, variant VARCHAR, person BIGINT, at_ms BIGINT
);
"""

# A view says by whom; what was decided says of what, for which unit where that is no person, and
# when: the weights that were in force then are those that gave the arm.
_EXPOSED = """
CREATE TABLE exposed AS
SELECT CASE WHEN {by_person} THEN v.person ELSE d.unit END AS unit,
    v.person AS person, d.variant AS variant, v.at_ms AS exposed_ms, d.at_ms AS assigned_ms
FROM viewed v JOIN decided d ON d.decision = v.decision AND d.place = v.place
WHERE NOT d.direct
UNION ALL
SELECT unit, person, variant, at_ms, at_ms FROM decided WHERE direct AND unit IS NOT NULL
UNION ALL
SELECT v.person, v.person, v.variant, v.at_ms, v.at_ms FROM viewed v
WHERE v.variant <> '' AND {by_person}
"""

# Who was assigned and never saw it is told apart, by an empty time.
_EXPOSURES = """
CREATE TABLE exposures AS
SELECT unit, variant, min(exposed_ms) AS exposed_ms, arg_min(assigned_ms, exposed_ms) AS assigned_ms
FROM exposed WHERE unit IS NOT NULL GROUP BY unit, variant
UNION ALL
SELECT unit, arg_min(variant, at_ms), NULL, min(at_ms) FROM decided
WHERE unit IS NOT NULL AND NOT direct
    AND unit NOT IN (SELECT unit FROM exposed WHERE unit IS NOT NULL)
GROUP BY unit
"""

# An outcome belongs to the unit that its person was in last; before any, to their first.
_OUTCOMES = """
CREATE TABLE outcomes AS
WITH first AS (
    SELECT person, arg_min(unit, exposed_ms) AS unit FROM exposed
    WHERE person IS NOT NULL GROUP BY person
)
SELECT coalesce(e.unit, f.unit) AS unit, o.* EXCLUDE (person)
FROM happened o
JOIN first f ON f.person = o.person
ASOF LEFT JOIN exposed e ON e.person = o.person AND o.at_ms >= e.exposed_ms
"""

# A person is their own unit: no need to ask which.
_OUTCOMES_OF_PEOPLE = """
CREATE TABLE outcomes AS
SELECT o.person AS unit, o.* EXCLUDE (person)
FROM happened o SEMI JOIN exposed e ON e.person = o.person
"""

_RETAINED = """
CREATE TABLE kept AS
SELECT o.* REPLACE (
    CASE WHEN o.at_ms >= s.since_ms + {after} THEN o.retained ELSE 0 END AS retained
)
FROM outcomes o
JOIN (SELECT unit, min(exposed_ms) AS since_ms FROM exposed GROUP BY unit) s USING (unit);
DROP TABLE outcomes;
ALTER TABLE kept RENAME TO outcomes
"""


class OwnExposures:
    """The shop's own journal and log, as the analyst wants them.

    Args:
        source: where to read.
        reach: which decisions it is about.
        window_days: outcomes count so many days after the first exposure; None: without end.
        zone: the time zone of days.
    """

    def __init__(
        self, source: Source, reach: Reach, window_days: float | None = None, zone: str = "UTC"
    ) -> None:
        self._source = source
        self._reach = reach
        self._window_days = window_days
        self._zone = zone

    async def gather(self, question: Question) -> Gathered:
        """Return the sums of an experiment."""
        return await asyncio.to_thread(self._gather, question)

    def _gather(self, question: Question) -> Gathered:
        with tempfile.TemporaryDirectory(prefix="tailorbird-reading-") as place:
            file = Path(place) / "rows.duckdb"
            self._collect(file, _columns(question))
            table = Table(
                path=f"{file}:exposures",
                unit="unit",
                variant="variant",
                exposed_at="exposed_ms",
                assigned_at="assigned_ms",
                outcomes=f"{file}:outcomes",
                at="at_ms",
                window_days=self._window_days,
                zone=self._zone,
            )
            return gather(table, question)

    def _collect(self, file: Path, columns: Sequence[str]) -> None:
        connection = duckdb.connect(str(file))
        try:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(_SCHEMA)
            shown = ", ".join(f"{_quoted(name)} DOUBLE" for name in columns)
            connection.execute(f"CREATE TABLE happened (person BIGINT, at_ms BIGINT, {shown})")
            for chunk in _chunks(decided(self._source, self._reach)):
                _insert(connection, "decided", chunk)
            for mixed in _chunks(happened(self._source, self._reach, frozenset(columns))):
                _insert(connection, "viewed", [one for one in mixed if type(one) is Viewed])
                rows = [
                    (one.person, one.at_ms, *[one.values.get(name, 0.0) for name in columns])
                    for one in mixed
                    if type(one) is Outcome
                ]
                _insert(connection, "happened", rows)
            by_person = self._reach.by_person
            connection.execute(_EXPOSED.format(by_person=str(by_person).lower()))
            connection.execute(_EXPOSURES)
            connection.execute(_OUTCOMES_OF_PEOPLE if by_person else _OUTCOMES)
            if "retained" in columns:
                connection.execute(_RETAINED.format(after=_RETAINED_AFTER_MS))
        finally:
            connection.close()


def _columns(question: Question) -> tuple[str, ...]:
    """Return the outcomes' columns that a question needs."""
    asked = [name for metric in question.metrics for name in columns_of(metric)]
    asked += [name.removeprefix(_BEFORE) for name in question.covariates]
    return tuple(dict.fromkeys(asked))


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while chunk := list(itertools.islice(waiting, _A_CHUNK)):
        yield chunk


def _insert(connection: Any, name: str, rows: Sequence[Sequence[Any]]) -> None:  # noqa: ANN401
    if not rows:
        return
    columns = [pa.array(list(values)) for values in zip(*rows, strict=True)]
    chunk = pa.table(columns, names=[f"c{number}" for number in range(len(columns))])
    connection.register("chunk", chunk)
    connection.execute(f"INSERT INTO {name} SELECT * FROM chunk")  # noqa: S608 - names of ours
    connection.unregister("chunk")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
