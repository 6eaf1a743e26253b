"""What ranking must know of every item, as arrays over item codes: stock, facets, age."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.sessions import Vocabulary

FACETS_AN_ITEM = 12
"""Category levels, brand, price band and a few attributes; more would thin out every lean."""

NO_FACET = -1
_FIRST_CAPACITY = 1024
_MOST_MARKETS = 63  # the last of the 64 bits stands for all further markets


class ItemTable:
    """Arrays that grow with the vocabulary; rows of unknown items say available and faceless.

    Not thread-safe: changed from the event loop only.

    Attributes:
        items: item id ↔ code, shared with the models.
        facets: facet key ↔ code.
        available: uint8[capacity], 1 where the item may be shown.
        facet_codes: int32[capacity, 12], padded with -1; categories from broad to narrow first.
        leaf: int32[capacity], code of the narrowest category, -1 where unknown.
        brand: int32[capacity], code of the brand facet, -1 where unknown.
        published_s: float64[capacity], seconds since 1970, 0 where unknown.
        markets: uint64[capacity], one bit a market; 0 where the item is sold everywhere.
        margin: float32[capacity], what is left of the price after cost, as a share; NaN unknown.
        stock: float32[capacity], pieces on hand; infinite where the shop does not count.
        restocked_s: float64[capacity], seconds since 1970 of the last delivery, 0 where unknown.
        vendor: int32[capacity], code in `vendors`, -1 where unknown.
    """

    def __init__(self, items: Vocabulary) -> None:
        self.items = items
        self.facets = Vocabulary()
        self.available: NDArray[np.uint8] = np.ones(_FIRST_CAPACITY, np.uint8)
        self.facet_codes: NDArray[np.int32] = np.full(
            (_FIRST_CAPACITY, FACETS_AN_ITEM), NO_FACET, np.int32
        )
        self.leaf: NDArray[np.int32] = np.full(_FIRST_CAPACITY, NO_FACET, np.int32)
        self.brand: NDArray[np.int32] = np.full(_FIRST_CAPACITY, NO_FACET, np.int32)
        self.published_s: NDArray[np.float64] = np.zeros(_FIRST_CAPACITY, np.float64)
        self.markets: NDArray[np.uint64] = np.zeros(_FIRST_CAPACITY, np.uint64)
        self.market_bits: dict[str, int] = {}
        self.margin: NDArray[np.float32] = np.full(_FIRST_CAPACITY, np.nan, np.float32)
        self.stock: NDArray[np.float32] = np.full(_FIRST_CAPACITY, np.inf, np.float32)
        self.restocked_s: NDArray[np.float64] = np.zeros(_FIRST_CAPACITY, np.float64)
        self.vendor: NDArray[np.int32] = np.full(_FIRST_CAPACITY, NO_FACET, np.int32)
        self.vendors = Vocabulary()
        self.reserve(len(items))

    @property
    def capacity(self) -> int:
        """How many rows there is room for."""
        return len(self.available)

    def reserve(self, count: int) -> None:
        """Make room for at least so many items."""
        if count <= self.capacity:
            return
        more = max(count, 2 * self.capacity) - self.capacity
        self.available = np.concatenate([self.available, np.ones(more, np.uint8)])
        self.facet_codes = np.concatenate(
            [self.facet_codes, np.full((more, FACETS_AN_ITEM), NO_FACET, np.int32)]
        )
        self.leaf = np.concatenate([self.leaf, np.full(more, NO_FACET, np.int32)])
        self.brand = np.concatenate([self.brand, np.full(more, NO_FACET, np.int32)])
        self.published_s = np.concatenate([self.published_s, np.zeros(more, np.float64)])
        self.markets = np.concatenate([self.markets, np.zeros(more, np.uint64)])
        self.margin = np.concatenate([self.margin, np.full(more, np.nan, np.float32)])
        self.stock = np.concatenate([self.stock, np.full(more, np.inf, np.float32)])
        self.restocked_s = np.concatenate([self.restocked_s, np.zeros(more, np.float64)])
        self.vendor = np.concatenate([self.vendor, np.full(more, NO_FACET, np.int32)])

    def learn(self, item: str) -> int:
        """Return an item's code, with room for its row."""
        code = self.items.learn(item)
        if code >= self.capacity:
            self.reserve(code + 1)
        return code

    def describe(
        self, item: str, facets: Sequence[str], *, available: bool, published_s: float
    ) -> int:
        """Set an item's row; return its code."""
        code = self.learn(item)
        self.available[code] = available
        self.published_s[code] = published_s
        self.stamp(code, facets)
        return code

    def trade(
        self, code: int, *, margin: float | None, stock: int | None, restocked_s: float
    ) -> None:
        """Set what an item earns, how many there are, and since when."""
        self.margin[code] = np.nan if margin is None else margin
        self.stock[code] = np.inf if stock is None else stock
        self.restocked_s[code] = restocked_s

    def supply(self, code: int, vendor: str | None) -> None:
        """Set who supplies an item."""
        self.vendor[code] = NO_FACET if vendor is None else self.vendors.learn(vendor)

    def sell_in(self, code: int, markets: Sequence[str]) -> None:
        """Set where an item is sold; no market means everywhere."""
        bits = 0
        for market in markets:
            name = market.upper()
            if name not in self.market_bits and len(self.market_bits) < _MOST_MARKETS:
                self.market_bits[name] = len(self.market_bits)
            bits |= 1 << self.market_bits.get(name, _MOST_MARKETS)
        self.markets[code] = bits

    def market_bit(self, market: str) -> np.uint64:
        """Return the bit that stands for a market; all that no item names share one."""
        return np.uint64(1) << np.uint64(self.market_bits.get(market.upper(), _MOST_MARKETS))

    def stamp(self, code: int, facets: Sequence[str]) -> None:
        """Set an item's facets, from the catalog or from an event that knew more."""
        row = self.facet_codes[code]
        row[:] = NO_FACET
        for place, facet in enumerate(facets[:FACETS_AN_ITEM]):
            number = self.facets.learn(facet)
            row[place] = number
            if facet.startswith("category:"):
                self.leaf[code] = number
            elif facet.startswith("brand:"):
                self.brand[code] = number

    def known(self, code: int) -> bool:
        """Return whether an item has facets."""
        return bool(self.facet_codes[code, 0] != NO_FACET)
