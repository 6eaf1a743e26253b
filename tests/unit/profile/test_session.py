"""The visit that is going on, and the items it has touched."""

from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY
from tailorbird.profile.session import last_items, session, session_items
from tailorbird.profile.touches import SEARCHES_KEPT, TOUCHES_KEPT, TouchKind
from tests.makers import HOUR, MINUTE, NOON_MS, an_event, an_item, an_order


def test_a_pause_of_half_an_hour_ends_a_visit() -> None:
    profile = fold_many(
        EMPTY,
        [
            an_event("Product Viewed", an_item("old")),
            an_event("Product Viewed", an_item("a"), at=NOON_MS + 31 * MINUTE),
            an_event("Product Viewed", an_item("b"), at=NOON_MS + 61 * MINUTE),
        ],
    )
    assert session_items(profile, NOON_MS + 62 * MINUTE) == ("a", "b")


def test_a_visit_is_over_once_nothing_happened_for_a_pause() -> None:
    profile = fold_many(EMPTY, [an_event("Product Viewed", an_item("a"))])
    assert session_items(profile, NOON_MS + 31 * MINUTE) == ()


def test_looking_at_pages_keeps_a_visit_going() -> None:
    profile = fold_many(
        EMPTY,
        [
            an_event("Product Viewed", an_item("a")),
            an_event("Page Viewed", kind="page", at=NOON_MS + 20 * MINUTE),
        ],
    )
    assert session_items(profile, NOON_MS + 40 * MINUTE) == ("a",)


def test_a_message_that_we_sent_is_no_visit() -> None:
    profile = fold_many(EMPTY, [an_event("Message Sent")])
    assert session(profile, NOON_MS) is None


def test_an_item_seen_again_moves_to_the_end() -> None:
    views = [
        an_event("Product Viewed", an_item(item), at=NOON_MS + minute * MINUTE)
        for minute, item in enumerate(["a", "b", "a"])
    ]
    assert session_items(fold_many(EMPTY, views), NOON_MS + 3 * MINUTE) == ("b", "a")


def test_an_event_from_a_fast_clock_is_in_the_visit_at_once() -> None:
    profile = fold_many(EMPTY, [an_event("Product Viewed", an_item("a"), at=NOON_MS + MINUTE)])
    assert session_items(profile, NOON_MS) == ("a",)


def test_an_order_that_two_sources_report_is_one_purchase_in_the_visit() -> None:
    order = an_order(an_item("a", price=90), order_id="o1")
    again = an_order(an_item("a", price=90), order_id="o1", source="webhook", at=NOON_MS + MINUTE)
    current = session(fold_many(EMPTY, [order, again]), NOON_MS + MINUTE)
    assert current is not None
    assert [touch.kind for touch in current.touches] == [TouchKind.BUY]


def test_no_visit_is_longer_than_a_day() -> None:
    views = [
        an_event("Product Viewed", an_item(f"i{number}"), at=NOON_MS + number * 29 * MINUTE)
        for number in range(60)
    ]
    current = session(fold_many(EMPTY, views), NOON_MS + 59 * 29 * MINUTE)
    assert current is not None
    assert current.last_ms - current.started_ms <= 24 * HOUR


def test_searches_belong_to_the_visit_and_are_tidied() -> None:
    profile = fold_many(EMPTY, [an_event("Products Searched", query="  Trail   TENT ")])
    current = session(profile, NOON_MS)
    assert current is not None
    assert [made.query for made in current.searches] == ["trail tent"]


def test_only_the_newest_touches_and_searches_are_kept() -> None:
    history = []
    for number in range(100, 0, -1):
        at = NOON_MS + number * MINUTE
        history.append(an_event("Product Viewed", an_item(f"i{number}"), at=at))
        history.append(an_event("Products Searched", query=f"q{number}", at=at))
    profile = fold_many(EMPTY, history)
    assert [touch.item for touch in profile.touches] == [
        f"i{number}" for number in range(101 - TOUCHES_KEPT, 101)
    ]
    assert len(profile.searches) == SEARCHES_KEPT


def test_a_touch_keeps_the_deepest_category_whatever_the_order_of_facets() -> None:
    item = an_item(category="Camping > Tents > Trail")
    backwards = type(item)(id=item.id, facets=item.facets[::-1])
    for one in (item, backwards):
        touch = fold_many(EMPTY, [an_event("Product Viewed", one)]).touches[0]
        assert (touch.category, touch.brand) == ("Camping > Tents > Trail", "msr")


def test_last_items_reach_back_before_the_visit_newest_first() -> None:
    profile = fold_many(
        EMPTY,
        [
            an_order(an_item("bought"), at=NOON_MS - 500 * HOUR),
            an_event("Product Viewed", an_item("seen"), at=NOON_MS),
        ],
    )
    assert [touch.item for touch in last_items(profile)] == ["seen", "bought"]
