"""Stakes: what the outcome of an action is worth to the shop, and what acting costs."""

from __future__ import annotations

from collections.abc import Callable

from tailorbird.decide.actions.action import Action, Outcome
from tailorbird.decide.actions.valuing import Stake
from tailorbird.decide.offers.basket import Basket
from tailorbird.predict.customer_value.value_model import Forecast
from tailorbird.profile.profile import Profile
from tailorbird.profile.worth import worth
from tailorbird.spine.money import to_major

UNKNOWN = "nothing says what its outcome is worth: give it `value.typical` or `value.amount`"
_A_YEAR = "the margin of their orders of a year"

Known = tuple[Profile | None, Callable[[], Forecast | None]]
"""A person's profile, and what is to be expected of them, worked out if it is asked for."""


def stake(
    action: Action,
    basket: Basket,
    known: Known,
    discount_minor: int = 0,
    messages: int = 0,
) -> Stake | None:
    """Return what is at stake in an action's currency; None where nothing tells.

    Args:
        action: which.
        basket: the cart.
        known: of the person.
        discount_minor: what an order with the action costs beside.
        messages: how many they were sent lately.
    """
    found = _value(action, basket, known)
    if found is None:
        return None
    value, by = found
    fatigue = action.cost.fatigue * messages
    return Stake(
        value=value,
        discount=to_major(discount_minor, action.currency),
        cost=action.cost.amount + fatigue,
        fatigue=fatigue,
        value_by=by,
    )


def _value(action: Action, basket: Basket, known: Known) -> tuple[float, str] | None:
    said, (profile, foretold) = action.value, known
    if said.amount is not None:
        return said.amount, "as declared"
    if action.outcome is Outcome.RETURN:
        year = _of_a_year(action, foretold())
        found = None if year is None else (year, _A_YEAR)
    else:
        found = _of_cart(action, basket) or _of_usual(action, profile, foretold())
        year = _of_a_year(action, foretold()) if found is not None and said.customer else None
        if found is not None and year is not None:
            found = found[0] + said.customer * year, f"{found[1]}, and a share of a year's"
    if found is None and said.typical is not None:
        return said.typical, "typical, as declared"
    return found


def _of_cart(action: Action, basket: Basket) -> tuple[float, str] | None:
    if basket.value_minor <= 0 or basket.mixed:
        return None
    if (basket.currency or action.currency).upper() != action.currency:
        return None
    margin = (
        basket.value_minor * action.value.margin
        if basket.cost_minor is None
        else basket.value_minor - basket.cost_minor
    )
    return to_major(round(margin), action.currency), "the margin of the cart"


def _of_usual(
    action: Action, profile: Profile | None, forecast: Forecast | None
) -> tuple[float, str] | None:
    minor: float | None = None
    if forecast is not None and forecast.currency == action.currency:
        minor = forecast.order_minor
    if minor is None and profile is not None:
        spent = worth(profile.orders, 0)
        if spent.main_currency == action.currency and spent.spending.orders:
            minor = spent.spending.average_minor
    if minor is None:
        return None
    margin = to_major(round(minor * action.value.margin), action.currency)
    return margin, "the margin of their usual order"


def _of_a_year(action: Action, forecast: Forecast | None) -> float | None:
    if forecast is None or forecast.value_365_minor is None:
        return None
    if forecast.currency != action.currency:
        return None
    return to_major(round(forecast.value_365_minor * action.value.margin), action.currency)
