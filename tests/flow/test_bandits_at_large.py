"""Bandits over whole lists and over offers: policies and depths are arms, within all guardrails."""

from typing import Any

import pytest

from tailorbird.decide.bandits.state import EMPTY, BanditState
from tests.makers import DAY
from tests.shop import Shop

CART: dict[str, Any] = {"cart": [{"item": "tent", "quantity": 1}], "currency": "EUR"}
LISTS = """
placements:
  - name: home_recs
    exploreShare: 0
    weights: {new: 1.0}
    policies:
      - {id: tents, changes: {filters: {categories: [Tents]}}}
      - {id: stoves, changes: {filters: {categories: [Stoves]}, weights: {new: 0.5}}}
    bandit: {policy: thompson, rewards: {Recommendation Clicked: 1}}
"""
OFFERS = """
placements:
  - name: cart_offer
    kind: offer
    limit: 1
    bandit: {policy: thompson, rewards: {Order Completed: 1}, guardrails: GUARDRAILS}
offers:
  - {name: tent-week, depths: [5, 10, 30], depthWithoutModel: 5, marginFloor: 0.3,
     budget: {total: 50}, instead: {id: proof}}
"""


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with tents and stoves; a tent earns 40 of 100."""
    shop.stock(
        {"id": "tent", "title": "Tent", "category": "Tents", "price": 100, "cost": 60, "stock": 8},
        {"id": "stove", "title": "Stove", "category": "Stoves", "price": 30, "cost": 10},
    )
    return shop


def configure(shop: Shop, text: str, guardrails: str = "{exploreShare: 0.1}") -> Any:
    files = {"a.yaml": text.replace("GUARDRAILS", guardrails)}
    return shop.call("PUT", "/v1/config", json={"files": files})


def learned(shop: Shop, placement: str) -> BanditState:
    shop.run(shop.workspace.bandits.save())
    return shop.run(shop.workspace.stores.bandits.load()).states.get(placement, EMPTY)


def home(shop: Shop, who: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.decide("home_recs", anonymousId=who).json()["decisions"][0]
    return found


def arms_given(shop: Shop, times: int) -> set[str]:
    """Return what the bandit over offers gave to so many people."""
    for number in range(times):
        shop.decide("cart_offer", anonymousId=f"v{number}", context=CART, deadlineMs=5_000)
    return set(learned(shop, "cart_offer").arms)


def teach(shop: Shop, times: int) -> None:
    """Show the list to many people, of whom those click who see stoves."""
    for number in range(times):
        shown = home(shop, f"v{number}")
        item = shown["items"][0]
        if item["id"] == "stove":
            event = {"exposureId": item["exposureId"], "product_id": "stove"}
            shop.track("Recommendation Clicked", anonymousId=f"v{number}", **event)
    shop.run(shop.workspace.bandits.round())


def test_a_list_follows_the_policy_that_was_drawn(stocked: Shop) -> None:
    assert configure(stocked, LISTS).status_code == 200
    shown = [home(stocked, f"v{number}") for number in range(12)]
    of = {"tents": ["tent"], "stoves": ["stove"]}
    assert all([one["id"] for one in made["items"]] == of[made["arm"]["id"]] for made in shown)
    assert {made["arm"]["actionProbability"] for made in shown} == {0.5}


def test_a_click_on_an_item_teaches_the_policy_and_is_found_again(stocked: Shop) -> None:
    configure(stocked, LISTS)
    teach(stocked, 30)
    before = learned(stocked, "home_recs")
    assert before.arms["stoves"].reward > 0 == before.arms["tents"].reward
    stocked.restart()
    assert learned(stocked, "home_recs").arms == before.arms
    bandit = stocked.get("/v1/bandits").json()["bandits"][0]
    assert (bandit["placement"], bandit["arms"][0]["id"]) == ("home_recs", "stoves")


def test_a_policy_that_fits_no_placement_is_refused_by_name(stocked: Shop) -> None:
    reply = configure(stocked, LISTS.replace("new: 0.5", "nwe: 0.5"))
    assert reply.status_code == 400
    assert "did you mean `new`?" in reply.text


def test_the_depths_that_floor_and_margin_leave_are_arms(stocked: Shop) -> None:
    assert configure(stocked, OFFERS).status_code == 200
    assert arms_given(stocked, 40) <= {"nothing", "tent-week@5", "tent-week@10", "tent-week/proof"}
    assert {"tent-week@5", "tent-week@10"} <= set(learned(stocked, "cart_offer").arms)


def test_a_budget_is_never_broken_by_learning(stocked: Shop) -> None:
    configure(stocked, OFFERS)
    arms_given(stocked, 40)
    assert stocked.run(stocked.workspace.stores.grants.spending())[0].held <= 50_00


@pytest.mark.parametrize("rails", ["{minimumStock: 9}", "{maximumDiscountShare: 0.0}"])
def test_guardrails_keep_discounts_back(stocked: Shop, rails: str) -> None:
    configure(stocked, OFFERS, rails)
    assert arms_given(stocked, 12) <= {"nothing", "tent-week/proof"}


def test_an_order_days_later_teaches_what_is_left_after_costs(stocked: Shop) -> None:
    margin = "measure: amount, money: margin, rewards: {Order Completed: 1}, windowDays: 5"
    configure(stocked, OFFERS.replace("rewards: {Order Completed: 1}", margin))
    stocked.track("Product Viewed", product_id="tent")
    stocked.decide("cart_offer", context=CART, deadlineMs=5_000)
    stocked.clock.move(3 * DAY)
    bought = [{"product_id": "tent", "quantity": 1, "price": 95}]
    stocked.track("Order Completed", order_id="o1", revenue=95, products=bought)
    assert [arm.reward for arm in learned(stocked, "cart_offer").arms.values()] == [35.0]


def test_who_is_shown_their_open_offer_again_is_no_new_exposure(stocked: Shop) -> None:
    only = OFFERS.replace("depths: [5, 10, 30]", "depths: [5]")
    configure(stocked, only, "{exploreShare: 0.9}")
    stocked.track("Product Viewed", product_id="tent")
    for _ in range(20):
        found = stocked.decide("cart_offer", context=CART, deadlineMs=5_000).json()
        if found["decisions"][0]["offer"] and found["decisions"][0]["offer"]["code"]:
            break
    before = learned(stocked, "cart_offer").arms
    stocked.decide("cart_offer", context=CART, deadlineMs=5_000)
    assert learned(stocked, "cart_offer").arms == before


def test_a_draft_of_policies_is_looked_at_without_teaching(stocked: Shop) -> None:
    asked = {"anonymousId": "a1", "placements": [{"name": "home_recs"}]}
    reply = stocked.post("/v1/config/preview", {"files": {"a.yaml": LISTS}, "decide": asked})
    assert reply.json()["decisions"][0]["arm"]["id"] in {"tents", "stoves"}
    assert learned(stocked, "home_recs") == EMPTY
