"""When items ran out and came back: so that what was shown then can be judged later."""

from collections.abc import Iterable, Iterator

import msgspec

from tailorbird.catalog.items import Item
from tailorbird.spine.ids import ItemId


class StockChange(msgspec.Struct, frozen=True, gc=False):
    """From when on an item could be bought, or could not any more."""

    item: ItemId
    at_ms: int
    in_stock: bool


def changes(pairs: Iterable[tuple[Item | None, Item]], now_ms: int) -> Iterator[StockChange]:
    """Yield the items that can be bought from now on, or cannot any more.

    Args:
        pairs: each item as it was, None for a new one, and as it is. Of a new one nothing is said:
            it is as it came until it changes.
        now_ms: now.
    """
    for before, after in pairs:
        if before is not None and before.in_stock != after.in_stock:
            yield StockChange(after.id, now_ms, after.in_stock)
