"""What must not be shown to this person here, and why."""

from typing import Any

import pytest

from tailorbird.decide.filters import banned
from tailorbird.decide.moment import Moment, cart_items
from tailorbird.decide.placements import Filters
from tailorbird.decide.wire import NOWHERE, CartLine, RequestContext
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY
from tailorbird.spine.events import Event
from tailorbird.spine.ids import ItemId
from tests.makers import DAY, NOON_MS, an_event, an_item, an_order

HERE = RequestContext(cart=(CartLine(item="rope"), CartLine(item=7)))


def here(*events: Event, now: int = NOON_MS, context: RequestContext = NOWHERE) -> Moment:
    """Return the moment of somebody with a history."""
    profile = fold_many(EMPTY, events)
    in_it = cart_items(profile, context)
    return Moment(now_ms=now, context=context, profile=profile, cart_ids=in_it)


def out(moment: Moment, **filters: Any) -> dict[str, str]:
    """Return what is ruled out and why."""
    return {str(item): why for item, why in banned(Filters(**filters), moment).items()}


@pytest.mark.parametrize(("days", "ruled_out"), [(13, {"tent-1": "bought lately"}), (15, {})])
def test_what_was_bought_comes_back_after_a_while(days: int, ruled_out: dict[str, str]) -> None:
    assert out(here(an_order(an_item("tent-1")), now=NOON_MS + days * DAY)) == ruled_out


def test_a_placement_may_show_what_was_bought() -> None:
    assert out(here(an_order(an_item("tent-1"))), purchased_days=None) == {}


@pytest.mark.parametrize(("days", "ruled_out"), [(59, {"tent-1": "bought lately"}), (61, {})])
def test_a_placement_may_wait_for_a_stated_time(days: int, ruled_out: dict[str, str]) -> None:
    moment = here(an_order(an_item("tent-1")), now=NOON_MS + days * DAY)
    assert out(moment, purchased_days=60) == ruled_out


def test_each_item_is_waited_with_as_its_kind_is_bought_again() -> None:
    moment = here(an_order(an_item("tent-1"), an_item("coffee-1")), now=NOON_MS + 39 * DAY)
    waits = {"tent-1": 365, "coffee-1": 21}
    assert banned(Filters(), moment, lambda item: waits[item]) == {"tent-1": "bought lately"}


def test_a_stated_time_does_not_ask_how_soon_things_are_bought_again() -> None:
    moment = here(an_order(an_item("tent-1")), now=NOON_MS + 39 * DAY)
    assert banned(Filters(purchased_days=14), moment, lambda _: 365) == {}


@pytest.mark.parametrize(("days", "ruled_out"), [(29, {"tent-1": "dismissed"}), (31, {})])
def test_what_was_dismissed_comes_back_later(days: int, ruled_out: dict[str, str]) -> None:
    dismissed = an_event("Recommendation Dismissed", an_item("tent-1"))
    assert out(here(dismissed, now=NOON_MS + days * DAY)) == ruled_out


def test_what_was_seen_is_shown_again() -> None:
    assert out(here(an_event("Product Viewed", an_item("tent-1")))) == {}


def test_a_placement_may_leave_out_what_was_seen() -> None:
    seen = here(an_event("Product Viewed", an_item("tent-1")))
    assert out(seen, seen=True) == {"tent-1": "seen"}


def test_what_is_in_the_cart_is_not_offered() -> None:
    assert out(here(context=HERE)) == {"rope": "in the cart", "7": "in the cart"}


def test_a_placement_may_offer_what_is_in_the_cart() -> None:
    assert out(here(context=HERE), cart=False) == {}


def test_the_pages_own_item_is_not_offered_on_its_page() -> None:
    page = Moment(now_ms=NOON_MS, context=NOWHERE, page_item=ItemId("tent"))
    assert out(page) == {"tent": "the page's own item"}


def test_for_somebody_unknown_nothing_is_ruled_out() -> None:
    assert out(Moment(now_ms=NOON_MS, context=NOWHERE)) == {}
