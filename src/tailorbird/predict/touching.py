"""What counts as a touch of an item, and how much."""

from collections.abc import Mapping

from tailorbird.spine import events

TOUCH_WEIGHTS: Mapping[str, float] = {
    events.PRODUCT_VIEWED: 1.0,
    events.PRODUCT_CLICKED: 0.5,
    events.WISHLISTED: 2.0,
    events.PRODUCT_ADDED: 3.0,
    events.ORDER_COMPLETED: 5.0,
}
"""For standings (popular, trending); the same scale as a person's leanings."""

SESSION_EVENTS = frozenset({events.PRODUCT_VIEWED, events.PRODUCT_CLICKED, events.PRODUCT_ADDED})
"""What makes up a session; an order repeats what was in the cart, so it is not among them."""
