"""What the catalog needs from outside: a place for items."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from tailorbird.catalog.items import Item
from tailorbird.catalog.supply import StockChange
from tailorbird.spine.ids import ItemId


class ItemStore(Protocol):
    """Where items rest; reads are quick, since the door and every answer ask.

    What is said of the supply is written down beside the items, in the same step.
    """

    def get(self, item: ItemId) -> Item | None: ...

    def get_many(self, items: Sequence[ItemId]) -> Mapping[ItemId, Item]: ...

    async def put(self, items: Sequence[Item], supply: Sequence[StockChange] = ()) -> None: ...

    async def delete(self, items: Sequence[ItemId], supply: Sequence[StockChange] = ()) -> int: ...

    def all(self) -> Iterator[Item]: ...

    def count(self) -> int: ...
