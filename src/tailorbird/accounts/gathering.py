"""Gathering: what terms go by, taken up one person of an account after the other.

All that terms ask of an account are its traits and its orders of a year. The whole profile of an
account is a sum of far more (touches, leanings, carts), which would take a hundred times as long.
"""

from __future__ import annotations

from collections import Counter

from tailorbird.accounts.share import ordered_for
from tailorbird.accounts.terms import Custom
from tailorbird.profile.newest import Stamped
from tailorbird.profile.ordering import join_orders
from tailorbird.profile.orders import Order, Orders
from tailorbird.profile.profile import Profile
from tailorbird.profile.traits import attributes, traits_of_account
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.money import to_major

_YEAR_MS = 365 * DAY_MS


class Gathering:
    """What is known so far of one account's traits and orders, whoever of its people came first."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._traits: dict[str, Stamped] = {}
        self._orders: dict[str, Order] = {}

    def add(self, profile: Profile) -> None:
        """Take up what one of its people brings."""
        for name, said in traits_of_account(profile.account_traits, self._account).items():
            known = self._traits.get(name)
            if known is None or known < said:
                self._traits[name] = said
        for order_id, order in profile.orders.kept.items():
            if ordered_for(profile, order) == self._account:
                known_order = self._orders.get(order_id)
                self._orders[order_id] = (
                    order if known_order is None else _joined(order_id, known_order, order)
                )

    def custom(self, now_ms: int) -> Custom:
        """Return what terms go by, with what was ordered in the 365 days before `now_ms`."""
        sales = [
            order.sale
            for order in self._orders.values()
            if order.sale is not None and order.cancelled_ms is None
        ]
        counted = Counter(sale.currency for sale in sales)
        currency = max(counted, key=lambda code: (counted[code], code), default="")
        lately = [sale for sale in sales if now_ms - _YEAR_MS <= sale.at_ms <= now_ms]
        spent = sum(sale.revenue_minor for sale in lately if sale.currency == currency)
        return Custom(attributes(self._traits), to_major(spent, currency), len(lately))


def _joined(order_id: str, one: Order, other: Order) -> Order:
    """Return an order that two people reported, once."""
    return join_orders(Orders({order_id: one}), Orders({order_id: other})).kept[order_id]
