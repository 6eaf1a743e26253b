"""The model of customer value: will they come back, how often, and for how much.

The chance of an order within 90 days is checked against the shop's own past before it is believed:
a model that knows only what was known 90 days ago says who will order since, and how far it was off
is learned as a calibration.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from tailorbird.predict.customer_value.bgnbd import AllAlike, BgNbd, TooFewCustomers, fit_bgnbd
from tailorbird.predict.customer_value.gamma_gamma import GammaGamma, fit_gamma_gamma
from tailorbird.predict.customer_value.purchasing import (
    WEEK_MS,
    Customers,
    Floats,
    Purchasing,
    customers,
    purchasing,
)
from tailorbird.predict.model_files import read_parts, write_parts
from tailorbird.predict.propensity.calibration import Calibration, fit_calibration
from tailorbird.predict.propensity.judging import Judged, judged
from tailorbird.profile.orders import Orders

KIND = "customer_value"
CHURN_WEEKS = 90.0 / 7.0
VALUE_WEEKS = 365.0 / 7.0


class Forecast(msgspec.Struct, frozen=True):
    """What is to be expected of one customer.

    Attributes:
        alive_probability: that they will ever order again.
        churn_probability: that they will not order within the next 90 days.
        orders_365: orders to expect within a year.
        order_minor: what an order of theirs will be worth, in minor units; None where unknown.
        value_365_minor: orders within a year times their worth; None where unknown.
        currency: of the money.
    """

    alive_probability: float
    churn_probability: float
    orders_365: float
    order_minor: float | None
    value_365_minor: float | None
    currency: str


class ValueModel(msgspec.Struct, frozen=True):
    """What was learned from the orders of all customers.

    Attributes:
        coming_back: when and how often.
        spending: how much, by currency; a currency that too few paid in is not there.
        customers: how many were learned from.
        calibration: from the log-odds of an order within 90 days to how often one came; None
            where the shop is too young to look back.
        judged: what the uncalibrated chance was worth when looking back; None likewise.
    """

    coming_back: BgNbd
    spending: dict[str, GammaGamma]
    customers: int
    calibration: Calibration | None = None
    judged: Judged | None = None

    def order_probability_90(self, known: Customers) -> Floats:
        """Return float64[n], the chance of an order within 90 days, calibrated where possible."""
        plain = self.coming_back.order_probability(known, CHURN_WEEKS)
        return plain if self.calibration is None else self.calibration(_log_odds(plain))

    def forecast(self, known: Purchasing) -> Forecast:
        """Return what is to be expected of one customer as of the moment of `known`."""
        one = customers([known])
        orders = float(self.coming_back.expected_orders(one, VALUE_WEEKS)[0])
        spending = self.spending.get(known.currency)
        worth: float | None = None
        if spending is not None:
            counted, mean = np.array([float(known.orders)]), np.array([known.mean_minor])
            worth = float(spending.expected_amount(counted, mean)[0])
        return Forecast(
            alive_probability=float(self.coming_back.alive_probability(one)[0]),
            churn_probability=1.0 - float(self.order_probability_90(one)[0]),
            orders_365=orders,
            order_minor=worth,
            value_365_minor=None if worth is None else orders * worth,
            currency=known.currency,
        )

    def save(self, folder: Path) -> None:
        """Write the model to a folder."""
        write_parts(folder, KIND, {"model": msgspec.to_builtins(self)}, {})


def fit_value(everybody: Sequence[Orders], now_ms: int) -> ValueModel:
    """Learn from the orders of all customers up to a moment.

    Raises:
        TooFewCustomers: there is too little to learn from.
        AllAlike: customers do not differ in any way that could be learned.
    """
    histories = [one for one in (purchasing(orders, now_ms) for orders in everybody) if one]
    spending: dict[str, GammaGamma] = {}
    for currency in sorted({one.currency for one in histories}):
        paying = [one for one in histories if one.currency == currency]
        found = fit_gamma_gamma(
            np.array([one.orders for one in paying], np.float64),
            np.array([one.mean_minor for one in paying], np.float64),
        )
        if found is not None:
            spending[currency] = found
    coming_back = fit_bgnbd(customers(histories))
    return ValueModel(coming_back, spending, len(histories), *_looking_back(everybody, now_ms))


def _looking_back(
    everybody: Sequence[Orders], now_ms: int
) -> tuple[Calibration | None, Judged | None]:
    """Return how far a model of 90 days ago was off, by what came since."""
    then_ms = now_ms - round(CHURN_WEEKS * WEEK_MS)
    pairs = [(purchasing(orders, then_ms), purchasing(orders, now_ms)) for orders in everybody]
    before = [one for one, _ in pairs if one is not None]
    came = np.array([now.repeats > one.repeats for one, now in pairs if one and now], np.bool_)
    known = customers(before)
    try:
        chance = fit_bgnbd(known).order_probability(known, CHURN_WEEKS)
    except (TooFewCustomers, AllAlike):
        return None, None
    if not came.any() or came.all():
        return None, None
    return fit_calibration(_log_odds(chance), came), judged(chance, came)


def _log_odds(chance: Floats) -> Floats:
    kept = np.clip(chance, 1e-6, 1.0 - 1e-6)
    return np.asarray(np.log(kept / (1.0 - kept)))


def load_value(folder: Path) -> ValueModel:
    """Read a model that `save` wrote.

    Raises:
        ModelMissing: there is none.
        ModelUnreadable: it is damaged.
    """
    return read_parts(folder, KIND).fact("model", ValueModel)
