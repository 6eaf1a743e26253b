"""Small makers of events, items and orders: say what matters, the rest is ordinary."""

from itertools import count
from typing import Any

from tailorbird.spine.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tailorbird.spine.events import (
    NO_CONTEXT,
    ORDER_COMPLETED,
    PRODUCT_VIEWED,
    Event,
    EventKind,
    LineItem,
    OrderFact,
)
from tailorbird.spine.facets import facets_of
from tailorbird.spine.ids import ItemId

NOON_MS = 1_700_049_600_000
"""Wednesday, 15 November 2023, 12:00 UTC."""

MINUTE, HOUR, DAY = MINUTE_MS, HOUR_MS, DAY_MS

_numbers = count(1)


def an_item(
    item: str = "tent-1",
    *,
    price: float | None = None,
    quantity: int = 1,
    category: str | None = "Camping > Tents",
    brand: str | None = "msr",
) -> LineItem:
    """Return an item on an event, with the facets that the door would stamp.

    Args:
        item: its id.
        price: of one piece, in major units.
        quantity: how many.
        category: its path, broadest first.
        brand: its brand.
    """
    price_minor = None if price is None else round(price * 100)
    return LineItem(
        id=ItemId(item),
        quantity=quantity,
        price_minor=price_minor,
        facets=facets_of(category, brand, price_minor),
    )


def an_event(
    name: str = PRODUCT_VIEWED,
    *items: LineItem,
    at: int = NOON_MS,
    kind: EventKind = "track",
    **fields: Any,
) -> Event:
    """Return an event of its own message id, received as it happened.

    Args:
        name: its canonical name.
        items: what it is about.
        at: when it happened, in milliseconds since 1970.
        kind: track, identify, page …
        fields: any other field of `Event`.
    """
    ordinary = {
        "message_id": f"m{next(_numbers)}",
        "source": "web",
        "received_at_ms": at,
        "anonymous_id": "a1",
        "context": NO_CONTEXT,
    }
    return Event(kind=kind, name=name, occurred_at_ms=at, items=items, **{**ordinary, **fields})


def an_order(
    *items: LineItem,
    total: float = 90,
    order_id: str | None = None,
    at: int = NOON_MS,
    name: str = ORDER_COMPLETED,
    **fields: Any,
) -> Event:
    """Return an event about an order, a new one unless `order_id` is given.

    Args:
        items: what was ordered; one tent when left out.
        total: the revenue, in euros.
        order_id: which order.
        at: when it happened, in milliseconds since 1970.
        name: `Order Completed`, or another event about an order.
        fields: `coupon`, `discount` (euros), and any other field of `Event`.
    """
    fact = OrderFact(
        order_id=order_id or f"o{next(_numbers)}",
        revenue_minor=round(total * 100),
        discount_minor=round(fields.pop("discount", 0) * 100),
        coupon=fields.pop("coupon", None),
    )
    lines = items or (an_item(price=total),)
    return an_event(name, *lines, at=at, **{"order": fact, "currency": "EUR", **fields})
