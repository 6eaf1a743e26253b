"""Random but realistic events, for laws that must hold for every history."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from tailorbird.profile.profile import Profile
from tailorbird.spine import events
from tailorbird.spine.events import Context, Event, LineItem, OrderFact
from tailorbird.spine.facets import facets_of
from tailorbird.spine.ids import ItemId
from tests.makers import DAY, NOON_MS, an_event

TWENTY_YEARS = 20 * 365 * DAY

_ABOUT_ITEMS = (
    events.PRODUCT_VIEWED,
    events.PRODUCT_CLICKED,
    events.PRODUCT_ADDED,
    events.PRODUCT_REMOVED,
    events.WISHLISTED,
    events.CART_VIEWED,
    events.CHECKOUT_STARTED,
    events.LIST_VIEWED,
    events.RECOMMENDATION_CLICKED,
    events.RECOMMENDATION_DISMISSED,
)
_ABOUT_ORDERS = (
    events.ORDER_COMPLETED,
    events.ORDER_COMPLETED,
    "Store Purchase Completed",
    events.ORDER_REFUNDED,
    events.ORDER_CANCELLED,
)
_OTHER = (
    "Email Opened",
    "Message Clicked",
    "Message Sent",
    "Push Notification Tapped",
    "Ticket Opened",
    "Ticket Closed",
    events.PAYMENT_INFO_ENTERED,
    events.PRODUCTS_SEARCHED,
    "Quiz Completed",
    "Something Of The Shop's Own",
)

# Few distinct moments, so that ties are common; and now and then one that is years away.
moments = st.one_of(
    st.integers(0, 40).map(lambda step: NOON_MS + step * 7 * 60_000),
    st.integers(-TWENTY_YEARS, TWENTY_YEARS).map(lambda away: NOON_MS + away),
)
prices = st.one_of(st.none(), st.integers(-500, 50_000))
quantities = st.one_of(st.integers(-2, 5), st.just(10**9))


@st.composite
def line_items(draw: st.DrawFn) -> LineItem:
    number = draw(st.integers(0, 7))
    price_minor = draw(prices)
    category = ("Camping > Tents", "Camping > Stoves", "Camping", "Climbing > Ropes")[number % 4]
    return LineItem(
        id=ItemId(f"item-{number}"),
        quantity=draw(quantities),
        price_minor=price_minor,
        facets=facets_of(category, ("msr", "petzl", None)[number % 3], price_minor),
    )


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    return Context(
        channel=draw(st.sampled_from([None, None, "email", "social"])),
        campaign=draw(st.sampled_from([None, "spring"])),
        device=draw(st.sampled_from([None, "mobile", "desktop"])),
        locale=draw(st.sampled_from([None, "de-DE"])),
        timezone=draw(st.sampled_from([None, "Europe/Berlin", "nowhere"])),
        country=draw(st.sampled_from([None, "DE", "FR"])),
    )


@st.composite
def _item_events(draw: st.DrawFn) -> dict[str, Any]:
    lines = draw(st.lists(line_items(), min_size=1, max_size=3))
    return {"name": draw(st.sampled_from(_ABOUT_ITEMS)), "items": tuple(lines)}


@st.composite
def _order_events(draw: st.DrawFn) -> dict[str, Any]:
    fact = OrderFact(
        order_id=f"o{draw(st.integers(0, 4))}",
        revenue_minor=draw(st.integers(-1_000, 100_000)),
        discount_minor=draw(st.sampled_from([0, 0, 500])),
        coupon=draw(st.sampled_from([None, "SPRING"])),
    )
    return {
        "name": draw(st.sampled_from(_ABOUT_ORDERS)),
        "items": tuple(draw(st.lists(line_items(), max_size=3))),
        "order": draw(st.sampled_from([fact, fact, fact, None])),
        "currency": draw(st.sampled_from([None, "EUR", "JPY"])),
        "properties": draw(st.sampled_from([{}, {"payment_method": "card"}])),
    }


@st.composite
def _other_events(draw: st.DrawFn) -> dict[str, Any]:
    properties = {
        "channel": draw(st.sampled_from(["email", "carrier pigeon", 7])),
        "ticket_id": draw(st.sampled_from(["t1", "t2"])),
        "payment_method": draw(st.sampled_from(["card", "klarna"])),
        "answers": {"sleeps": draw(st.integers(1, 3))},
    }
    return {
        "name": draw(st.sampled_from(_OTHER)),
        "query": draw(st.sampled_from([None, "tent", "Big  Tent"])),
        "properties": properties,
    }


@st.composite
def _personal_events(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["identify", "group", "page", "split"]))
    named = {"identify": "Identified", "group": "Grouped", "page": "Page Viewed", "split": "Split"}
    traits = st.dictionaries(
        st.sampled_from(["plan", "age", "preferences"]),
        st.one_of(st.none(), st.integers(0, 3), st.just({"size": "L", "color": "red"})),
        max_size=2,
    )
    group = draw(st.sampled_from([None, "acme", "globex"]))
    return {"kind": kind, "name": named[kind], "traits": draw(traits), "group_id": group}


@st.composite
def _own_events(draw: st.DrawFn) -> dict[str, Any]:
    rule = draw(st.sampled_from(["cart_abandoned", "three_views", "", 7]))
    return {"name": "Rule Fired", "source": "tailorbird:rules", "properties": {"rule": rule}}


@st.composite
def a_moment_of_life(draw: st.DrawFn) -> Event:
    """One event of any kind."""
    kinds = (_item_events(), _order_events(), _other_events(), _personal_events(), _own_events())
    fields = draw(st.one_of(*kinds))
    items = fields.pop("items", ())
    at = draw(moments)
    return an_event(
        fields.pop("name"),
        *items,
        at=at,
        received_at_ms=at + draw(st.integers(0, 2)),
        source=fields.pop("source", None) or draw(st.sampled_from(["web", "webhook"])),
        context=draw(contexts()),
        **fields,
    )


histories = st.lists(a_moment_of_life(), max_size=12)


def same(a: Profile, b: Profile) -> bool:
    """Tell whether two profiles are equal, decayed sums within 1e-9 of their value."""
    bare_a = msgspec.structs.replace(a, facets={})
    bare_b = msgspec.structs.replace(b, facets={})
    return (
        bare_a == bare_b
        and a.facets.keys() == b.facets.keys()
        and all(
            pull.last_ms == b.facets[facet].last_ms
            and _close(pull.short, b.facets[facet].short)
            and _close(pull.long, b.facets[facet].long)
            for facet, pull in a.facets.items()
        )
    )


def _close(x: float, y: float) -> bool:
    return abs(x - y) <= 1e-9 * max(abs(x), abs(y))
