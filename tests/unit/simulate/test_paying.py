"""Payments: by habit and country, on what works; some fail; an order says how it was paid."""

from collections import Counter

import numpy as np
from tests.unit.simulate.test_behavior import the_events

from tailorbird.simulate.luck import Luck
from tailorbird.simulate.paying import attempts
from tailorbird.simulate.shoppers import Shopper, make_shoppers

SOME = make_shoppers(np.random.default_rng(21), 1_500)


def firsts(shoppers: tuple[Shopper, ...]) -> Counter[str]:
    luck = Luck.from_seed(22)
    return Counter(attempts(one, one.devices[0], 5_000, luck)[0].method for one in shoppers)


def test_most_pay_as_they_always_do() -> None:
    luck, habit = Luck.from_seed(23), 0
    for one in SOME:
        habit += attempts(one, one.devices[0], 5_000, luck)[0].method == one.payment
    assert 0.75 < habit / len(SOME) < 0.95


def test_countries_differ_in_how_they_pay() -> None:
    home = firsts(tuple(one for one in SOME if one.place.locale == "de-DE"))
    abroad = firsts(tuple(one for one in SOME if one.place.country == "FR"))
    assert home.most_common(1)[0][0] == "paypal"
    assert abroad.most_common(1)[0][0] == "card"


def test_apple_pay_is_for_apples_browsers_alone() -> None:
    others = tuple(one for one in SOME if "Safari/60" not in one.devices[0].user_agent)
    assert firsts(others)["apple_pay"] == 0


def test_a_payment_that_failed_is_mostly_tried_another_way() -> None:
    luck = Luck.from_seed(24)
    tried = [attempts(one, one.devices[0], 50_000, luck) for one in SOME]
    failed = [each for each in tried if each[0].failure is not None]
    again = [each for each in failed if len(each) == 2]
    assert 0.02 < len(failed) / len(tried) < 0.2
    assert 0.5 < len(again) / len(failed) < 0.9
    assert all(first.method != second.method for first, second in again)


def test_every_order_says_how_it_was_paid_and_that_was_entered_before() -> None:
    entered: dict[str, str] = {}
    orders = 0
    for event in the_events():
        if event.get("event") == "Payment Info Entered":
            entered[event["properties"]["order_id"]] = event["properties"]["payment_method"]
        if event.get("event") == "Order Completed":
            orders += 1
            order = event["properties"]
            assert order["payment_method"] == entered[order["order_id"]]
    assert orders > 100


def test_what_failed_is_not_what_the_order_was_paid_with() -> None:
    failed = {
        (event["properties"]["order_id"], event["properties"]["payment_method"])
        for event in the_events()
        if event.get("event") == "Payment Failed"
    }
    paid = {
        (event["properties"]["order_id"], event["properties"]["payment_method"])
        for event in the_events()
        if event.get("event") == "Order Completed"
    }
    assert failed
    assert not failed & paid
