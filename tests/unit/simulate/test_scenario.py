"""The demo's people: fixed ids, and histories that could not be mistaken for each other."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from tailorbird.simulate.scenario import Persona, make_personas, story_of
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.spine.clock import parse_time_ms

NOW_MS = 1_795_000_000_000


@cache
def a_shop() -> Shop:
    return make_shop(np.random.default_rng(1), NOW_MS)


@cache
def personas(seed: int = 1) -> dict[str, Persona]:
    made = make_personas(a_shop(), NOW_MS, np.random.default_rng(seed))
    return {persona.name: persona for persona in made}


def story(name: str, seed: int = 1) -> list[dict[str, Any]]:
    return list(story_of(a_shop(), personas(seed)[name], NOW_MS))


def items(events: list[dict[str, Any]], name: str) -> list[str]:
    found: list[str] = []
    for event in events:
        if event.get("event") == name:
            properties = event["properties"]
            found.extend(p["product_id"] for p in properties.get("products", [properties]))
    return found


def test_the_ids_are_the_same_whatever_the_seed() -> None:
    assert {name: p.identifiers() for name, p in personas(1).items()} == {
        name: p.identifiers() for name, p in personas(2).items()
    }


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_camper_has_bought_a_tent_and_is_looking_for_a_sleeping_bag(seed: int) -> None:
    events = story("camper", seed)
    assert any(item.startswith("tent-0") for item in items(events, "Order Completed"))
    assert any(item.startswith("sleeping-bag") for item in items(events[-8:], "Product Viewed"))


def test_the_camper_is_known_on_both_devices() -> None:
    identified = [event for event in story("camper") if event["type"] == "identify"]
    devices = {event["anonymousId"] for event in identified}
    assert devices == {"demo-camper-laptop", "demo-camper-phone"}
    assert {event["userId"] for event in identified} == {"demo-camper"}


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_kettle_comparer_compares_kettles_and_stays_unknown(seed: int) -> None:
    events = story("kettles", seed)
    viewed = items(events, "Product Viewed")
    assert sum(item.startswith("kettle") for item in viewed) > len(viewed) / 2
    assert not items(events, "Order Completed")
    assert {event["userId"] for event in events} == {None}


def test_the_cook_has_ordered_three_times() -> None:
    orders = [event for event in story("cook") if event.get("event") == "Order Completed"]
    assert len({order["properties"]["order_id"] for order in orders}) == 3


def test_somebody_new_has_done_nothing_and_has_an_id() -> None:
    assert story("new") == []
    assert personas()["new"].identifiers() == {"anonymousId": "demo-new"}


@pytest.mark.parametrize("name", ["camper", "kettles", "cook", "new"])
def test_a_story_is_in_time_order_and_over_by_now(name: str) -> None:
    moments = [parse_time_ms(event["timestamp"]) for event in story(name)]
    assert moments == sorted(moments)
    assert all(moment <= NOW_MS for moment in moments)


def test_every_story_is_the_same_for_the_same_seed() -> None:
    assert story("camper") == list(story_of(a_shop(), personas(1)["camper"], NOW_MS))
