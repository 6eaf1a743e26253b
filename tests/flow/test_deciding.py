"""From an event to an answer: fresh, joined at login, in stock, and never without an answer."""

from typing import Any

import pytest

from tailorbird.access.keys import KeyKind
from tests.makers import DAY
from tests.shop import Shop, ids, viewed

TENT = {"id": "tent", "title": "Tent", "category": "Camping > Tents", "brand": "msr", "price": 300}
STOVE = {"id": "stove", "title": "Stove", "category": "Camping > Stoves", "brand": "primus"}
ROPE = {"id": "rope", "title": "Rope", "category": "Climbing > Ropes", "brand": "petzl"}
CATALOG: tuple[dict[str, Any], ...] = (
    TENT,
    STOVE,
    ROPE,
    *({"id": f"tent-{n}", "category": "Camping > Tents"} for n in range(5)),
)


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with a small catalog, in which others have bought ropes."""
    shop.stock(*CATALOG)
    for visitor in ("v1", "v2", "v3"):
        shop.post("/v1/track", viewed("rope", anonymousId=visitor))
    shop.refresh()
    return shop


def level(shop: Shop, **fields: Any) -> str:
    found: str = shop.decide("home_recs", **fields).json()["decisions"][0]["level"]
    return found


def test_an_acknowledged_event_is_in_the_profile_at_once(shop: Shop) -> None:
    shop.track("Product Viewed", product_id="tent")
    customer = shop.get("/v1/people/anonymous:a1").json()["customer"]
    assert [one["id"] for one in customer["lastItems"]] == ["tent"]


def test_an_acknowledged_event_is_in_the_next_answer(stocked: Shop) -> None:
    before = level(stocked)
    stocked.track("Product Viewed", product_id="tent", brand="msr")
    assert (before, level(stocked)) == ("bestsellers", "session")


def test_every_item_of_an_answer_says_why(stocked: Shop) -> None:
    stocked.track("Product Viewed", product_id="tent")
    shown = stocked.decide("home_recs").json()["decisions"][0]["items"]
    assert all(item["reason"] for item in shown)


def test_an_explained_answer_says_what_it_rests_on(stocked: Shop) -> None:
    shown = stocked.decide("home_recs", explain=True).json()["decisions"][0]["items"]
    assert all(item["sources"] for item in shown)


def test_a_login_joins_both_histories_at_once(shop: Shop) -> None:
    shop.track("Product Viewed", product_id="tent", anonymousId="phone")
    shop.track("Product Viewed", product_id="rope", userId="u1")
    shop.post("/v1/identify", {"anonymousId": "phone", "userId": "u1"})
    seen = shop.get("/v1/people/anonymous:phone").json()["customer"]["lastItems"]
    assert {one["id"] for one in seen} == {"tent", "rope"}


def test_a_join_is_on_record_with_its_evidence(shop: Shop) -> None:
    shop.track("Looked", anonymousId="phone")
    shop.post("/v1/identify", {"anonymousId": "phone", "userId": "u1", "messageId": "m-login"})
    joins = shop.get("/v1/people/user:u1/identities").json()["joins"]
    assert [(one["anonymous"], one["messageId"]) for one in joins] == [
        ("anonymous:phone", "m-login")
    ]


def test_a_join_that_is_split_gives_the_browser_its_own_history_back(shop: Shop) -> None:
    shop.track("Product Viewed", product_id="tent", anonymousId="phone")
    shop.post("/v1/identify", {"anonymousId": "phone", "userId": "u1"})
    shop.post("/v1/people/user:u1/split", {"anonymousId": "phone"})
    seen = shop.get("/v1/people/anonymous:phone").json()
    assert (seen["identity"]["userId"], seen["customer"]["lastItems"][0]["id"]) == (
        None,
        "tent",
    )


def test_two_users_on_one_browser_stay_two_people(shop: Shop) -> None:
    for user in ("u1", "u2"):
        shop.post("/v1/identify", {"anonymousId": "kiosk", "userId": user})
    people = {shop.get(f"/v1/people/user:{user}").json()["personId"] for user in ("u1", "u2")}
    assert len(people) == 2


def test_a_browser_is_stitched_within_the_window_only(shop: Shop) -> None:
    shop.track("Looked")
    first = shop.get("/v1/people/anonymous:a1").json()["personId"]
    shop.clock.move(31 * DAY)
    shop.track("Looked")
    assert shop.get("/v1/people/anonymous:a1").json()["personId"] != first


def test_what_is_out_of_stock_is_gone_from_the_very_next_answer(stocked: Shop) -> None:
    assert "rope" in ids(stocked.decide("home_recs"))
    stocked.call("PATCH", "/v1/items/rope", json={"stock": 0})
    assert "rope" not in ids(stocked.decide("home_recs"))


def test_what_is_deleted_is_gone_from_the_very_next_answer(stocked: Shop) -> None:
    stocked.call("DELETE", "/v1/items/rope")
    assert "rope" not in ids(stocked.decide("home_recs"))


def test_what_was_bought_is_not_offered_again(stocked: Shop) -> None:
    bought: dict[str, Any] = {"order_id": "o1", "products": [{"product_id": "rope", "price": 80}]}
    stocked.track("Order Completed", **bought)
    assert "rope" not in ids(stocked.decide("home_recs"))


def test_what_was_dismissed_is_not_offered_again(stocked: Shop) -> None:
    stocked.track("Recommendation Dismissed", product_id="rope", exposureId="e1")
    assert "rope" not in ids(stocked.decide("home_recs"))


def test_a_new_item_is_offered_to_who_likes_its_category(stocked: Shop) -> None:
    for item in ("tent", "tent-1", "tent-2"):
        stocked.track("Product Viewed", product_id=item)
    stocked.stock({"id": "tent-new", "category": "Camping > Tents", "title": "New tent"})
    assert "tent-new" in ids(stocked.decide("home_recs"))


def test_an_unknown_person_gets_the_bestsellers(stocked: Shop) -> None:
    answered = stocked.decide("home_recs", anonymousId="stranger").json()["decisions"][0]
    assert (answered["level"], answered["items"][0]["id"]) == ("bestsellers", "rope")


def test_an_empty_catalog_is_answered_with_what_to_do(shop: Shop) -> None:
    answered = shop.decide("home_recs").json()["decisions"][0]
    assert "PUT /v1/items" in answered["notice"]


def test_an_unknown_placement_is_told_which_there_are(shop: Shop) -> None:
    reply = shop.decide("home_rex")
    assert (reply.status_code, "home_recs, product_recs" in reply.json()["detail"]) == (404, True)


def test_in_no_time_a_person_gets_what_they_got_last(stocked: Shop) -> None:
    stocked.track("Product Viewed", product_id="tent")
    last = ids(stocked.decide("home_recs"))
    hurried = stocked.decide("home_recs", deadlineMs=0)
    assert (hurried.json()["decisions"][0]["level"], ids(hurried)) == ("last_known", last)


def test_in_no_time_a_stranger_gets_the_bestsellers(stocked: Shop) -> None:
    hurried = stocked.decide("home_recs", anonymousId="stranger", deadlineMs=0)
    assert hurried.json()["decisions"][0]["level"] == "bestsellers"


def test_what_was_shown_last_but_sold_out_is_left_out(stocked: Shop) -> None:
    stocked.track("Product Viewed", product_id="tent")
    stocked.decide("home_recs")
    stocked.call("PATCH", "/v1/items/rope", json={"available": False})
    assert "rope" not in ids(stocked.decide("home_recs", deadlineMs=0))


def test_a_page_without_history_is_answered_by_its_category(stocked: Shop) -> None:
    here = {"category": "Climbing > Ropes"}
    assert level(stocked, anonymousId="stranger", context=here) == "segment"


def test_payment_methods_come_in_the_order_of_this_persons_use(shop: Shop) -> None:
    shop.track("Payment Info Entered", payment_method="klarna")
    slots = [{"name": "payment_methods", "candidates": ["card", "paypal", "klarna"]}]
    reply = shop.post("/v1/decide", {"anonymousId": "a1", "placements": slots})
    assert ids(reply) == ["klarna", "card", "paypal"]


def test_an_answer_is_in_the_persons_journal(stocked: Shop) -> None:
    stocked.track("Looked")
    decided = stocked.decide("home_recs").json()["decisionId"]
    kept = stocked.get("/v1/people/anonymous:a1/decisions").json()["decisions"]
    assert [one["decisionId"] for one in kept] == [decided]


def test_a_dry_run_leaves_no_record(stocked: Shop) -> None:
    stocked.track("Looked")
    stocked.decide("home_recs", dryRun=True)
    assert stocked.get("/v1/people/anonymous:a1/decisions").json() == {"decisions": []}


def test_an_exposure_comes_back_with_all_that_it_names(stocked: Shop) -> None:
    item = stocked.decide("home_recs").json()["decisions"][0]["items"][0]
    exposed = {"exposureId": item["exposureId"], "placement": "home_recs", "position": 1}
    versions = {"creative": "c1", "policy": "home_recs@1", "model": "none"}
    stocked.track("Recommendation Clicked", product_id=item["id"], **exposed, **versions)
    (logged,) = stocked.run(stocked.workspace.log.read(3, 10))
    kept = logged.event.exposure
    assert kept is not None
    assert (kept.exposure_id, kept.placement, kept.position) == tuple(exposed.values())


def test_a_retry_of_a_whole_batch_changes_nothing(shop: Shop) -> None:
    batch = {"batch": [viewed("tent", messageId="m1"), viewed("rope", messageId="m2")]}
    shop.post("/v1/batch", batch)
    once = shop.get("/v1/people/anonymous:a1").text
    assert shop.post("/v1/batch", batch).json()["duplicates"] == 2
    assert shop.get("/v1/people/anonymous:a1").text == once


def test_a_restart_changes_no_profile(shop: Shop) -> None:
    shop.track("Product Viewed", product_id="tent", price=20)
    before = shop.get("/v1/people/anonymous:a1").text
    shop.restart()
    assert shop.get("/v1/people/anonymous:a1").text == before


def test_a_publishable_key_decides_for_its_own_visitor(stocked: Shop) -> None:
    assert stocked.decide("home_recs", key=stocked.key(KeyKind.PUBLISHABLE)).status_code == 200


def ranked(shop: Shop, *candidates: str, **fields: Any) -> list[str]:
    asked = {"anonymousId": "a1", "candidates": candidates, **fields}
    return ids(shop.post("/v1/rank", asked))


def test_a_list_that_the_shop_brings_comes_back_whole(stocked: Shop) -> None:
    brought = ("tent", "yurt", "rope", "stove", "tent-1")
    assert sorted(ranked(stocked, *brought)) == sorted(brought)


def test_a_list_is_in_the_order_that_suits_the_visitor(stocked: Shop) -> None:
    stocked.stock(*({"id": f"rope-{n}", "category": "Climbing > Ropes"} for n in range(3)))
    for number in range(3):
        stocked.track("Product Viewed", product_id=f"rope-{number}")
    stocked.refresh()
    assert ranked(stocked, "tent", "rope") == ["rope", "tent"]


def test_a_list_for_a_stranger_keeps_the_shops_order(stocked: Shop) -> None:
    brought = ["stove", "tent", "rope"]
    assert ranked(stocked, *brought, anonymousId="stranger") == brought


def test_what_is_out_of_stock_comes_last_in_a_list(stocked: Shop) -> None:
    stocked.call("PATCH", "/v1/items/stove", json={"stock": 0})
    assert ranked(stocked, "stove", "tent", "rope")[-1] == "stove"


def test_an_empty_list_comes_back_empty(stocked: Shop) -> None:
    assert ranked(stocked) == []
