"""An event: something that a person did, as the log keeps it."""

from typing import Any, Literal

import msgspec

from tailorbird.spine.ids import ItemId, Subject

EventKind = Literal["track", "identify", "page", "screen", "group", "alias", "split"]


class LineItem(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An item that an event is about, with its facets as they were then.

    `facets` are stamped at the door (`brand:acme`, `category:Tents`), so that folding the log
    needs no look at a catalog that has changed since.
    """

    id: ItemId
    quantity: int = 1
    price_minor: int | None = None
    facets: tuple[str, ...] = ()


class OrderFact(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What an order, a refund or a cancellation says about money, in minor units."""

    order_id: str
    revenue_minor: int = 0
    discount_minor: int = 0
    coupon: str | None = None


class Exposure(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Which answer of ours a person saw, clicked or dismissed."""

    exposure_id: str
    placement: str | None = None
    position: int | None = None
    creative: str | None = None
    policy: str | None = None
    model: str | None = None


class Trace(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a browser leaves behind that another of the same person may share.

    Kept only where links are switched on. `network` and `click` are keyed digests whose key is
    thrown away after a week; `agent` is coarse, such as `mobile ios safari`.
    """

    network: str | None = None
    agent: str | None = None
    click: str | None = None


class Context(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The circumstances of an event: how the visitor came, and with what."""

    channel: str | None = None
    campaign: str | None = None
    referrer: str | None = None
    device: str | None = None
    locale: str | None = None
    timezone: str | None = None
    country: str | None = None
    path: str | None = None
    trace: Trace | None = None


NO_CONTEXT = Context()


class Event(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One admitted event: typed, clock-corrected, free of contact data.

    Times are milliseconds since 1970 (UTC). `occurred_at_ms` is when it happened, with the
    sender's clock error taken out; `received_at_ms` is when it came in.
    """

    kind: EventKind
    name: str
    message_id: str
    source: str
    occurred_at_ms: int
    received_at_ms: int
    anonymous_id: str | None = None
    user_id: str | None = None
    previous_id: str | None = None
    group_id: str | None = None
    items: tuple[LineItem, ...] = ()
    order: OrderFact | None = None
    currency: str | None = None
    query: str | None = None
    exposure: Exposure | None = None
    traits: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    context: Context = NO_CONTEXT
    historical: bool = False

    @property
    def subject(self) -> Subject:
        """Who the event says it is about."""
        return Subject(anonymous_id=self.anonymous_id, user_id=self.user_id)


class LoggedEvent(msgspec.Struct, frozen=True, gc=False):
    """An event and its place in the log."""

    offset: int
    event: Event


# Names that carry meaning for the engine. Others are kept and counted as custom.
PRODUCT_VIEWED = "Product Viewed"
PRODUCT_CLICKED = "Product Clicked"
PRODUCT_ADDED = "Product Added"
PRODUCT_REMOVED = "Product Removed"
WISHLISTED = "Product Added to Wishlist"
CART_VIEWED = "Cart Viewed"
CHECKOUT_STARTED = "Checkout Started"
PAYMENT_INFO_ENTERED = "Payment Info Entered"
PAYMENT_FAILED = "Payment Failed"
ORDER_COMPLETED = "Order Completed"
ORDER_REFUNDED = "Order Refunded"
ORDER_CANCELLED = "Order Cancelled"
PRODUCTS_SEARCHED = "Products Searched"
LIST_VIEWED = "Product List Viewed"
LIST_FILTERED = "Product List Filtered"
RECOMMENDATION_VIEWED = "Recommendation Viewed"
RECOMMENDATION_CLICKED = "Recommendation Clicked"
RECOMMENDATION_DISMISSED = "Recommendation Dismissed"

OWN_SOURCE = "tailorbird:"
"""How the sources of events begin that the engine itself writes; no key and no import has such."""
