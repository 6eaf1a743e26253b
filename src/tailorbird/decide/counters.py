"""The shop's counters: what one workspace needs to give offers and to take payments."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from tailorbird.catalog.catalog import Catalog
from tailorbird.configure.configuration import Configuration
from tailorbird.decide.actions.advising import Adviser
from tailorbird.decide.actions.weighing import Advice, Circle
from tailorbird.decide.awaited import Waiter
from tailorbird.decide.checkout.desk import CheckoutDesk
from tailorbird.decide.checkout.keeper import PaymentKeeper
from tailorbird.decide.checkout.ports import AttemptStore, Contacts
from tailorbird.decide.offers.desk import Counter, OfferDesk
from tailorbird.decide.offers.ports import GrantStore, Orders, UpliftStore
from tailorbird.decide.offers.ready import ready_offers
from tailorbird.decide.offers.settling import Settler
from tailorbird.decide.offers.uplifting import UpliftShelf
from tailorbird.identity.graph import Resolved, persons_of
from tailorbird.identity.resolver import Resolver
from tailorbird.rules.ports import Beliefs
from tailorbird.spine.clock import Clock
from tailorbird.spine.ids import IdentifierKey


class Places(msgspec.Struct, frozen=True):
    """What the counters keep or read: grants, payments, contact data, the log, uplift models."""

    grants: GrantStore
    payments: AttemptStore
    contacts: Contacts
    log: Orders
    uplifts: UpliftStore


class Counters:
    """Offers and payments of one workspace.

    Args:
        places: what is kept and read.
        catalog: what things cost.
        resolver: who somebody is.
        beliefs: what models and segments say of somebody.
        clock: tells when codes have expired.
        advice: what the adviser needs beside.
    """

    def __init__(
        self,
        places: Places,
        catalog: Catalog,
        resolver: Resolver,
        beliefs: Beliefs,
        clock: Clock,
        advice: Advice,
    ) -> None:
        self.uplifts = UpliftShelf(places.uplifts)
        self.payments = PaymentKeeper(places.payments, places.log, resolver)
        self._settler = Settler(places.grants, places.log, resolver.everyone, clock)
        self._counter = Counter(places.grants, catalog.get, self.uplifts, beliefs, resolver)
        self._desk = OfferDesk(self._counter)
        self._checkout = CheckoutDesk(self.payments, catalog, places.contacts)
        circle = Circle(advice, places.contacts, beliefs, self.uplifts, catalog.get)
        self._adviser = Adviser(circle, self._desk)
        self._bandits = advice.bandits
        self.waiter = Waiter(self._desk, self._checkout, self._adviser, self._bandits)

    def under(self, draft: Configuration) -> Waiter:
        """Return what completes answers by the offers of a draft: for a look, giving nothing."""
        desk = OfferDesk(self._counter)
        desk.adopt(ready_offers(draft))
        return Waiter(desk, self._checkout, self._adviser.under(draft, desk), self._bandits)

    def adopt(self, configuration: Configuration) -> None:
        """Put other offers and methods in force; what was given before stays good."""
        offers = ready_offers(configuration)
        self._desk.adopt(offers)
        self._adviser.adopt(configuration)
        named = (one.offer for found in offers.values() for one in found)
        self.uplifts.want(named, self._adviser.treatments())
        self.payments.adopt(configuration)

    def actions(self) -> Collection[str]:
        """Return the names of the actions that are declared."""
        return self._adviser.names()

    def observe(self, batch: Sequence[Resolved]) -> None:
        """See events once they are folded."""
        self._settler.observe(batch)
        self.payments.observe(batch)

    async def recall(self, folded: int) -> None:
        """Take up what came in while nobody served; `folded` is how far the log was folded."""
        await self._settler.recall(folded)
        await self.payments.recall(folded)
        await self.uplifts.renew()

    async def round(self) -> None:
        """Settle orders with codes, and give back what was held for codes that have expired."""
        await self._settler.round()

    async def renew(self) -> None:
        """Store what was counted of payments, and serve uplift models that are trained since."""
        await self.payments.save()
        await self.uplifts.renew()

    async def save(self) -> None:
        """Store what was counted of payments."""
        await self.payments.save()

    async def forget(self, keys: Sequence[IdentifierKey]) -> None:
        """Forget what names somebody, once orders on their way are settled."""
        await self._settler.round()
        await self.payments.forget(keys)
        for key in keys:
            link = await self._counter.resolver.link(key)
            for person in () if link is None else persons_of(key, link):
                self._adviser.forget(person)
