"""What goes with an item: bought together with it or soon after, and not instead of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.special import pdtrc

from tailorbird.predict.nearest_rows import Neighbors, top_columns
from tailorbird.predict.sessions import Codes, Sessions, offsets_of

LONGEST_BASKET = 100


@dataclass(frozen=True, slots=True)
class Pairing:
    """How pairs are judged.

    Attributes:
        together: Least number of orders that hold both.
        significance: Chance of a pair that is none, in a one-sided Poisson test.
        shrinkage: Orders added to the root of the product of counts, against small numbers.
        viewing_weight: How strongly pairs are pushed down that are viewed together in
            sessions more than bought together; 0 leaves them alone.
        same_leaf_weight: Factor for two items of one leaf category; 1 leaves them alone.
    """

    together: int = 2
    significance: float = 0.01
    shrinkage: float = 5.0
    viewing_weight: float = 1.0
    same_leaf_weight: float = 0.2


class Browsing(NamedTuple):
    """What tells substitutes from complements.

    Attributes:
        views: Sessions of views.
        leaves: int32[items], leaf category of each item, -1 where unknown; may be empty.
    """

    views: Sessions
    leaves: Codes


NO_BROWSING = Browsing(Sessions.none(), np.zeros(0, np.int32))


class Pairs(NamedTuple):
    """Pairs of different items in one basket, both ways round.

    Attributes:
        left, right: int32[p], item codes, sorted by left, then right.
        together: float64[p], baskets that hold both.
        expected: float64[p], baskets that would, if items were independent.
        root: float64[p], root of the product of the items' baskets.
    """

    left: Codes
    right: Codes
    together: NDArray[np.float64]
    expected: NDArray[np.float64]
    root: NDArray[np.float64]

    def where(self, kept: NDArray[np.bool_]) -> Pairs:
        """Return the pairs that are kept."""
        return Pairs(
            self.left[kept],
            self.right[kept],
            self.together[kept],
            self.expected[kept],
            self.root[kept],
        )


def complements(
    orders: Sessions,
    k: int,
    *,
    browsing: Browsing = NO_BROWSING,
    pairing: Pairing | None = None,
    item_count: int | None = None,
) -> Neighbors:
    """Return the items that complete each item.

    A pair scores by the cosine of its orders, shrunk (Linden et al., 2003), when it is bought
    together more often than chance would have it. Substitutes are viewed together but not
    bought together (McAuley et al., 2015), so a pair loses by the ratio of its viewing lift
    to its buying lift.

    Args:
        orders: One basket each; `joined_orders` adds what a buyer orders soon after.
        k: Complements an item.
        browsing: What tells substitutes.
        pairing: How pairs are judged.
        item_count: Size of the vocabulary where larger than the codes show.

    Returns:
        Codes padded with -1, scores in [0, 1], best first.
    """
    judged = pairing or Pairing()
    views, leaves = browsing
    items = max(orders.item_count, views.item_count, len(leaves), item_count or 0)
    bought = _pairs(orders, items)
    likely = pdtrc(bought.together - 1.0, bought.expected) < judged.significance
    likely &= bought.together >= judged.together
    bought = bought.where(likely)
    scores = bought.together / (bought.root + judged.shrinkage)
    if len(views):
        scores *= _not_instead(bought, _pairs(views, items), items) ** judged.viewing_weight
    if len(leaves):
        leaf = np.full(items, -1, np.int32)
        leaf[: len(leaves)] = leaves
        same = (leaf[bought.left] == leaf[bought.right]) & (leaf[bought.left] >= 0)
        scores = np.where(same, scores * judged.same_leaf_weight, scores)
    weights = scores.astype(np.float32)
    return top_columns(
        scipy.sparse.csr_array((weights, (bought.left, bought.right)), shape=(items, items)), k
    )


def joined_orders(orders: Sessions, buyers: NDArray[np.int64], within_seconds: float) -> Sessions:
    """Return baskets where orders of one buyer that follow each other soon are one.

    Args:
        orders: Oldest first.
        buyers: int64[n], who ordered; -1 where unknown.
        within_seconds: How soon after the last order.
    """
    rows: list[list[int]] = []
    ends: list[float] = []
    latest: dict[int, int] = {}
    for number in range(len(orders)):
        buyer, at = int(buyers[number]), float(orders.ended_at[number])
        row = latest.get(buyer, -1) if buyer >= 0 else -1
        if row < 0 or at - ends[row] > within_seconds:
            row = len(rows)
            rows.append([])
            ends.append(at)
        rows[row].extend(orders[number].tolist())
        ends[row] = at
        latest[buyer] = row
    return Sessions.of(rows, ends)


def _pairs(baskets: Sessions, items: int) -> Pairs:
    """Count pairs; a basket longer than LONGEST_BASKET counts with its first items only."""
    lengths = np.minimum(baskets.lengths, LONGEST_BASKET)
    offsets = offsets_of(lengths)
    shift = np.repeat(baskets.offsets[:-1] - offsets[:-1], lengths)
    columns = baskets.items[np.arange(offsets[-1]) + shift]
    held = scipy.sparse.csr_array(
        (np.ones(len(columns)), columns, offsets), shape=(len(baskets), items)
    )
    held.sum_duplicates()
    held.data[:] = 1.0
    counts = np.asarray(held.sum(axis=0)).ravel()
    both = (held.T @ held).tocoo()
    apart = both.row != both.col
    left, right = both.row[apart].astype(np.int32), both.col[apart].astype(np.int32)
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    product = counts[left] * counts[right]
    return Pairs(
        left, right, both.data[apart][order], product / max(len(baskets), 1), np.sqrt(product)
    )


def _not_instead(bought: Pairs, viewed: Pairs, items: int) -> NDArray[np.float64]:
    """Return float64[p] in (0, 1], lower the more a pair's viewing lift exceeds its buying lift."""
    keys = viewed.left.astype(np.int64) * items + viewed.right
    wanted = bought.left.astype(np.int64) * items + bought.right
    at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    lift = np.zeros(len(wanted))
    if len(keys):
        found = keys[at] == wanted
        lift[found] = (viewed.together / viewed.expected)[at[found]]
    buying = bought.together / np.maximum(bought.expected, 1e-12)
    return np.minimum(1.0, 1.0 / np.maximum(lift / np.maximum(buying, 1e-12), 1e-12))
