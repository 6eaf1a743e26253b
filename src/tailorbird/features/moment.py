"""A moment: one person, perhaps one item, and the time at which features are asked for."""

from dataclasses import dataclass
from functools import cached_property

from tailorbird.catalog.items import Item
from tailorbird.profile.affinity import Horizon, Leaning, leanings
from tailorbird.profile.cart import InCart, in_cart
from tailorbird.profile.intent import Intent, intent
from tailorbird.profile.orders import Placed, placed
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.profile.session import Session, session
from tailorbird.profile.worth import PriceSensitivity, Worth, price_sensitivity, worth
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.ids import ItemId


@dataclass(frozen=True)
class Moment:
    """What every feature is a function of; what several of them need is worked out once.

    Attributes:
        now_ms: the time, in milliseconds since 1970 (UTC).
        profile: what is known of the person by then.
        item_id: which item a pair is about.
        facets: of that item, as the catalog has them or as an event stamped them last.
        item: that item as the catalog has it now; only features of items read it.
    """

    now_ms: int
    profile: Profile = EMPTY
    item_id: ItemId | None = None
    facets: tuple[str, ...] = ()
    item: Item | None = None

    @cached_property
    def worth(self) -> Worth:
        """What the person's orders are worth."""
        return worth(self.profile.orders, self.now_ms)

    @cached_property
    def price(self) -> PriceSensitivity:
        """How much price moves the person."""
        return price_sensitivity(self.profile, self.now_ms, self.long)

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """The orders that stand, oldest first."""
        return placed(self.profile.orders)

    @cached_property
    def cart(self) -> tuple[InCart, ...]:
        """What is in the cart."""
        return in_cart(self.profile.cart)

    @cached_property
    def visit(self) -> Session | None:
        """The visit that is going on."""
        return session(self.profile, self.now_ms)

    @cached_property
    def intent(self) -> Intent:
        """What the person is after."""
        return intent(self.profile, self.now_ms)

    @cached_property
    def short(self) -> tuple[Leaning, ...]:
        """What the person leans to in this visit, strongest first."""
        return leanings(self.profile.facets, self.now_ms, "short")

    @cached_property
    def long(self) -> tuple[Leaning, ...]:
        """What the person leans to in the last months, strongest first."""
        return leanings(self.profile.facets, self.now_ms, "long")

    def leaning(self, kind: str, horizon: Horizon) -> Leaning | None:
        """Return the strongest leaning of a kind; of categories, the strongest of the top level."""
        found = self.short if horizon == "short" else self.long
        return next((one for one in found if one.kind == kind and " > " not in one.facet), None)

    def share(self, kind: str, horizon: Horizon) -> float:
        """Return which share (0 to 1) of the person's leanings of a kind the item's facet has.

        Of a category path the narrowest level counts.
        """
        mine = [facet for facet in self.facets if facet.startswith(f"{kind}:")]
        if not mine:
            return 0.0
        narrowest = max(mine, key=len)
        found = self.short if horizon == "short" else self.long
        return next((one.share for one in found if one.facet == narrowest), 0.0)

    def count(self, *names: str) -> int:
        """Return how often any of these events happened."""
        tallies = self.profile.tallies
        return sum(tallies[name].count for name in names if name in tallies)

    def days_since(self, at_ms: int | None) -> float | None:
        """Return how many days ago something was; None for never, 0 for what lies ahead."""
        return None if at_ms is None else max(0, self.now_ms - at_ms) / DAY_MS
