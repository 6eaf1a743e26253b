"""The doors to the catalog."""

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper
from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.catalog.items import Item
from tailorbird.spine.clock import format_time
from tailorbird.spine.errors import NotFound
from tailorbird.spine.ids import ItemId
from tailorbird.spine.money import to_major

MOST_ITEMS_BYTES = 32 * 1024 * 1024
MOST_ITEM_BYTES = 64 * 1024


class UnknownItem(NotFound):
    """There is no item by that id."""

    remedy = "PUT /v1/items first."


class ItemDoors:
    """Doors that keep the catalog current."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper = keeper

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {("PUT", "/v1/items"): self.put}

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [
            ("GET", "/v1/items/{item:path}", self.get),
            ("PATCH", "/v1/items/{item:path}", self.patch),
            ("DELETE", "/v1/items/{item:path}", self.delete),
        ]

    async def put(self, call: Call) -> Answer:
        """Insert or update items."""
        visitor = await self._keeper.admit(call, Scope.ITEMS)
        outcome = await visitor.shop.catalog.put(await call.body(MOST_ITEMS_BYTES))
        return answer(outcome)

    async def get(self, call: Call) -> Answer:
        """Show an item."""
        visitor = await self._keeper.admit(call, Scope.ITEMS)
        item = visitor.shop.catalog.get(ItemId(call.params["item"]))
        if item is None:
            raise UnknownItem(f"There is no item {call.params['item'][:80]!r}")
        return answer(rendered_item(item))

    async def patch(self, call: Call) -> Answer:
        """Change some fields of an item: price, stock and the like."""
        visitor = await self._keeper.admit(call, Scope.ITEMS)
        name = ItemId(call.params["item"])
        item = await visitor.shop.catalog.patch(name, await call.body(MOST_ITEM_BYTES))
        if item is None:
            raise UnknownItem(f"There is no item {name[:80]!r}")
        return answer(rendered_item(item))

    async def delete(self, call: Call) -> Answer:
        """Take an item out of the catalog and out of all answers."""
        visitor = await self._keeper.admit(call, Scope.ITEMS)
        if not await visitor.shop.catalog.delete(ItemId(call.params["item"])):
            raise UnknownItem(f"There is no item {call.params['item'][:80]!r}")
        return answer({"success": True})


def rendered_item(item: Item) -> dict[str, object]:
    """Return an item as the wire has it."""

    def money(minor: int | None) -> float | None:
        return None if minor is None else to_major(minor, item.currency)

    def time(at_ms: int | None) -> str | None:
        return None if at_ms is None else format_time(at_ms)

    plain = {
        name: getattr(item, name)
        for name in ("id", "title", "description", "url", "image", "currency", "stock", "available")
    }
    return {
        **plain,
        "price": money(item.price_minor),
        "salePrice": money(item.sale_price_minor),
        "cost": money(item.cost_minor),
        "margin": money(item.margin_minor),
        "restockedAt": time(item.restocked_at_ms),
        "publishedAt": time(item.published_at_ms),
        "category": list(item.category),
        "brand": item.brand,
        "tags": list(item.tags),
        "attributes": msgspec.to_builtins(item.attributes),
        "groupId": item.group_id,
        "markets": list(item.markets),
        "vendor": item.vendor,
        "inStock": item.in_stock,
    }
