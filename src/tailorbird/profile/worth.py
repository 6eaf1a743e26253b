"""What a customer is worth (recency, frequency, money), and how much price moves them."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tailorbird.profile.affinity import Leaning, leanings
from tailorbird.profile.orders import (
    NO_ORDERS,
    Orders,
    Placed,
    Sale,
    placed,
    refunded_minor,
)
from tailorbird.profile.profile import Profile
from tailorbird.spine.clock import DAY_MS

ENOUGH_ITEMS = 3
"""Paid items below which nothing is said of price sensitivity: one bargain is no habit."""

ENOUGH_LEANING = 3.0
"""Decayed weight of price bands (three views of today) below which no band is called typical."""


class Spending(msgspec.Struct, frozen=True):
    """All orders in one currency, in minor units; cancelled ones are left out."""

    orders: int = 0
    revenue_minor: int = 0
    refunded_minor: int = 0

    @property
    def net_minor(self) -> int:
        """Lifetime value so far: revenue less refunds."""
        return self.revenue_minor - self.refunded_minor

    @property
    def average_minor(self) -> int:
        """What is left of an order on average."""
        return round(self.net_minor / self.orders) if self.orders else 0


class Worth(msgspec.Struct, frozen=True):
    """Recency, frequency and money, as of a moment.

    `recency_days` is None for who never ordered. `frequency` counts all orders that stand,
    `frequency_365` those of the last 365 days. `main_currency` is the one most orders are in.
    """

    frequency: int = 0
    frequency_365: int = 0
    first_order_ms: int | None = None
    last_order_ms: int | None = None
    recency_days: float | None = None
    cancelled: int = 0
    items_bought: int = 0
    items_returned: int = 0
    main_currency: str = ""
    by_currency: Mapping[str, Spending] = {}

    @property
    def spending(self) -> Spending:
        """The spending in the main currency."""
        return self.by_currency.get(self.main_currency, Spending())


class PriceSensitivity(msgspec.Struct, frozen=True):
    """How much of what somebody buys is bought at a lowered price; None while too little is known.

    `items` and `revenue` are shares (0..1) of what was on sale, discounted or under a coupon.
    `band` is the price band that they lean to most, such as `16-32`.
    """

    items: float | None = None
    revenue: float | None = None
    band: str | None = None


def worth(orders: Orders, now_ms: int) -> Worth:
    """Return recency, frequency and money as of `now_ms`."""
    if orders == NO_ORDERS:
        return Worth()
    standing = placed(orders)
    sales = [one.sale for one in standing]
    by_currency = _by_currency(standing, orders)
    last_ms = sales[-1].at_ms if sales else None
    return Worth(
        frequency=sum(spending.orders for spending in by_currency.values()),
        frequency_365=sum(sale.at_ms > now_ms - 365 * DAY_MS for sale in sales),
        first_order_ms=sales[0].at_ms if sales else None,
        last_order_ms=last_ms,
        recency_days=None if last_ms is None else max(0, now_ms - last_ms) / DAY_MS,
        cancelled=sum(order.cancelled_ms is not None for order in orders.kept.values()),
        items_bought=sum(max(0, line.quantity) for sale in sales for line in sale.lines),
        items_returned=sum(map(_returned, standing)),
        main_currency=max(
            by_currency, key=lambda code: (by_currency[code].orders, code), default=""
        ),
        by_currency=by_currency,
    )


def price_sensitivity(
    profile: Profile, now_ms: int, leans: Sequence[Leaning] | None = None
) -> PriceSensitivity:
    """Return what is known of price sensitivity, from the newest 500 order lines and the leanings.

    An order's discount or coupon makes every item of it count as lowered.

    Args:
        profile: whose.
        now_ms: when.
        leans: their long leanings at that time, where these are at hand already.
    """
    lowered_items = items = lowered_minor = minor = 0
    for one in placed(profile.orders):
        for line in one.sale.lines:
            quantity = max(0, line.quantity)
            paid_minor = quantity * max(0, line.price_minor)
            lowered = line.on_sale or _discounted(one.sale)
            items, minor = items + quantity, minor + paid_minor
            lowered_items += quantity * lowered
            lowered_minor += paid_minor * lowered
    enough = items >= ENOUGH_ITEMS
    return PriceSensitivity(
        items=lowered_items / items if enough else None,
        revenue=lowered_minor / minor if enough and minor else None,
        band=_typical_band(leanings(profile.facets, now_ms, "long") if leans is None else leans),
    )


def lowered_and_paid(orders: Orders) -> tuple[int, int]:
    """Return how many pieces were paid for at a lowered price, and how many in all."""
    lowered = paid = 0
    for one in placed(orders):
        for line in one.sale.lines:
            quantity = max(0, line.quantity)
            paid += quantity
            lowered += quantity * (line.on_sale or _discounted(one.sale))
    return lowered, paid


def coupons_used(orders: Orders) -> dict[str, int]:
    """Return each coupon and how many orders that stand it was used on."""
    used: dict[str, int] = {}
    for one in placed(orders):
        if one.sale.coupon:
            used[one.sale.coupon] = used.get(one.sale.coupon, 0) + 1
    return used


def _by_currency(standing: Iterable[Placed], orders: Orders) -> dict[str, Spending]:
    sums = {
        currency: Spending(older.orders, older.net_minor)
        for currency, older in sorted(orders.older.items())
    }
    for one in standing:
        before = sums.get(one.sale.currency, Spending())
        sums[one.sale.currency] = Spending(
            before.orders + 1,
            before.revenue_minor + one.sale.revenue_minor,
            before.refunded_minor + refunded_minor(one.order),
        )
    return sums


def _returned(one: Placed) -> int:
    if any(refund.whole for refund in one.order.refunds):
        return sum(max(0, line.quantity) for line in one.sale.lines)
    return len({item for refund in one.order.refunds for item in refund.items})


def _discounted(sale: Sale) -> bool:
    return bool(sale.coupon) or sale.discount_minor > 0


def _typical_band(leans: Sequence[Leaning]) -> str | None:
    bands = [one for one in leans if one.kind == "price"]
    if sum(band.score for band in bands) < ENOUGH_LEANING:
        return None
    return bands[0].name
