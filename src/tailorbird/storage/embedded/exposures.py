"""First exposures in one SQLite file: asked while an answer is made, written behind it."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tailorbird.experiments.ports import Seen
from tailorbird.spine.ids import IdentifierKey, PersonId
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("exposures")
_Place = tuple[str, PersonId]


class SqliteExposures:
    """One workspace's first exposures; what waits to be written is already answered."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=False)
        self._reader = connect(path, fsync=False)
        self._waiting: dict[_Place, Seen | None] = {}

    def first(self, experiment: str, person: PersonId) -> Seen | None:
        place = (experiment, person)
        if place in self._waiting:
            return self._waiting[place]
        row = self._reader.execute(_SQL["first"], (person, experiment)).fetchone()
        return None if row is None else Seen(row[0], row[1], IdentifierKey(row[2]))

    def of_person(self, person: PersonId) -> Sequence[tuple[str, Seen]]:
        rows = self._reader.execute(_SQL["of_person"], (person,))
        known = {name: Seen(arm, at_ms, IdentifierKey(key)) for name, arm, at_ms, key in rows}
        for (experiment, whose), seen in self._waiting.items():
            if whose == person:
                known.pop(experiment, None)
                if seen is not None:
                    known[experiment] = seen
        return sorted(known.items(), key=lambda one: one[0])

    def put(self, experiment: str, person: PersonId, seen: Seen) -> None:
        self._waiting[experiment, person] = seen

    def drop(self, experiment: str, person: PersonId) -> None:
        self._waiting[experiment, person] = None

    async def flush(self) -> None:
        """Write what waits; it is answered from memory until it is on disk."""
        rows = dict(self._waiting)
        if not rows:
            return
        come = [
            (name, person, seen.variant, seen.at_ms, seen.key)
            for (name, person), seen in rows.items()
            if seen is not None
        ]
        gone = [place for place, seen in rows.items() if seen is None]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_SQL["put"], come)
            connection.executemany(_SQL["drop"], gone)

        await self._writer.submit(write)
        for place, seen in rows.items():
            if self._waiting.get(place, seen) is seen:
                self._waiting.pop(place, None)

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        await self.flush()

        def delete(connection: sqlite3.Connection) -> int:
            return sum(connection.execute(_SQL["erase"], (key,)).rowcount for key in keys)

        gone = await self._writer.submit(delete)
        await self._writer.scrub([value_of(key) for key in keys])
        return gone

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        await self.flush()
        return [
            {"experiment": name, "person": person, "variant": variant, "first_seen_ms": at_ms}
            for key in keys
            for name, person, variant, at_ms in self._reader.execute(_SQL["of_key"], (key,))
        ]

    def close(self) -> None:
        """Close the file; what waits must have been written."""
        self._reader.close()
        self._writer.close()
