"""Payment methods come in the order of what somebody is likely to take and see come off."""

from typing import Any

import msgspec
import pytest

from tailorbird.decide.checkout.attempts import Attempts
from tailorbird.decide.checkout.method import KNOWN_METHODS, PaymentMethod
from tailorbird.decide.checkout.methods import Ranked, Till, ordered
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY
from tailorbird.spine.events import Context, Event
from tailorbird.spine.ids import PersonId
from tests.makers import DAY, HOUR, MINUTE, NOON_MS, an_event, an_order

KNOWN = {one.name: one for one in KNOWN_METHODS}
ANN = PersonId("p_ann")
SHOP = ("card", "paypal", "klarna")
GERMANY = Context(country="DE", device="mobile")


def entered(method: str, order: str = "o1", at: int = NOON_MS, **fields: Any) -> Event:
    properties = {"payment_method": method, "order_id": order}
    return an_event("Payment Info Entered", at=at, properties=properties, **fields)


def failed(method: str, order: str = "o1", at: int = NOON_MS) -> Event:
    properties = {"payment_method": method, "order_id": order}
    return an_event("Payment Failed", at=at, properties=properties)


def paid(order: str = "o1", at: int = NOON_MS, total: float = 90, **fields: Any) -> Event:
    return an_order(order_id=order, at=at, total=total, **fields)


def attempts(*events: Event, person: PersonId | None = ANN) -> Attempts:
    found = Attempts()
    for event in events:
        found.take(event, person)
    return found


def crowd(**rates: tuple[int, int]) -> Attempts:
    """Return what many others have tried: by method, how often and with how many orders."""
    found = Attempts()
    for method, (tries, wins) in rates.items():
        for number in range(tries):
            order = f"{method}-{number}"
            found.take(entered(method, order, context=GERMANY), None)
            last = paid(order) if number < wins else failed(method, order)
            found.take(last, None)
    return found


def ranked(
    *events: Event,
    known: Attempts | None = None,
    methods: tuple[str, ...] = SHOP,
    configured: dict[str, PaymentMethod] | None = None,
    **till: Any,
) -> list[Ranked]:
    at = Till(ANN, fold_many(EMPTY, events), NOON_MS + DAY, **till)
    return ordered(methods, at, known or Attempts(), KNOWN if configured is None else configured)


def names(*events: Event, **more: Any) -> list[str]:
    return [one.method for one in ranked(*events, **more)]


def reason(method: str, *events: Event, **more: Any) -> str:
    return next(one.reason for one in ranked(*events, **more) if one.method == method)


def test_methods_nobody_used_keep_the_shops_order() -> None:
    assert names() == ["card", "paypal", "klarna"]


def test_the_method_used_last_comes_first() -> None:
    found = names(entered("klarna"), entered("paypal", at=NOON_MS + HOUR))
    assert found == ["paypal", "klarna", "card"]


def test_a_method_that_the_shop_no_longer_offers_is_left_out() -> None:
    assert names(entered("cheque")) == ["card", "paypal", "klarna"]


def test_a_declared_preference_counts_more_than_one_use() -> None:
    wish = an_event("Identified", kind="identify", traits={"payment_method": "klarna"})
    assert names(entered("paypal"), wish)[0] == "klarna"


def test_a_method_that_just_failed_goes_last_and_says_so() -> None:
    known = attempts(failed("card", at=NOON_MS + DAY - MINUTE))
    paid_before = [entered("card", at=NOON_MS), entered("card", at=NOON_MS + HOUR)]
    assert names(*paid_before, known=known)[-1] == "card"
    assert reason("card", known=known) == "It did not go through a moment ago"


def test_a_failure_of_an_hour_ago_is_forgiven() -> None:
    known = attempts(failed("card", at=NOON_MS + DAY - HOUR))
    assert names(entered("card"), known=known)[0] == "card"


def test_a_failure_is_remembered_when_the_shopper_logs_in() -> None:
    known = attempts(failed("card"), person=PersonId("p_browser"))
    known.joined(ANN, PersonId("p_browser"))
    assert known.just_failed(ANN, NOON_MS) == {"card"}


def test_a_method_that_seldom_comes_off_here_goes_down() -> None:
    known = crowd(card=(60, 12), paypal=(60, 58))
    assert names(known=known, country="DE", device="mobile")[:2] == ["paypal", "card"]


def test_a_group_of_fewer_than_ten_attempts_is_not_looked_at() -> None:
    few = crowd(card=(9, 0))
    before = ranked()[0].success.tries
    assert ranked(known=few)[0].success.tries == before == 0


def test_success_is_drawn_to_the_method_where_the_country_is_new() -> None:
    known = crowd(card=(40, 36))
    here = {one.method: one.success for one in ranked(known=known, country="FR")}
    assert here["card"].tries == 40
    assert here["card"].mean == pytest.approx((36 + 20 * (36 + 18) / 60) / 60, abs=1e-9)


@pytest.mark.parametrize(
    ("method", "till", "expected"),
    [
        ("ideal", {"country": "NL", "currency": "EUR"}, "Usual in NL"),
        ("ideal", {"country": "DE", "currency": "EUR"}, "Usual in other countries"),
        ("sepa", {"currency": "USD"}, "Cannot be paid in USD"),
        ("klarna", {"value_minor": 240_00}, "Lets you pay a cart of this size in parts"),
        ("afterpay", {"value_minor": 20_00}, "Not for a cart of this size"),
        ("card", {}, "Offered by this shop"),
    ],
)
def test_the_reason_says_how_a_method_suits(method: str, till: Any, expected: str) -> None:
    assert reason(method, methods=(*SHOP, "ideal", "sepa", "afterpay"), **till) == expected


def test_a_regional_wallet_comes_before_strangers_at_home_only() -> None:
    shop = ("card", "ideal")
    assert (
        names(methods=shop, country="NL", known=crowd(card=(30, 27), ideal=(30, 27)))[0] == "ideal"
    )
    assert (
        names(methods=shop, country="DE", known=crowd(card=(30, 27), ideal=(30, 27)))[0] == "card"
    )


def test_a_configured_method_replaces_what_ships() -> None:
    mine = msgspec.structs.replace(KNOWN["klarna"], most=200.0)
    found = reason("klarna", value_minor=240_00, configured={**KNOWN, "klarna": mine})
    assert found == "Not for a cart of this size"


def cell(found: Attempts, *place: str) -> tuple[int, int]:
    one = found.cells[place]
    return one.tries, one.wins


def test_an_order_within_the_hour_is_a_success() -> None:
    assert cell(attempts(entered("card"), paid(at=NOON_MS + MINUTE)), "card") == (1, 1)


def test_no_order_within_the_hour_is_none() -> None:
    later = entered("paypal", "o2", at=NOON_MS + 2 * HOUR)
    assert cell(attempts(entered("card"), later), "card") == (1, 0)


def test_taking_another_method_for_the_same_order_is_none_for_the_first() -> None:
    found = attempts(entered("card"), entered("paypal"), paid())
    assert (cell(found, "card"), cell(found, "paypal")) == ((1, 0), (1, 1))


def test_a_failure_then_the_same_method_again_counts_both() -> None:
    assert cell(attempts(entered("card"), failed("card"), entered("card"), paid()), "card") == (
        2,
        1,
    )


def test_the_basket_is_known_from_the_start_of_the_checkout() -> None:
    start = an_event("Checkout Started", properties={"order_id": "o1", "revenue": 300.0})
    found = attempts(start, entered("klarna", context=GERMANY), failed("klarna"))
    assert cell(found, "klarna", "256-512") == (1, 0)


def test_what_is_open_is_forgotten_with_the_person_and_counts_stay() -> None:
    found = attempts(entered("card"), failed("card", "o2"))
    found.forget(frozenset(an_event().subject.identifiers()))
    assert (found.opened, found.failures) == ({}, {})
    assert cell(found, "card") == (1, 0)
