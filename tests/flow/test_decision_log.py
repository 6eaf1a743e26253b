"""The decision log holds what any other policy needs to be judged by: chances and candidates."""

from typing import Any

import pytest

from tests.shop import Shop

SHELF = tuple(
    {"id": f"{kind}-{n}", "title": f"{kind} {n}", "category": f"Camping > {kind}"}
    for kind in ("Tents", "Stoves", "Ropes", "Boots")
    for n in range(12)
)
POLICY = (
    "placements: [{name: home_recs, limit: 10, exploreShare: 0.2,"
    " weights: {affinity: 1, popular: 0.2}}]"
)


@pytest.fixture
def camper(shop: Shop) -> Shop:
    """A shop in which a1 leans to tents, and everything has been looked at by others."""
    shop.stock(*SHELF)
    for item in SHELF:
        shop.track("Product Viewed", anonymousId="others", product_id=item["id"])
    shop.refresh()
    for n in range(3):
        shop.track("Product Viewed", product_id=f"Tents-{n}")
    shop.call("PUT", "/v1/config", json={"files": {"a.yaml": POLICY}})
    return shop


def answer(shop: Shop) -> dict[str, Any]:
    found: dict[str, Any] = shop.decide("home_recs").json()["decisions"][0]
    return found


def logged(shop: Shop) -> dict[str, Any]:
    found = shop.get("/v1/people/anonymous:a1/decisions").json()["decisions"][0]
    only: dict[str, Any] = found["decisions"][0]
    return only


def test_an_item_drawn_by_luck_carries_the_chance_that_it_had(camper: Shop) -> None:
    drawn = [one for one in answer(camper)["items"] if one["explore"]]
    assert len(drawn) == 2
    assert [one["actionProbability"] for one in drawn] == pytest.approx([2 / 36] * 2)


def test_what_was_certain_carries_no_chance(camper: Shop) -> None:
    certain = [one for one in answer(camper)["items"] if not one["explore"]]
    assert certain
    assert not any("actionProbability" in one for one in certain)


def test_what_would_have_come_next_is_written_down_and_not_answered(camper: Shop) -> None:
    told = answer(camper)
    noted = logged(camper)
    assert "runnersUp" not in told
    assert noted["runnersUp"]
    assert not {one["id"] for one in told["items"]} & set(noted["runnersUp"])


def test_the_log_holds_the_same_items_and_chances_as_the_answer(camper: Shop) -> None:
    told = answer(camper)
    assert logged(camper)["items"] == told["items"]
