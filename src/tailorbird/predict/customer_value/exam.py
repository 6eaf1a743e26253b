"""Customer value put to the test on the CDNOW sample: learned on 39 weeks, asked about the next 39.

Fader and Hardie's file has the purchases of those 2,357 customers (one in ten) who bought a disc
at CDNOW for the first time in early 1997, up to the middle of 1998. The published BG/NBD parameters
are those of the first 39 weeks.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from tailorbird.predict.customer_value.bgnbd import BgNbd
from tailorbird.predict.customer_value.gamma_gamma import GammaGamma, fit_gamma_gamma
from tailorbird.predict.customer_value.purchasing import (
    WEEK_MS,
    Customers,
    Floats,
    Purchasing,
    customers,
    purchasing,
)
from tailorbird.predict.customer_value.value_model import CHURN_WEEKS, fit_value
from tailorbird.predict.evaluation.public_events import public_events
from tailorbird.predict.propensity.judging import Judged, judged
from tailorbird.profile.ordering import take_order
from tailorbird.profile.orders import NO_ORDERS, Orders
from tailorbird.spine.clock import DAY_MS

FILE = "orders/cdnow_sample.txt.gz"
LEARNED_TO_MS = 875_577_600_000
"""30 September 1997: the 39th week after the first purchases."""
ASKED_WEEKS = 39.0
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)


class ValueMarks(msgspec.Struct, frozen=True, rename="camel"):
    """What came out.

    Attributes:
        customers: how many.
        coming_back: the parameters found.
        published: the parameters of the paper.
        spending: of a day's orders, in cents; None where they could not be found.
        expected_orders: of all customers in the weeks asked about.
        actual_orders: how many it were.
        expected_money: of all customers in the weeks asked about, in major units.
        actual_money: how much it was.
        judged: the chance of any order within 90 days, held against what came.
        plain: the same without calibration.
        floor: the same, everybody given the same chance: by orders a week so far.
    """

    customers: int
    coming_back: BgNbd
    published: BgNbd
    spending: GammaGamma | None
    expected_orders: float
    actual_orders: int
    expected_money: float
    actual_money: float
    judged: Judged
    plain: Judged
    floor: Judged


def examine_value(root: Path) -> ValueMarks:
    """Return what the model of customer value is worth on CDNOW.

    Args:
        root: the folder that holds `orders/`.

    Raises:
        NoSuchData: the file is not there.
    """
    asked_ms = LEARNED_TO_MS + round(ASKED_WEEKS * 7 * DAY_MS)
    everybody = list(read_orders(root).values())
    known, later = _known(everybody, LEARNED_TO_MS), _known(everybody, asked_ms)
    model = fit_value(everybody, LEARNED_TO_MS)
    arrays = customers(known)
    expected = model.coming_back.expected_orders(arrays, ASKED_WEEKS)
    came = np.array(
        [after.repeats - before.repeats for before, after in zip(known, later, strict=True)]
    )
    spending = model.spending.get("USD")
    soon_ms = LEARNED_TO_MS + round(CHURN_WEEKS * WEEK_MS)
    soon = np.array(
        [
            after.repeats > before.repeats
            for before, after in zip(known, _known(everybody, soon_ms), strict=True)
        ]
    )
    return ValueMarks(
        customers=len(known),
        coming_back=model.coming_back,
        published=PUBLISHED,
        spending=spending,
        expected_orders=float(expected.sum()),
        actual_orders=int(came.sum()),
        expected_money=float(expected @ _amounts(spending, known)) / 100.0,
        actual_money=sum(map(_total, later)) - sum(map(_total, known)),
        judged=judged(model.order_probability_90(arrays), soon),
        plain=judged(model.coming_back.order_probability(arrays, CHURN_WEEKS), soon),
        floor=judged(_alike(arrays), soon),
    )


def read_orders(root: Path) -> dict[str, Orders]:
    """Return the orders of each customer, folded as a profile folds them."""
    found: dict[str, Orders] = {}
    for event in public_events(root / FILE, "cdnow"):
        who = event.user_id or ""
        found[who] = take_order(found.get(who, NO_ORDERS), event)
    return found


def repeat_spending(root: Path) -> GammaGamma | None:
    """Return the parameters of spending as published: of orders after the first, in USD."""
    counts: list[int] = []
    means: list[float] = []
    for orders in read_orders(root).values():
        days: dict[int, float] = {}
        for order in orders.kept.values():
            if order.sale is not None and order.sale.at_ms <= LEARNED_TO_MS:
                day = order.sale.at_ms // DAY_MS
                days[day] = days.get(day, 0.0) + order.sale.revenue_minor / 100.0
        later = [days[day] for day in sorted(days)[1:]]
        if later:
            counts.append(len(later))
            means.append(sum(later) / len(later))
    return fit_gamma_gamma(np.array(counts, np.float64), np.array(means, np.float64))


def _known(everybody: list[Orders], at_ms: int) -> list[Purchasing]:
    return [one for one in (purchasing(orders, at_ms) for orders in everybody) if one]


def _alike(known: Customers) -> Floats:
    """Return the chance within 90 days if all customers were alike and ordered at one pace."""
    pace = known.repeats.sum() / known.age.sum()
    return np.full(len(known), float(1.0 - np.exp(-pace * CHURN_WEEKS)))


def _amounts(spending: GammaGamma | None, known: list[Purchasing]) -> Floats:
    counts = np.array([one.orders for one in known], np.float64)
    means = np.array([one.mean_minor for one in known], np.float64)
    return means if spending is None else spending.expected_amount(counts, means)


def _total(one: Purchasing) -> float:
    return one.orders * one.mean_minor / 100.0
