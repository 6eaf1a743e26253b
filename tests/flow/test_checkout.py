"""The checkout by HTTP: methods in a customer's order, and contact data for its owner only."""

from typing import Any

import pytest

from tailorbird.spine.ids import anonymous_key
from tests.shop import Shop

METHODS = ["card", "paypal", "klarna"]
ANN = {"email": "ann@example.org", "name": "Ann", "address": {"city": "Bonn", "street": "Weg 1"}}


def asked(shop: Shop, key: str | None = None, **who: Any) -> Any:
    slots = [{"name": "payment_methods", "candidates": METHODS}]
    reply = shop.post("/v1/decide", {"placements": slots, **who}, key=key)
    return reply.json()["decisions"][0]


def order(shop: Shop, **who: Any) -> list[str]:
    return [one["id"] for one in asked(shop, **(who or {"anonymousId": "a1"}))["items"]]


@pytest.fixture
def ann(shop: Shop) -> Shop:
    """A shop that knows Ann's contact data and points, and her browser."""
    traits = {**ANN, "loyaltyPoints": 120}
    shop.post("/v1/identify", {"userId": "ann", "anonymousId": "a1", "traits": traits})
    return shop


def test_methods_come_in_the_order_of_use_with_reasons(shop: Shop) -> None:
    shop.track("Payment Info Entered", payment_method="klarna", order_id="o1")
    found = asked(shop, anonymousId="a1")
    assert (found["items"][0]["id"], found["level"]) == ("klarna", "personal")
    assert found["items"][0]["reason"] == "You paid with this last time"


def test_a_method_that_just_failed_drops_and_comes_back_with_the_order(shop: Shop) -> None:
    shop.track("Payment Info Entered", payment_method="card", order_id="o1")
    shop.track("Payment Failed", payment_method="card", order_id="o1", reason="declined")
    assert order(shop)[-1] == "card"
    shop.track("Order Completed", order_id="o1", revenue=10, payment_method="card")
    assert order(shop)[0] == "card"


def test_a_failure_is_remembered_over_a_restart(shop: Shop) -> None:
    shop.track("Payment Failed", payment_method="card", order_id="o1")
    shop.restart()
    assert order(shop)[-1] == "card"


def test_counts_are_the_same_when_folded_anew(shop: Shop) -> None:
    for number in range(5):
        shop.track("Payment Info Entered", payment_method="card", order_id=f"o{number}")
        shop.track("Order Completed", order_id=f"o{number}", revenue=10 * number)
    live = dict(shop.workspace.counters.payments.attempts.cells)
    shop.run(shop.install.close())
    for path in (shop.folder / "workspaces" / "main").glob("payments.db*"):
        path.unlink()
    shop.restart()
    assert shop.workspace.counters.payments.attempts.cells == live


def test_the_identified_are_spared_typing(ann: Shop) -> None:
    found = asked(ann, ann.publishable, userId="ann", userToken=ann.token("ann"))["checkout"]
    assert found["prefill"] == ANN
    assert found["loyaltyBalance"] == 120


def test_a_browser_that_is_known_to_be_somebodys_is_told_nothing(ann: Shop) -> None:
    assert "prefill" not in asked(ann, ann.publishable, anonymousId="a1")["checkout"]


def test_a_server_is_told_for_the_user_that_it_names(ann: Shop) -> None:
    assert asked(ann, userId="ann")["checkout"]["prefill"]["name"] == "Ann"


def test_contact_data_is_not_written_into_the_journal(ann: Shop) -> None:
    asked(ann, userId="ann")
    assert b"Weg 1" not in ann.written()


def test_who_refuses_personalization_gets_the_shops_order_and_no_prefill(ann: Shop) -> None:
    ann.track("Payment Info Entered", userId="ann", payment_method="klarna")
    slots = [{"name": "payment_methods", "candidates": METHODS}]
    body = {"placements": slots, "userId": "ann"}
    found = ann.post("/v1/decide", body, headers={"Sec-GPC": "1"}).json()["decisions"][0]
    assert [one["id"] for one in found["items"]] == METHODS
    assert "checkout" not in found


def test_an_erased_persons_open_checkout_is_gone(shop: Shop) -> None:
    shop.track("Payment Failed", anonymousId="zq7-somebody", payment_method="card", order_id="o9")
    shop.run(shop.workspace.counters.save())
    shop.run(shop.workspace.officer.erase("r1", [anonymous_key("zq7-somebody")]))
    assert b"zq7-somebody" not in shop.written()
