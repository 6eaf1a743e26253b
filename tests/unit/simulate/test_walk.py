"""One visit: what it writes, and what a nudge truly changes about it."""

import json
from functools import cache
from typing import Any

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.simulate.choice import Mission, Nudge, Offer
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.simulate.shoppers import Shopper, make_shopper
from tailorbird.simulate.trip import NEWCOMER, Memory
from tailorbird.simulate.visits import Visit, make_mission, make_visit
from tailorbird.simulate.walk import walk
from tailorbird.spine.clock import DAY_MS, HOUR_MS, parse_time_ms

NOW_MS = 1_795_000_000_000
BUYS, LOOKS = 20.0, -20.0
seeds = st.integers(0, 2**31)


@cache
def a_shop() -> Shop:
    return make_shop(np.random.default_rng(1), NOW_MS)


def a_visit(seed: int = 1, *, resolve: float = 0.0, known: bool = False) -> Visit:
    luck = Luck.from_seed(seed)
    shopper = make_shopper(7, luck)
    if known:
        shopper = known_shopper(shopper)
    mission = make_mission(a_shop(), shopper, 0, NOW_MS, luck)
    mission = msgspec.structs.replace(mission, resolve=resolve)
    return make_visit(shopper, mission, NOW_MS, luck)


def known_shopper(shopper: Shopper) -> Shopper:
    names = {"user_id": "u7", "first_name": "Mira", "last_name": "Lang"}
    return msgspec.structs.replace(shopper, **names)


def events_of(visit: Visit, memory: Memory = NEWCOMER) -> list[dict[str, Any]]:
    return [event for _, event in walk(a_shop(), visit, memory).events]


def named(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in events if event.get("event") == name]


@given(seed=seeds)
@settings(max_examples=80, deadline=None)
def test_every_event_has_what_segment_requires(seed: int) -> None:
    for event in events_of(a_visit(seed)):
        assert event["type"] in {"track", "page", "identify"}
        assert event["type"] != "track" or event["event"]
        assert event["userId"] or event["anonymousId"]
        assert 20 < len(event["messageId"]) <= 100
        assert {"timestamp", "context", "integrations"} <= set(event)
        assert len(json.dumps(event)) < 32_768


@given(seed=seeds)
@settings(max_examples=80, deadline=None)
def test_money_adds_up_in_every_order(seed: int) -> None:
    orders = named(events_of(a_visit(seed, resolve=BUYS)), "Order Completed")
    assert len(orders) == 1
    for properties in (order["properties"] for order in orders):
        cents = {
            name: round(100 * properties[name])
            for name in ("subtotal", "discount", "revenue", "shipping", "tax", "total")
        }
        lines = sum(round(100 * p["price"]) * p["quantity"] for p in properties["products"])
        assert cents["subtotal"] == lines
        assert cents["revenue"] == lines - cents["discount"]
        assert cents["total"] == cents["revenue"] + cents["tax"] + cents["shipping"]
        assert (cents["discount"] > 0) == ("coupon" in properties)


@given(seed=seeds)
@settings(max_examples=80, deadline=None)
def test_a_refund_gives_back_no_more_than_was_paid_and_comes_days_later(seed: int) -> None:
    events = events_of(a_visit(seed, resolve=BUYS))
    for refund in named(events, "Order Refunded"):
        order = named(events, "Order Completed")[0]
        assert refund["properties"]["order_id"] == order["properties"]["order_id"]
        assert 0 < refund["properties"]["revenue"] <= order["properties"]["revenue"]
        later_ms = parse_time_ms(refund["timestamp"]) - parse_time_ms(order["timestamp"])
        assert later_ms >= 3 * DAY_MS


@given(seed=seeds, resolve=st.sampled_from([BUYS, LOOKS, 0.0]))
@settings(max_examples=80, deadline=None)
def test_a_visit_is_over_before_the_next_may_begin(seed: int, resolve: float) -> None:
    walked = walk(a_shop(), a_visit(seed, resolve=resolve))
    moments = [at for at, event in walked.events if event.get("event") != "Order Refunded"]
    assert moments == sorted(moments)
    assert moments[-1] <= walked.memory.left_ms < NOW_MS + 3 * HOUR_MS


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_nothing_is_ordered_that_was_not_added(seed: int) -> None:
    events = events_of(a_visit(seed, resolve=BUYS))
    added = {event["properties"]["product_id"] for event in named(events, "Product Added")}
    order = named(events, "Order Completed")[0]["properties"]
    assert {product["product_id"] for product in order["products"]} <= added


def test_the_same_visit_goes_the_same_way() -> None:
    assert walk(a_shop(), a_visit(5)) == walk(a_shop(), a_visit(5))


def test_another_seed_goes_another_way() -> None:
    other = msgspec.structs.replace(a_visit(5), seed=6)
    assert events_of(other) != events_of(a_visit(5))


def test_who_only_looks_never_orders_and_never_leaves_at_once() -> None:
    for seed in range(30):
        events = events_of(a_visit(seed, resolve=LOOKS))
        assert named(events, "Product Viewed")
        assert not named(events, "Product Added")


def test_after_signing_in_every_event_bears_the_user() -> None:
    events = events_of(a_visit(3, resolve=BUYS, known=True))
    kinds = [event["type"] for event in events]
    since = kinds.index("identify")
    assert events[since]["traits"]["email"] == "mira.lang.7@example.com"
    assert {event["userId"] for event in events[:since]} <= {None}
    assert {event["userId"] for event in events[since:]} == {"u7"}


def test_a_device_remembers_who_signed_in() -> None:
    visit = a_visit(3, resolve=BUYS, known=True)
    memory = walk(a_shop(), visit).memory
    assert memory.signed_in == {visit.device}
    again = events_of(msgspec.structs.replace(visit, start_ms=NOW_MS + DAY_MS), memory)
    assert {event["userId"] for event in again} == {"u7"}


def test_a_cart_left_behind_is_found_again_within_days_but_not_after_a_week() -> None:
    visit = a_visit(3, resolve=BUYS)
    # What is bought must be something else than what lies in the cart.
    left = next(
        code
        for code, truth in enumerate(a_shop().truths)
        if truth.family != visit.mission.family and truth.in_stock
    )
    memory = Memory(cart={left: 1}, left_ms=NOW_MS - 2 * DAY_MS)
    stale = msgspec.structs.replace(memory, left_ms=NOW_MS - 9 * DAY_MS)
    item = a_shop().items[left]["id"]

    def ordered(memory: Memory) -> set[str]:
        order = named(events_of(visit, memory), "Order Completed")[0]["properties"]
        return {product["product_id"] for product in order["products"]}

    assert item in ordered(memory)
    assert item not in ordered(stale)


def test_changing_to_a_substitute_takes_the_rival_out_of_the_cart() -> None:
    visit = a_visit(4, resolve=BUYS)
    shelf = a_shop().shelves[visit.mission.family]
    removed = 0
    for code in shelf.codes.tolist():
        memory = Memory(cart={code: 1}, left_ms=NOW_MS - DAY_MS)
        removed += len(named(events_of(visit, memory), "Product Removed"))
    assert removed > len(shelf.codes) / 2


def test_a_campaign_shows_on_the_first_page_only() -> None:
    visit = msgspec.structs.replace(a_visit(2, resolve=LOOKS), channel="paid_search")
    events = events_of(visit)
    first = events[0]["context"]
    assert first["campaign"]["medium"] == "cpc"
    assert "utm_campaign=" in first["page"]["search"]
    assert first["page"]["referrer"] == "https://www.google.com/"
    assert "campaign" not in events[-1]["context"]


def test_what_is_shown_is_looked_at_more() -> None:
    shop = a_shop()

    def looks(nudge: Nudge) -> int:
        total = 0
        for seed in range(200):
            visit = msgspec.structs.replace(a_visit(seed, resolve=LOOKS), mission=mission)
            events = [event for _, event in walk(shop, visit, NEWCOMER, nudge).events]
            seen = named(events, "Product Viewed")
            total += sum(event["properties"]["product_id"] == "tent-003" for event in seen)
        return total

    mission = Mission(number=0, family=0, line=0, resolve=LOOKS)
    shown = Nudge(shown=frozenset({shop.codes[shop.items[2]["id"]]}))
    assert shop.items[2]["id"] == "tent-003"
    assert looks(shown) > 1.2 * looks(Nudge())


def test_an_offer_truly_raises_orders_on_average() -> None:
    offer = Nudge(offer=Offer("TWENTY", 0.2))
    visits = [msgspec.structs.replace(a_visit(seed), offer=None) for seed in range(500)]

    def orders(nudge: Nudge) -> int:
        walks = (walk(a_shop(), visit, NEWCOMER, nudge) for visit in visits)
        return sum(e.get("event") == "Order Completed" for w in walks for _, e in w.events)

    assert orders(offer) > 1.2 * orders(Nudge())
