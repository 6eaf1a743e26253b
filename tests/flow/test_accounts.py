"""Accounts through the doors: told by group calls, shown, bounded by their terms, and forgotten."""

import asyncio
import json
from typing import Any

import pytest

from tailorbird.accounts import registrar
from tailorbird.profile.profile import Profile
from tests.makers import DAY
from tests.shop import Shop

ITEMS = [
    {"id": f"glove-{number}", "title": f"Glove {number}", "category": "Work > Gloves", "price": 5}
    for number in range(4)
] + [
    {"id": f"wine-{number}", "title": f"Wine {number}", "category": "Food > Wine", "price": 9}
    for number in range(4)
]
TERMS = """
terms:
  - name: gold
    minSpent: 100
    priceList: wholesale
    categories: [Work]
  - name: basic
"""


def joined(shop: Shop, user: str, account: str, days: int, **traits: object) -> None:
    """Tell that a user belongs to an account, since some days."""
    call: dict[str, Any] = {"userId": user, "groupId": account, "traits": traits}
    answer = shop.post("/v1/group", {**call, "timestamp": shop.ago(days * DAY)})
    assert answer.status_code == 200, answer.text


def ordered(shop: Shop, user: str, item: str, days: int, **more: object) -> None:
    """Tell that a user ordered ten of an item some days ago."""
    properties = {
        "order_id": f"{user}-{item}-{days}",
        "revenue": 60,
        "currency": "EUR",
        "products": [{"product_id": item, "quantity": 10, "price": 6}],
    }
    body = {"userId": user, "event": "Order Completed", "properties": properties, **more}
    answer = shop.post("/v1/track", {**body, "timestamp": shop.ago(days * DAY)})
    assert answer.status_code == 200, answer.text


def account(shop: Shop, name: str) -> dict[str, Any]:
    answer = shop.get(f"/v1/accounts/{name}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with gloves and wine, and prices of its own for wholesale."""
    priced = [{**one, "attributes": {"priceLists": {"wholesale": 4.5}}} for one in ITEMS]
    shop.stock(*priced)
    return shop


def test_an_account_is_the_sum_of_its_people(stocked: Shop) -> None:
    joined(stocked, "ann", "acme", 100, name="Acme", employees=40)
    joined(stocked, "bob", "acme", 90)
    ordered(stocked, "ann", "glove-1", 60)
    ordered(stocked, "bob", "glove-1", 30)
    found = account(stocked, "acme")
    assert found["traits"] == {"name": "Acme", "employees": 40}
    assert len(found["people"]) == 2
    assert found["orders"]["lifetimeValue"]["amount"] == 120


def test_what_is_bought_every_month_is_due_after_a_month(stocked: Shop) -> None:
    joined(stocked, "ann", "acme", 100)
    for days in (91, 61, 31):
        ordered(stocked, "ann", "glove-1", days)
    ordered(stocked, "ann", "wine-1", 5)
    first, second = account(stocked, "acme")["reorder"]
    assert (first["item"], first["everyDays"], first["due"]) == ("glove-1", 30.0, True)
    assert (second["item"], second["everyDays"], second["due"]) == ("wine-1", None, False)


def test_who_changes_employers_leaves_the_old_ones_orders_behind(stocked: Shop) -> None:
    joined(stocked, "ann", "acme", 100)
    ordered(stocked, "ann", "glove-1", 60)
    joined(stocked, "ann", "globex", 50)
    ordered(stocked, "ann", "glove-2", 40)
    bought = {
        name: [one["item"] for one in account(stocked, name)["reorder"]]
        for name in ("acme", "globex")
    }
    assert bought == {"acme": ["glove-1"], "globex": ["glove-2"]}


def test_an_order_that_names_its_account_counts_there(stocked: Shop) -> None:
    joined(stocked, "ann", "acme", 100)
    joined(stocked, "ann", "globex", 50)
    ordered(stocked, "ann", "glove-1", 40, groupId="acme")
    assert account(stocked, "acme")["orders"]["frequency"] == 1
    assert account(stocked, "globex")["orders"]["frequency"] == 0


def test_a_tier_bounds_what_an_account_is_shown_and_names_its_prices(stocked: Shop) -> None:
    applied = stocked.call("PUT", "/v1/config", json={"files": {"terms.yaml": TERMS}})
    assert applied.status_code == 200, applied.text
    joined(stocked, "ann", "acme", 100)
    ordered(stocked, "ann", "glove-1", 60)
    ordered(stocked, "ann", "glove-1", 30)
    stocked.refresh()
    answer = stocked.decide("home_recs", userId="ann").json()
    shown = {one["id"].partition("-")[0] for one in answer["decisions"][0]["items"]}
    assert answer["account"] == {"id": "acme", "tier": "gold", "priceList": "wholesale"}
    assert shown == {"glove"}
    assert account(stocked, "acme")["reorder"][0]["price"]["amount"] == 4.5


def test_who_is_in_no_account_is_told_of_none(stocked: Shop) -> None:
    answer = stocked.decide().json()
    assert "account" not in answer


def test_an_account_without_somebody_erased_is_as_if_they_had_never_been(stocked: Shop) -> None:
    joined(stocked, "ann", "acme", 100, name="Acme")
    ordered(stocked, "ann", "glove-1", 60)
    before = account(stocked, "acme")
    joined(stocked, "bob", "acme", 90, name="Acme & Bob", plan="bobs")
    ordered(stocked, "bob", "wine-1", 30)
    assert account(stocked, "acme") != before
    bob = {"identity_type": "controller_customer_id", "identity_value": "bob"}
    body = {"subject_request_type": "erasure", "subject_identities": [bob]}
    gone = stocked.post("/v1/privacy/requests", body)
    assert gone.status_code == 201, gone.text
    assert b"bobs" not in stocked.written()
    assert account(stocked, "acme") == before


def test_who_refuses_adds_nothing_to_an_account(stocked: Shop) -> None:
    joined(stocked, "ann", "acme", 100)
    joined(stocked, "bob", "acme", 90, plan="bobs")
    ordered(stocked, "bob", "wine-1", 30)
    refused = {"userId": "bob", "purposes": {"personalization": False}}
    said = stocked.call("PUT", "/v1/consent", json=refused)
    assert said.status_code == 200, said.text
    found = account(stocked, "acme")
    assert (found["withheld"], found["traits"], found["reorder"]) == (1, {}, [])


def test_accounts_are_listed_by_id_a_page_at_a_time(stocked: Shop) -> None:
    for name in ("acme", "globex", "initech"):
        joined(stocked, "ann", name, 10)
    page = stocked.get("/v1/accounts?limit=2").json()
    rest = stocked.get(f"/v1/accounts?after={page['next']}").json()
    names = [one["accountId"] for one in (*page["accounts"], *rest["accounts"])]
    assert names == ["acme", "globex", "initech"]


def test_an_account_that_nobody_is_in_is_not_found(stocked: Shop) -> None:
    answer = stocked.get("/v1/accounts/nobody")
    assert answer.status_code == 404
    assert "nobody" in json.dumps(answer.json())


def test_accounts_are_known_again_after_a_restart(stocked: Shop) -> None:
    joined(stocked, "ann", "acme", 100, name="Acme")
    ordered(stocked, "ann", "glove-1", 60)
    before = account(stocked, "acme")
    stocked.restart()
    assert account(stocked, "acme") == before


def test_a_browser_split_off_keeps_its_own_account_only(stocked: Shop) -> None:
    call = {"anonymousId": "b1", "groupId": "globex", "timestamp": stocked.ago(DAY)}
    assert stocked.post("/v1/group", call).status_code == 200
    joined(stocked, "ann", "acme", 10)
    assert stocked.post("/v1/identify", {"anonymousId": "b1", "userId": "ann"}).status_code == 200
    whole = stocked.get("/v1/people/user:ann").json()["customer"]["accounts"]
    parted = stocked.post("/v1/people/user:ann/split", {"anonymousId": "b1"}).json()["parted"]
    found = {
        name: [one["personId"] for one in account(stocked, name)["people"]]
        for name in ("acme", "globex")
    }
    ann = stocked.get("/v1/people/user:ann").json()["personId"]
    assert set(whole) == {"acme", "globex"}
    assert found == {"acme": [ann], "globex": [parted]}


def test_who_names_an_account_that_they_are_not_in_gets_their_own(stocked: Shop) -> None:
    joined(stocked, "ann", "acme", 100)
    joined(stocked, "bob", "globex", 100)
    answer = stocked.decide(userId="ann", context={"account": "globex"}).json()
    assert answer["account"]["id"] == "acme"


def test_who_is_in_two_accounts_says_in_whose_name_they_shop(stocked: Shop) -> None:
    joined(stocked, "ann", "acme", 100)
    joined(stocked, "ann", "globex", 50)
    answer = stocked.decide(userId="ann", context={"account": "acme"}).json()
    assert answer["account"]["id"] == "acme"


def test_terms_with_a_mistake_change_nothing(stocked: Shop) -> None:
    wrong = "terms:\n  - name: gold\n    minSpent: -1\n"
    answer = stocked.call("PUT", "/v1/config", json={"files": {"terms.yaml": wrong}})
    assert answer.status_code == 400
    assert "minSpent" in answer.text


def test_others_have_their_turn_while_an_account_is_worked_out(
    stocked: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        joined(stocked, f"u{number}", "acme", 10)
    monkeypatch.setattr(registrar, "_A_BITE_S", 0.0)
    stocked.workspace.accounts.forget()
    assert stocked.run(turns_beside(stocked.workspace.accounts)) >= 20


async def turns_beside(accounts: registrar.Registrar) -> int:
    """Return how often others had their turn while what holds for an account was worked out."""
    turns = 0
    profile = Profile(accounts={"acme": 1})
    asked = asyncio.create_task(accounts.standing(profile))
    while not asked.done():
        turns += 1
        await asyncio.sleep(0)
    return turns


def wholesaler(shop: Shop) -> None:
    """Let acme be a gold account: gloves only, at wholesale prices."""
    applied = shop.call("PUT", "/v1/config", json={"files": {"terms.yaml": TERMS}})
    assert applied.status_code == 200, applied.text
    joined(shop, "ann", "acme", 100)
    ordered(shop, "ann", "glove-1", 60)
    ordered(shop, "ann", "glove-1", 30)


def test_what_is_not_for_an_account_comes_last_when_a_list_is_ranked(stocked: Shop) -> None:
    wholesaler(stocked)
    brought = {"userId": "ann", "candidates": ["wine-1", "glove-2", "wine-2", "glove-3"]}
    answer = stocked.post("/v1/rank", brought).json()
    items = answer["decisions"][0]["items"]
    assert answer["account"]["priceList"] == "wholesale"
    assert {one["id"] for one in items[:2]} == {"glove-2", "glove-3"}
    assert {one["reason"] for one in items[2:]} == {"Not in your company's part of the catalog"}


def test_content_that_is_not_for_an_account_is_not_shown_to_it(stocked: Shop) -> None:
    wholesaler(stocked)
    hero = {
        "name": "hero",
        "kind": "content",
        "creatives": [
            {"id": "cellar", "facets": ["category:Food"]},
            {"id": "bottle", "item": "wine-1"},
            {"id": "safety", "facets": ["category:Work > Gloves"]},
        ],
    }
    files = {"terms.yaml": TERMS, "hero.yaml": json.dumps({"placements": [hero]})}
    assert stocked.call("PUT", "/v1/config", json={"files": files}).status_code == 200
    for user, shown in (("ann", "safety"), ("bob", "cellar")):
        answer = stocked.decide("hero", userId=user).json()
        assert answer["decisions"][0]["content"]["id"] == shown


def test_an_offer_is_made_on_what_the_account_pays(stocked: Shop) -> None:
    wholesaler(stocked)
    offer = {"name": "bulk", "depths": [10], "depthWithoutModel": 10, "assumedMargin": 0.5}
    files = {
        "terms.yaml": TERMS,
        "offer.yaml": json.dumps({"offers": [{**offer, "when": "cart.value < 46.0"}]}),
    }
    assert stocked.call("PUT", "/v1/config", json={"files": files}).status_code == 200
    cart = {"cart": [{"item": "glove-1", "quantity": 10}, {"item": "wine-1", "quantity": 9}]}
    for user, given in (("ann", True), ("bob", False)):
        answer = stocked.decide("cart_offer", userId=user, context=cart, deadlineMs=5_000).json()
        assert (answer["decisions"][0]["offer"] is not None) == given


def test_prices_fit_by_the_accounts_own_list(shop: Shop) -> None:
    own = {"seen-1": 9, "seen-2": 9, "dear": 90, "cheap": 9}
    listed = [
        {"id": name, "price": 30, "attributes": {"priceLists": {"own": price}}}
        for name, price in own.items()
    ]
    shop.stock(*listed, *({"id": f"other-{n}", "price": 500} for n in range(60)))
    joined(shop, "ann", "acme", 1, priceList="own")
    for user in ("ann", "bob"):
        for item in ("seen-1", "seen-2"):
            shop.track("Product Viewed", userId=user, product_id=item)
    shop.refresh()
    brought = ["other-1", "other-2", "other-3", "dear", "cheap"]
    for user, first in (("ann", "cheap"), ("bob", "dear")):
        answer = shop.post("/v1/rank", {"userId": user, "candidates": brought}).json()
        items = [one["id"] for one in answer["decisions"][0]["items"]]
        assert next(one for one in items if one in {"dear", "cheap"}) == first
