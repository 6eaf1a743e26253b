"""How payments go, in one SQLite file: counts that name nobody, and checkouts that are open."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tailorbird.decide.checkout.attempts import Failure, Opened, Place
from tailorbird.decide.checkout.ports import KeptAttempts
from tailorbird.spine.ids import IdentifierKey
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("payments")
_OPENED, _FAILURE = "opened", "failure"
_encode = msgspec.msgpack.Encoder().encode
_cells = msgspec.msgpack.Decoder(tuple[tuple[Place, int, int], ...]).decode
_opened = msgspec.msgpack.Decoder(Opened).decode
_failure = msgspec.msgpack.Decoder(Failure).decode


class SqlitePayments:
    """One workspace's payments."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=False)
        self._reader = connect(path, fsync=False)

    async def load(self) -> KeptAttempts:
        row = self._reader.execute(_SQL["counts"]).fetchone()
        if row is None:
            return KeptAttempts()
        opened = self._reader.execute(_SQL["pending"], (_OPENED,)).fetchall()
        failed = self._reader.execute(_SQL["pending"], (_FAILURE,)).fetchall()
        return KeptAttempts(
            offset=row[0],
            cells=_cells(row[1]),
            opened=tuple(_opened(body) for (body,) in opened),
            failures=tuple(_failure(body) for (body,) in failed),
        )

    async def save(self, kept: KeptAttempts) -> None:
        rows = [(one.key, _OPENED, _encode(one)) for one in kept.opened]
        rows += [(one.key, _FAILURE, _encode(one)) for one in kept.failures]
        cells = _encode(kept.cells)

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_SQL["write_counts"], (kept.offset, cells))
            connection.execute(_SQL["clear"])
            connection.executemany(_SQL["add"], rows)

        await self._writer.submit(write)

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        def delete(connection: sqlite3.Connection) -> int:
            return sum(connection.execute(_SQL["erase"], (key,)).rowcount for key in keys)

        gone = await self._writer.submit(delete)
        await self._writer.scrub([value_of(key) for key in keys])
        return gone

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        return [
            {"kind": kind, **msgspec.msgpack.decode(body)}
            for key in keys
            for kind, body in self._reader.execute(_SQL["of_key"], (key,))
        ]

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._writer.close()
