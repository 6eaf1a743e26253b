"""What showing an item is worth to the merchant, on the scale on which relevance is measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.item_table import ItemTable

FRESH_HALF_LIFE_S = 30 * 86_400.0
_UNKNOWN = 0.5

Worth = NDArray[np.float32]
"""float32[items], what is added to an item's relevance; empty where nothing is."""

NO_WORTH: Worth = np.zeros(0, np.float32)


class Stakes(NamedTuple):
    """How much each thing counts beside relevance, which is 1 for the most relevant candidate.

    Attributes:
        margin: of the rank of the item's margin among all items, 0 to 1.
        freshness: of how new the stock is, 1 on the day of delivery, half after thirty days.
    """

    margin: float
    freshness: float


NO_STAKES = Stakes(0.0, 0.0)


def worth_of(table: ItemTable, stakes: Stakes, now_s: float) -> Worth:
    """Return what each item is worth beside its relevance.

    Margins count by their rank, since one item with an outlying margin would else stand for all;
    an unknown margin counts as the middle one. Stock is as new as its last delivery, else as the
    item itself; where neither is known it is not new.
    """
    count = len(table.items)
    since = np.where(table.restocked_s > 0, table.restocked_s, table.published_s)[:count]
    age = np.maximum(now_s - since, 0.0)
    fresh = np.where(since > 0, np.exp2(-age / FRESH_HALF_LIFE_S), 0.0)
    worth: Worth = (
        stakes.margin * margin_ranks(table.margin[:count]) + stakes.freshness * fresh
    ).astype(np.float32)
    return worth


def margin_ranks(margins: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64[n], the share of known margins that each is above; ties share a rank."""
    ranks = np.full(len(margins), _UNKNOWN)
    known = ~np.isnan(margins)
    if known.sum() > 1:
        ordered = np.sort(margins[known])
        below = np.searchsorted(ordered, margins[known], "left")
        upto = np.searchsorted(ordered, margins[known], "right") - 1
        ranks[known] = (below + upto) / (2.0 * (len(ordered) - 1))
    return ranks
