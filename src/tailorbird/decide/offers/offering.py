"""Everything about offers in one workspace: the desk that gives, the settler, and uplift."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tailorbird.catalog.catalog import Catalog
from tailorbird.configure.configuration import Configuration
from tailorbird.decide.offers.desk import Counter, OfferDesk
from tailorbird.decide.offers.ports import GrantStore, Orders
from tailorbird.decide.offers.ready import ready_offers
from tailorbird.decide.offers.settling import Settler
from tailorbird.decide.offers.uplifting import UpliftShelf
from tailorbird.identity.graph import Resolved
from tailorbird.identity.resolver import Resolver
from tailorbird.rules.ports import Beliefs
from tailorbird.spine.clock import Clock


class Outside(msgspec.Struct, frozen=True):
    """What offers need of the other rooms."""

    grants: GrantStore
    log: Orders
    catalog: Catalog
    resolver: Resolver
    beliefs: Beliefs


class Offering:
    """The offers of one workspace.

    Args:
        outside: what they need.
        clock: tells when codes have expired.
    """

    def __init__(self, outside: Outside, clock: Clock) -> None:
        self.uplifts = UpliftShelf()
        self.desk = OfferDesk(
            Counter(
                grants=outside.grants,
                find=outside.catalog.get,
                uplifts=self.uplifts,
                beliefs=outside.beliefs,
                resolver=outside.resolver,
            )
        )
        self._settler = Settler(outside.grants, outside.log, outside.resolver.everyone, clock)

    def adopt(self, configuration: Configuration) -> None:
        """Put other offers in force; what was given before stays good."""
        self.desk.adopt(ready_offers(configuration))

    def observe(self, batch: Sequence[Resolved]) -> None:
        """See events once they are folded."""
        self._settler.observe(batch)

    async def recall(self, folded: int) -> None:
        """Settle what came in while nobody settled; `folded` is how far the log was folded."""
        await self._settler.recall(folded)

    async def round(self) -> None:
        """Settle what came, and give back what was held for codes that have expired."""
        await self._settler.round()
