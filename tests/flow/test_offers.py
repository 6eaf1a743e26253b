"""Offers from files to orders: given within limits, held before told, settled by orders."""

import json
from typing import Any

import pytest

from tailorbird.spine.ids import anonymous_key
from tests.commands import command
from tests.makers import DAY, HOUR
from tests.shop import Reply, Shop

OFFER = {
    "name": "tent-week",
    "depths": [5, 10, 20],
    "depthWithoutModel": 10,
    "budget": {"total": 50},
    "codes": {"prefix": "TENT-"},
}
TENT = {"id": "tent", "title": "Tent", "price": 100, "cost": 40, "currency": "EUR"}
CART = {"cart": [{"item": "tent", "quantity": 1}]}


def apply(shop: Shop, *offers: dict[str, Any]) -> Reply:
    text = json.dumps({"offers": list(offers)})
    return shop.call("PUT", "/v1/config", json={"files": {"offers.yaml": text}})


def offer(shop: Shop, who: str = "a1", **fields: Any) -> Any:
    asked = {"context": CART, "deadlineMs": 2_000, **fields}
    if "userId" not in asked:
        asked["anonymousId"] = who
    return shop.decide("cart_offer", **asked).json()["decisions"][0]["offer"]


def why(shop: Shop, who: str = "a1", **fields: Any) -> str:
    asked = {"context": CART, "deadlineMs": 2_000, "explain": True, **fields}
    reply = shop.decide("cart_offer", anonymousId=who, **asked).json()
    found: str = reply["decisions"][0]["notice"]
    return found


def spending(shop: Shop) -> Any:
    shop.run(shop.workspace.counters.round())
    return shop.run(shop.workspace.stores.grants.spending())[0]


@pytest.fixture
def offering(shop: Shop) -> Shop:
    """A shop with a tent for 100 euros that costs it 40, and one offer."""
    shop.stock(TENT)
    assert apply(shop, OFFER).status_code == 200
    return shop


def test_an_offer_says_what_it_gives_until_when_and_why(offering: Shop) -> None:
    found = offer(offering)
    assert found["id"] == "tent-week"
    assert (found["kind"], found["value"]) == ("percent", 10.0)
    assert found["code"].startswith("TENT-")
    assert found["expiresAt"] == "2023-11-17T12:00:00.000Z"
    assert found["exposureId"]
    assert found["reason"] == (
        "10% off: the same for everybody who may have it."
        " No protected trait and no place plays a part."
    )


def test_the_same_person_is_shown_the_same_code_again(offering: Shop) -> None:
    assert offer(offering)["code"] == offer(offering)["code"]


def test_a_person_keeps_the_offer_when_they_log_in(offering: Shop) -> None:
    offering.track("Product Viewed", product_id="tent")
    before = offer(offering)["code"]
    offering.post("/v1/identify", {"anonymousId": "a1", "userId": "u1"})
    assert offer(offering, userId="u1")["code"] == before


def test_the_budget_is_never_exceeded_by_those_who_ask_at_once(offering: Shop) -> None:
    asked = [
        (
            "POST",
            "/v1/decide",
            {
                "anonymousId": f"a{number}",
                "placements": [{"name": "cart_offer"}],
                "context": CART,
                "deadlineMs": 5_000,
            },
        )
        for number in range(40)
    ]
    replies = [one.json()["decisions"][0]["offer"] for one in offering.calls(asked)]
    assert sum(one is not None for one in replies) == 5
    assert spending(offering).held == 50_00


def test_the_budget_of_a_day_is_there_again_the_next_day(offering: Shop) -> None:
    apply(offering, {**OFFER, "budget": {"perDay": 10}})
    found = [offer(offering, "a1"), offer(offering, "a2")]
    offering.clock.move(DAY)
    assert [one is not None for one in (*found, offer(offering, "a3"))] == [True, False, True]


def test_a_person_is_given_an_offer_as_often_as_the_cap_says(offering: Shop) -> None:
    apply(offering, {**OFFER, "expiresAfter": "1h", "cap": {"times": 1, "within": "7d"}})
    assert offer(offering) is not None
    offering.clock.move(3 * HOUR)
    assert offer(offering) is None
    offering.clock.move(7 * DAY)
    assert offer(offering) is not None


def test_an_order_with_the_code_costs_what_it_took_off(offering: Shop) -> None:
    code = offer(offering)["code"]
    offering.track(
        "Order Completed", order_id="o1", revenue=92, discount=8, coupon=code, currency="EUR"
    )
    found = spending(offering)
    assert (found.held, found.given, found.redeemed) == (8_00, 8_00, 1)


def test_the_same_order_twice_costs_once(offering: Shop) -> None:
    order = {"order_id": "o1", "revenue": 92, "discount": 8, "coupon": offer(offering)["code"]}
    offering.track("Order Completed", **order)
    offering.track("Order Completed", **order)
    assert spending(offering).given == 8_00


def test_a_cancelled_order_gives_the_budget_back(offering: Shop) -> None:
    code = offer(offering)["code"]
    offering.track("Order Completed", order_id="o1", revenue=90, discount=10, coupon=code)
    offering.track("Order Cancelled", order_id="o1")
    assert spending(offering).held == 0


def test_a_code_that_expires_gives_the_budget_back(offering: Shop) -> None:
    offer(offering)
    offering.clock.move(50 * HOUR)
    assert spending(offering).held == 0


def test_an_order_is_settled_though_the_server_stops_before_its_next_round(offering: Shop) -> None:
    code = offer(offering)["code"]
    offering.track("Order Completed", order_id="o1", revenue=90, discount=10, coupon=code)
    offering.restart()
    assert spending(offering).given == 10_00


def test_grants_outlast_a_restart(offering: Shop) -> None:
    before = offer(offering)["code"]
    offering.restart()
    assert offer(offering)["code"] == before


def test_a_code_used_twice_is_counted_as_a_stray_and_costs_the_budget(offering: Shop) -> None:
    code = offer(offering)["code"]
    for number in (1, 2):
        offering.track(
            "Order Completed", order_id=f"o{number}", revenue=90, discount=10, coupon=code
        )
    found = spending(offering)
    assert (found.held, found.strays) == (20_00, 1)


def test_codes_of_a_pool_are_given_once_each(offering: Shop) -> None:
    apply(offering, {**OFFER, "codes": {"pool": ["ONE", "TWO"]}})
    found = [offer(offering, who) for who in ("a1", "a2", "a3")]
    assert {one["code"] for one in found[:2]} == {"ONE", "TWO"}
    assert found[2] is None


def test_a_margin_too_small_gets_something_else(offering: Shop) -> None:
    instead = {"id": "proof", "reason": "Bought 40 times this week", "data": {"tone": "calm"}}
    apply(offering, {**OFFER, "marginFloor": 0.58, "instead": instead})
    found = offer(offering)
    assert (found["id"], found["kind"], found["value"]) == ("proof", "content", None)
    assert found["reason"] == "Bought 40 times this week"


def test_an_item_of_unknown_cost_gets_no_discount(offering: Shop) -> None:
    offering.stock({"id": "tent", "price": 100, "cost": None})
    assert why(offering) == "what 'tent' costs the shop is not known"


def test_why_nothing_is_given_is_told_to_the_shop_only(offering: Shop) -> None:
    reply = offering.decide("cart_offer", context={"cart": [{"item": "unknown"}]}).json()
    assert "notice" not in reply["decisions"][0]


def test_a_condition_says_who_may_have_it(offering: Shop) -> None:
    apply(offering, {**OFFER, "when": "cart.value >= 150.0"})
    assert offer(offering) is None
    assert offer(offering, context={"cart": [{"item": "tent", "quantity": 2}]}) is not None


def test_a_dry_run_holds_nothing(offering: Shop) -> None:
    found = offer(offering, dryRun=True)
    assert (found["value"], found["code"]) == (10.0, None)
    assert shop_holds(offering) == []


def shop_holds(shop: Shop) -> list[Any]:
    return list(shop.run(shop.workspace.stores.grants.spending()))


def test_who_refuses_personalization_is_given_nothing(offering: Shop) -> None:
    reply = offering.decide("cart_offer", context=CART, headers={"Sec-GPC": "1"})
    assert reply.json()["decisions"][0]["offer"] is None
    assert shop_holds(offering) == []


def test_who_is_held_out_is_given_nothing_and_the_journal_knows(offering: Shop) -> None:
    apply(offering, {**OFFER, "holdout": 0.999999})
    decision = offering.decide("cart_offer", context=CART).json()["decisions"][0]
    assert decision["offer"] is None
    assert decision["experiments"] == [{"name": "offer:tent-week", "variant": "control"}]


def test_a_lot_is_written_down_with_its_chances_and_told_to_nobody(offering: Shop) -> None:
    apply(offering, {**OFFER, "budget": {}, "holdout": 0.25, "explore": 0.75})
    offering.track("Product Viewed", product_id="tent")
    told = offering.decide("cart_offer", context=CART).json()["decisions"][0]
    noted = offering.get("/v1/people/anonymous:a1/decisions").json()["decisions"][0]
    [lot] = noted["decisions"][0]["lots"]
    assert "lots" not in told
    assert lot["actionProbabilities"] == {"0": 0.25, "20": 0.25, "10": 0.25, "5": 0.25}
    assert lot["depth"] == (0.0 if told["offer"] is None else told["offer"]["value"])


def test_an_offer_of_a_place_is_refused_when_applied(offering: Shop) -> None:
    reply = apply(offering, {**OFFER, "when": 'context.country == "DE"'})
    assert reply.status_code == 400
    assert "an offer may not read `context.country`" in reply.json()["detail"]


def test_an_allowed_attribute_is_confessed_in_the_reason(offering: Shop) -> None:
    allowed = [{"attribute": "context.country", "reason": "Postage is paid in Germany only"}]
    apply(offering, {**OFFER, "when": 'context.country == "DE"', "allows": allowed})
    found = offer(offering, context={**CART, "country": "DE"})
    assert found["reason"].endswith("It may depend on country: Postage is paid in Germany only.")


def test_an_erased_person_is_in_no_grant_and_the_budget_still_holds(offering: Shop) -> None:
    offering.track("Product Viewed", anonymousId="zq7-somebody", product_id="tent")
    offer(offering, "zq7-somebody")
    keys = [anonymous_key("zq7-somebody")]
    offering.run(offering.workspace.officer.erase("r1", keys))
    assert b"zq7-somebody" not in offering.written()
    assert spending(offering).held == 10_00


def test_a_person_is_shown_their_grants(offering: Shop) -> None:
    code = offer(offering)["code"]
    found = offering.run(offering.workspace.stores.grants.export([anonymous_key("a1")]))
    assert [one["code"] for one in found] == [code]


def test_the_audit_names_the_group_that_is_given_less(offering: Shop) -> None:
    apply(offering, {**OFFER, "budget": {}, "when": "cart.value >= 150.0"})
    twice = {"cart": [{"item": "tent", "quantity": 2}]}
    for number in range(50):
        who, country = f"a{number}", ("DE", "FR")[number % 2]
        context = {"location": {"country": country}}
        offering.track("Product Viewed", anonymousId=who, product_id="tent", context=context)
        offer(offering, who, context=twice if country == "DE" or number % 10 == 1 else CART)
    offering.run(offering.workspace.journal.flush())
    offering.run(offering.workspace.state.flush())
    words = ("--by", "country", "--days", "3650", "--json")
    found = command("offers", "audit", "--data", offering.folder, *words)
    groups = {one["group"]: one for one in json.loads(found.out)["audits"][0]["groups"]}
    assert groups["DE"]["warnings"]
    assert groups["FR"]["ratio"] < 0.8


def test_what_offers_have_given_is_listed_beside_the_server(offering: Shop) -> None:
    offer(offering)
    found = command("offers", "list", "--data", offering.folder, "--json")
    assert [(one["offer"], one["held"]) for one in json.loads(found.out)] == [("tent-week", 1_000)]


def test_a_drafts_offer_can_be_looked_at_and_is_given_to_nobody(offering: Shop) -> None:
    text = json.dumps({"offers": [{**OFFER, "depthWithoutModel": 20}]})
    asked = {"anonymousId": "a1", "placements": [{"name": "cart_offer"}], "context": CART}
    draft = {"files": {"offers.yaml": text}, "decide": asked}
    reply = offering.post("/v1/config/preview", draft).json()
    assert reply["decisions"][0]["offer"]["value"] == 20.0
    assert shop_holds(offering) == []
