"""The event log in one SQLite file: deduplicated, group-committed, fsynced, followed live."""

import asyncio
import hashlib
import operator
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from tailorbird.collect.ports import Appended
from tailorbird.spine.events import Event, LoggedEvent
from tailorbird.spine.ids import IdentifierKey
from tailorbird.spine.named import named
from tailorbird.storage.embedded.bulk import packed_columns
from tailorbird.storage.embedded.log_reader import LogReader
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("log")
_CATCH_UP = 2_000


class _Append(NamedTuple):
    """What one caller wants in the log: events, by what each is known again, and their bytes."""

    events: list[Event]
    dedups: list[bytes]
    bodies: list[bytes]


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
        dedups = [dedup_key(event.source, event.message_id) for event in events]
        append = _Append([*events], dedups, [*map(self._encode, events)])
        done = await self.writer.submit_part(_insert, append)
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
    fresh = appends
    try:
        last = _put(connection, fresh)
    except sqlite3.IntegrityError:
        # Seldom is anything in the log already, so that is looked up only once it has shown.
        fresh = _unknown(connection, appends)
        last = _put(connection, fresh)
    offset = last - sum(len(news.events) for news in fresh)
    done = []
    for append, news in zip(appends, fresh, strict=True):
        places = range(offset + 1, offset + 1 + len(news.events))
        logged = [*map(LoggedEvent, places, news.events)]
        offset += len(logged)
        done.append(_Committed(events=logged, duplicates=len(append.events) - len(logged)))
    return done


def _put(connection: sqlite3.Connection, appends: Sequence[_Append]) -> int:
    """Insert all or nothing; return the last offset given.

    Raises:
        sqlite3.IntegrityError: an event is in the log already, or twice among these.
    """
    events = [event for append in appends for event in append.events]
    if events:
        dedups = [dedup for append in appends for dedup in append.dedups]
        bodies = [body for append in appends for body in append.bodies]
        rows = packed_columns(
            [*map(operator.add, dedups, bodies)],
            [event.user_id for event in events],
            [event.anonymous_id for event in events],
            [event.previous_id for event in events],
            [1 if event.kind == "split" else None for event in events],
        )
        connection.execute(_SQL["insert"], rows)
    last: int = connection.execute(_SQL["last_inserted"]).fetchone()[0]
    return last


def _unknown(connection: sqlite3.Connection, appends: Sequence[_Append]) -> list[_Append]:
    """Return what is not in the log yet, each once."""
    asked = packed_columns([dedup for append in appends for dedup in append.dedups])
    known = {key for (key,) in connection.execute(_SQL["known"], asked)}
    fresh = []
    for append in appends:
        news = _Append([], [], [])
        for event, dedup, body in zip(*append, strict=True):
            if dedup not in known:
                known.add(dedup)
                news.events.append(event)
                news.dedups.append(dedup)
                news.bodies.append(body)
        fresh.append(news)
    return fresh


def dedup_key(source: str, message_id: str) -> bytes:
    """Return the 16 bytes by which an event is known to be the same event again."""
    return hashlib.blake2b(f"{source}\0{message_id}".encode(), digest_size=16).digest()
