"""The reference of the events, taken from the tracking plan and from what folding makes of it."""

from collections.abc import Mapping

from tailorbird.collect.plan import ALIASES, PLAN, UNSAID
from tailorbird.predict.touching import SESSION_EVENTS
from tailorbird.profile.affinity import WEIGHTS
from tailorbird.spine import events as names
from tools.pages import DOCS, Made, put_between, run, stored

PAGE = DOCS / "reference" / "events.md"

_CART = "states or changes the cart"
_ORDER = "is an order of the person, once, whoever reports it"
_MEANINGS: Mapping[str, str] = {
    names.CART_VIEWED: "states the whole cart, if it names `products`",
    names.CHECKOUT_STARTED: "states the whole cart, if it names `products`; stage `checkout`",
    names.PRODUCT_ADDED: _CART,
    names.PRODUCT_REMOVED: _CART,
    names.ORDER_COMPLETED: f"{_ORDER}; empties the cart",
    "Store Purchase Completed": _ORDER,
    names.ORDER_REFUNDED: "refunds an order, or the lines that it names",
    "Store Purchase Returned": "refunds an order, or the lines that it names",
    names.ORDER_CANCELLED: "the order counts no more",
    names.PRODUCTS_SEARCHED: "the newest ten searches are kept",
    names.PAYMENT_INFO_ENTERED: "orders payment methods; stage `checkout`",
    names.RECOMMENDATION_DISMISSED: "the item is not shown for `dismissedDays`",
    "Ticket Opened": "an open support ticket",
    "Ticket Closed": "closes the ticket",
}


def make() -> Made:
    """Return the page as the plan is now."""
    head = "| event | properties | leaning | session | what else |\n| --- | --- | --: | --- | --- |"
    rows = [_row(name, expected) for name, expected in PLAN.items()]
    older = [f"- `{old}` is `{new}`" for old, new in ALIASES.items()]
    text = put_between(stored(PAGE), "events", "\n".join([head, *rows]))
    return {PAGE: put_between(text, "older names", "\n".join(older))}


def _kind(prop: str, kind: str) -> str:
    return f"{kind}, else {UNSAID[prop]}" if prop in UNSAID else kind


def _row(name: str, expected: Mapping[str, str]) -> str:
    properties = ", ".join(f"`{prop}` ({_kind(prop, kind)})" for prop, kind in expected.items())
    weight = f"{WEIGHTS[name]:g}" if name in WEIGHTS else ""
    session = "yes" if name in SESSION_EVENTS else ""
    return f"| `{name}` | {properties} | {weight} | {session} | {_MEANINGS.get(name, '')} |"


if __name__ == "__main__":
    run(make)
