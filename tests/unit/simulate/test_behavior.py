"""Weeks of events: in order, honest about money and people, and with something to learn."""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from tailorbird.simulate.behavior import history, in_time_order, live
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.simulate.shoppers import Shopper, make_shoppers
from tailorbird.simulate.visits import plan_visits
from tailorbird.spine.clock import DAY_MS, HOUR_MS, parse_time_ms

NOW_MS = 1_795_000_000_000
Codes = tuple[tuple[int, ...], ...]


@cache
def a_shop() -> Shop:
    return make_shop(np.random.default_rng(11), NOW_MS)


@cache
def some_shoppers(count: int = 2_000) -> tuple[Shopper, ...]:
    return make_shoppers(np.random.default_rng(12), count)


def a_short_history(seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    return list(history(a_shop(), some_shoppers(120), NOW_MS, 30, rng))


@cache
def the_events() -> list[dict[str, Any]]:
    rng = np.random.default_rng(13)
    return list(history(a_shop(), some_shoppers(), NOW_MS, 60, rng))


@cache
def the_sessions() -> list[list[int]]:
    """Return the items viewed in each session, in the order of the sessions' start."""
    last: dict[str, int] = {}
    sessions: dict[tuple[int, str], list[int]] = {}
    open_session: dict[str, tuple[int, str]] = {}
    for event in the_events():
        if event.get("event") != "Product Viewed":
            continue
        who, at_ms = event["anonymousId"], parse_time_ms(event["timestamp"])
        if at_ms - last.get(who, 0) > HOUR_MS:
            open_session[who] = (at_ms, who)
        last[who] = at_ms
        code = a_shop().codes[event["properties"]["product_id"]]
        sessions.setdefault(open_session[who], []).append(code)
    return [codes for _, codes in sorted(sessions.items())]


@cache
def the_baskets() -> list[set[int]]:
    return [
        {a_shop().codes[product["product_id"]] for product in event["properties"]["products"]}
        for event in the_events()
        if event.get("event") == "Order Completed"
    ]


def lift(baskets: Iterable[Iterable[int]], kin: Codes) -> float:
    """Return how often kin meet in a basket, against what their popularity alone would give."""
    singles: Counter[int] = Counter()
    pairs: Counter[tuple[int, int]] = Counter()
    count = 0
    for basket in map(set, baskets):
        count += 1
        singles.update(basket)
        pairs.update(itertools.combinations(sorted(basket), 2))
    related = {(min(a, b), max(a, b)) for a, others in enumerate(kin) for b in others}
    expected = sum(singles[a] * singles[b] / count for a, b in related)
    return sum(pairs[pair] for pair in related) / expected


def test_the_same_seed_makes_the_same_history() -> None:
    assert a_short_history(1) == a_short_history(1)


def test_another_seed_makes_another_history() -> None:
    assert a_short_history(2) != a_short_history(1)


def test_history_is_in_time_order_and_never_in_the_future() -> None:
    moments = [parse_time_ms(event["timestamp"]) for event in the_events()]
    assert moments == sorted(moments)
    assert moments[0] >= NOW_MS - 60 * DAY_MS
    assert moments[-1] <= NOW_MS


def test_no_two_events_share_a_message_id() -> None:
    ids = [event["messageId"] for event in the_events()]
    assert len(ids) == len(set(ids))


def test_all_kinds_of_events_occur() -> None:
    names = {event.get("event", event["type"]) for event in the_events()}
    assert names == {
        "page",
        "identify",
        "Products Searched",
        "Product List Viewed",
        "Product List Filtered",
        "Product Viewed",
        "Product Added",
        "Product Removed",
        "Product Added to Wishlist",
        "Cart Viewed",
        "Checkout Started",
        "Payment Info Entered",
        "Payment Failed",
        "Order Completed",
        "Order Refunded",
    }


def test_events_survive_json() -> None:
    some = the_events()[:2_000]
    assert json.loads(json.dumps(some)) == some


def test_some_events_bear_the_time_of_sending_and_it_is_later() -> None:
    sent = [event for event in the_events() if "sentAt" in event]
    assert 0.2 < len(sent) / len(the_events()) < 0.5
    assert all(event["sentAt"] > event["timestamp"] for event in sent)


def test_no_device_belongs_to_two_users() -> None:
    users: defaultdict[str, set[str]] = defaultdict(set)
    for event in the_events():
        if event["userId"] is not None:
            users[event["anonymousId"]].add(event["userId"])
    assert len(users) > 200
    assert max(map(len, users.values())) == 1


def test_no_shopper_has_two_users() -> None:
    owner = {
        device.anonymous_id: shopper for shopper in some_shoppers() for device in shopper.devices
    }
    for event in the_events():
        assert event["userId"] in (None, owner[event["anonymousId"]].user_id)


def test_some_people_sign_in_on_several_devices() -> None:
    devices: defaultdict[str, set[str]] = defaultdict(set)
    for event in the_events():
        if event["type"] == "identify":
            devices[event["userId"]].add(event["anonymousId"])
    assert sum(len(ids) > 1 for ids in devices.values()) > 5


def test_nobody_is_in_the_shop_twice_at_once() -> None:
    visits = plan_visits(
        a_shop(), some_shoppers(), NOW_MS - 60 * DAY_MS, NOW_MS, np.random.default_rng(3)
    )
    last: dict[int, int] = {}
    for visit in visits:
        number = visit.shopper.number
        assert visit.start_ms - last.get(number, 0) >= 3 * HOUR_MS
        last[number] = visit.start_ms


def test_people_come_back_over_weeks() -> None:
    days: defaultdict[str, set[int]] = defaultdict(set)
    for event in the_events():
        days[event["anonymousId"]].add(parse_time_ms(event["timestamp"]) // (7 * DAY_MS))
    assert np.mean([len(weeks) > 1 for weeks in days.values()]) > 0.3


def test_the_evening_is_busier_than_the_night() -> None:
    hours = Counter(
        (parse_time_ms(event["timestamp"]) + HOUR_MS) // HOUR_MS % 24 for event in the_events()
    )
    assert hours[20] > 5 * hours[3]


def test_about_a_tenth_of_visits_end_with_an_order() -> None:
    assert 0.06 < len(the_baskets()) / len(the_sessions()) < 0.25


def test_a_sessions_items_share_a_family_far_more_than_by_chance() -> None:
    truths = a_shop().truths
    views = Counter(truths[code].family for codes in the_sessions() for code in codes)
    chance = sum((n / views.total()) ** 2 for n in views.values())
    pairs = [p for codes in the_sessions() for p in itertools.combinations(sorted(set(codes)), 2)]
    together = np.mean([truths[a].family == truths[b].family for a, b in pairs])
    assert together > 10 * chance


def test_true_complements_are_bought_together() -> None:
    assert lift(the_baskets(), a_shop().kin.complements) > 3


def test_true_substitutes_are_not_bought_together() -> None:
    assert lift(the_baskets(), a_shop().kin.substitutes) < 1


def test_true_substitutes_are_viewed_together_more_than_complements() -> None:
    kin = a_shop().kin
    assert lift(the_sessions(), kin.substitutes) > 1.5 * lift(the_sessions(), kin.complements)


def test_what_was_viewed_together_predicts_the_next_view_far_better_than_popularity() -> None:
    cut = len(the_sessions()) * 4 // 5
    past, future = the_sessions()[:cut], the_sessions()[cut:]
    popular = [code for code, _ in Counter(itertools.chain(*past)).most_common(10)]
    together: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for codes in past:
        for a, b in itertools.permutations(set(codes), 2):
            together[a][b] += 1
    steps = [(a, b) for codes in future for a, b in itertools.pairwise(codes) if a != b]
    best = {a: {code for code, _ in counts.most_common(10)} for a, counts in together.items()}
    by_neighbors = np.mean([b in best.get(a, set()) for a, b in steps])
    by_popularity = np.mean([b in popular for _, b in steps])
    assert by_neighbors > 4 * by_popularity


def test_streams_merge_in_time_order() -> None:
    merged = list(in_time_order(a_short_history(1), a_short_history(2)))
    moments = [parse_time_ms(event["timestamp"]) for event in merged]
    assert moments == sorted(moments)


class SlowClock:
    """A clock that stands still until it is told how long somebody waited."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


def watch(seed: int, count: int = 600) -> tuple[list[dict[str, Any]], float]:
    """Return the first events of a live shop, and how many seconds they took."""
    clock = SlowClock()
    seen = []
    stream = live(a_shop(), some_shoppers(), np.random.default_rng(seed), clock)
    for delay_s, event in itertools.islice(stream, count):
        clock.now_ms += round(delay_s * 1000)
        assert parse_time_ms(event["timestamp"]) == clock.now_ms
        seen.append(event)
    return seen, (clock.now_ms - NOW_MS) / 1000


def test_a_live_shop_keeps_its_pace() -> None:
    events, seconds = watch(1, 2_000)
    assert 2.0 < len(events) / seconds < 4.5


def test_a_live_shop_is_busy_from_the_first_second() -> None:
    events, _ = watch(1)
    assert parse_time_ms(events[5]["timestamp"]) < NOW_MS + 10_000


def test_a_live_shop_is_the_same_for_the_same_seed_and_clock() -> None:
    assert watch(1) == watch(1)
    assert watch(2) != watch(1)


def test_a_live_shop_does_not_wait_for_a_slow_sender() -> None:
    clock = SlowClock()
    stream = live(a_shop(), some_shoppers(), np.random.default_rng(1), clock)
    next(stream)
    clock.now_ms += HOUR_MS
    assert next(stream)[0] == 0


def test_people_resume_their_missions_in_a_live_shop() -> None:
    clock = SlowClock()
    few = some_shoppers(120)
    stream = live(a_shop(), few, np.random.default_rng(1), clock, events_a_second=1.0)
    carts: Counter[str] = Counter()
    for delay_s, event in itertools.islice(stream, 3_000):
        clock.now_ms += round(delay_s * 1000)
        if event.get("event") == "Cart Viewed":
            carts[event["properties"]["cart_id"]] += 1
    assert max(carts.values()) > 1
