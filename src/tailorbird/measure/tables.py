"""Where exposures and outcomes lie: CSV, Parquet or DuckDB, opened through Ibis, nothing copied."""

import difflib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

import ibis
import msgspec

from tailorbird.spine.errors import BadRequest, NotFound

Repeats = Literal["refuse", "add", "first"]


class UnreadableTable(BadRequest):
    """The table cannot be read."""

    remedy = (
        "Give a CSV, Parquet or DuckDB file; of a DuckDB file, the table: shop.duckdb:exposures."
    )


class UnknownColumn(NotFound):
    """The table has no such column."""

    remedy = "Compare the names with the first line of the file."


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A table of exposures, and how to understand it.

    Attributes:
        path: A file, several by `*`, or a table of a DuckDB file as shop.duckdb:exposures.
        unit: The column that says who was exposed.
        variant: The column that says to which arm.
        exposed_at: The column that says when; without a time there, assigned but not exposed.
        assigned_at: The column that says when the arm was given; left out: when it was seen. By it
            a unit belongs to the weights of a period.
        outcomes: Another table with outcome rows; its units are in the column `unit`, too.
        at: The column of the outcomes that says when.
        window_days: Outcomes count for so many days after exposure; None: all.
        zone: Whose days are counted, and whose times those without a zone are.
        repeats: What several differing rows of one unit mean: `add` them (they are parts, such as
            days), take the `first` (by time), or `refuse` to guess. Equal rows count once.
    """

    path: str
    unit: str
    variant: str
    exposed_at: str | None = None
    assigned_at: str | None = None
    outcomes: str | None = None
    at: str | None = None
    window_days: float | None = None
    zone: str = "UTC"
    repeats: Repeats = "refuse"


def engine(zone: str) -> Any:  # noqa: ANN401 - Ibis has no types here
    """Return a DuckDB in memory that counts days in a time zone.

    Raises:
        UnreadableTable: there is no such time zone.
    """
    if zone not in available_timezones():
        raise UnreadableTable(f"There is no time zone {zone!r}.", remedy="Try Europe/Berlin.")
    connection = ibis.duckdb.connect()
    connection.raw_sql(f"SET TimeZone = '{zone}'")
    # A progress bar would land in what programs read.
    connection.raw_sql("SET enable_progress_bar = false")
    # What does not fit into memory is put aside there, not into the folder where one stands.
    aside = Path(tempfile.gettempdir()) / "tailorbird-measure"
    connection.raw_sql(f"SET temp_directory = '{aside}'")
    return connection


def opened(connection: Any, path: str) -> Any:  # noqa: ANN401
    """Return the table at a path; nothing is read yet but its columns.

    Raises:
        UnreadableTable: there is none, or its kind is not known.
    """
    file, _, name = path.partition(":")
    kind = "".join(Path(file).suffixes[-2:] if file.endswith(".gz") else Path(file).suffixes[-1:])
    folder = Path(file).parent
    if not any(folder.glob(Path(file).name)):
        raise UnreadableTable(f"There is no file {file}.")
    try:
        match kind:
            case ".csv" | ".csv.gz" | ".tsv" | ".tsv.gz":
                return connection.read_csv(file)
            case ".parquet":
                return connection.read_parquet(file)
            case ".duckdb" | ".db":
                return _attached(connection, file, name)
            case _:
                raise UnreadableTable(f"What {file} is cannot be seen from its name.")
    except ibis.backends.duckdb.duckdb.Error as cause:
        raise UnreadableTable(f"{file} cannot be read: {cause}") from cause


def _attached(connection: Any, file: str, name: str) -> Any:  # noqa: ANN401
    catalog = ibis.util.gen_name("file")
    connection.attach(file, name=catalog, read_only=True)
    # Asked of DuckDB itself: Ibis asks in words that DuckDB 2 has given up.
    found = connection.con.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = ?", [catalog]
    )
    known = [name for (name,) in found.fetchall()]
    if name not in known:
        tables = ", ".join(sorted(known)) or "none"
        raise UnreadableTable(f"{file} has no table {name!r}; it has: {tables}.")
    return connection.table(name, database=(catalog, "main"))


def need(table: Any, columns: Iterable[str], file: str) -> None:  # noqa: ANN401
    """Do nothing if a table has the columns.

    Raises:
        UnknownColumn: it lacks one.
    """
    for column in columns:
        if column not in table.columns:
            near = difflib.get_close_matches(column, table.columns, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UnknownColumn(f"{file} has no column {column!r}.{hint}")


def listed(expression: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return the rows of a small answer of the engine.

    Raises:
        UnreadableTable: the engine cannot answer, such as of a torn file.
    """
    try:
        rows: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    except ibis.backends.duckdb.duckdb.Error as cause:
        raise UnreadableTable(f"The table cannot be read: {cause}") from cause
    return rows


def single(expression: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the only row of an answer of the engine."""
    return listed(expression)[0]


def kept(expression: Any) -> Any:  # noqa: ANN401
    """Return the table that the engine computes once and keeps until its connection ends."""
    return expression.get_backend().create_table(ibis.util.gen_name("kept"), expression, temp=True)
