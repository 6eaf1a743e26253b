"""Everything that a condition can name, with its type and one sentence on what it means.

The reference page `docs/reference/conditions.md` is made of these tables, and conditions are
checked against them when they are applied.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from tailorbird.profile.touches import TouchKind
from tailorbird.profile.traits import attributes, preferences
from tailorbird.profile.worth import price_sensitivity
from tailorbird.rules.finding import (
    acts,
    average_order,
    cart_currency,
    cart_quiet,
    cart_value,
    coupon,
    days_since,
    event_field,
    event_price,
    event_time,
    first_channel,
    item_field,
    item_money,
    likes,
    line_field,
    margin_share,
    open_tickets,
    order_money,
    placement,
    said,
    session_items,
    spent,
    visit_minutes,
    visit_subject,
)
from tailorbird.rules.moment import Moment

FieldType = Literal["number", "whole number", "text", "yes or no", "list", "map", "time"]


class Field(msgspec.Struct, frozen=True):
    """One thing that can be asked: its type, what it means, and how it is found out.

    A field that says `or null` is null while nothing is known: a comparison with it does not hold.
    """

    type: FieldType
    about: str
    get: Callable[[Moment], Any]


EVENT: Mapping[str, Field] = {
    "name": Field(
        "text", "What happened, such as `Product Viewed`.", lambda m: event_field(m, "name", "")
    ),
    "kind": Field("text", "`track`, `page`, `identify` …", lambda m: event_field(m, "kind", "")),
    "at": Field("time", "When it happened (UTC), as in `event.at.getHours()`.", event_time),
    "item": Field(
        "text",
        "Id of the first item it is about; empty without one.",
        lambda m: line_field(m, "id") or "",
    ),
    "lines": Field(
        "whole number",
        "How many different items it is about.",
        lambda m: len(event_field(m, "items", ())),
    ),
    "quantity": Field(
        "whole number", "How many of the first item.", lambda m: line_field(m, "quantity") or 0
    ),
    "price": Field("number", "Price of the first item in the event, or null.", event_price),
    "revenue": Field(
        "number",
        "What an order, refund or cancellation is about, or null.",
        lambda m: order_money(m, "revenue_minor"),
    ),
    "discount": Field(
        "number", "The discount on an order, or null.", lambda m: order_money(m, "discount_minor")
    ),
    "coupon": Field("text", "The coupon on an order; empty without one.", coupon),
    "currency": Field(
        "text",
        "The currency that it names; empty without one.",
        lambda m: event_field(m, "currency", ""),
    ),
    "query": Field(
        "text",
        "What was searched for; empty without a search.",
        lambda m: event_field(m, "query", ""),
    ),
    "placement": Field("text", "The placement that it is about; empty without one.", placement),
    "properties": Field(
        "map", "Its other properties by name, as sent.", lambda m: event_field(m, "properties", {})
    ),
}

PERSON: Mapping[str, Field] = {
    "known": Field(
        "yes or no",
        "Whether the event names a user, not just a browser.",
        lambda m: event_field(m, "user_id") is not None,
    ),
    "active_days": Field(
        "whole number", "On how many days they were here.", lambda m: len(m.profile.presence.days)
    ),
    "days_known": Field(
        "number",
        "Days since they were first here, or null.",
        lambda m: days_since(m, m.profile.presence.first_ms),
    ),
    "orders": Field(
        "whole number", "How many orders of theirs stand.", lambda m: m.worth.frequency
    ),
    "spent": Field("number", "All they spent, less refunds, in their main currency.", spent),
    "average_order": Field("number", "What an order of theirs comes to on average.", average_order),
    "days_since_order": Field(
        "number", "Days since their last order, or null.", lambda m: m.worth.recency_days
    ),
    "items_returned": Field(
        "whole number", "How many items they sent back.", lambda m: m.worth.items_returned
    ),
    "price_sensitivity": Field(
        "number",
        "Share of their items bought at a lowered price (0 to 1), or null.",
        lambda m: price_sensitivity(m.profile, m.now_ms).items,
    ),
    "likes": Field(
        "map",
        'Facet → share of what they lean to, as in `person.likes["brand:msr"] > 0.3`.',
        likes,
    ),
    "traits": Field(
        "map",
        "Their traits by name, as sent with identify.",
        lambda m: attributes(m.profile.traits),
    ),
    "preferences": Field(
        "map", "What they declared, by question.", lambda m: preferences(m.profile.traits)
    ),
    "country": Field(
        "text",
        "Their country as last seen; empty while unknown.",
        lambda m: said(m.profile.presence.country),
    ),
    "locale": Field(
        "text",
        "Their locale as last seen; empty while unknown.",
        lambda m: said(m.profile.presence.locale),
    ),
    "timezone": Field(
        "text",
        "Their time zone as last seen; empty while unknown.",
        lambda m: said(m.profile.presence.timezone),
    ),
    "device": Field(
        "text",
        "Their device as last seen; empty while unknown.",
        lambda m: said(m.profile.presence.device),
    ),
    "channel": Field(
        "text", "By which channel they first came; empty while unknown.", first_channel
    ),
    "accounts": Field(
        "list", "The accounts they were seen in.", lambda m: sorted(m.profile.accounts)
    ),
    "open_tickets": Field(
        "whole number", "How many support tickets of theirs are open.", open_tickets
    ),
    "segments": Field(
        "list",
        'The segments they are in, as in `"vip" in person.segments`.',
        lambda m: list(m.beliefs.segments(m.person, m.profile, m.now_ms)),
    ),
    "purchase_probability": Field(
        "number",
        "Chance that they buy within minutes (0 to 1), or null without a model.",
        lambda m: m.beliefs.purchase_probability(m.profile, m.now_ms),
    ),
    "churn_probability": Field(
        "number",
        "Chance that they do not come back (0 to 1), or null without a model.",
        lambda m: m.beliefs.churn_probability(m.profile, m.now_ms),
    ),
}

SESSION: Mapping[str, Field] = {
    "active": Field("yes or no", "Whether a visit is going on.", lambda m: m.visit is not None),
    "minutes": Field("number", "How long the visit has lasted.", visit_minutes),
    "acts": Field("whole number", "Acts on items during the visit.", acts),
    "views": Field(
        "whole number", "Views of items during the visit.", lambda m: acts(m, TouchKind.VIEW)
    ),
    "adds": Field(
        "whole number",
        "Items put into the cart during the visit.",
        lambda m: acts(m, TouchKind.ADD),
    ),
    "items": Field("whole number", "How many different items were dealt with.", session_items),
    "searches": Field(
        "whole number",
        "Searches during the visit.",
        lambda m: 0 if m.visit is None else len(m.visit.searches),
    ),
    "stage": Field(
        "text",
        "`arriving`, `browsing`, `researching`, `comparing`, `cart`, `checkout` or `just_bought`.",
        lambda m: m.intent.stage.value,
    ),
    "subject": Field(
        "text",
        "The category, or else brand, that the visit is about; empty while unknown.",
        visit_subject,
    ),
}

CART: Mapping[str, Field] = {
    "items": Field(
        "whole number",
        "How many pieces are in the cart.",
        lambda m: sum(line.quantity for line in m.cart),
    ),
    "lines": Field(
        "whole number", "How many different items are in the cart.", lambda m: len(m.cart)
    ),
    "value": Field("number", "What the cart comes to, in its currency.", cart_value),
    "currency": Field("text", "The currency of the cart; empty while unknown.", cart_currency),
    "ids": Field("list", "Ids of the items in the cart.", lambda m: [line.item for line in m.cart]),
    "minutes_quiet": Field(
        "number", "Minutes since the cart was changed or looked at, or null.", cart_quiet
    ),
}

ITEM: Mapping[str, Field] = {
    "id": Field(
        "text",
        "Its id; empty when the event is about no item of the catalog.",
        lambda m: item_field(m, "id", ""),
    ),
    "title": Field("text", "Its title.", lambda m: item_field(m, "title", "")),
    "price": Field(
        "number", "What it costs today, or null.", lambda m: item_money(m, "asking_minor")
    ),
    "margin": Field(
        "number",
        "What is left of the price after cost, or null.",
        lambda m: item_money(m, "margin_minor"),
    ),
    "margin_share": Field(
        "number", "Margin as a share of the price (0 to 1), or null.", margin_share
    ),
    "currency": Field(
        "text",
        "The currency of its price; empty while unknown.",
        lambda m: item_field(m, "currency", ""),
    ),
    "stock": Field(
        "whole number",
        "How many are left, or null where it is not counted.",
        lambda m: item_field(m, "stock"),
    ),
    "in_stock": Field(
        "yes or no",
        "Whether it can be bought now.",
        lambda m: item_field(m, "in_stock", missing=False),
    ),
    "on_sale": Field(
        "yes or no",
        "Whether it costs less than usual.",
        lambda m: item_field(m, "on_sale", missing=False),
    ),
    "category": Field(
        "text",
        "Its category path, as in `Camping > Tents`.",
        lambda m: " > ".join(item_field(m, "category", ())),
    ),
    "categories": Field(
        "list", "Its category path, broadest first.", lambda m: list(item_field(m, "category", ()))
    ),
    "brand": Field("text", "Its brand; empty while unknown.", lambda m: item_field(m, "brand", "")),
    "vendor": Field(
        "text", "Its vendor; empty while unknown.", lambda m: item_field(m, "vendor", "")
    ),
    "tags": Field("list", "Its tags.", lambda m: list(item_field(m, "tags", ()))),
    "attributes": Field(
        "map", "Its attributes by name.", lambda m: item_field(m, "attributes", {})
    ),
    "days_new": Field(
        "number",
        "Days since it is for sale, or null.",
        lambda m: days_since(m, item_field(m, "new_since_ms")),
    ),
}

CONTEXT: Mapping[str, Field] = {
    name: Field("text", about, lambda m, name=name: getattr(m.context, name) or "")  # type: ignore[misc]
    for name, about in {
        "path": "The page's path.",
        "device": "The device of this event.",
        "country": "The country of this event.",
        "locale": "The locale of this event.",
        "timezone": "The time zone of this event.",
        "channel": "The channel by which this visit came.",
        "campaign": "The campaign by which this visit came.",
        "referrer": "The page that led here.",
    }.items()
}

ROOTS: Mapping[str, Mapping[str, Field]] = {
    "event": EVENT,
    "person": PERSON,
    "session": SESSION,
    "cart": CART,
    "item": ITEM,
    "context": CONTEXT,
}
"""Name → its fields."""

OF_PEOPLE = ("person", "session", "cart")
"""The names that mean something without an event."""
