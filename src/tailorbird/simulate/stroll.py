"""A visit that halts where the shop would recommend something, so that a real engine can be asked.

The halt is the first item's page. What is shown there changes what else is looked at and what is
bought, by the same truth as in `choice`; nothing else differs from one policy to another: the luck
before the halt, of the looks and of the purchase is the same whatever is shown.
"""

import numpy as np

from tailorbird.simulate.choice import Nudge
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Floats, Shop
from tailorbird.simulate.trip import NEWCOMER, Memory, Trip
from tailorbird.simulate.visits import Visit
from tailorbird.simulate.walk import Walked, enter, looks, settle, stray, temptation, walked
from tailorbird.simulate.wire import Stamped

_UNSEEN = -np.inf
_OF_PURCHASE = 0x9E3779B9  # apart from the luck of the looks, which may be drawn more or less often


class Stroll:
    """A visit that is under way.

    Attributes:
        page: the code of the item whose page is open; None if the visit is over already.
        at_ms: now, in ms since 1970.
        user_id: who the shop knows it is; None for an unknown browser.
        events: what was written so far.
    """

    def __init__(self, shop: Shop, visit: Visit, memory: Memory = NEWCOMER) -> None:
        """Walk up to the first item's page, or through the whole visit if there is none."""
        trip = self._trip = Trip(shop, visit, memory)
        self._shelf = shop.shelves[visit.mission.family]
        self._noise: Floats = np.zeros(0)
        self._looks = 0
        self.page = self._first_page() if enter(trip) else None
        self.at_ms = trip.pen.at_ms
        self.user_id = visit.shopper.user_id if trip.pen.signed_in else None
        self.events: tuple[Stamped, ...] = tuple(trip.pen.events)

    @property
    def cart(self) -> dict[int, int]:
        """What is in the cart: quantities by code."""
        return self._trip.cart

    def go_on(self, nudge: Nudge) -> Walked:
        """Walk on to the end with what the page shows; the events are those after the halt."""
        trip = self._trip
        if self.page is not None:
            trip.show(nudge)
            settle_with = self._compared(self.page)
            trip.luck = Luck.from_seed(trip.visit.seed ^ _OF_PURCHASE)
            settle(trip, settle_with)
        whole = walked(trip)
        return Walked(events=whole.events[len(self.events) :], memory=whole.memory)

    def _first_page(self) -> int | None:
        trip = self._trip
        self._looks = looks(trip.luck)
        self._noise = trip.luck.rng.gumbel(size=len(self._shelf.codes))
        tempting = self._tempting()
        if not tempting:
            return None
        trip.view(tempting[0])
        return tempting[0]

    def _compared(self, first: int) -> list[int]:
        """Look at the rest; return all that was looked at, the most tempting first."""
        trip = self._trip
        stray(trip, first)
        tempting = self._tempting()
        others = [code for code in tempting if code != first][: self._looks - 1]
        for code in trip.luck.several(others, len(others)):
            trip.view(code)
            stray(trip, code)
        return [code for code in tempting if code == first or code in others]

    def _tempting(self) -> list[int]:
        """Return the codes of what is out already, the most tempting first, noise included."""
        out = self._shelf.published_ms <= self._trip.visit.start_ms
        noisy = np.where(out, temptation(self._trip) + self._noise, _UNSEEN)
        order = np.argsort(-noisy, kind="stable")[: int(out.sum())]
        codes: list[int] = self._shelf.codes[order].tolist()
        return codes
