"""Price lists: what an item costs for whoever buys by a list of their own.

A list's prices stand in the item's attributes, in major units of the item's currency:
`"attributes": {"priceLists": {"wholesale": 4.5}}`.
"""

from __future__ import annotations

from collections.abc import Mapping

from tailorbird.catalog.items import Item
from tailorbird.spine.money import to_minor

PRICE_LISTS = "priceLists"
"""The attribute that holds them."""


def listed_minor(item: Item, price_list: str | None) -> int | None:
    """Return what an item costs by a list, in minor units; where it is not on it, for everybody."""
    if price_list is not None:
        found = prices_in(item).get(price_list)
        if found is not None:
            return found
    return item.asking_minor


def prices_in(item: Item) -> Mapping[str, int]:
    """Return an item's prices by list, in minor units; what is no price is left out."""
    lists = item.attributes.get(PRICE_LISTS)
    if not isinstance(lists, dict):
        return {}
    found: dict[str, int] = {}
    for name, price in lists.items():
        if isinstance(price, int | float) and not isinstance(price, bool) and price >= 0:
            try:
                found[name] = to_minor(price, item.currency)
            except ValueError:  # not finite, or beyond all bounds: no price
                continue
    return found
