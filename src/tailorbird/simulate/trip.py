"""A trip through the shop: where the shopper is, what they have seen, what is in the cart."""

from typing import Any

import msgspec

from tailorbird.simulate.choice import NO_NUDGE, Mission, Nudge
from tailorbird.simulate.families import Family, vocabulary
from tailorbird.simulate.goods import CURRENCY
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Shop
from tailorbird.simulate.visits import Visit
from tailorbird.simulate.wire import Pen
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import PRODUCT_ADDED, PRODUCT_REMOVED, PRODUCT_VIEWED

_CART_KEPT_MS = 6 * DAY_MS


class Memory(msgspec.Struct, frozen=True):
    """What a shopper carries from one visit to the next.

    `cart` is quantities by code, `signed_in` the devices that know the user, `favorites` what was
    looked at on that mission.
    """

    cart: dict[int, int] = {}
    signed_in: frozenset[int] = frozenset()
    mission: Mission | None = None
    favorites: tuple[int, ...] = ()
    left_ms: int = 0


NEWCOMER = Memory()


class Trip:
    """The state of one visit while it is walked; its acts are written with the pen at once."""

    def __init__(self, shop: Shop, visit: Visit, memory: Memory, nudge: Nudge = NO_NUDGE) -> None:
        """Enter the shop with what is remembered; an offer of the nudge beats the visit's own."""
        self.shop = shop
        self.visit = visit
        self.luck = Luck.from_seed(visit.seed)
        self.pen = Pen(visit, self.luck, signed_in=visit.device in memory.signed_in)
        self.nudge = nudge
        self.show(nudge)
        kept = visit.start_ms - memory.left_ms < _CART_KEPT_MS
        self.cart = dict(memory.cart) if kept else {}
        last = memory.mission
        self.resumed = last is not None and last.number == visit.mission.number
        self.favorites = memory.favorites if self.resumed else ()
        self.seen: list[int] = []
        self._memory = memory

    def show(self, nudge: Nudge) -> None:
        """Let a policy show something from now on; without an offer, the visit's own stays."""
        self.nudge = nudge if nudge.offer else Nudge(nudge.shown, self.visit.offer)

    @property
    def family(self) -> Family:
        """Return the family that the mission is about."""
        return vocabulary().families[self.visit.mission.family]

    def buyable(self, code: int) -> bool:
        """Return whether an item is out, in stock and not yet in the cart."""
        truth = self.shop.truths[code]
        return (
            truth.in_stock and truth.published_ms <= self.visit.start_ms and code not in self.cart
        )

    def view(self, code: int, wait_s: float = 40.0) -> None:
        """Open an item's page and look at it for a while."""
        product = self.shop.products[code]
        self.pen.open(f"/p/{product['product_id']}", product["name"])
        seen = {**product, "currency": CURRENCY, "value": product["price"]}
        self.pen.track(PRODUCT_VIEWED, seen)
        self.seen.append(code)
        self.pen.wait(wait_s)

    def add(self, code: int) -> None:
        """Put an item into the cart; of the cheap ones sometimes two."""
        cheap = self.shop.truths[code].price_minor < 3_000
        quantity = 2 if cheap and self.luck.happens(0.2) else 1
        self.cart[code] = quantity
        self.pen.track(PRODUCT_ADDED, self._cart_line(code, quantity))
        self.pen.wait(12.0)

    def remove(self, code: int) -> None:
        """Take an item out of the cart."""
        quantity = self.cart.pop(code)
        self.pen.track(PRODUCT_REMOVED, self._cart_line(code, quantity))
        self.pen.wait(8.0)

    def cart_lines(self) -> list[dict[str, Any]]:
        """Return the cart as an event's `products`."""
        return [
            {**self.shop.products[code], "quantity": quantity, "position": place}
            for place, (code, quantity) in enumerate(self.cart.items(), start=1)
        ]

    def subtotal_minor(self) -> int:
        """Return what the cart costs, in minor units."""
        truths = self.shop.truths
        return sum(truths[code].price_minor * count for code, count in self.cart.items())

    @property
    def cart_id(self) -> str:
        """Return the name of the cart, one for each shopper and mission."""
        return f"cart-{self.visit.shopper.number}-{self.visit.mission.number}"

    def memory(self) -> Memory:
        """Return what the shopper will remember, now that the visit is over."""
        known = self._memory.signed_in | ({self.visit.device} if self.pen.signed_in else set())
        return Memory(
            cart=self.cart,
            signed_in=known,
            mission=self.visit.mission,
            favorites=tuple(dict.fromkeys((*self.favorites, *self.seen)))[-8:],
            left_ms=self.pen.at_ms,
        )

    def _cart_line(self, code: int, quantity: int) -> dict[str, Any]:
        line = {**self.shop.products[code], "quantity": quantity, "cart_id": self.cart_id}
        return {**line, "currency": CURRENCY}
