"""How reports of sales, refunds and cancellations become orders, each of them once."""

import msgspec

from tailorbird.profile.newest import newest
from tailorbird.profile.orders import (
    Older,
    Order,
    OrderLine,
    Orders,
    Refund,
    Sale,
    by_age,
    net_minor,
)
from tailorbird.spine import events
from tailorbird.spine.events import Event

LINES_KEPT = 500
COUNTED = 1_000
_REFUNDS_KEPT = 20
_MOST_OF_ONE = 1_000_000
_LONGEST_WORD = 80
_ON_SALE = "sale:true"

_SOLD_IN_STORE = "Store Purchase Completed"
_RETURNED_IN_STORE = "Store Purchase Returned"
_SALES = frozenset({events.ORDER_COMPLETED, _SOLD_IN_STORE})
_REFUNDS = frozenset({events.ORDER_REFUNDED, _RETURNED_IN_STORE})
_CONCERNED = _SALES | _REFUNDS | {events.ORDER_CANCELLED}


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
    payment_method = method[:_LONGEST_WORD] if isinstance(method, str) else ""
    return Sale(
        event.occurred_at_ms,
        event.received_at_ms,
        richness=4 * len(lines) + 2 * bool(fact and fact.revenue_minor) + bool(payment_method),
        revenue_minor=revenue if fact is None else fact.revenue_minor,
        currency=event.currency or "",
        discount_minor=0 if fact is None else fact.discount_minor,
        coupon=((fact.coupon if fact else None) or "")[:_LONGEST_WORD],
        payment_method=payment_method,
        in_store=event.name == _SOLD_IN_STORE,
        lines=lines,
        account=event.group_id or "",
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
    """Keep the lines that have fewer than 500 newer ones, and the 1,000 newest orders."""
    if len(kept) <= COUNTED and sum(map(_length, kept.values())) <= LINES_KEPT:
        return Orders(kept, older)
    newest_first = sorted(kept.items(), key=by_age, reverse=True)
    lines = 0
    for order_id, order in newest_first[:COUNTED]:
        if lines >= LINES_KEPT and order.sale is not None:
            bare = msgspec.structs.replace(order.sale, lines=())
            kept[order_id] = msgspec.structs.replace(order, sale=bare)
        lines += _length(order)
    for order_id, order in newest_first[COUNTED:]:
        del kept[order_id]
        if order.sale is not None and order.cancelled_ms is None:
            left = Older(1, net_minor(order))
            older[order.sale.currency] = _sum(older.get(order.sale.currency), left)
    return Orders(kept, older)


def _length(order: Order) -> int:
    return 0 if order.sale is None else len(order.sale.lines)


def _sum(present: Older | None, more: Older) -> Older:
    if present is None:
        return more
    return Older(present.orders + more.orders, present.net_minor + more.net_minor)
