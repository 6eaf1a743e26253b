"""The doors to features: what models read of a person, a visit, an item and the pair of both."""

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper
from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.api.people import find_person, subject_of
from tailorbird.compose import Install, Workspace
from tailorbird.consent.purposes import Denied, Purpose
from tailorbird.features.declaring import Entity, Value
from tailorbird.features.moment import Moment
from tailorbird.features.store import FEATURES, FeatureShown, described, features_of, values
from tailorbird.identity.graph import Node
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.clock import format_time
from tailorbird.spine.ids import ItemId, PersonId


class FeatureList(msgspec.Struct, frozen=True):
    """Every feature that is declared."""

    features: list[FeatureShown]


class FeatureValues(msgspec.Struct, frozen=True, rename="camel"):
    """The values as of a moment, by entity and name; null where nothing is known."""

    person_id: str
    as_of: str
    features: dict[str, dict[str, Value]]


class FeatureDoors:
    """Doors that show features as models get them; each look at a person is in the audit log."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._install = install

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {("GET", "/v1/features"): self.declared}

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [("GET", "/v1/people/{person}/features", self.of_person)]

    async def declared(self, call: Call) -> Answer:
        """Show every feature: whose it is, its type and unit, what it says and what it reads."""
        await self._keeper.admit(call, Scope.PEOPLE)
        return answer(FeatureList([described(one) for one in FEATURES]))

    async def of_person(self, call: Call) -> Answer:
        """Show a person's features as of now; with `item`, also the item's and the pair's."""
        visitor = await self._keeper.admit(call, Scope.PEOPLE)
        shop, now_ms = visitor.shop, self._install.clock()
        person, node = await find_person(shop, call.params["person"])
        self._install.audit.note(
            now_ms, shop.name, visitor.key.id, "looked at the features of", person
        )
        profile = await _permitted(shop, person, node)
        item = call.query().get("item")
        moment = _moment(shop, profile, now_ms, None if item is None else ItemId(item))
        entities = [Entity.PERSON, Entity.SESSION]
        if moment.item_id is not None:
            entities += [Entity.ITEM, Entity.PAIR]
        found = {entity.value: values(features_of(entity), moment) for entity in entities}
        return answer(FeatureValues(person, format_time(now_ms), found))


async def _permitted(shop: Workspace, person: PersonId, node: Node) -> Profile:
    """Return the profile; an empty one of somebody who refused."""
    permit = await shop.gate.ask(subject_of(node), Purpose.PERSONALIZATION)
    stored = None if isinstance(permit, Denied) else await shop.state.read(permit, person)
    return stored or EMPTY


def _moment(shop: Workspace, profile: Profile, now_ms: int, item: ItemId | None) -> Moment:
    if item is None:
        return Moment(now_ms, profile)
    known = shop.catalog.get(item)
    return Moment(now_ms, profile, item, () if known is None else known.facets(), known)
