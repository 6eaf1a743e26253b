"""Features of a person: what they did, bought and lean to, as of a moment."""

from collections.abc import Callable

from tailorbird.features.declaring import Entity, Feature, Kind, Value
from tailorbird.features.moment import Moment
from tailorbird.profile.cart import cart_changed_ms
from tailorbird.profile.presence import Arrival
from tailorbird.spine import events
from tailorbird.spine.clock import DAY_MS

_ORDERS, _FACETS, _CART, _TALLIES = ("orders",), ("facets",), ("cart",), ("tallies",)
_MONTH_DAYS = 30


def _person(
    name: str, unit: str, says: str, reads: tuple[str, ...], of: Callable[[Moment], Value]
) -> Feature:
    kind = _KINDS.get(unit, Kind.INTEGER)
    return Feature(name, Entity.PERSON, kind, unit, says, reads, of)


_KINDS = {"days": Kind.NUMBER, "share": Kind.NUMBER, "": Kind.TEXT}


def _active_recently(moment: Moment) -> int:
    """Count the days with activity among the last thirty, today's included."""
    today = moment.now_ms // DAY_MS
    return sum(today - _MONTH_DAYS < day <= today for day in moment.profile.presence.days)


def _between_orders(moment: Moment) -> float | None:
    worth = moment.worth
    if worth.first_order_ms is None or worth.last_order_ms is None or len(moment.placed) < 2:
        return None
    return (worth.last_order_ms - worth.first_order_ms) / DAY_MS / (len(moment.placed) - 1)


def _engaged(moment: Moment) -> float | None:
    last_ms = max((reach.last_engaged_ms for reach in moment.profile.reach.values()), default=0)
    return moment.days_since(last_ms or None)


def _outcomes(moment: Moment, outcome: str) -> int:
    return sum(reach.outcomes.get(outcome, 0) for reach in moment.profile.reach.values())


def _top(moment: Moment, kind: str) -> str | None:
    found = moment.leaning(kind, "long")
    return None if found is None else found.name


def _top_share(moment: Moment, kind: str) -> float | None:
    found = moment.leaning(kind, "long")
    return None if found is None else found.share


def _channel(arrival: Arrival | None) -> str | None:
    return None if arrival is None else arrival.channel or None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


PERSON = (
    # When they were here
    _person(
        "days_since_first_seen",
        "days",
        "How long ago they were here for the first time.",
        ("presence",),
        lambda m: m.days_since(m.profile.presence.first_ms),
    ),
    _person(
        "days_since_last_seen",
        "days",
        "How long ago they were here last.",
        ("presence",),
        lambda m: m.days_since(m.profile.presence.last_ms),
    ),
    _person(
        "active_days",
        "active days",
        "On how many days they were here, of the last 400 with activity.",
        ("presence",),
        lambda m: len(m.profile.presence.days),
    ),
    _person(
        "active_days_30",
        "active days",
        "On how many of the last 30 days (UTC) they were here.",
        ("presence",),
        _active_recently,
    ),
    # What they did
    _person(
        "product_views",
        "events",
        "How often they looked at a product.",
        _TALLIES,
        lambda m: m.count(events.PRODUCT_VIEWED),
    ),
    _person(
        "adds_to_cart",
        "events",
        "How often they put something into the cart.",
        _TALLIES,
        lambda m: m.count(events.PRODUCT_ADDED),
    ),
    _person(
        "wishes",
        "events",
        "How often they put something on the wishlist.",
        _TALLIES,
        lambda m: m.count(events.WISHLISTED),
    ),
    _person(
        "searches",
        "events",
        "How often they searched.",
        _TALLIES,
        lambda m: m.count(events.PRODUCTS_SEARCHED),
    ),
    _person(
        "checkouts_started",
        "events",
        "How often they began to check out.",
        _TALLIES,
        lambda m: m.count(events.CHECKOUT_STARTED),
    ),
    _person(
        "recommendation_click_share",
        "share",
        "Clicks on recommendations per recommendation seen.",
        _TALLIES,
        lambda m: _share(
            m.count(events.RECOMMENDATION_CLICKED), m.count(events.RECOMMENDATION_VIEWED)
        ),
    ),
    # What they bought
    _person("orders", "orders", "Orders that stand.", _ORDERS, lambda m: m.worth.frequency),
    _person(
        "orders_365",
        "orders",
        "Orders of the last 365 days that stand.",
        _ORDERS,
        lambda m: m.worth.frequency_365,
    ),
    _person(
        "days_since_last_order",
        "days",
        "How long ago they ordered last.",
        _ORDERS,
        lambda m: m.worth.recency_days,
    ),
    _person(
        "days_between_orders",
        "days",
        "How many days lie between their orders on average; known from two orders on.",
        _ORDERS,
        _between_orders,
    ),
    _person(
        "lifetime_value",
        "minor units",
        "Revenue less refunds in the currency that most orders are in.",
        _ORDERS,
        lambda m: m.worth.spending.net_minor,
    ),
    _person(
        "average_order",
        "minor units",
        "What is left of an order on average.",
        _ORDERS,
        lambda m: m.worth.spending.average_minor,
    ),
    _person("items_bought", "items", "Pieces bought.", _ORDERS, lambda m: m.worth.items_bought),
    _person(
        "returned_share",
        "share",
        "Items sent back per piece bought.",
        _ORDERS,
        lambda m: _share(m.worth.items_returned, m.worth.items_bought),
    ),
    _person(
        "orders_cancelled", "orders", "Orders cancelled.", _ORDERS, lambda m: m.worth.cancelled
    ),
    # How price moves them
    _person(
        "discounted_items_share",
        "share",
        "Which share of what they bought was on sale, discounted or under a coupon.",
        _ORDERS,
        lambda m: m.price.items,
    ),
    _person(
        "price_band",
        "",
        "The price band that they lean to most.",
        _FACETS,
        lambda m: m.price.band,
    ),
    # What is in the cart
    _person(
        "cart_items",
        "items",
        "Pieces in the cart.",
        _CART,
        lambda m: sum(line.quantity for line in m.cart),
    ),
    _person(
        "cart_value",
        "minor units",
        "What is in the cart, at the prices last seen.",
        _CART,
        lambda m: sum(line.quantity * line.price_minor for line in m.cart),
    ),
    _person(
        "days_since_cart_changed",
        "days",
        "How long ago the cart was changed or shown; unknown once it was bought.",
        _CART,
        lambda m: m.days_since(cart_changed_ms(m.profile.cart)),
    ),
    # What they lean to
    _person(
        "top_category",
        "",
        "The category of the top level that they lean to most.",
        _FACETS,
        lambda m: _top(m, "category"),
    ),
    _person(
        "top_category_share",
        "share",
        "Its share of their leanings to such categories.",
        _FACETS,
        lambda m: _top_share(m, "category"),
    ),
    _person(
        "top_brand",
        "",
        "The brand that they lean to most.",
        _FACETS,
        lambda m: _top(m, "brand"),
    ),
    _person(
        "top_brand_share",
        "share",
        "Its share of their leanings to brands.",
        _FACETS,
        lambda m: _top_share(m, "brand"),
    ),
    # How they came, and what on
    _person(
        "device",
        "",
        "The kind of device that they used last.",
        ("presence.device",),
        lambda m: None if m.profile.presence.device is None else m.profile.presence.device.text,
    ),
    _person(
        "country",
        "",
        "The country that they were in last.",
        ("presence.country",),
        lambda m: None if m.profile.presence.country is None else m.profile.presence.country.text,
    ),
    _person(
        "first_channel",
        "",
        "The channel that brought them first.",
        ("presence.first_arrival",),
        lambda m: _channel(m.profile.presence.first_arrival),
    ),
    _person(
        "last_channel",
        "",
        "The channel that brought them last.",
        ("presence.last_arrival",),
        lambda m: _channel(m.profile.presence.last_arrival),
    ),
    # How they answer
    _person(
        "messages_opened",
        "messages",
        "Messages opened, over all channels.",
        ("reach",),
        lambda m: _outcomes(m, "opened"),
    ),
    _person(
        "messages_clicked",
        "messages",
        "Messages clicked, over all channels.",
        ("reach",),
        lambda m: _outcomes(m, "clicked"),
    ),
    _person(
        "days_since_message_answered",
        "days",
        "How long ago they opened or clicked a message.",
        ("reach",),
        _engaged,
    ),
    _person(
        "open_tickets",
        "tickets",
        "Support tickets that are open.",
        ("tickets",),
        lambda m: sum(state.text == "open" for state in m.profile.tickets.values()),
    ),
    _person(
        "accounts",
        "accounts",
        "Accounts that they belong to.",
        ("accounts",),
        lambda m: len(m.profile.accounts),
    ),
)
"""All features of a person."""
