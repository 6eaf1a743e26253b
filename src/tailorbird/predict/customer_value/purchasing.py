"""How somebody has bought so far, in the four numbers that models of customer value read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.profile.orders import Orders, net_minor, placed
from tailorbird.profile.worth import worth
from tailorbird.spine.clock import DAY_MS

WEEK_MS = 7 * DAY_MS

Floats = NDArray[np.float64]


class Purchasing(msgspec.Struct, frozen=True):
    """One customer's orders in sum.

    Attributes:
        repeats: days with orders, after the first such day.
        recency: weeks from the first such day to the last; 0 where there is one only.
        age: weeks from the first such day to now; never less than `recency`.
        orders: how many days' orders `mean_minor` is the mean of.
        mean_minor: what was left of a day's orders after refunds, on average, in minor units.
        currency: of the money; empty where the shop never said it.
    """

    repeats: int
    recency: float
    age: float
    orders: int = 0
    mean_minor: float = 0.0
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Customers:
    """Many customers' purchasing as arrays, one element a customer.

    Attributes:
        repeats: float64[n].
        recency: float64[n], in weeks.
        age: float64[n], in weeks.
    """

    repeats: Floats
    recency: Floats
    age: Floats

    def __len__(self) -> int:
        """How many customers."""
        return len(self.repeats)


def purchasing(orders: Orders, now_ms: int) -> Purchasing | None:
    """Return how somebody bought up to `now_ms`; None for who has no order that stands.

    All orders of one day (UTC) are one: who orders twice in an hour forgot something, and did not
    come back. Orders later than `now_ms` are left out, so an earlier moment gives what was known
    then (but for refunds since). Orders past the newest thousand have no times any more: they are
    left out too.
    """
    standing = [one for one in placed(orders) if one.sale.at_ms <= now_ms]
    if not standing:
        return None
    currency = worth(orders, now_ms).main_currency
    began: dict[int, int] = {}
    money: dict[int, int] = {}
    for one in standing:
        day = one.sale.at_ms // DAY_MS
        began.setdefault(day, one.sale.at_ms)
        if one.sale.currency == currency:
            money[day] = money.get(day, 0) + net_minor(one.order)
    moments = list(began.values())
    paid = [minor for minor in money.values() if minor > 0]
    return Purchasing(
        repeats=len(moments) - 1,
        recency=(moments[-1] - moments[0]) / WEEK_MS,
        age=(now_ms - moments[0]) / WEEK_MS,
        orders=len(paid),
        mean_minor=sum(paid) / len(paid) if paid else 0.0,
        currency=currency,
    )


def customers(histories: Iterable[Purchasing]) -> Customers:
    """Return many customers as arrays."""
    rows = [(one.repeats, one.recency, one.age) for one in histories]
    table = np.array(rows, np.float64).reshape(-1, 3)
    return Customers(table[:, 0], table[:, 1], table[:, 2])
