"""The offers of a rehearsal: what policies give on an item's page, and what lots give to learn."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from tailorbird.decide.wire import CartLine, ShownOffer, SlotDecision
from tailorbird.simulate.choice import Nudge, Offer, purchase_probability
from tailorbird.simulate.goods import ItemTruth
from tailorbird.simulate.sensitivity import pulling
from tailorbird.simulate.shoppers import Taste

SALE = "sale"
"""The treatment whose uplift is learned; what it gave by lot is not good for what comes after."""

DEPTHS = (5, 10, 20)
EVERYBODYS_DEPTH = 10


class Giving(StrEnum):
    """Whom a policy gives an offer; by lot, some are held out, or nobody is."""

    NOBODY = "nobody"
    EVERYBODY = "everybody"
    BY_UPLIFT = "by_uplift"
    BY_LOT = "by_lot"
    ALL_BY_LOT = "all_by_lot"
    BY_TRUTH = "by_truth"

    @property
    def asks(self) -> bool:
        """Whether the shop is asked; nobody, and who knows the truth, needs not."""
        return self not in {Giving.NOBODY, Giving.BY_TRUTH}


_OF: dict[Giving, dict[str, Any]] = {
    Giving.EVERYBODY: {"name": "everybodys", "depthWithoutModel": EVERYBODYS_DEPTH},
    Giving.BY_UPLIFT: {"name": "by_uplift", "byUplift": {"treatment": SALE}},
    Giving.BY_LOT: {"name": SALE, "holdout": 0.4, "explore": 0.6, "byUplift": {}},
    Giving.ALL_BY_LOT: {"name": SALE, "explore": 1.0, "byUplift": {}},
}


def placement_of(giving: Giving) -> str:
    """Return the name of the placement in which an offer is given."""
    return f"rehearsal_offer_{giving.value}"


def offers_of(givings: Sequence[Giving]) -> dict[str, list[dict[str, Any]]]:
    """Return the placements and offers of some ways to give, as configuration has them."""
    wanted = [one for one in dict.fromkeys(givings) if one.asks]
    common = {
        "depths": list(DEPTHS),
        "cap": {"times": 1_000, "within": "30d"},
        "expiresAfter": "720h",
    }
    return {
        "placements": [{"name": placement_of(one), "kind": "offer"} for one in wanted],
        "offers": [{**common, **_OF[one], "placement": placement_of(one)} for one in wanted],
    }


def basket(items: Sequence[tuple[str, int]], page: str | None) -> tuple[CartLine, ...]:
    """Return what an offer would be for: the cart, and the item that is looked at."""
    lines = [CartLine(item=item, quantity=count) for item, count in items]
    if page is not None and all(item != page for item, _ in items):
        lines.append(CartLine(item=page))
    return tuple(lines)


def best_for(taste: Taste, item: ItemTruth, resolve: float) -> Offer | None:
    """Return the offer that leaves most, for whoever knows what nobody is told; None for none.

    It is the best for the item that is looked at. What else they may look at is not known to it.
    """

    def left(offer: Offer | None) -> float:
        share = 0.0 if offer is None else offer.share
        chance = purchase_probability(taste, item, resolve, Nudge(offer=offer))
        return chance * (item.price_minor * (1.0 - share) - item.cost_minor)

    return max((None, *(pulling(SALE, depth / 100.0) for depth in DEPTHS)), key=left)


def given_in(decision: SlotDecision) -> Offer | None:
    """Return the discount of an answer as a shopper takes it; None for none."""
    found = decision.offer
    if not isinstance(found, ShownOffer) or found.value is None:
        return None
    return pulling(found.code or SALE, float(found.value) / 100.0)
