"""How soon people buy the same thing again, by kind: learned from orders, and waited for.

Coffee is bought again within weeks, a tent for years not. Who has just bought one wants neither the
one nor the other at once, and the tent much later than the coffee. How long to wait is read off the
shop's own orders: the share of purchases of a kind that were followed by another of the very same
item, and the time after which a quarter of these had come. Where fewer than a tenth were, or that
cannot be told, nothing is shown again for as long as purchases were watched. Purchases of late had
little time to be repeated; the estimate is Kaplan and Meier's (Journal of the American Statistical
Association 53, 1958), which counts each for as long as it was watched, with Greenwood's error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.sessions import Sessions
from tailorbird.spine.ids import ItemId

Durations = NDArray[np.float64]
Patience = Callable[[ItemId], int]
"""Says how many days to wait before somebody is shown again an item that they bought."""

UNTAUGHT_DAYS = 14
"""How long is waited where nothing was learned."""

LEAST_PURCHASES = 30
LEAST_SHARE = 0.1
LONGEST_DAYS = 365
_A_DAY_S = 86_400.0
_SURE = 1.645  # standard errors: one chance in twenty that the share is lower
_EARLY = 0.25  # of those who buy again have done so when it is time to show it again


class Rebuy(msgspec.Struct, frozen=True):
    """How one kind is bought again.

    Attributes:
        purchases: how many were watched.
        share: of them that were followed by the same item, 0 to 1, within the time watched.
        median_days: after which half of these had come; None where there were none.
        days: how long to wait before somebody is shown again what they bought.
    """

    purchases: int
    share: float
    median_days: float | None
    days: int


class Rebuys(msgspec.Struct, frozen=True):
    """How things are bought again in a shop.

    Attributes:
        watched_days: how far back the first purchase lies.
        shop: of all kinds together.
        kinds: by the facet of the narrowest category, where enough was bought to tell.
    """

    watched_days: float
    shop: Rebuy
    kinds: dict[str, Rebuy] = {}

    def days_of(self, kind: str | None) -> int:
        """Return how long to wait with an item of a kind, in days."""
        return self.shop.days if kind is None else self.kinds.get(kind, self.shop).days


def untaught(_item: ItemId) -> int:
    """Return the wait where nothing was learned: the same for all items."""
    return UNTAUGHT_DAYS


def patience(known: Rebuys | None, table: ItemTable) -> Patience:
    """Return what says how long to wait with an item, by what was learned of its kind.

    Args:
        known: what was learned.
        table: knows the narrowest category of each item.
    """
    if known is None:
        return untaught

    def days(item: ItemId) -> int:
        code = table.items.codes.get(item)
        leaf = -1 if code is None else int(table.leaf[code])
        return known.days_of(table.facets.ids[leaf] if leaf >= 0 else None)

    return days


def rebuys(
    baskets: Sessions, buyers: NDArray[np.int64], kinds: Sequence[str | None], until_s: float
) -> Rebuys | None:
    """Return how soon things are bought again; None where too little was bought to tell.

    Purchases of an item by the same buyer less than a day apart count as one.

    Args:
        baskets: orders as rows of item codes, each with its time.
        buyers: int64[orders], a number for who placed each.
        kinds: by item code, the facet of its narrowest category.
        until_s: until when purchases were watched, in seconds since 1970.
    """
    items, at_s, days, again = _purchases(baskets, buyers, until_s)
    if len(items) < LEAST_PURCHASES:
        return None
    watched = (until_s - float(at_s.min())) / _A_DAY_S
    by_kind: dict[str, list[int]] = {}
    for place, item in enumerate(items.tolist()):
        kind = kinds[item]
        if kind is not None:
            by_kind.setdefault(kind, []).append(place)
    return Rebuys(
        watched_days=round(watched, 1),
        shop=_rebuy(days, again, watched),
        kinds={
            kind: _rebuy(days[places], again[places], watched)
            for kind, places in by_kind.items()
            if len(places) >= LEAST_PURCHASES
        },
    )


def _purchases(
    baskets: Sessions, buyers: NDArray[np.int64], until_s: float
) -> tuple[NDArray[np.int64], Durations, Durations, NDArray[np.bool_]]:
    """Return item, time, days watched, and whether the same was bought at their end."""
    sizes = np.diff(baskets.offsets)
    items = baskets.items.astype(np.int64)
    buyer = np.repeat(buyers, sizes)
    at_s = np.repeat(baskets.ended_at.astype(np.float64), sizes)
    order = np.lexsort((at_s, items, buyer))
    items, buyer, at_s = items[order], buyer[order], at_s[order]
    same = np.zeros(len(items), bool)  # as the one after it
    same[:-1] = (items[1:] == items[:-1]) & (buyer[1:] == buyer[:-1])
    until = np.where(same, np.append(at_s[1:], 0.0), until_s)
    days = (until - at_s) / _A_DAY_S
    kept = ~same | (days >= 1.0)
    return items[kept], at_s[kept], np.maximum(days[kept], 0.0), same[kept]


def _rebuy(days: Durations, again: NDArray[np.bool_], watched: float) -> Rebuy:
    """Return how a kind is bought again, from how long each purchase was watched."""
    times, bought, error = _bought_again(days, again)
    share = float(bought[-1]) if len(bought) else 0.0
    wait = min(max(watched, UNTAUGHT_DAYS), LONGEST_DAYS)
    if share - _SURE * error >= LEAST_SHARE:
        wait = min(max(_reached(times, bought, _EARLY * share), 1.0), LONGEST_DAYS)
    median = round(_reached(times, bought, 0.5 * share), 1) if share else None
    return Rebuy(len(days), round(share, 4), median, int(np.ceil(wait)))


def _bought_again(days: Durations, again: NDArray[np.bool_]) -> tuple[Durations, Durations, float]:
    """Return when things were bought again, the share that had been by then, and its error."""
    ordered = np.sort(days)
    times, counts = np.unique(days[again], return_counts=True)
    at_risk = len(days) - np.searchsorted(ordered, times, side="left")
    waiting = np.cumprod(1.0 - counts / at_risk, dtype=np.float64)
    spread = np.sum(counts / (at_risk * np.maximum(at_risk - counts, 1)))
    error = float(waiting[-1] * np.sqrt(spread)) if len(times) else 0.0
    return times, 1.0 - waiting, error


def _reached(times: Durations, bought: Durations, share: float) -> float:
    return float(times[np.searchsorted(bought, share - 1e-12)])
