"""What the merchant has at stake: margins, stock and vendors weigh in, and floors hold."""

from typing import Any

import pytest

from tests.shop import Shop

TENTS: tuple[dict[str, Any], ...] = tuple(
    {
        "id": f"tent-{n}",
        "title": f"Tent {n}",
        "price": 100,
        "cost": 95 - 10 * n,
        "stock": 10 * n + 1,
        "restockedAt": "2020-01-01T00:00:00Z",
        "vendor": "north" if n < 4 else "south",
        "category": "Camping > Tents",
    }
    for n in range(6)
)


@pytest.fixture
def tents(shop: Shop) -> Shop:
    """Tents of which the cheap ones to buy in are the least popular."""
    shop.stock(*TENTS)
    for n in range(6):
        for visitor in range(12 - 2 * n):
            shop.track("Product Viewed", anonymousId=f"v{visitor}", product_id=f"tent-{n}")
    shop.refresh()
    return shop


def shown(shop: Shop, policy: str) -> list[str]:
    """Return what a stranger is shown under a policy for `home_recs`."""
    text = f"placements: [{{name: home_recs, weights: {{popular: 1}}, {policy}}}]"
    assert shop.call("PUT", "/v1/config", json={"files": {"a.yaml": text}}).status_code == 200
    items = shop.decide("home_recs", anonymousId="stranger").json()["decisions"][0]["items"]
    return [item["id"] for item in items]


def test_without_a_stake_the_most_popular_comes_first(tents: Shop) -> None:
    assert shown(tents, "limit: 6") == [f"tent-{n}" for n in range(6)]


def test_where_margin_counts_most_what_earns_most_comes_first(tents: Shop) -> None:
    assert shown(tents, "business: {margin: 5}") == [f"tent-{n}" for n in reversed(range(6))]


def test_a_little_margin_only_turns_round_what_is_nearly_as_relevant(tents: Shop) -> None:
    found = shown(tents, "business: {margin: 0.5}")
    assert (found[0], found[-1]) == ("tent-2", "tent-5")


def test_what_was_just_delivered_comes_first_where_fresh_stock_counts(tents: Shop) -> None:
    tents.stock({"id": "tent-5", "restockedAt": "2100-01-01T00:00:00Z"})
    assert shown(tents, "business: {freshness: 5}")[0] == "tent-5"


def test_below_the_least_stock_nothing_is_shown(tents: Shop) -> None:
    assert shown(tents, "business: {minStock: 20}") == ["tent-2", "tent-3", "tent-4", "tent-5"]


def test_below_the_margin_floor_nothing_is_shown(tents: Shop) -> None:
    assert shown(tents, "business: {marginFloor: 0.3}") == ["tent-3", "tent-4", "tent-5"]


def test_an_unknown_margin_is_not_held_to_the_floor(tents: Shop) -> None:
    tents.stock({"id": "tarp", "title": "Tarp"})
    tents.track("Product Viewed", anonymousId="v1", product_id="tarp")
    tents.refresh()
    assert "tarp" in shown(tents, "business: {marginFloor: 0.3}")


def test_one_vendor_leaves_places_to_others(tents: Shop) -> None:
    found = shown(tents, "limit: 4, perVendor: 2")
    assert found == ["tent-0", "tent-1", "tent-4", "tent-5"]


def test_a_stake_below_zero_is_refused_by_name(tents: Shop) -> None:
    text = "placements:\n  - name: home_recs\n    business: {margin: -1}\n"
    reply = tents.call("PUT", "/v1/config", json={"files": {"a.yaml": text}})
    assert (reply.status_code, "`margin` must not be negative" in reply.text) == (400, True)
