"""The decision journal in one SQLite file, written behind the answers in batches."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tailorbird.decide.ports import DecisionRecord
from tailorbird.decide.telling import told
from tailorbird.spine.ids import IdentifierKey, PersonId
from tailorbird.storage.embedded.bulk import Plain
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("journal")
_places = msgspec.json.Encoder().encode  # see `bulk` for the shape of a statement of many rows
# Often, so that little is written at a time: the writer may share a core with answers.
_FLUSH_EVERY_S = 0.2
_MOST_WAITING = 50_000


class SqliteJournal:
    """One workspace's decisions."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=False, behind=True)
        self._reader = connect(path, fsync=False)
        self._encode_into = msgspec.msgpack.Encoder().encode_into
        self._decode = msgspec.msgpack.Decoder(DecisionRecord).decode
        self._waiting: list[tuple[Plain, ...]] = []
        self._bodies = bytearray()
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0

    def start(self) -> None:
        """Begin to write in the background."""
        self._task = asyncio.create_task(self._flush_often(), name="journal")

    def note(self, record: DecisionRecord) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            self.dropped += 1
            return
        # Packed here, one behind the other: thousands of objects that wait cost the collector, and
        # thousands of blocks that another thread gives back cost whoever takes memory next.
        bodies = self._bodies
        start = len(bodies)
        self._encode_into(record, bodies, -1)
        place = (start + 1, len(bodies) - start)
        self._waiting.append(
            (*place, record.at_ms, record.person, record.user_id, record.anonymous_id)
        )

    async def flush(self) -> None:
        """Write what waits."""
        if not self._waiting:
            return
        rows, self._waiting = self._waiting, []
        bodies, self._bodies = self._bodies, bytearray()

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_SQL["insert"], (_places(rows).decode(), bodies))

        await self._writer.submit(write)

    async def of_person(self, person: PersonId, limit: int) -> Sequence[DecisionRecord]:
        await self.flush()
        return self._records(self._reader.execute(_SQL["of_person"], (person, limit)))

    async def written_of(self, person: PersonId, limit: int) -> Sequence[DecisionRecord]:
        """Return so many of a person's decisions that are written, newest first; waits for none.

        What was noted in the last fifth of a second may be missing.
        """
        return self._records(self._reader.execute(_SQL["of_person"], (person, limit)))

    async def latest(self, limit: int) -> Sequence[DecisionRecord]:
        await self.flush()
        return self._records(self._reader.execute(_SQL["latest"], (limit,)))

    def since(self, at_ms: int) -> Iterator[DecisionRecord]:
        """Yield decisions made since a time, oldest first."""
        after = 0
        while rows := self._reader.execute(_SQL["since"], (after, at_ms, 1_000)).fetchall():
            for number, body in rows:
                after = number
                yield self._decode(body)

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        await self.flush()

        def delete(connection: sqlite3.Connection) -> int:
            gone = 0
            for key in keys:
                kind, _, value = key.partition(":")
                gone += connection.execute(_SQL[f"erase_{kind}"], (value,)).rowcount
            return gone

        gone = await self._writer.submit(delete)
        await self._writer.scrub([value_of(key) for key in keys])
        return gone

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        await self.flush()
        found: list[dict[str, object]] = []
        for key in keys:
            kind, _, value = key.partition(":")
            records = self._records(self._reader.execute(_SQL[f"of_{kind}"], (value,)))
            found.extend(told(record) for record in records)
        return found

    async def sweep(self, before_ms: int, most: int) -> int:
        def delete(connection: sqlite3.Connection) -> int:
            return connection.execute(_SQL["sweep"], (most, before_ms)).rowcount

        return await self._writer.submit(delete)

    async def stop(self) -> None:
        """Write what waits, and close the file."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()
        self._reader.close()
        self._writer.close()

    def _records(self, rows: sqlite3.Cursor) -> list[DecisionRecord]:
        return [self._decode(body) for (body,) in rows]

    async def _flush_often(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_EVERY_S)
            await self.flush()
