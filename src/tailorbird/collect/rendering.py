"""Showing logged events as a client would know them: Segment's names, money in major units."""

from typing import Any

from tailorbird.spine.clock import format_time
from tailorbird.spine.events import Event, LineItem, LoggedEvent
from tailorbird.spine.money import to_major


def rendered(logged: LoggedEvent) -> dict[str, Any]:
    """Return an event as JSON-ready fields; absent ones are left out."""
    event = logged.event
    properties = dict(event.properties)
    if event.items:
        properties["products"] = [_line(line, event.currency) for line in event.items]
    if event.order is not None:
        properties["order_id"] = event.order.order_id
        properties["revenue"] = to_major(event.order.revenue_minor, event.currency)
        if event.order.discount_minor:
            properties["discount"] = to_major(event.order.discount_minor, event.currency)
        if event.order.coupon:
            properties["coupon"] = event.order.coupon
    if event.query is not None:
        properties["query"] = event.query
    if event.exposure is not None:
        properties["exposureId"] = event.exposure.exposure_id
    if event.currency is not None:
        properties["currency"] = event.currency
    shown: dict[str, Any] = {
        "offset": logged.offset,
        "messageId": event.message_id,
        "type": event.kind,
        "event": event.name,
        "userId": event.user_id,
        "anonymousId": event.anonymous_id,
        "previousId": event.previous_id,
        "groupId": event.group_id,
        "timestamp": format_time(event.occurred_at_ms),
        "receivedAt": format_time(event.received_at_ms),
        "source": event.source,
        "properties": properties,
        "traits": event.traits,
        "context": _context(event),
        "historical": event.historical or None,
    }
    return {name: value for name, value in shown.items() if value not in (None, {})}


def _line(line: LineItem, currency: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"product_id": line.id, "quantity": line.quantity}
    if line.price_minor is not None:
        shown["price"] = to_major(line.price_minor, currency)
    if line.facets:
        shown["facets"] = list(line.facets)
    return shown


def _context(event: Event) -> dict[str, Any]:
    context = event.context
    return {
        name: value
        for name in context.__struct_fields__
        if (value := getattr(context, name)) is not None
    }
