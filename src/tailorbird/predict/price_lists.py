"""Price lists as ranking sees them: in which price band an item is, for whoever buys by a list."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.catalog.items import Item
from tailorbird.catalog.price_lists import PRICE_LISTS, prices_in
from tailorbird.predict.blending import Pool
from tailorbird.predict.item_table import NO_FACET, ItemTable
from tailorbird.predict.sessions import Codes
from tailorbird.spine.facets import price_band

Bands = NDArray[np.int32]
"""int32[items], the code of each item's price facet by a list; -1 where it is not on it."""


class PriceFit(NamedTuple):
    """How much each price band is to somebody's taste, by their own list.

    Attributes:
        pulls: float32[facets + 1], by facet code, 0 to 1; the last is for no facet.
        bands: of the list.
    """

    pulls: NDArray[np.float32]
    bands: Bands

    def of(self, codes: Codes, table: ItemTable) -> NDArray[np.float32]:
        """Return float32[n], how well each item's price fits."""
        rows = table.facet_codes[codes]
        none = len(self.pulls) - 1
        public = self.pulls[np.where(rows < none, rows, none)].max(axis=1)  # -1 is the last, too
        listed = self.bands[codes]
        fits: NDArray[np.float32] = np.where(
            listed >= 0, self.pulls[np.minimum(listed, none)], public
        )
        return fits


class PriceLists:
    """The price bands of every list of a catalog; empty, and free, where there are no lists."""

    def __init__(self) -> None:
        self._bands: dict[str, Bands] = {}
        self._codes: set[int] = set()

    def learn(self, table: ItemTable, code: int, item: Item) -> None:
        """Take up what an item costs by each list now."""
        if PRICE_LISTS not in item.attributes and code not in self._codes:
            return
        prices = prices_in(item)
        for name, bands in self._bands.items():
            if name not in prices and code < len(bands):
                bands[code] = NO_FACET
        for name, minor in prices.items():
            bands = self._with_room(name, table.capacity)
            bands[code] = table.facets.learn(f"price:{price_band(minor)}") if minor else NO_FACET
        self._codes.add(code)

    def bands(self, name: str, table: ItemTable) -> Bands | None:
        """Return the bands of a list, one for each row of the table; None for an unknown list."""
        return self._with_room(name, table.capacity) if name in self._bands else None

    def moved(self, places: NDArray[np.int32], capacity: int) -> PriceLists:
        """Return the same lists once items have other codes: `places` says which, by old code."""
        other = PriceLists()
        for name, bands in self._bands.items():
            known = min(len(bands), len(places))
            moved = np.full(capacity, NO_FACET, np.int32)
            moved[places[:known]] = bands[:known]
            other._bands[name] = moved
        other._codes = {int(places[code]) for code in self._codes if code < len(places)}
        return other

    def _with_room(self, name: str, capacity: int) -> Bands:
        bands = self._bands.get(name)
        if bands is None:
            bands = self._bands[name] = np.full(capacity, NO_FACET, np.int32)
        elif len(bands) < capacity:
            more = np.full(capacity - len(bands), NO_FACET, np.int32)
            bands = self._bands[name] = np.concatenate([bands, more])
        return bands


def priced(pool: Pool, fit: PriceFit, lean: float, table: ItemTable) -> Pool:
    """Return candidates lifted by how well their prices fit whoever buys by a list.

    Args:
        pool: the candidates.
        fit: how much each price band is to their taste.
        lean: how much a full match adds, as a share.
        table: of all items.
    """
    lift = (1.0 + lean * fit.of(pool.codes, table)).astype(np.float32)
    return Pool(pool.codes, pool.weights * lift, pool.sources)
