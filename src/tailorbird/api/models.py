"""The door to the models: every version, what it is to the shop now, and how those at work do."""

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper
from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.predict.people_watch import PeopleWatched
from tailorbird.predict.registry.card import Listed
from tailorbird.predict.registry.listing import listed
from tailorbird.predict.registry.watched import WatchShown, shown


class ModelsShown(msgspec.Struct, frozen=True):
    """Every version, oldest first; what is seen of those at work; and what is wrong, if anything.

    Attributes:
        versions: with status, data, lineage, metrics, the gate's verdict and what was done.
        watch: hits on what people really touched next, and drift; null until somebody came.
        fault: why the version that is to serve does not; null when all is well.
        orders: as `watch`, of the learned ranker; null where none serves.
        people: what was seen of the models of people: what they said, what came, and drift.
    """

    versions: list[Listed]
    watch: WatchShown | None
    fault: str | None
    people: PeopleWatched | None = None
    orders: WatchShown | None = None


class ModelDoors:
    """Doors for whoever answers for the models."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper = keeper

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {("GET", "/v1/models"): self.all}

    async def all(self, call: Call) -> Answer:
        """Show every trained version, and how those at work do."""
        shop = (await self._keeper.admit(call, Scope.ADMIN)).shop
        seen, orders = shop.watch.seen, shop.order_watch.seen
        return answer(
            ModelsShown(
                versions=[*listed(shop.stores.models), *listed(shop.stores.people_models)],
                watch=None if seen is None else shown(seen),
                fault=shop.succession.fault or shop.foresight.fault,
                people=shop.people_watch.seen,
                orders=None if orders is None else shown(orders),
            )
        )
