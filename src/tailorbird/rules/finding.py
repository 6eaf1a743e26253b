"""How each thing that a condition can ask is found out at a moment."""

from datetime import UTC, datetime
from typing import Any

from tailorbird.profile.affinity import leanings
from tailorbird.profile.cart import cart_changed_ms
from tailorbird.profile.newest import Stamped
from tailorbird.profile.touches import TouchKind
from tailorbird.rules.moment import Moment
from tailorbird.spine.clock import DAY_MS, MINUTE_MS
from tailorbird.spine.money import to_major


def event_field(moment: Moment, name: str, missing: Any = None) -> Any:  # noqa: ANN401
    """Return a field of the event, or what stands for nothing."""
    found = getattr(moment.event, name, None)
    return missing if found is None else found


def line_field(moment: Moment, name: str) -> Any:  # noqa: ANN401
    """Return a field of the event's first item; None without one."""
    event = moment.event
    return None if event is None or not event.items else getattr(event.items[0], name)


def event_price(moment: Moment) -> float | None:
    """Return the first item's price as the event says it."""
    minor = line_field(moment, "price_minor")
    return None if minor is None else to_major(minor, event_field(moment, "currency"))


def order_money(moment: Moment, name: str) -> float | None:
    """Return an amount of the order that the event is about."""
    order = event_field(moment, "order")
    if order is None:
        return None
    return to_major(getattr(order, name), event_field(moment, "currency"))


def coupon(moment: Moment) -> str:
    """Return the coupon on the order."""
    order = event_field(moment, "order")
    return "" if order is None else order.coupon or ""


def event_time(moment: Moment) -> datetime:
    """Return when the event happened."""
    at_ms = event_field(moment, "occurred_at_ms", moment.now_ms)
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC)


def placement(moment: Moment) -> str:
    """Return the placement that the event is about."""
    exposure = event_field(moment, "exposure")
    return "" if exposure is None else exposure.placement or ""


def days_since(moment: Moment, at_ms: int | None) -> float | None:
    """Return how long ago something was, in days."""
    return None if at_ms is None else max(0, moment.now_ms - at_ms) / DAY_MS


def said(stamped: Stamped | None) -> str:
    """Return what was said last; empty for nothing."""
    return "" if stamped is None else stamped.text


def first_channel(moment: Moment) -> str:
    """Return by which channel somebody first came."""
    first = moment.profile.presence.first_arrival
    return "" if first is None else first.channel


def spent(moment: Moment) -> float:
    """Return what somebody spent in their main currency."""
    return to_major(moment.worth.spending.net_minor, moment.worth.main_currency)


def average_order(moment: Moment) -> float:
    """Return what an order comes to on average."""
    return to_major(moment.worth.spending.average_minor, moment.worth.main_currency)


def likes(moment: Moment) -> dict[str, float]:
    """Return the share of each facet in what somebody leans to."""
    found = leanings(moment.profile.facets, moment.now_ms, "long")
    return {one.facet: one.share for one in found}


def open_tickets(moment: Moment) -> int:
    """Return how many support tickets are open."""
    return sum(state.text == "open" for state in moment.profile.tickets.values())


def acts(moment: Moment, *kinds: TouchKind) -> int:
    """Return how many acts of some kinds the visit has; of all kinds when none is named."""
    if moment.visit is None:
        return 0
    return sum(not kinds or touch.kind in kinds for touch in moment.visit.touches)


def session_items(moment: Moment) -> int:
    """Return how many different items the visit dealt with."""
    return 0 if moment.visit is None else len({touch.item for touch in moment.visit.touches})


def visit_minutes(moment: Moment) -> float:
    """Return how long the visit has lasted."""
    visit = moment.visit
    return 0.0 if visit is None else max(0, moment.now_ms - visit.started_ms) / MINUTE_MS


def visit_subject(moment: Moment) -> str:
    """Return the category that the visit is about, or else the brand."""
    subject = moment.intent.subject
    return "" if subject is None else subject.category or subject.brand or ""


def cart_currency(moment: Moment) -> str:
    """Return the currency of the newest line that names one."""
    return next((line.currency for line in reversed(moment.cart) if line.currency), "")


def cart_value(moment: Moment) -> float:
    """Return the sum of the lines in the cart's currency."""
    currency = cart_currency(moment)
    lines = (line for line in moment.cart if line.currency == currency)
    return to_major(sum(line.quantity * line.price_minor for line in lines), currency)


def cart_quiet(moment: Moment) -> float | None:
    """Return the minutes since the cart was changed or shown."""
    changed_ms = cart_changed_ms(moment.profile.cart)
    return None if changed_ms is None else max(0, moment.now_ms - changed_ms) / MINUTE_MS


def item_field(moment: Moment, name: str, missing: Any = None) -> Any:  # noqa: ANN401
    """Return a field of the item, or what stands for nothing."""
    found = getattr(moment.item, name, None)
    return missing if found is None else found


def item_money(moment: Moment, name: str) -> float | None:
    """Return an amount of the item in major units."""
    minor = item_field(moment, name)
    return None if minor is None else to_major(minor, item_field(moment, "currency"))


def margin_share(moment: Moment) -> float | None:
    """Return margin as a share of the price."""
    margin, asking = item_field(moment, "margin_minor"), item_field(moment, "asking_minor")
    return margin / asking if margin is not None and asking else None
