"""The tracking plan: the events the engine understands, and their typed properties."""

from collections.abc import Mapping
from typing import Any

from tailorbird.spine import events as names

# Segment's first e-commerce spec used other words for the same events.
ALIASES: Mapping[str, str] = {
    "Viewed Product Category": names.LIST_VIEWED,
    "Viewed Product": names.PRODUCT_VIEWED,
    "Clicked Product": names.PRODUCT_CLICKED,
    "Viewed Promotion": "Promotion Viewed",
    "Clicked Promotion": "Promotion Clicked",
    "Added Product": names.PRODUCT_ADDED,
    "Removed Product": names.PRODUCT_REMOVED,
    "Completed Order": names.ORDER_COMPLETED,
    "Refunded Order": names.ORDER_REFUNDED,
}

TEXT, NUMBER, LIST = "text", "number", "list"
_TYPES: Mapping[str, tuple[type, ...]] = {
    TEXT: (str, int),
    NUMBER: (int, float),
    LIST: (list,),
}

_PRODUCT: Mapping[str, str] = {"product_id": TEXT}
_MONEY: Mapping[str, str] = {"order_id": TEXT, "products": LIST}
_EXPOSURE: Mapping[str, str] = {"exposureId": TEXT}
_MESSAGE: Mapping[str, str] = {"message_id": TEXT, "channel": TEXT}
_NOTHING: Mapping[str, str] = {}

UNSAID: Mapping[str, str] = {"quantity": "1"}
"""Properties that may be missing, and what holds then.

Segment's e-commerce spec lists `quantity` among the fields of a product and requires it nowhere,
and an event about a product is about one piece unless it says otherwise. So to leave it out departs
from nothing, on a single product or on a line of an order; to say it as no number does.
"""

# Event -> properties that it should have. Missing or mistyped ones are counted as violations of the
# source; they do not cost the event unless the engine could misread it (see `lines`).
PLAN: Mapping[str, Mapping[str, str]] = {
    names.PRODUCTS_SEARCHED: {"query": TEXT},
    names.LIST_VIEWED: {"products": LIST},
    names.LIST_FILTERED: {"products": LIST},
    names.PRODUCT_CLICKED: _PRODUCT,
    names.PRODUCT_VIEWED: _PRODUCT,
    names.PRODUCT_ADDED: {**_PRODUCT, "quantity": NUMBER},
    names.PRODUCT_REMOVED: {**_PRODUCT, "quantity": NUMBER},
    names.WISHLISTED: _PRODUCT,
    "Product Removed from Wishlist": _PRODUCT,
    "Wishlist Product Added to Cart": _PRODUCT,
    "Product Shared": _PRODUCT,
    "Product Reviewed": {**_PRODUCT, "rating": TEXT},
    names.CART_VIEWED: {"products": LIST},
    "Cart Shared": {"products": LIST},
    names.CHECKOUT_STARTED: {"products": LIST},
    "Checkout Step Viewed": {"step": NUMBER},
    "Checkout Step Completed": {"step": NUMBER},
    names.PAYMENT_INFO_ENTERED: {"payment_method": TEXT},
    names.PAYMENT_FAILED: {"payment_method": TEXT},
    names.ORDER_COMPLETED: _MONEY,
    "Order Updated": _MONEY,
    names.ORDER_CANCELLED: {"order_id": TEXT},
    names.ORDER_REFUNDED: {"order_id": TEXT},
    "Coupon Entered": {"coupon_id": TEXT},
    "Coupon Applied": {"coupon_id": TEXT},
    "Coupon Denied": {"coupon_id": TEXT},
    "Coupon Removed": {"coupon_id": TEXT},
    "Promotion Viewed": {"promotion_id": TEXT},
    "Promotion Clicked": {"promotion_id": TEXT},
    names.RECOMMENDATION_VIEWED: _EXPOSURE,
    names.RECOMMENDATION_CLICKED: _EXPOSURE,
    names.RECOMMENDATION_DISMISSED: _EXPOSURE,
    "Message Delivered": _MESSAGE,
    "Message Opened": _MESSAGE,
    "Message Clicked": _MESSAGE,
    "Message Bounced": _MESSAGE,
    "Message Complained": _MESSAGE,
    "Message Unsubscribed": _MESSAGE,
    "Signed Up": _NOTHING,
    "Activated": _NOTHING,
    "Feature Used": {"feature": TEXT},
    "Usage Threshold Reached": {"metric": TEXT, "value": NUMBER},
    "Trial Started": _NOTHING,
    "Trial Ended": _NOTHING,
    "Renewal Window Opened": _NOTHING,
    "Subscription Renewed": _NOTHING,
    "Subscription Cancelled": _NOTHING,
    "Ticket Opened": {"ticket_id": TEXT},
    "Ticket Closed": {"ticket_id": TEXT},
    "Store Purchase Completed": _MONEY,
    "Store Purchase Returned": _MONEY,
    "Dwelled": {"seconds": NUMBER},
    "Form Field Interacted": {"field": TEXT},
    "Form Field Errored": {"field": TEXT},
    "Form Abandoned": {"form": TEXT},
    "Page Left": _NOTHING,
}

PAGE_NAMES = {
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "identify": "Identified",
    "group": "Grouped",
    "alias": "Aliased",
}


def event_name(kind: str, named: str | None) -> str:
    """Return the canonical name of an event of a kind."""
    if kind == "track":
        return ALIASES.get(named or "", named or "")
    return PAGE_NAMES[kind]


def violations(name: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Return how an event departs from the plan, each as `property: fault`; empty if it fits."""
    expected = PLAN.get(name)
    if expected is None:
        return ()
    faults = []
    for prop, kind in expected.items():
        value = properties.get(prop)
        if value is None:
            if prop not in UNSAID:
                faults.append(f"{prop}: missing")
        elif not isinstance(value, _TYPES[kind]) or isinstance(value, bool):
            faults.append(f"{prop}: not a {kind}")
    return tuple(faults)
