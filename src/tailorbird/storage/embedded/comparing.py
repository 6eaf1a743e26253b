"""Comparing two files of derived state: table by table, key by key, byte by byte."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.reading import read_only

_SQL = load("state")
TABLES = ("links", "nodes", "profiles")
_NOTHING_LEFT = ("\U0010ffff" * 4, b"")


class Difference(msgspec.Struct, frozen=True):
    """One value that is not the same in both: `missing`, `surplus` or `different` in the first."""

    table: str
    key: str
    what: str


def checkpoint_of(path: Path) -> int:
    """Return up to which offset of the log a state file reaches."""
    connection = read_only(path)
    try:
        row = connection.execute(_SQL["read_checkpoint"]).fetchone()
    finally:
        connection.close()
    return 0 if row is None else int(row[0])


def sizes(path: Path) -> dict[str, int]:
    """Return how many rows each table of a state file has."""
    connection = read_only(path)
    try:
        return {table: sum(1 for _ in connection.execute(_SQL[f"all_{table}"])) for table in TABLES}
    finally:
        connection.close()


def differences(live: Path, rebuilt: Path) -> Iterator[Difference]:
    """Yield what the first state file has otherwise than the second."""
    one, other = read_only(live), read_only(rebuilt)
    try:
        for table in TABLES:
            yield from _in_table(table, one, other)
    finally:
        one.close()
        other.close()


def _in_table(
    table: str, live: sqlite3.Connection, rebuilt: sqlite3.Connection
) -> Iterator[Difference]:
    """Walk both tables in the order of their keys, like merging two sorted lists."""
    ours = iter(live.execute(_SQL[f"all_{table}"]))
    theirs = iter(rebuilt.execute(_SQL[f"all_{table}"]))
    mine, their = next(ours, _NOTHING_LEFT), next(theirs, _NOTHING_LEFT)
    while mine is not _NOTHING_LEFT or their is not _NOTHING_LEFT:
        if mine[0] < their[0]:
            yield Difference(table, mine[0], "surplus")
            mine = next(ours, _NOTHING_LEFT)
        elif mine[0] > their[0]:
            yield Difference(table, their[0], "missing")
            their = next(theirs, _NOTHING_LEFT)
        else:
            if mine[1] != their[1]:
                yield Difference(table, mine[0], "different")
            mine, their = next(ours, _NOTHING_LEFT), next(theirs, _NOTHING_LEFT)
