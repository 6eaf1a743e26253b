"""How a customer's orders are shown: what they are worth, and the newest ones."""

from tailorbird.profile.customer import Money, OrdersView, OrderView, SpendingView
from tailorbird.profile.orders import Orders, Placed, placed, refunded_minor
from tailorbird.profile.worth import Spending, coupons_used, worth
from tailorbird.spine.clock import format_time
from tailorbird.spine.money import to_major

_ORDERS_SHOWN = 10


def orders_view(orders: Orders, now_ms: int) -> OrdersView:
    """Return recency, frequency, money and the newest ten orders as of `now_ms`."""
    value = worth(orders, now_ms)
    standing = placed(orders)[::-1][:_ORDERS_SHOWN]
    return OrdersView(
        frequency=value.frequency,
        frequency_last_365_days=value.frequency_365,
        recency_days=None if value.recency_days is None else round(value.recency_days, 3),
        first_at=_time(value.first_order_ms),
        last_at=_time(value.last_order_ms),
        cancelled=value.cancelled,
        items_bought=value.items_bought,
        items_returned=value.items_returned,
        lifetime_value=money(value.spending.net_minor, value.main_currency),
        spending=tuple(
            _spending(spending, currency) for currency, spending in value.by_currency.items()
        ),
        newest=tuple(_order(one) for one in standing),
        coupons=coupons_used(orders),
    )


def money(minor: int, currency: str) -> Money:
    """Return an amount as the wire shows it."""
    return Money(to_major(minor, currency), currency or None)


def _spending(spending: Spending, currency: str) -> SpendingView:
    return SpendingView(
        orders=spending.orders,
        revenue=money(spending.revenue_minor, currency),
        refunded=money(spending.refunded_minor, currency),
        lifetime_value=money(spending.net_minor, currency),
        average_order=money(spending.average_minor, currency),
    )


def _order(one: Placed) -> OrderView:
    sale = one.sale
    items: dict[str, int] = {}
    for line in sale.lines:
        items[line.item] = items.get(line.item, 0) + line.quantity
    return OrderView(
        id=one.id,
        at=format_time(sale.at_ms),
        revenue=money(sale.revenue_minor, sale.currency),
        refunded=money(refunded_minor(one.order), sale.currency),
        items=items,
        coupon=sale.coupon or None,
        in_store=sale.in_store,
    )


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else format_time(at_ms)
