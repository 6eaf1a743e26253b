"""What the demo's shoppers say of what they are shown, and when that is a click."""

from typing import Any

from tailorbird.cli.traffic import Seen
from tailorbird.spine.clock import HOUR_MS, MINUTE_MS, format_time
from tailorbird.spine.events import (
    PRODUCT_ADDED,
    PRODUCT_VIEWED,
    RECOMMENDATION_CLICKED,
    RECOMMENDATION_VIEWED,
)

_SHOWN = [
    {"exposureId": f"d_1-0-{place}", "product_id": item, "placement": "home_recs"}
    for place, item in enumerate(("tent-1", "mat-1"), start=1)
]


def an_event(item: str, minute: int = 0, name: str = PRODUCT_VIEWED) -> dict[str, Any]:
    return {
        "type": "track",
        "event": name,
        "anonymousId": "a1",
        "userId": None,
        "messageId": f"m{minute}",
        "timestamp": format_time(HOUR_MS + minute * MINUTE_MS),
        "properties": {"product_id": item},
    }


def after_a_look(*then: dict[str, Any]) -> list[str]:
    """Return the exposures that are clicked after the page of a kettle has shown two items."""
    seen = Seen()
    seen.shown(an_event("kettle-1"), _SHOWN)
    return [click["properties"]["exposureId"] for one in then for click in seen.clicks(one)]


def test_each_item_on_the_screen_is_said_to_be_seen() -> None:
    said = Seen().shown(an_event("kettle-1"), _SHOWN)
    assert [(one["event"], one["properties"]["product_id"]) for one in said] == [
        (RECOMMENDATION_VIEWED, "tent-1"),
        (RECOMMENDATION_VIEWED, "mat-1"),
    ]


def test_what_is_seen_counts_once_if_it_is_sent_twice() -> None:
    said = Seen().shown(an_event("kettle-1"), _SHOWN)
    assert len({one["messageId"] for one in said}) == len(_SHOWN)


def test_who_looks_at_something_shown_has_clicked_on_it() -> None:
    assert after_a_look(an_event("mat-1", 1)) == ["d_1-0-2"]


def test_a_click_is_told_under_its_own_name() -> None:
    seen = Seen()
    seen.shown(an_event("kettle-1"), _SHOWN)
    assert seen.clicks(an_event("tent-1", 1))[0]["event"] == RECOMMENDATION_CLICKED


def test_who_looks_at_something_else_has_not_clicked() -> None:
    assert after_a_look(an_event("lamp-1", 1)) == []


def test_only_the_next_product_may_be_a_click() -> None:
    assert after_a_look(an_event("lamp-1", 1), an_event("mat-1", 2)) == []


def test_an_addition_to_the_cart_is_no_click() -> None:
    assert after_a_look(an_event("mat-1", 1, PRODUCT_ADDED)) == []


def test_what_an_earlier_visit_showed_is_not_clicked() -> None:
    assert after_a_look(an_event("mat-1", 31)) == []


def test_what_nobody_was_shown_is_not_clicked() -> None:
    assert Seen().clicks(an_event("mat-1")) == []
