"""The Segment events that readers compose most often."""

from typing import Any

from tailorbird.spine.events import ORDER_COMPLETED, PRODUCT_ADDED, PRODUCT_REMOVED

SYNTHETIC_TIME = "syntheticTime"
"""The context field that says: this file has no times, the reader made this one up."""


def track(
    name: str, who: dict[str, str], key: str, at: str, properties: dict[str, Any]
) -> dict[str, Any]:
    """Return a Segment track event.

    Args:
        name: the event's name, such as `Product Viewed`.
        who: `userId`, `anonymousId` or both.
        key: its message id, the same whenever the same file is read.
        at: when it happened, ISO 8601 in UTC.
        properties: with the names of Segment's e-commerce spec.
    """
    return {
        "type": "track",
        "event": name,
        **who,
        "messageId": key,
        "timestamp": at,
        "properties": properties,
    }


def about_one(name: str, order_id: str, product: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of an event about one item, of which one piece is meant.

    Orders carry a list of products; a file that names no orders gives each bought item its own.
    """
    if name == ORDER_COMPLETED:
        bought: dict[str, Any] = {"order_id": order_id, "products": [{**product, "quantity": 1}]}
        if "price" in product:
            bought["revenue"] = product["price"]
        return bought
    if name in {PRODUCT_ADDED, PRODUCT_REMOVED}:
        return {**product, "quantity": 1}
    return product
