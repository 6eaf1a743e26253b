"""The dead-letter list and the daily tally, in the log's own file so that they commit with it."""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tailorbird.collect.ports import Refusal
from tailorbird.collect.refusals import DeadLetter
from tailorbird.spine.ids import IdentifierKey
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.seal import Seal
from tailorbird.storage.embedded.writer import GroupCommit, connect

_SQL = load("dead_letters")
SCHEMA = _SQL["schema"]
_LONGEST_BODY = 64 * 1024

LetterRow = tuple[int, int, str, str, bytes, bytes | None, bytes]
"""A row of the dead-letter table: id, time, source, field, and three sealed texts."""


class SqliteDeadLetters:
    """Refused events; bodies, reasons and message ids are sealed, since they quote what came in."""

    def __init__(self, writer: GroupCommit, path: Path, seal: Seal) -> None:
        self._writer = writer
        self._reader = connect(path, fsync=False)
        self._seal = seal

    async def add(self, refusals: Sequence[Refusal]) -> None:
        rows = [(self._row(one), self._once(one), self._marks(one)) for one in refusals]

        def insert(connection: sqlite3.Connection) -> None:
            for row, once, marks in rows:
                if once and connection.execute(_SQL["of_subject"], (once,)).fetchone() is not None:
                    continue
                letter = connection.execute(_SQL["insert"], row).lastrowid
                links = [(mark, letter) for mark in marks]
                connection.executemany(_SQL["insert_subject"], links)

        await self._writer.submit(insert)

    async def page(self, limit: int, after: int = 0) -> Sequence[DeadLetter]:
        rows = self._reader.execute(_SQL["page"], (after, limit))
        return [letter_from(row, self._seal) for row in rows]

    async def count(self) -> int:
        found: int = self._reader.execute(_SQL["count"]).fetchone()[0]
        return found

    async def discard(self, ids: Sequence[int]) -> int:
        def delete(connection: sqlite3.Connection) -> int:
            gone = sum(connection.execute(_SQL["discard"], (one,)).rowcount for one in ids)
            connection.executemany(_SQL["discard_subjects"], [(one,) for one in ids])
            return gone

        return await self._writer.submit(delete)

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        return await self.discard(self._of(keys))

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        rows = [self._reader.execute(_SQL["one"], (one,)).fetchone() for one in self._of(keys)]
        return [
            msgspec.to_builtins(letter_from(row, self._seal)) for row in rows if row is not None
        ]

    def close(self) -> None:
        """Close the reading side; the log closes the writer."""
        self._reader.close()

    def _of(self, keys: Sequence[IdentifierKey]) -> list[int]:
        found: set[int] = set()
        for key in keys:
            rows = self._reader.execute(_SQL["of_subject"], (self._seal.digest(key),))
            found.update(row[0] for row in rows)
        return sorted(found)

    def _once(self, refusal: Refusal) -> bytes | None:
        """Return the mark by which the same refusal is known again, where it must be."""
        if not refusal.once:
            return None
        name = refusal.message_id or hashlib.sha256(refusal.body).hexdigest()
        return self._seal.digest(f"refusal:{refusal.source}\0{name}")

    def _marks(self, refusal: Refusal) -> list[bytes]:
        """Return what a letter is found by: whose it is, and which refusal."""
        once = self._once(refusal)
        subjects = [self._seal.digest(key) for key in refusal.keys]
        return subjects if once is None else [*subjects, once]

    def _row(self, refusal: Refusal) -> tuple[int, str, str, bytes, bytes | None, bytes]:
        return (
            refusal.at_ms,
            refusal.source,
            refusal.field,
            self._seal.close(refusal.reason.encode()),
            None if refusal.message_id is None else self._seal.close(refusal.message_id.encode()),
            self._seal.close(refusal.body[:_LONGEST_BODY]),
        )


class SqliteTally:
    """Counts held in memory and added to the file once a second."""

    def __init__(self, writer: GroupCommit, path: Path) -> None:
        self._writer = writer
        self._reader = connect(path, fsync=False)
        self._counts: dict[tuple[int, str, str], int] = {}

    def add(self, day: int, source: str, kind: str, count: int = 1) -> None:
        key = (day, source, kind)
        self._counts[key] = self._counts.get(key, 0) + count

    async def flush(self) -> None:
        """Write the counts that are only in memory."""
        if not self._counts:
            return
        rows = [(*key, count) for key, count in self._counts.items()]
        self._counts = {}

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_SQL["add_tally"], rows)

        await self._writer.submit(write)

    async def by_day(self, since_day: int) -> Sequence[tuple[int, str, str, int]]:
        await self.flush()
        rows = self._reader.execute(_SQL["tally_since"], (since_day,)).fetchall()
        return [(day, source, kind, count) for day, source, kind, count in rows]

    def close(self) -> None:
        """Close the reading side."""
        self._reader.close()


def letter_from(row: LetterRow, seal: Seal) -> DeadLetter:
    """Return a dead letter as it is stored, unsealed."""
    letter, at_ms, source, field, reason, message_id, body = row
    return DeadLetter(
        id=letter,
        at_ms=at_ms,
        source=source,
        field=field,
        reason=seal.open(reason).decode(),
        message_id=None if message_id is None else seal.open(message_id).decode(),
        body=seal.open(body).decode("utf-8", "replace"),
    )
