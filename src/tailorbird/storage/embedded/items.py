"""Items in one SQLite file, the ones lately asked for in memory."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from tailorbird.catalog.items import Item
from tailorbird.catalog.supply import StockChange
from tailorbird.spine.ids import ItemId
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect

_SQL = load("catalog")
_HOT_ITEMS = 50_000


class SqliteItems:
    """One workspace's items."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=True)
        self._reader = connect(path, fsync=False)
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Item).decode
        self._hot: dict[ItemId, Item] = {}

    def get(self, item: ItemId) -> Item | None:
        found = self._hot.get(item)
        if found is None:
            row = self._reader.execute(_SQL["get"], (item,)).fetchone()
            if row is None:
                return None
            found = self._decode(row[0])
            self._keep(found)
        return found

    def get_many(self, items: Sequence[ItemId]) -> Mapping[ItemId, Item]:
        found = {item: self.get(item) for item in items}
        return {name: item for name, item in found.items() if item is not None}

    async def put(self, items: Sequence[Item], supply: Sequence[StockChange] = ()) -> None:
        rows = [(item.id, self._encode(item)) for item in items]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_SQL["put"], rows)
            _supplied(connection, supply)

        await self._writer.submit(write)
        for item in items:
            self._keep(item)

    async def delete(self, items: Sequence[ItemId], supply: Sequence[StockChange] = ()) -> int:
        def job(connection: sqlite3.Connection) -> int:
            _supplied(connection, supply)
            return sum(connection.execute(_SQL["delete"], (item,)).rowcount for item in items)

        gone = await self._writer.submit(job)
        for item in items:
            self._hot.pop(item, None)
        return gone

    def all(self) -> Iterator[Item]:
        for (body,) in self._reader.execute(_SQL["all"]):
            yield self._decode(body)

    def count(self) -> int:
        found: int = self._reader.execute(_SQL["count"]).fetchone()[0]
        return found

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._writer.close()

    def _keep(self, item: Item) -> None:
        if len(self._hot) >= _HOT_ITEMS:
            self._hot.clear()
        self._hot[item.id] = item


def _supplied(connection: sqlite3.Connection, supply: Sequence[StockChange]) -> None:
    rows = [(one.item, one.at_ms, one.in_stock) for one in supply]
    connection.executemany(_SQL["put_change"], rows)
