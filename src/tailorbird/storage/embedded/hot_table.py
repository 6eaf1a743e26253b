"""A table that is hot in memory and cold in SQLite, written behind in consistent steps."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Generic, TypeVar

import msgspec

from tailorbird.storage.embedded.bulk import packed_columns

V = TypeVar("V")
_COLD = msgspec.UNSET


class Statements(msgspec.Struct, frozen=True):
    """The questions that a hot table asks."""

    read: str
    read_many: str
    write: str
    delete: str
    all: str
    page: str
    containing: str


class HotTable(Generic[V]):
    """Values by key: `staged` by the batch at work, `dirty` once it is whole, then on disk.

    A value of None in these means deleted. What is on disk is always the state after some whole
    batch, never half of one. What is on disk already stays in memory as the bytes that were
    written: a tenth of what the value itself takes, and made into a value in microseconds.

    Args:
        reader: a connection for reads, used from the event loop only.
        statements: how to read, write, delete and list in this table.
        codec: encode and decode a value.
        capacity: how many values that are on disk stay in memory.
    """

    def __init__(
        self,
        reader: sqlite3.Connection,
        statements: Statements,
        codec: tuple[Callable[[V], bytes], Callable[[bytes], V]],
        capacity: int,
    ) -> None:
        self._reader = reader
        self._statements = statements
        self._encode, self._decode = codec
        self._capacity = capacity
        self._staged: dict[str, V | None] = {}
        self._dirty: dict[str, V | None] = {}
        self._flying: dict[str, V | None] = {}
        self._written: dict[str, bytes] = {}
        self._clean: dict[str, bytes] = {}

    def get(self, key: str) -> V | None:
        """Return the value as of now, or None."""
        value = self._hot(key)
        if value is not _COLD:
            return value
        row = self._reader.execute(self._statements.read, (key,)).fetchone()
        if row is None:
            return None
        self._keep({key: row[0]})
        return self._decode(row[0])

    def get_many(self, keys: Iterable[str]) -> dict[Any, V]:
        """Return the values that exist among the keys; what is cold is read in one question."""
        found = {}
        cold = []
        for key in keys:
            value = self._hot(key)
            if value is _COLD:
                cold.append(key)
            elif value is not None:
                found[key] = value
        if len(cold) == 1:
            value = self.get(cold[0])
            return found if value is None else {**found, cold[0]: value}
        if cold:
            read = self._read_many(cold)
            self._keep(read)
            found.update((key, self._decode(body)) for key, body in read.items())
        return found

    def _read_many(self, keys: list[str]) -> dict[str, bytes]:
        """Read rows as one text, since SQLite gives the interpreter's lock away at every row."""
        asked = msgspec.json.encode(keys).decode()
        told: str | None = self._reader.execute(self._statements.read_many, (asked,)).fetchone()[0]
        if told is None:
            return {}
        rows = (line.partition(" ") for line in told.split("\n"))
        return {keys[int(place)]: bytes.fromhex(body) for place, _, body in rows}

    def _hot(self, key: str) -> V | msgspec.UnsetType | None:
        """Return what memory knows: a value, None for deleted, `_COLD` for nothing."""
        if self._staged or self._dirty or self._flying:
            for layer in (self._staged, self._dirty, self._flying):
                if key in layer:
                    return layer[key]
        body = self._clean.get(key)
        return _COLD if body is None else self._decode(body)

    def stage(self, changes: Mapping[Any, V | None]) -> None:
        """Take changes of the batch at work."""
        self._staged.update(changes)

    def mark(self) -> None:
        """The batch is whole: what was staged may go to disk."""
        self._dirty.update(self._staged)
        self._staged = {}

    def abandon(self) -> None:
        """Forget what was staged: the batch failed."""
        self._staged = {}

    @property
    def dirty(self) -> int:
        """How many values wait to be written."""
        return len(self._dirty)

    def take(self) -> Callable[[sqlite3.Connection], None]:
        """Return a job that writes what is dirty now, and what an earlier job failed to write."""
        flying = {**self._flying, **self._dirty}
        self._dirty = {}
        self._flying = flying

        def write(connection: sqlite3.Connection) -> None:
            encode = self._encode
            written = {key: encode(value) for key, value in flying.items() if value is not None}
            connection.execute(
                self._statements.write, packed_columns(written.values(), written.keys())
            )
            if len(written) < len(flying):
                gone = [key for key, value in flying.items() if value is None]
                connection.execute(self._statements.delete, (msgspec.json.encode(gone).decode(),))
            self._written = written

        return write

    def landed(self) -> None:
        """What was taken is on disk."""
        for key in self._flying:
            self._clean.pop(key, None)
        self._keep(self._written)
        self._flying = {}
        self._written = {}

    def items(self) -> Iterator[tuple[str, V]]:
        """Yield everything on disk, by key; flush first."""
        for key, body in self._reader.execute(self._statements.all):
            yield key, self._decode(body)

    def containing(self, value: bytes) -> list[str]:
        """Return the keys on disk whose values have these bytes in them; flush first."""
        rows = self._reader.execute(self._statements.containing, (value,))
        return [key for (key,) in rows]

    def read_ahead(self, after: str, most: int) -> str | None:
        """Read the next rows by key into memory, if there is room.

        Args:
            after: the key behind which to go on; "" to begin.
            most: rows to read.

        Returns:
            Where to go on; None once memory is full or there is nothing left.
        """
        room = min(most, self._capacity - len(self._clean))
        if room <= 0:
            return None
        rows = self._reader.execute(self._statements.page, (after, room)).fetchall()
        self._keep(dict(rows))
        return rows[-1][0] if len(rows) == room else None

    def _keep(self, bodies: Mapping[str, bytes]) -> None:
        """Keep what is on disk in memory, too, for as long as there is room."""
        self._clean.update(bodies)
        surplus = len(self._clean) - self._capacity
        if surplus > 0:
            # The oldest go, a hundredth at least; dicts remember the order of insertion.
            for old in list(islice(self._clean, surplus + self._capacity // 100)):
                del self._clean[old]
