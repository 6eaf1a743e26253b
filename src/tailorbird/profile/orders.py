"""What somebody ordered, sent back and cancelled: each order once, whoever reports it."""

from collections.abc import Mapping

import msgspec

from tailorbird.spine.ids import ItemId


class OrderLine(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """So many of an item at a unit price (0: unknown), and whether it was on sale."""

    item: ItemId
    quantity: int = 1
    price_minor: int = 0
    on_sale: bool = False


class Sale(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One report that an order was placed, for an account perhaps.

    `richness` says how much it tells.
    """

    at_ms: int
    received_ms: int
    richness: int
    revenue_minor: int = 0
    currency: str = ""
    discount_minor: int = 0
    coupon: str = ""
    payment_method: str = ""
    in_store: bool = False
    lines: tuple[OrderLine, ...] = ()
    account: str = ""


class Refund(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """One report that money was given back; `whole` means all of it, whatever the amount."""

    at_ms: int
    source: str
    whole: bool
    amount_minor: int = 0
    items: tuple[ItemId, ...] = ()


class Order(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All that is known of one order; `sale` is None while only its refund has been seen."""

    sale: Sale | None = None
    refunds: tuple[Refund, ...] = ()
    cancelled_ms: int | None = None


class Older(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Orders too old to be kept singly, in one currency: how many, and what was left of them."""

    orders: int
    net_minor: int


class Orders(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All orders of a person.

    `kept` holds the newest 1,000 by order id. The newest 500 lines of them are kept too; older
    orders keep their money only. `older` sums the rest by currency, so no order is ever forgotten.
    The price of that limit: an order older than a thousand others that is reported or refunded
    again is not recognized.
    """

    kept: Mapping[str, Order] = {}
    older: Mapping[str, Older] = {}


class Placed(msgspec.Struct, frozen=True):
    """An order that stands: placed, and not cancelled."""

    id: str
    sale: Sale
    order: Order


NO_ORDERS = Orders()


def order_time(order: Order) -> int:
    """Return when the order was placed or, while that is unknown, when it was first undone."""
    if order.sale is not None:
        return order.sale.at_ms
    moments = [refund.at_ms for refund in order.refunds[:1]]
    if order.cancelled_ms is not None:
        moments.append(order.cancelled_ms)
    return min(moments, default=0)


def refunded_minor(order: Order) -> int:
    """Return how much was given back, never more than was paid.

    What one source reports adds up; where two sources report, the one that reports more is
    believed, since both tell of the same refunds.
    """
    paid = 0 if order.sale is None else max(0, order.sale.revenue_minor)
    by_source: dict[str, int] = {}
    for refund in order.refunds:
        amount = paid if refund.whole else refund.amount_minor
        by_source[refund.source] = by_source.get(refund.source, 0) + amount
    return min(paid, max(by_source.values(), default=0))


def net_minor(order: Order) -> int:
    """Return what is left of an order after refunds; nothing of one that was cancelled."""
    if order.sale is None or order.cancelled_ms is not None:
        return 0
    return order.sale.revenue_minor - refunded_minor(order)


def placed(orders: Orders) -> tuple[Placed, ...]:
    """Return the orders that stand, oldest first."""
    standing = [
        Placed(order_id, order.sale, order)
        for order_id, order in orders.kept.items()
        if order.sale is not None and order.cancelled_ms is None
    ]
    return tuple(sorted(standing, key=lambda one: (one.sale.at_ms, one.id)))


def purchased_at(orders: Orders) -> dict[ItemId, int]:
    """Return when each item was last bought, from the newest 500 order lines."""
    return {line.item: one.sale.at_ms for one in placed(orders) for line in one.sale.lines}


def returned_at(orders: Orders) -> dict[ItemId, int]:
    """Return when each item was last sent back; a whole refund sends every line back."""
    returned: dict[ItemId, int] = {}
    for order in orders.kept.values():
        for refund in order.refunds:
            items = refund.items
            if refund.whole and order.sale is not None:
                items = tuple(line.item for line in order.sale.lines)
            for item in items:
                returned[item] = max(refund.at_ms, returned.get(item, 0))
    return returned


def by_age(entry: tuple[str, Order]) -> tuple[int, str]:
    """Return the key that sorts (order id, order) pairs, oldest first."""
    return (order_time(entry[1]), entry[0])
