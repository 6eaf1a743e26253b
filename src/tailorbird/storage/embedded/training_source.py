"""A shop's log and catalog, read beside a running server for training."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from tailorbird.catalog.items import Item
from tailorbird.predict.training import TrainingEvent
from tailorbird.storage.embedded.queries import load

_LOG = load("log")
_CATALOG = load("catalog")
_A_BATCH = 5_000


class SqliteTrainingSource:
    """Reads a workspace's files without writing to them."""

    def __init__(self, folder: Path) -> None:
        self._log = _read_only(folder / "log.db")
        self._catalog = _read_only(folder / "catalog.db")
        row = self._log.execute(_LOG["last_offset"]).fetchone()
        self.last_offset: int = 0 if row is None else row[0]

    def batches(self) -> Iterator[Iterable[TrainingEvent]]:
        """Yield the log up to where it was when this was made."""
        decode = msgspec.msgpack.Decoder(TrainingEvent).decode
        after = 0
        while rows := self._log.execute(_LOG["read"], (after, _A_BATCH)).fetchall():
            after = rows[-1][0]
            yield [decode(body) for offset, body in rows if offset <= self.last_offset]
            if after >= self.last_offset:
                return

    def items(self) -> Iterator[Item]:
        """Yield every item of the catalog."""
        decode = msgspec.msgpack.Decoder(Item).decode
        for (body,) in self._catalog.execute(_CATALOG["all"]):
            yield decode(body)

    def close(self) -> None:
        """Close the files."""
        self._log.close()
        self._catalog.close()


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
