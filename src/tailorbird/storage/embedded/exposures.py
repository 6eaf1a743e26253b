"""First exposures in one SQLite file: asked while an answer is made, written behind it."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tailorbird.experiments.ports import Seen
from tailorbird.spine.ids import IdentifierKey, PersonId
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("exposures")
_Held = dict[str, Seen | None]


class SqliteExposures:
    """One workspace's first exposures; what waits to be written is already answered."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=False)
        self._reader = connect(path, fsync=False)
        self._waiting: dict[PersonId, _Held] = {}

    def first(self, experiment: str, person: PersonId) -> Seen | None:
        held = self._waiting.get(person)
        if held is not None and experiment in held:
            return held[experiment]
        row = self._reader.execute(_SQL["first"], (person, experiment)).fetchone()
        return None if row is None else Seen(row[0], row[1], IdentifierKey(row[2]))

    def of_person(self, person: PersonId) -> Sequence[tuple[str, Seen]]:
        rows = self._reader.execute(_SQL["of_person"], (person,))
        known: _Held = {
            name: Seen(arm, at_ms, IdentifierKey(key)) for name, arm, at_ms, key in rows
        }
        known |= self._waiting.get(person, {})
        return [
            (name, seen)
            for name, seen in sorted(known.items(), key=lambda one: one[0])
            if seen is not None
        ]

    def put(self, experiment: str, person: PersonId, seen: Seen) -> None:
        self._waiting.setdefault(person, {})[experiment] = seen

    def drop(self, experiment: str, person: PersonId) -> None:
        self._waiting.setdefault(person, {})[experiment] = None

    async def flush(self) -> None:
        """Write what waits; it is answered from memory until it is on disk."""
        rows = [
            (name, person, seen)
            for person, held in self._waiting.items()
            for name, seen in held.items()
        ]
        if not rows:
            return
        come = [
            (name, person, seen.variant, seen.at_ms, seen.key)
            for name, person, seen in rows
            if seen is not None
        ]
        gone = [(name, person) for name, person, seen in rows if seen is None]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_SQL["put"], come)
            connection.executemany(_SQL["drop"], gone)

        await self._writer.submit(write)
        for name, person, seen in rows:
            held = self._waiting.get(person, {})
            if held.get(name, seen) is seen:
                held.pop(name, None)
            if not held:
                self._waiting.pop(person, None)

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
