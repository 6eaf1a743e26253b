"""What bandits have learned, in one SQLite file: sums by arm, and exposures by their ids alone."""

import logging
import sqlite3
from pathlib import Path

import msgspec

from tailorbird.decide.bandits.ports import Kept
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect

log = logging.getLogger("tailorbird.bandits")

_SQL = load("bandits")


class SqliteBandits:
    """One workspace's bandits; what cannot be read is learned anew from journal and log."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=False)
        self._reader = connect(path, fsync=False)

    async def load(self) -> Kept:
        row = self._reader.execute(_SQL["read"]).fetchone()
        if row is None:
            return Kept()
        try:
            return msgspec.msgpack.decode(row[0], type=Kept)
        except msgspec.DecodeError as cause:
            log.warning("bandits.unreadable cause=%s; learning anew from journal and log", cause)
            return Kept()

    async def save(self, kept: Kept) -> None:
        body = msgspec.msgpack.encode(kept)

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_SQL["write"], (body,))

        await self._writer.submit(write)

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._writer.close()
