"""Scrubbing: what SQLite leaves behind in its pages after a deletion is found, and goes."""

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailorbird.storage.embedded.scrubbing import has_residue
from tailorbird.storage.embedded.writer import GroupCommit, Unscrubbed

_SCHEMA = "CREATE TABLE IF NOT EXISTS t (key TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID"
_LUCK = random.Random(3)
ALL = [f"{_LUCK.getrandbits(64):016x}".encode() for _ in range(8_000)]
GONE = ALL[::20]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


@pytest.fixture
def writer(path: Path) -> Iterator[GroupCommit]:
    """A file from which many rows were deleted, after SQLite had moved some of them."""
    writer = GroupCommit(path, _SCHEMA, fsync=False)
    asyncio.run(fill(writer))
    yield writer
    writer.close()


async def fill(writer: GroupCommit) -> None:
    def add(connection: sqlite3.Connection) -> None:
        rows = [(key.decode(), bytes(60 + number % 900)) for number, key in enumerate(ALL)]
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)

    def take(connection: sqlite3.Connection) -> None:
        connection.executemany("DELETE FROM t WHERE key = ?", [(key.decode(),) for key in GONE])
        connection.execute("INSERT INTO t VALUES ('stays', x'00')")

    await writer.submit(add)
    await writer.submit(take)
    await writer.submit(lambda one: one.execute("PRAGMA wal_checkpoint(TRUNCATE)"), alone=True)


def left_in(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [key for key in GONE if key in content]


@pytest.mark.usefixtures("writer")
def test_sqlite_leaves_copies_of_deleted_rows_behind(path: Path) -> None:
    assert left_in(path)


@pytest.mark.usefixtures("writer")
def test_every_copy_left_behind_is_found(path: Path) -> None:
    assert [key for key in left_in(path) if not has_residue(path, [key])] == []


@pytest.mark.usefixtures("writer")
def test_a_stored_value_is_no_residue(path: Path) -> None:
    assert not has_residue(path, [b"stays"])


def test_after_scrubbing_nothing_is_left(path: Path, writer: GroupCommit) -> None:
    asyncio.run(writer.scrub(GONE))
    assert left_in(path) == []


def test_scrubbing_keeps_what_was_not_deleted(path: Path, writer: GroupCommit) -> None:
    asyncio.run(writer.scrub(GONE))
    assert b"stays" in path.read_bytes()


def test_a_reader_who_does_not_end_is_named_as_the_reason(path: Path, writer: GroupCommit) -> None:
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM t").fetchall()

    async def write_and_scrub() -> None:
        def impatient(connection: sqlite3.Connection) -> None:
            connection.execute("PRAGMA busy_timeout=50")

        await writer.submit(impatient, alone=True)
        await writer.submit(lambda one: one.execute("INSERT INTO t VALUES ('more', x'00')"))
        await writer.scrub(GONE)

    with pytest.raises(Unscrubbed):
        asyncio.run(write_and_scrub())
    reader.close()
