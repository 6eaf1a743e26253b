"""What somebody ordered, sent back and cancelled: each order once, whoever reports it."""

from collections.abc import Mapping

import msgspec

from tailorbird.profile.newest import newest
from tailorbird.spine import events
from tailorbird.spine.events import Event
from tailorbird.spine.ids import ItemId

DETAILED = 100
COUNTED = 1_000
_REFUNDS_KEPT = 20
_MOST_OF_ONE = 1_000_000
_ON_SALE = "sale:true"

SOLD_IN_STORE = "Store Purchase Completed"
RETURNED_IN_STORE = "Store Purchase Returned"
_SALES = frozenset({events.ORDER_COMPLETED, SOLD_IN_STORE})
_REFUNDS = frozenset({events.ORDER_REFUNDED, RETURNED_IN_STORE})
_CONCERNED = _SALES | _REFUNDS | {events.ORDER_CANCELLED}


class OrderLine(msgspec.Struct, frozen=True, array_like=True):
    """So many of an item at a unit price (0: unknown), and whether it was on sale."""

    item: ItemId
    quantity: int = 1
    price_minor: int = 0
    on_sale: bool = False


class Sale(msgspec.Struct, frozen=True, array_like=True):
    """One report that an order was placed. `richness` says how much it tells."""

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


class Refund(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One report that money was given back; `whole` means all of it, whatever the amount."""

    at_ms: int
    source: str
    whole: bool
    amount_minor: int = 0
    items: tuple[ItemId, ...] = ()


class Order(msgspec.Struct, frozen=True, array_like=True):
    """All that is known of one order; `sale` is None while only its refund has been seen."""

    sale: Sale | None = None
    refunds: tuple[Refund, ...] = ()
    cancelled_ms: int | None = None


class Older(msgspec.Struct, frozen=True, array_like=True):
    """Orders too old to be kept singly, in one currency: how many, and what was left of them."""

    orders: int
    net_minor: int


class Orders(msgspec.Struct, frozen=True, array_like=True):
    """All orders of a person.

    `kept` holds the newest 1,000 by order id, of which the newest 100 with their lines. `older`
    sums the rest by currency, so no order is ever forgotten. The price of that limit: an order
    older than a thousand others that is reported or refunded again is not recognized.
    """

    kept: Mapping[str, Order] = {}
    older: Mapping[str, Older] = {}


NO_ORDERS = Orders()


def take_order(orders: Orders, event: Event) -> Orders:
    """Return the orders after a sale, a refund or a cancellation; other events change nothing."""
    if event.name not in _CONCERNED:
        return orders
    order_id = event.order.order_id if event.order is not None else event.message_id
    news = _news(event)
    present = orders.kept.get(order_id)
    changed = news if present is None else _join(present, news)
    return _cut({**orders.kept, order_id: changed}, dict(orders.older))


def join_orders(a: Orders, b: Orders) -> Orders:
    """Return the orders of both, each order id once."""
    kept = dict(a.kept)
    for order_id, order in b.kept.items():
        present = kept.get(order_id)
        kept[order_id] = order if present is None else _join(present, order)
    older = dict(a.older)
    for currency, sums in b.older.items():
        older[currency] = _sum(older.get(currency), sums)
    return _cut(kept, older)


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


def placed(orders: Orders) -> tuple[tuple[str, Order], ...]:
    """Return the orders that stand (placed and not cancelled) by id, oldest first."""
    standing = (
        (order_id, order)
        for order_id, order in orders.kept.items()
        if order.sale is not None and order.cancelled_ms is None
    )
    return tuple(sorted(standing, key=_age))


def purchased_at(orders: Orders) -> dict[ItemId, int]:
    """Return when each item was last bought, from the newest 100 orders."""
    bought: dict[ItemId, int] = {}
    for order in orders.kept.values():
        if order.sale is None or order.cancelled_ms is not None:
            continue
        for line in order.sale.lines:
            bought[line.item] = max(order.sale.at_ms, bought.get(line.item, 0))
    return bought


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


def _news(event: Event) -> Order:
    if event.name in _SALES:
        return Order(sale=_sale(event))
    if event.name == events.ORDER_CANCELLED:
        return Order(cancelled_ms=event.occurred_at_ms)
    stated = 0 if event.order is None else abs(event.order.revenue_minor)
    priced = sum(abs(line.quantity * (line.price_minor or 0)) for line in event.items)
    refund = Refund(
        event.occurred_at_ms,
        event.source,
        whole=not (stated or event.items),
        amount_minor=stated or priced,
        items=tuple(sorted(line.id for line in event.items)),
    )
    return Order(refunds=(refund,))


def _sale(event: Event) -> Sale:
    lines = tuple(
        OrderLine(
            line.id,
            max(-_MOST_OF_ONE, min(line.quantity, _MOST_OF_ONE)),
            line.price_minor or 0,
            _ON_SALE in line.facets,
        )
        for line in event.items
    )
    fact = event.order
    revenue = sum(line.quantity * line.price_minor for line in lines)
    method = event.properties.get("payment_method")
    payment_method = method[:40] if isinstance(method, str) else ""
    return Sale(
        event.occurred_at_ms,
        event.received_at_ms,
        richness=4 * len(lines) + 2 * bool(fact and fact.revenue_minor) + bool(payment_method),
        revenue_minor=revenue if fact is None else fact.revenue_minor,
        currency=event.currency or "",
        discount_minor=0 if fact is None else fact.discount_minor,
        coupon=(fact.coupon if fact else None) or "",
        payment_method=payment_method,
        in_store=event.name == SOLD_IN_STORE,
        lines=lines,
    )


def _join(a: Order, b: Order) -> Order:
    cancelled = [at for at in (a.cancelled_ms, b.cancelled_ms) if at is not None]
    return Order(
        sale=_better(a.sale, b.sale),
        refunds=newest(a.refunds, b.refunds, _REFUNDS_KEPT),
        cancelled_ms=min(cancelled, default=None),
    )


def _better(a: Sale | None, b: Sale | None) -> Sale | None:
    """Choose between two reports of one order: the richer, else the later received.

    The encoded form settles what is left, so that it never matters which came first.
    """
    if a is None or b is None:
        return b if a is None else a
    left, right = (a.richness, a.received_ms), (b.richness, b.received_ms)
    if left == right:
        return a if msgspec.msgpack.encode(a) >= msgspec.msgpack.encode(b) else b
    return a if left > right else b


def _cut(kept: dict[str, Order], older: dict[str, Older]) -> Orders:
    if len(kept) <= DETAILED:
        return Orders(kept, older)
    by_age = sorted(kept.items(), key=_age, reverse=True)
    for order_id, order in by_age[DETAILED:COUNTED]:
        if order.sale is not None and order.sale.lines:
            bare = msgspec.structs.replace(order.sale, lines=())
            kept[order_id] = msgspec.structs.replace(order, sale=bare)
    for order_id, order in by_age[COUNTED:]:
        del kept[order_id]
        if order.sale is not None and order.cancelled_ms is None:
            left = Older(1, net_minor(order))
            older[order.sale.currency] = _sum(older.get(order.sale.currency), left)
    return Orders(kept, older)


def _sum(present: Older | None, more: Older) -> Older:
    if present is None:
        return more
    return Older(present.orders + more.orders, present.net_minor + more.net_minor)


def _age(entry: tuple[str, Order]) -> tuple[int, str]:
    return (order_time(entry[1]), entry[0])
