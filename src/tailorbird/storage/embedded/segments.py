"""Segments and who is in them in one SQLite file, with what the log is still to be told."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from tailorbird.segments.membership import Changes, Kind, Membership
from tailorbird.segments.segment import Segmentation
from tailorbird.spine.events import Event
from tailorbird.spine.ids import IdentifierKey, PersonId
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("segments")


class SqliteSegments:
    """One workspace's segments."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=True)
        self._reader = connect(path, fsync=False)
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Event).decode
        self._names = _names(self._stored())

    async def segmentation(self) -> Segmentation:
        return self._stored()

    async def members(self, kind: Kind) -> Mapping[PersonId, Membership]:
        found = _memberships(self._reader.execute(_SQL["of_kind"], (kind.value,)))
        return {one.person: one for one in found}

    async def inside(self, segment: str, after: str, limit: int) -> Sequence[Membership]:
        return _memberships(self._reader.execute(_SQL["inside"], (segment, after, limit)))

    async def of_person(self, person: PersonId) -> Sequence[Membership]:
        return _memberships(self._reader.execute(_SQL["of_person"], (person,)))

    def called(self, person: PersonId) -> Sequence[str]:
        """Return the names of the segments that somebody is in."""
        rows = self._reader.execute(_SQL["of_person"], (person,)).fetchall()
        return [self._names.get(row[2], row[2]) for row in rows]

    async def counts(self) -> Mapping[str, int]:
        return dict(self._reader.execute(_SQL["counts"]).fetchall())

    async def change(self, changes: Changes, segmentation: Segmentation | None = None) -> None:
        come = [msgspec.structs.astuple(one) for one in changes.come]
        gone = [(one.person, one.segment) for one in changes.gone]
        news = [(_key(event), self._encode(event)) for event in changes.news]

        def write(connection: sqlite3.Connection) -> None:
            if segmentation is not None:
                connection.execute(_SQL["write"], (msgspec.json.encode(segmentation),))
            connection.executemany(_SQL["go"], gone)
            connection.executemany(_SQL["come"], come)
            connection.executemany(_SQL["announce"], news)

        await self._writer.submit(write)
        if segmentation is not None:
            self._names = _names(segmentation)

    async def waiting(self, limit: int) -> Sequence[tuple[int, Event]]:
        rows = self._reader.execute(_SQL["waiting"], (limit,)).fetchall()
        return [(number, self._decode(body)) for number, body in rows]

    async def told(self, numbers: Sequence[int]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_SQL["told"], [(number,) for number in numbers])

        await self._writer.submit(write)

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        def delete(connection: sqlite3.Connection) -> int:
            return sum(
                connection.execute(_SQL[question], (key,)).rowcount
                for key in keys
                for question in ("erase", "erase_news")
            )

        gone = await self._writer.submit(delete)
        await self._writer.scrub([value_of(key) for key in keys])
        return gone

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        return [
            {
                "person": one.person,
                "segment": one.segment,
                "name": self._names.get(one.segment, one.segment),
                "kind": one.kind.value,
                "since_ms": one.since_ms,
                "pinned": one.pinned,
            }
            for key in keys
            for one in _memberships(self._reader.execute(_SQL["of_key"], (key,)))
        ]

    def _stored(self) -> Segmentation:
        row = self._reader.execute(_SQL["read"]).fetchone()
        return Segmentation() if row is None else msgspec.json.decode(row[0], type=Segmentation)

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._writer.close()


def _memberships(rows: Iterable[tuple[str, str, str, str, int, int, str]]) -> list[Membership]:
    return [
        Membership(
            PersonId(person), IdentifierKey(key), segment, home, since_ms, bool(pinned), Kind(kind)
        )
        for person, key, segment, home, since_ms, pinned, kind in rows
    ]


def _names(segmentation: Segmentation) -> dict[str, str]:
    return {one.id: one.name for one in segmentation.segments}


def _key(event: Event) -> str:
    """Return the identifier that an event of ours is about."""
    return event.subject.identifiers()[0]
