"""A person's page: who they are, what they are after, what they like, and all that came of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from tailorbird.api.doorkeeper import Visitor
from tailorbird.api.http import Answer, Call
from tailorbird.api.people import UnknownPerson, customer_view, find_person
from tailorbird.compose import Install, Workspace
from tailorbird.dashboard.cards import EventCard, Shelf
from tailorbird.dashboard.leanings import Leanings, leanings
from tailorbird.dashboard.overview import address_of
from tailorbird.dashboard.pages import Pages, moved
from tailorbird.dashboard.trying import Trial, try_out
from tailorbird.flow.feed import happening
from tailorbird.identity.graph import Node, Resolved
from tailorbird.profile.customer import CustomerView
from tailorbird.profile.intent import Stage
from tailorbird.spine.facets import Spell
from tailorbird.spine.ids import PersonId

_EVENTS = 14
_PICKS = 4
_KINDS_LATELY, _KINDS = 3, 5
_NAMES = ("name", "firstName", "first_name", "lastName", "last_name")


class PersonPage:
    """Shows one person; each look is in the audit log."""

    def __init__(self, install: Install, pages: Pages) -> None:
        self._install = install
        self._pages = pages

    async def find(self, call: Call, visitor: Visitor) -> Answer:
        """Go to the person that a search names: by person id, user id or anonymous id."""
        asked = call.query().get("q", "").strip()
        if not asked:
            return moved("/")
        for name in (asked, f"user:{asked}", f"anonymous:{asked}"):
            try:
                person, _ = await find_person(visitor.shop, name)
            except UnknownPerson:
                continue
            return moved(f"/people/{person}")
        return self._nobody(call, asked)

    async def show(self, call: Call, visitor: Visitor) -> Answer:
        """Show the page."""
        name = call.params["person"]
        try:
            person, node = await find_person(visitor.shop, name)
        except UnknownPerson:
            return self._nobody(call, name)
        shop, now_ms = visitor.shop, self._install.clock()
        self._install.audit.note(now_ms, shop.name, visitor.key.id, "looked at", person)
        shown = await customer_view(shop, person, node, now_ms)
        events, total = await _events(shop, person, node)
        trial = await try_out(shop, Trial(who=person, placement="home_recs", limit=_PICKS), node)
        return self._pages.page(
            "person.html",
            person=person,
            title=title_of(shown, person),
            view=shown,
            joins=node.joinings,
            contact=contact_of(shown),
            affinity=affinity_of(shown, shop.catalog.spelling),
            spell=shop.catalog.spelling,
            stages=[stage.value for stage in Stage],
            shelf=Shelf(shop.catalog),
            events=events,
            latest=max((one.happening.offset for one in events), default=0),
            total=total,
            outcome=trial,
            here="people",
            signed_in=True,
        )

    def _nobody(self, call: Call, name: str) -> Answer:
        anonymous = (
            name
            if name.startswith("anonymous:")
            else f"anonymous:{name.rsplit(':', maxsplit=1)[-1]}"
        )
        return self._pages.page(
            "nobody.html",
            status=404,
            name=name,
            anonymous_id=anonymous.partition(":")[2],
            decide=f"/decide?who={quote(anonymous)}",
            url=address_of(call),
            here="people",
            signed_in=True,
        )


async def _events(shop: Workspace, person: PersonId, node: Node) -> tuple[Sequence[EventCard], int]:
    logged = await shop.log.of_subjects(node.identifiers)
    newest = sorted(logged, key=lambda one: (-one.event.occurred_at_ms, -one.offset))[:_EVENTS]
    shelf = Shelf(shop.catalog)
    return shelf.events(happening(Resolved(person, one)) for one in newest), len(logged)


def title_of(shown: CustomerView, person: PersonId) -> str:
    """Return what to call a person: their name, else their user id, else what they are."""
    known: Mapping[str, object] = {
        **shown.customer.attributes,
        **shown.identity.get("contact", {}),
    }
    said = [str(known[name]) for name in _NAMES if known.get(name)]
    if said:
        return " ".join(said[:1] if "name" in known else said[:2])
    user = shown.identity.get("userId")
    return str(user) if user else f"Visitor {person[2:10]}"


def contact_of(shown: CustomerView) -> dict[str, str]:
    """Return how to reach a person, readable; names are left out, as the title says them."""
    found: Mapping[str, str] = shown.identity.get("contact", {})
    return {name: _readable(text) for name, text in found.items() if name not in _NAMES}


def _readable(text: str) -> str:
    """Return an address that was sent as an object as one line; other texts as they are."""
    if not text.startswith("{"):
        return text
    try:
        parts = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return text
    return ", ".join(str(part) for part in parts.values() if part)


class Horizons(msgspec.Struct, frozen=True):
    """What somebody leans to, kind by kind: lately, and in the long run."""

    short: Leanings
    long: Leanings


def affinity_of(shown: CustomerView, spell: Spell = str.title) -> Horizons:
    """Return the affinities in the order in which they are shown."""
    return Horizons(
        leanings(shown.affinity.short, _KINDS_LATELY, spell),
        leanings(shown.affinity.long, _KINDS, spell),
    )
