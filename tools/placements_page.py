"""The table of the default placements, taken from the code that defines them."""

from collections.abc import Mapping

import msgspec

from tailorbird.decide.placements import DEFAULT_PLACEMENTS, Placement, PlacementKind
from tools.pages import DOCS, Made, put_between, run, stored

PAGE = DOCS / "how-to" / "place-recommendations.md"

USES: Mapping[str, str] = {
    "home_recs": "the home page",
    "product_recs": "a product page: what else could it be",
    "product_complements": "a product page: what goes with it",
    "cart_recs": "the cart",
    "category_recs": "a category page (send `context.category`)",
    "checkout_recs": "the checkout: one or two small things",
    "search_recs": "beside search results, and for `/v1/rank`",
    "hero": "one piece of content, by what the visitor leans to; needs `creatives`",
    "cart_offer": "an [offer](make-an-offer.md), or null",
    "payment_methods": "[orders the `candidates`](order-payment-methods.md) that you send",
    "navigation": "puts the categories that you send as `candidates` in this visitor's order",
    "next_action": "[what is best done](choose-the-next-best-action.md) for somebody now",
}


def make() -> Made:
    """Return the page with its table as the placements are now."""
    rows = [_row(placement) for placement in DEFAULT_PLACEMENTS]
    head = ["| name | for | items | from |", "| --- | --- | --: | --- |"]
    return {PAGE: put_between(stored(PAGE), "placements", "\n".join([*head, *rows]))}


def _row(placement: Placement) -> str:
    weights = msgspec.structs.asdict(placement.weights)
    sources = [f"{name} {weight:g}" for name, weight in weights.items() if weight]
    items = placement.kind is PlacementKind.ITEMS
    shown = f"{placement.limit} | {', '.join(sources)}" if items else " | "
    return f"| `{placement.name}` | {USES[placement.name]} | {shown} |"


if __name__ == "__main__":
    run(make)
