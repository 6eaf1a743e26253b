"""The event log in one SQLite file: deduplicated, group-committed, fsynced, followed live."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from tailorbird.collect.ports import Appended
from tailorbird.spine.events import Event, LoggedEvent
from tailorbird.spine.ids import IdentifierKey
from tailorbird.spine.named import named
from tailorbird.storage.embedded.bulk import packed
from tailorbird.storage.embedded.log_reader import LogReader
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("log")
_CATCH_UP = 2_000


class _Row(NamedTuple):
    """An event as it is stored: by which it is known again, then what is indexed, then its body."""

    dedup: bytes
    indexed: tuple[str | None, str | None, str | None, int | None]
    body: bytes


class _Append(NamedTuple):
    """What one caller wants in the log."""

    events: Sequence[Event]
    rows: list[_Row]


class _Committed(msgspec.Struct, frozen=True):
    """What one append job put into the log."""

    events: list[LoggedEvent]
    duplicates: int


class SqliteEventLog:
    """One workspace's log; the only writer of its file is this process."""

    def __init__(self, path: Path, extra_schema: str = "") -> None:
        """Open the log.

        Args:
            path: the file.
            extra_schema: tables of neighbors that must commit together with the log.
        """
        self.writer = GroupCommit(
            path, _SQL["schema"] + extra_schema, fsync=True, committed=self._publish
        )
        self._reader = connect(path, fsync=False)
        self._past = LogReader(self._reader)
        self._encode = msgspec.msgpack.Encoder().encode
        self._followers: list[asyncio.Queue[Sequence[LoggedEvent] | None]] = []
        self.last_offset = self._past.last_offset()

    async def append(self, events: Sequence[Event]) -> Appended:
        if not events:
            return Appended(accepted=0, duplicates=0, last_offset=self.last_offset)
        rows = [self._row(event) for event in events]
        done = await self.writer.submit_part(_insert, _Append(events, rows))
        last = done.events[-1].offset if done.events else self.last_offset
        return Appended(accepted=len(done.events), duplicates=done.duplicates, last_offset=last)

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        return self._past.read(after, limit)

    async def of_subjects(self, keys: Sequence[IdentifierKey]) -> Sequence[LoggedEvent]:
        return await self._past.of_subjects(keys)

    async def follow(self, after: int) -> AsyncIterator[Sequence[LoggedEvent]]:
        """Yield everything after an offset: first what is on disk, then what is committed live."""
        live: asyncio.Queue[Sequence[LoggedEvent] | None] = asyncio.Queue()
        self._followers.append(live)
        tail = self.last_offset
        try:
            while after < tail:
                batch = await self.read(after, _CATCH_UP)
                batch = [logged for logged in batch if logged.offset <= tail]
                if not batch:
                    break
                yield batch
                after = batch[-1].offset
            while (committed := await live.get()) is not None:
                yield committed
        finally:
            self._followers.remove(live)

    async def splits(self) -> Sequence[LoggedEvent]:
        return await self._past.splits()

    async def count(self) -> int:
        """Return how many events are in the log."""
        return self._past.count()

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        offsets = [(logged.offset,) for logged in await self.of_subjects(keys)]

        def delete(connection: sqlite3.Connection) -> _Committed:
            connection.executemany(_SQL["erase_one"], offsets)
            return _Committed(events=[], duplicates=0)

        await self.writer.submit(delete)
        await self.writer.scrub([value_of(key) for key in keys])
        return len(offsets)

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        return [
            {"offset": logged.offset, **named(logged.event)}
            for logged in await self.of_subjects(keys)
        ]

    @property
    def waiting(self) -> int:
        """How many appends wait for a commit."""
        return self.writer.waiting

    def close(self) -> None:
        """End the followers, finish what waits, and close the file."""
        for follower in self._followers:
            follower.put_nowait(None)
        self._reader.close()
        self.writer.close()

    def _row(self, event: Event) -> _Row:
        split = 1 if event.kind == "split" else None
        return _Row(
            dedup_key(event.source, event.message_id),
            (event.user_id, event.anonymous_id, event.previous_id, split),
            self._encode(event),
        )

    def _publish(self, results: list[object]) -> None:
        appended = [result for result in results if isinstance(result, _Committed)]
        logged = [event for result in appended for event in result.events]
        if not logged:
            return
        self.last_offset = logged[-1].offset
        for follower in self._followers:
            follower.put_nowait(logged)


def _insert(connection: sqlite3.Connection, appends: Sequence[_Append]) -> list[_Committed]:
    """Put into the log what is not in it yet; offsets follow each other in the order given."""
    keys = packed(((), row.dedup) for append in appends for row in append.rows)
    known = {key for (key,) in connection.execute(_SQL["known"], keys)}
    fresh: list[list[tuple[Event, _Row]]] = []
    for append in appends:
        news = []
        for event, row in zip(append.events, append.rows, strict=True):
            if row.dedup not in known:
                known.add(row.dedup)
                news.append((event, row))
        fresh.append(news)
    rows = [row for news in fresh for _, row in news]
    if rows:
        connection.execute(
            _SQL["insert"], packed((row.indexed, row.dedup + row.body) for row in rows)
        )
    offset: int = connection.execute(_SQL["last_inserted"]).fetchone()[0] - len(rows)
    done = []
    for append, news in zip(appends, fresh, strict=True):
        logged = [LoggedEvent(offset + place, event) for place, (event, _) in enumerate(news, 1)]
        offset += len(news)
        done.append(_Committed(events=logged, duplicates=len(append.events) - len(news)))
    return done


def dedup_key(source: str, message_id: str) -> bytes:
    """Return the 16 bytes by which an event is known to be the same event again."""
    return hashlib.blake2b(f"{source}\0{message_id}".encode(), digest_size=16).digest()
