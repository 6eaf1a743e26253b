"""Placements: the named slots of a shop, each with its policy."""

from enum import IntEnum, StrEnum
from typing import Any, Final, Literal

import msgspec

from tailorbird.decide.bandits.policy import Bandit
from tailorbird.spine.errors import NotFound

AUTO: Final = "auto"
"""Says that the shop's own orders tell how long to wait."""


class Source(IntEnum):
    """Where a candidate came from."""

    SESSION = 0
    COMPLEMENT = 1
    SIMILAR = 2
    AFFINITY = 3
    POPULAR = 4
    TRENDING = 5
    NEW = 6
    EXPLORE = 7
    LAST_KNOWN = 8
    SHOP = 9
    COLLABORATIVE = 10
    NOT_THEIRS = 11


class PlacementKind(StrEnum):
    """What a slot shows."""

    ITEMS = "items"
    CONTENT = "content"
    OFFER = "offer"
    PAYMENT_METHODS = "payment_methods"
    NAVIGATION = "navigation"
    ACTION = "action"

    __hash__ = str.__hash__  # an enumeration's own is a call of Python, and this is asked always


class Ranker(StrEnum):
    """Who orders the candidates: `weights`, or what was learned from the shop's log."""

    BLEND = "blend"
    HYBRID = "hybrid"


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much each source counts in a placement; a source with 0 is not asked."""

    session: float = 0.0
    collaborative: float = 0.0
    complement: float = 0.0
    similar: float = 0.0
    affinity: float = 0.0
    popular: float = 0.05
    trending: float = 0.0
    new: float = 0.0


class Filters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What must not be shown. Out of stock is never shown; that is no setting.

    `same_category` rules out the narrow category of the page's item: what completes a kettle is
    not another kettle. Days are counted back from now; None switches a filter off. With `auto`,
    what was bought is shown again when people buy its kind again; where nothing was learned of
    that, after 14 days. Seen items are shown again unless `seen` says otherwise: in many shops
    people return to what they saw.
    `account` keeps to the part of the catalog that is for the person's account.
    """

    context_item: bool = True
    cart: bool = True
    seen: bool = False
    purchased_days: int | Literal["auto"] | None = AUTO
    returned_days: int | None = 90
    dismissed_days: int | None = 30
    market: bool = True
    same_category: bool = False
    account: bool = True
    categories: tuple[str, ...] = ()
    not_categories: tuple[str, ...] = ()


class Business(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What the merchant has at stake, beside what the person wants.

    An item's score is `relevance` times its relevance (1 for the most relevant candidate), plus
    `margin` times the rank of its margin among all items (0 to 1), plus `freshness` times how new
    its stock is (1 on the day of delivery, half after thirty days). With margin and freshness at 0
    nothing is weighed. Below `minStock` pieces or below `marginFloor` (a share of the price) an
    item is not shown at all; an item whose margin is unknown is not held to the floor.
    """

    relevance: float = 1.0
    margin: float = 0.0
    freshness: float = 0.0
    min_stock: int = 0
    margin_floor: float | None = None


class Creative(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One piece of content: what it shows, and the facets that it is for.

    For a bandit's guardrails it says which item it promotes, and whether it carries a discount.
    """

    id: str
    data: dict[str, Any] = {}
    facets: tuple[str, ...] = ()
    item: str | None = None
    discount: bool = False


class PolicyArm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One policy of a placement, for a bandit to choose among: what it changes of the placement."""

    id: str
    changes: dict[str, Any] = {}


class Placement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A named slot and its policy.

    With `ranker: hybrid` the learned ranker orders candidates of all sources, and `weights` and
    `lean` are not heeded; where the version that serves has none, or personalization is refused,
    the blend does. A `bandit` chooses among `creatives`, among `policies` of a list, or among the
    offers of a placement and their depths. In a placement of kind `action` the `actions` compete,
    or all that are declared where it names none. Of the placements of a page with the same
    `exclusive` group one carries a discount at most, the highest `priority` first.
    """

    name: str
    kind: PlacementKind = PlacementKind.ITEMS
    limit: int = 12
    ranker: Ranker = Ranker.BLEND
    weights: Weights = Weights()
    filters: Filters = Filters()
    lean: float = 0.6
    per_brand: int = 0
    per_category: int = 0
    per_vendor: int = 0
    business: Business = Business()
    explore_share: float = 0.0
    creatives: tuple[Creative, ...] = ()
    policies: tuple[PolicyArm, ...] = ()
    bandit: Bandit | None = None
    actions: tuple[str, ...] = ()
    exclusive: str | None = None
    priority: int = 0
    version: int = 1

    @property
    def policy(self) -> str:
        """The name of the policy as answers carry it."""
        return f"{self.name}@{self.version}"


class UnknownPlacement(NotFound):
    """No placement has this name."""

    remedy = "Ask for one of the placements named in `detail`, or add yours to the configuration."


DEFAULT_PLACEMENTS: tuple[Placement, ...] = (
    Placement(
        name="home_recs",
        weights=Weights(session=1.0, affinity=0.35, popular=0.1, trending=0.1, new=0.05),
        per_category=4,
        explore_share=0.1,
    ),
    Placement(
        name="product_recs",
        weights=Weights(session=1.0, similar=0.5, affinity=0.1, popular=0.05),
    ),
    Placement(
        name="product_complements",
        limit=6,
        filters=Filters(same_category=True),
        weights=Weights(complement=1.0, affinity=0.05, popular=0.02),
        per_category=3,
    ),
    Placement(
        name="cart_recs",
        limit=6,
        filters=Filters(same_category=True),
        weights=Weights(complement=1.0, session=0.3, affinity=0.1, popular=0.05),
        per_category=3,
    ),
    Placement(
        name="category_recs",
        weights=Weights(session=0.6, affinity=0.4, popular=0.4, trending=0.2),
    ),
    Placement(
        name="checkout_recs",
        limit=2,
        filters=Filters(same_category=True),
        weights=Weights(complement=1.0, session=0.2, popular=0.02),
    ),
    Placement(
        name="search_recs",
        weights=Weights(session=0.6, affinity=0.3, popular=0.3),
    ),
    Placement(name="hero", kind=PlacementKind.CONTENT, limit=1),
    Placement(name="cart_offer", kind=PlacementKind.OFFER, limit=1),
    Placement(name="payment_methods", kind=PlacementKind.PAYMENT_METHODS),
    Placement(
        name="navigation",
        kind=PlacementKind.NAVIGATION,
        weights=Weights(session=1.0, affinity=0.6, popular=0.2),
    ),
    Placement(name="next_action", kind=PlacementKind.ACTION, limit=1, explore_share=0.05),
)


class Placements:
    """The placements of a workspace, by name."""

    def __init__(self, placements: tuple[Placement, ...] = DEFAULT_PLACEMENTS) -> None:
        self._by_name = {placement.name: placement for placement in placements}
        self.exclusive = any(one.exclusive is not None for one in placements)

    def get(self, name: str) -> Placement:
        """Return a placement.

        Raises:
            UnknownPlacement: naming those that exist.
        """
        found = self._by_name.get(name)
        if found is None:
            raise UnknownPlacement(
                f"There is no placement {name[:60]!r}; there are {', '.join(self._by_name)}"
            )
        return found

    def all(self) -> tuple[Placement, ...]:
        """Return every placement."""
        return tuple(self._by_name.values())
