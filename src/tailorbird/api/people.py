"""The doors to people: the whole profile, what it rests on, and undoing a wrong join."""

import secrets

import msgspec
from msgspec.structs import replace

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import Answer, Call, Door, answer, decoded, whole_number
from tailorbird.collect.rendering import rendered
from tailorbird.compose import Install, Workspace
from tailorbird.consent.purposes import Denied, Purpose
from tailorbird.decide.telling import told
from tailorbird.identity.graph import Node, Rule
from tailorbird.links.telling import lent_to
from tailorbird.predict.people import prediction
from tailorbird.profile.customer import CustomerView
from tailorbird.profile.profile import EMPTY
from tailorbird.profile.view import view
from tailorbird.spine.clock import format_time
from tailorbird.spine.errors import BadRequest, NotFound
from tailorbird.spine.events import Event
from tailorbird.spine.ids import IdentifierKey, PersonId, Subject

_MOST_EVENTS = 1_000
_MOST_BODY = 16 * 1024


class UnknownPerson(NotFound):
    """Nobody is known by that name."""

    remedy = "Name a person as p_…, user:ID or anonymous:ID."


class SplitRequest(msgspec.Struct, rename="camel"):
    """Which join to undo: by its id, or by the browser that should be parted."""

    join_id: str | None = None
    anonymous_id: str | None = None


class PeopleDoors:
    """Doors that show and mend people; each look is in the audit log."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._install = install

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [
            ("GET", "/v1/people/{person}", self.profile),
            ("GET", "/v1/people/{person}/events", self.events),
            ("GET", "/v1/people/{person}/identities", self.identities),
            ("GET", "/v1/people/{person}/decisions", self.decisions),
            ("GET", "/v1/people/{person}/messages", self.messages),
            ("POST", "/v1/people/{person}/split", self.split),
        ]

    async def profile(self, call: Call) -> Answer:
        """Show the whole profile with its three layers."""
        visitor, person, node = await self._person(call, "looked at")
        shown = await customer_view(visitor.shop, person, node, self._install.clock())
        links = await visitor.shop.linker.shown(person)
        lent = {"lent": msgspec.to_builtins(found)} if (found := lent_to(links, person)) else {}
        return answer({"personId": person, **msgspec.to_builtins(shown), **lent})

    async def events(self, call: Call) -> Answer:
        """Show a person's events, newest first."""
        visitor, _, node = await self._person(call, "read the events of")
        limit = _limit(call)
        logged = await visitor.shop.log.of_subjects(node.identifiers)
        newest = sorted(logged, key=lambda one: -one.event.occurred_at_ms)[:limit]
        return answer({"events": [rendered(one) for one in newest], "total": len(logged)})

    async def identities(self, call: Call) -> Answer:
        """Show a person's identifiers and how they came together, with the evidence."""
        _, person, node = await self._person(call, "looked at the identity of")
        joinings = [
            {**msgspec.to_builtins(one), "at": format_time(one.at_ms)} for one in node.joinings
        ]
        return answer(
            {
                "personId": person,
                "identifiers": list(node.identifiers),
                "joins": [one for one in joinings if not str(one["rule"]).startswith("refused")],
                "refused": [one for one in joinings if str(one["rule"]).startswith("refused")],
            }
        )

    async def decisions(self, call: Call) -> Answer:
        """Show what was decided for a person, newest first."""
        visitor, person, _ = await self._person(call, "read the decisions of")
        records = await visitor.shop.journal.of_person(person, _limit(call))
        return answer({"decisions": [told(record) for record in records]})

    async def messages(self, call: Call) -> Answer:
        """Show what was sent to a person."""
        await self._person(call, "read the messages of")
        return answer({"messages": []})

    async def split(self, call: Call) -> Answer:
        """Part a browser from a user: both become what they would have been."""
        visitor, person, node = await self._person(call, "split")
        wanted = decoded(await call.body(_MOST_BODY) or b"{}", SplitRequest, "a split request")
        browser = _browser_to_part(node, wanted)
        if node.user_id is None:
            raise BadRequest("This person has no known user, so nothing was joined")
        now_ms = self._install.clock()
        event = Event(
            kind="split",
            name="Person Split",
            message_id=f"split-{secrets.token_hex(8)}",
            source=visitor.key.source,
            occurred_at_ms=now_ms,
            received_at_ms=now_ms,
            user_id=node.user_id,
            anonymous_id=browser.partition(":")[2],
        )
        appended = await visitor.shop.log.append([event])
        await visitor.shop.corridor.reached(appended.last_offset)
        parted = await visitor.shop.resolver.find(browser)
        return answer({"personId": person, "parted": None if parted is None else parted[0]})

    async def _person(self, call: Call, action: str) -> tuple[Visitor, PersonId, Node]:
        visitor = await self._keeper.admit(call, Scope.PEOPLE)
        person, node = await find_person(visitor.shop, call.params["person"])
        self._install.audit.note(
            self._install.clock(), visitor.shop.name, visitor.key.id, action, person
        )
        return visitor, person, node


async def find_person(shop: Workspace, name: str) -> tuple[PersonId, Node]:
    """Return a person by id (`p_…`), `user:ID` or `anonymous:ID`.

    Raises:
        UnknownPerson: nobody is known by that name.
    """
    kind, colon, value = name.partition(":")
    if colon:
        name = f"{kind}:{shop.pseudonyms.stand_in(value)}" if value else name
    found = await shop.resolver.find(name)
    if found is None:
        raise UnknownPerson(f"Nobody is known as {name[:80]!r}")
    return found


async def customer_view(shop: Workspace, person: PersonId, node: Node, now_ms: int) -> CustomerView:
    """Return the whole profile with its three layers; empty beyond identity without consent."""
    subject = subject_of(node)
    permit = await shop.gate.ask(subject, Purpose.PERSONALIZATION)
    stored = None if isinstance(permit, Denied) else await shop.state.read(permit, person)
    identity = {
        "userId": node.user_id,
        "identifiers": list(node.identifiers),
        "known": node.user_id is not None,
        "contact": dict(await shop.stores.vault.get(node.identifiers)),
        "consent": {
            purpose.value: granted for purpose, granted in (await shop.gate.state(subject)).items()
        },
    }
    shown = view(stored or EMPTY, now_ms, identity, shop.catalog.spelling)
    if stored is None:
        return shown
    return replace(
        shown,
        prediction=prediction(shop.foresight, stored, now_ms),
        segments=await shop.segmenter.of_person(person),
    )


def subject_of(node: Node) -> Subject:
    """Return a subject that stands for a person: the user, else the first browser."""
    browsers = [key for key in node.identifiers if key.startswith("anonymous:")]
    return Subject(
        user_id=node.user_id,
        anonymous_id=browsers[0].partition(":")[2] if browsers else None,
    )


def _browser_to_part(node: Node, wanted: SplitRequest) -> IdentifierKey:
    made = [one for one in node.joinings if one.rule in {Rule.LOGIN, Rule.ALIAS}]
    for one in made:
        if wanted.join_id == one.id:
            return one.anonymous
        if wanted.anonymous_id is not None and one.anonymous == f"anonymous:{wanted.anonymous_id}":
            return one.anonymous
    there = ", ".join(one.id for one in made) or "none"
    raise BadRequest(
        f"Name a `joinId` or an `anonymousId` of this person's joins; there are: {there}"
    )


def _limit(call: Call) -> int:
    return whole_number(call, "limit", 100, _MOST_EVENTS, least=1)
