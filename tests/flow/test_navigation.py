"""Navigation: categories in a visitor's order, by what they lean to and are after now, with why."""

from typing import Any

import pytest

from tests.makers import DAY
from tests.shop import Shop

MENU = ["Food", "Outdoor > Stoves", "Outdoor > Tents", "Garden"]


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with a few items in each category."""
    shop.stock(
        *(
            {
                "id": f"{path.rpartition(' ')[2].lower()}-{n}",
                "title": f"{path} {n}",
                "category": path,
                "price": 10,
            }
            for path in MENU
            for n in range(3)
        )
    )
    return shop


def menu(shop: Shop, **more: Any) -> list[dict[str, Any]]:
    asked = {"anonymousId": "a1", "placement": "navigation", "candidates": MENU, **more}
    answer = shop.post("/v1/rank", asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["decisions"][0]["items"]
    return items


def test_a_stranger_sees_the_menu_as_the_shop_wrote_it(stocked: Shop) -> None:
    assert [one["id"] for one in menu(stocked)] == MENU


def test_what_this_visit_is_about_comes_first_and_says_why(stocked: Shop) -> None:
    stocked.track("Product Viewed", product_id="tents-1")
    first = menu(stocked)[0]
    assert (first["id"], first["reason"]) == (
        "Outdoor > Tents",
        "Because you viewed Outdoor > Tents 1",
    )


def test_what_somebody_leans_to_comes_first_on_another_day(stocked: Shop) -> None:
    for item in ("garden-0", "garden-1", "garden-2"):
        stocked.track("Product Viewed", product_id=item, timestamp=stocked.ago(3 * DAY))
    first = menu(stocked)[0]
    assert (first["id"], first["reason"]) == ("Garden", "From Garden, which you look at often")


def test_the_page_may_ask_for_it_with_all_its_other_placements(stocked: Shop) -> None:
    stocked.track("Product Viewed", product_id="tents-1")
    slots = [{"name": "navigation", "candidates": MENU, "limit": 2}, {"name": "home_recs"}]
    answer = stocked.post("/v1/decide", {"anonymousId": "a1", "placements": slots, "explain": True})
    first, second = answer.json()["decisions"][0]["items"]
    assert first["id"] == "Outdoor > Tents"
    assert first["sources"]["session"] > first["sources"]["shop"] > 0
    assert second["source"] in {"shop", "popular"}


def test_whoever_refused_personalization_sees_the_shops_menu(stocked: Shop) -> None:
    stocked.track("Product Viewed", product_id="tents-1")
    assert [
        one["id"]
        for one in menu(
            stocked, context={"consent": {"categoryPreferences": {"personalization": False}}}
        )
    ] == MENU


def test_categories_that_no_item_is_in_keep_to_the_shops_order(stocked: Shop) -> None:
    found = [one["id"] for one in menu(stocked, candidates=["Nowhere", "Neither", "Nowhere"])]
    assert found == ["Nowhere", "Neither"]
