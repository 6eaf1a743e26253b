"""Filters: which items must not be shown to this person here, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import AUTO, Filters
from tailorbird.predict.rebuying import LONGEST_DAYS, UNTAUGHT_DAYS, Patience, untaught
from tailorbird.profile.orders import purchased_at, returned_at
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.ids import ItemId

Banned = dict[ItemId, str]


def banned(filters: Filters, moment: Moment, patience: Patience = untaught) -> Banned:
    """Return the items that the person's own history and page rule out, with the reason.

    Args:
        filters: of the placement.
        moment: who and where.
        patience: how long to wait with each item that was bought, where that is left to the shop's
            own orders.
    """
    found: Banned = {}
    profile = moment.profile
    if profile is not None:
        orders = profile.orders
        if orders.kept:
            _recent(found, purchased_at(orders), _wait(filters, patience), moment, "bought lately")
            _recent(found, returned_at(orders), filters.returned_days, moment, "returned")
        _recent(found, profile.dismissed, filters.dismissed_days, moment, "dismissed")
        if filters.seen:
            found.update({touch.item: "seen" for touch in profile.touches})
    if filters.cart:
        _all(found, moment.cart_ids, "in the cart")
    if filters.context_item and moment.page_item is not None:
        found[moment.page_item] = "the page's own item"
    return found


def _wait(filters: Filters, patience: Patience) -> int | Patience | None:
    """Return how long to wait with what was bought; one number where all items are alike."""
    if filters.purchased_days != AUTO:
        return filters.purchased_days
    return UNTAUGHT_DAYS if patience is untaught else patience


def _recent(
    found: Banned,
    when: Mapping[ItemId, int] | Mapping[str, int],
    days: int | Patience | None,
    moment: Moment,
    reason: str,
) -> None:
    if days is None:
        return
    most = days if isinstance(days, int) else LONGEST_DAYS
    since = moment.now_ms - most * DAY_MS
    for item, at_ms in when.items():
        if at_ms >= since and (
            isinstance(days, int) or at_ms >= moment.now_ms - days(ItemId(item)) * DAY_MS
        ):
            found[ItemId(item)] = reason


def _all(found: Banned, items: Iterable[ItemId], reason: str) -> None:
    for item in items:
        found[item] = reason
