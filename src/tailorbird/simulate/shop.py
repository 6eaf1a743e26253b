"""A shop that does not exist: outdoor and home goods, the same for the same seed."""

import math
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tailorbird.simulate.families import Vocabulary, vocabulary
from tailorbird.simulate.goods import CURRENCY, Good, ItemTruth, WireItem, make_family_goods
from tailorbird.simulate.kinship import Kin, kin_of
from tailorbird.simulate.luck import Luck
from tailorbird.spine.errors import BadRequest
from tailorbird.spine.ids import ItemId
from tailorbird.spine.money import to_major

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LISTED = 12


class Shelf(msgspec.Struct, frozen=True, eq=False):
    """The items of one family as columns of equal length, for weighing them all at once.

    `codes` are places in the shop; the other columns are those of `ItemTruth`.
    """

    codes: Ints
    line: Ints
    style: Ints
    brand: Ints
    quality: Floats
    draw: Floats
    dearness: Floats
    published_ms: Ints


class Shop(msgspec.Struct, frozen=True, eq=False):
    """What is for sale, and the truth about it.

    `items`, `truths`, `products` and both lists of `kin` are parallel: an item's code is its place.
    `products` are the items as an event's `products` show them. `shelves`, `line_counts`
    and `listings` (the codes of the best known, as a category page shows them) are by family.
    """

    items: tuple[WireItem, ...]
    truths: tuple[ItemTruth, ...]
    products: tuple[dict[str, Any], ...]
    kin: Kin
    shelves: tuple[Shelf, ...]
    codes: dict[ItemId, int]
    bestsellers: tuple[int, ...]
    line_counts: tuple[int, ...]
    listings: tuple[tuple[int, ...], ...]

    def complements_of(self, item: ItemId) -> tuple[ItemId, ...]:
        """Return what truly goes along with an item."""
        return self._ids(self.kin.complements[self.codes[item]])

    def substitutes_of(self, item: ItemId) -> tuple[ItemId, ...]:
        """Return what truly could replace an item, the nearest first."""
        return self._ids(self.kin.substitutes[self.codes[item]])

    def _ids(self, codes: tuple[int, ...]) -> tuple[ItemId, ...]:
        return tuple(self.items[code]["id"] for code in codes)


def make_shop(rng: np.random.Generator, now_ms: int, size: int = 600) -> Shop:
    """Return a shop of `size` items, the same for the same seed and moment.

    Args:
        rng: decides all of it.
        now_ms: the moment before which everything was published, in ms since 1970.
        size: how many items, from one per family to 100,000.

    Raises:
        BadRequest: there are fewer items than families.
    """
    words = vocabulary()
    families = len(words.families)
    if size < families:
        raise BadRequest(f"A shop of {size} items is too small: it has {families} families.")
    luck = Luck(rng)
    goods: list[Good] = []
    for family_code, count in enumerate(_shares(words, size)):
        goods.extend(make_family_goods(family_code, len(goods), count, now_ms, luck))
    truths = tuple(good.truth for good in goods)
    items = tuple(good.item for good in goods)
    shelves = _shelves(truths, families)
    return Shop(
        items=items,
        truths=truths,
        products=tuple(_product_fields(good) for good in goods),
        kin=kin_of(truths, rng),
        shelves=shelves,
        codes={item["id"]: code for code, item in enumerate(items)},
        bestsellers=_bestsellers(truths),
        line_counts=_line_counts(truths, families),
        listings=tuple(_listing(shelf) for shelf in shelves),
    )


def _shares(words: Vocabulary, size: int) -> list[int]:
    """Return how many items each family has: by the root of its weight, and at least one."""
    pulls = np.sqrt([family.weight for family in words.families])
    spare = size - len(pulls)
    edges = np.rint(np.cumsum(pulls) / pulls.sum() * spare).astype(np.int64)
    return [int(count) + 1 for count in np.diff(edges, prepend=0)]


def _product_fields(good: Good) -> dict[str, Any]:
    item, truth = good.item, good.truth
    return {
        "product_id": item["id"],
        "sku": item["id"],
        "name": item["title"],
        "category": item["category"],
        "brand": item["brand"],
        "variant": item["attributes"]["color"],
        "price": to_major(truth.price_minor, CURRENCY),
        "url": item["url"],
    }


def _shelves(truths: tuple[ItemTruth, ...], families: int) -> tuple[Shelf, ...]:
    codes_by_family: list[list[int]] = [[] for _ in range(families)]
    for code, truth in enumerate(truths):
        codes_by_family[truth.family].append(code)
    return tuple(_shelf([truths[code] for code in codes], codes) for codes in codes_by_family)


def _shelf(truths: list[ItemTruth], codes: list[int]) -> Shelf:
    return Shelf(
        codes=np.array(codes, dtype=np.int64),
        line=np.array([truth.line for truth in truths], dtype=np.int64),
        style=np.array([truth.style for truth in truths], dtype=np.int64),
        brand=np.array([truth.brand for truth in truths], dtype=np.int64),
        quality=np.array([truth.quality for truth in truths]),
        draw=np.array([truth.draw for truth in truths]),
        dearness=np.array([truth.dearness for truth in truths]),
        published_ms=np.array([truth.published_ms for truth in truths], dtype=np.int64),
    )


def _bestsellers(truths: tuple[ItemTruth, ...]) -> tuple[int, ...]:
    """Return the best-known twentieth of the shop, which people look at for no reason of theirs."""
    families = vocabulary().families
    fame = [truth.draw + math.log(families[truth.family].weight) for truth in truths]
    best = sorted(range(len(truths)), key=lambda code: -fame[code])
    return tuple(best[: max(5, len(truths) // 20)])


def _line_counts(truths: tuple[ItemTruth, ...], families: int) -> tuple[int, ...]:
    counts = [0] * families
    for truth in truths:
        counts[truth.family] = max(counts[truth.family], truth.line + 1)
    return tuple(counts)


def _listing(shelf: Shelf) -> tuple[int, ...]:
    return tuple(shelf.codes[np.argsort(-shelf.draw)[:_LISTED]].tolist())
