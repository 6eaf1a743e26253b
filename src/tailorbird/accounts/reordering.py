"""Fast reorder: what an account buys again and again, and when it is due."""

from collections.abc import Iterable
from itertools import pairwise
from statistics import median

import msgspec

from tailorbird.profile.orders import Orders, placed
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.ids import ItemId


class Reorder(msgspec.Struct, frozen=True):
    """An item that was bought before.

    Attributes:
        item: which.
        orders: in how many orders that stand.
        quantity: how many of it an order has, as a rule (the median).
        last_ms: when it was last ordered.
        every_days: days between orders, as a rule (the median); None when ordered once.
        due_ms: when it is due again by that; None when ordered once.
    """

    item: ItemId
    orders: int
    quantity: int
    last_ms: int
    every_days: float | None = None
    due_ms: int | None = None


def reorders(orders: Orders, now_ms: int, limit: int) -> tuple[Reorder, ...]:
    """Return what was bought, the most due first, then what was bought once, newest first.

    The most due is that of whose usual interval most has passed. Orders of one day count as one
    moment, so that a correction an hour later makes no habit.
    """
    bought: dict[ItemId, list[tuple[int, int]]] = {}
    for one in placed(orders):
        quantities: dict[ItemId, int] = {}
        for line in one.sale.lines:
            quantities[line.item] = quantities.get(line.item, 0) + line.quantity
        for item, quantity in quantities.items():
            if quantity > 0:
                bought.setdefault(item, []).append((one.sale.at_ms, quantity))
    found = [_reorder(item, times) for item, times in bought.items()]
    return tuple(sorted(found, key=lambda one: _rank(one, now_ms))[:limit])


def _reorder(item: ItemId, times: list[tuple[int, int]]) -> Reorder:
    quantity = max(1, round(median(amount for _, amount in times)))
    last_ms = times[-1][0]
    gaps = _gaps(at_ms for at_ms, _ in times)
    if not gaps:
        return Reorder(item, len(times), quantity, last_ms)
    gap_ms = median(gaps)
    return Reorder(
        item, len(times), quantity, last_ms, round(gap_ms / DAY_MS, 2), round(last_ms + gap_ms)
    )


def _gaps(times: Iterable[int]) -> list[int]:
    """Return the time between orders, oldest first; those less than a day apart are one."""
    apart: list[int] = []
    for at_ms in times:
        if not apart or at_ms - apart[-1] >= DAY_MS:
            apart.append(at_ms)
    return [later - sooner for sooner, later in pairwise(apart)]


def _rank(one: Reorder, now_ms: int) -> tuple[int, float, ItemId]:
    if one.every_days is None:
        return 1, -one.last_ms, one.item
    return 0, -(now_ms - one.last_ms) / (one.every_days * DAY_MS), one.item
