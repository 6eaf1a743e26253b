"""The model of customer value: from orders to a forecast, stored and read again."""

from pathlib import Path

import numpy as np
import pytest

from tailorbird.predict.customer_value.gamma_gamma import GammaGamma, fit_gamma_gamma
from tailorbird.predict.customer_value.purchasing import Purchasing, purchasing
from tailorbird.predict.customer_value.value_model import ValueModel, fit_value, load_value
from tailorbird.profile.fold import fold_many
from tailorbird.profile.orders import NO_ORDERS, Orders
from tailorbird.profile.profile import EMPTY
from tailorbird.spine.events import ORDER_CANCELLED, ORDER_REFUNDED, Event
from tests.makers import DAY, HOUR, NOON_MS, an_order

NOW = NOON_MS + 400 * DAY


def orders_of(*events: Event) -> Orders:
    """Return the orders that a profile makes of events."""
    return fold_many(EMPTY, events).orders


def a_shop(seed: int = 1, count: int = 300) -> list[Orders]:
    """Return customers of whom some come back every month and most never."""
    rng = np.random.default_rng(seed)
    everybody = []
    for number in range(count):
        start = NOON_MS + int(rng.integers(0, 200)) * DAY
        times = [start]
        if number % 3 == 0:
            gaps = np.cumsum(rng.exponential(30, int(rng.integers(1, 8))))
            times += [start + int(gap * DAY) for gap in gaps]
        events = [
            an_order(total=float(rng.gamma(4, 10)), order_id=f"o{number}-{at}", at=at)
            for at in times
            if at <= NOW
        ]
        everybody.append(orders_of(*events))
    return everybody


def test_nobody_without_an_order_has_a_history() -> None:
    assert purchasing(NO_ORDERS, NOW) is None


def test_orders_of_one_day_are_one() -> None:
    found = purchasing(orders_of(an_order(at=NOON_MS), an_order(at=NOON_MS + HOUR)), NOW)
    assert found is not None
    assert (found.repeats, found.orders, found.mean_minor) == (0, 1, 18_000.0)


def test_time_runs_in_weeks_from_the_first_order() -> None:
    found = purchasing(orders_of(an_order(at=NOON_MS), an_order(at=NOON_MS + 14 * DAY)), NOW)
    assert found is not None
    assert (found.repeats, found.recency, found.age) == (1, 2.0, 400 / 7)


def test_what_came_later_is_not_known_yet() -> None:
    orders = orders_of(an_order(at=NOON_MS), an_order(at=NOON_MS + 14 * DAY))
    found = purchasing(orders, NOON_MS + 7 * DAY)
    assert found is not None
    assert (found.repeats, found.age) == (0, 1.0)


def test_a_cancelled_order_never_was() -> None:
    placed = an_order(order_id="o1", at=NOON_MS)
    undone = an_order(order_id="o1", at=NOON_MS + DAY, name=ORDER_CANCELLED)
    assert purchasing(orders_of(placed, undone), NOW) is None


def test_refunds_lower_what_an_order_is_worth() -> None:
    placed = an_order(order_id="o1", total=90, at=NOON_MS)
    back = an_order(order_id="o1", total=30, at=NOON_MS + DAY, name=ORDER_REFUNDED)
    found = purchasing(orders_of(placed, back), NOW)
    assert found is not None
    assert found.mean_minor == 6_000.0


def test_a_regular_is_worth_more_than_one_who_came_once() -> None:
    model = fit_value(a_shop(), NOW)
    regular = Purchasing(7, 28.0, 30.0, 8, 4_000.0, "EUR")
    once = Purchasing(0, 0.0, 30.0, 1, 4_000.0, "EUR")
    more, less = model.forecast(regular).value_365_minor, model.forecast(once).value_365_minor
    assert more is not None
    assert less is not None
    assert more > 3 * less


def test_churn_is_the_other_side_of_an_order_within_90_days() -> None:
    model = fit_value(a_shop(), NOW)
    fresh, gone = Purchasing(7, 29.0, 30.0), Purchasing(7, 29.0, 150.0)
    assert model.forecast(fresh).churn_probability < model.forecast(gone).churn_probability


def test_money_in_a_currency_nobody_pays_in_is_not_guessed() -> None:
    forecast = fit_value(a_shop(), NOW).forecast(Purchasing(1, 3.0, 9.0, 2, 500.0, "JPY"))
    assert (forecast.order_minor, forecast.value_365_minor) == (None, None)


def test_the_fewer_orders_the_more_of_the_forecast_is_everybodys_mean() -> None:
    spending = GammaGamma(p=6.25, q=3.74, v=15.44)
    orders, means = np.array([0.0, 1.0, 5.0, 1e9]), np.full(4, 100.0)
    amounts = spending.expected_amount(orders, means)
    assert amounts[0] == pytest.approx(spending.mean)
    assert list(amounts) == sorted(amounts)
    assert amounts[-1] == pytest.approx(100.0)


def test_who_all_spend_the_same_teach_nothing_about_spending() -> None:
    assert fit_gamma_gamma(np.ones(100), np.full(100, 9.0)) is None


def test_a_stored_model_is_the_same_when_read(tmp_path: Path) -> None:
    model: ValueModel = fit_value(a_shop(), NOW)
    model.save(tmp_path)
    assert load_value(tmp_path) == model


def test_the_past_of_a_shop_calibrates_its_chances() -> None:
    model = fit_value(a_shop(), NOW)
    assert model.calibration is not None
    assert model.judged is not None
