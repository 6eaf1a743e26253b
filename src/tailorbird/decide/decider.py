"""The decider: answers what to show, within its deadline, falling back level by level."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from tailorbird.catalog.catalog import Catalog
from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Choices, Denied, Permit, Purpose, strictest
from tailorbird.consent.signals import from_context
from tailorbird.decide.explaining import explained, rejected
from tailorbird.decide.moment import Moment, generic_moment, moment
from tailorbird.decide.payments import payment_order
from tailorbird.decide.placements import Placement, PlacementKind, Placements, Source
from tailorbird.decide.ports import DecisionRecord, Journal
from tailorbird.decide.reasons import clipped, reason
from tailorbird.decide.showing import best_creative
from tailorbird.decide.slate import Slate, slate
from tailorbird.decide.wire import (
    DecideAnswer,
    DecideRequest,
    ExplainedItem,
    ShownContent,
    ShownItem,
    Slot,
    SlotDecision,
)
from tailorbird.identity.resolver import Resolver
from tailorbird.predict.leaders import NOBODY, Ladder
from tailorbird.predict.predictor import Predictor
from tailorbird.profile.ports import ProfileStore
from tailorbird.profile.profile import Profile
from tailorbird.spine.clock import Clock
from tailorbird.spine.ids import ItemId, PersonId, Subject

_SAFETY = 2.0  # a stage is begun only if twice its usual time is left
_MOST_REMEMBERED = 50_000
NO_CATALOG = "No items are known yet: PUT /v1/items, or run `tailorbird import items`."
NO_CANDIDATES = "No item fits this placement's filters now."


class Level(StrEnum):
    """How personal an answer is, from the best to the last resort."""

    PERSONAL = "personal"
    SESSION = "session"
    SEGMENT = "segment"
    LAST_KNOWN = "last_known"
    BESTSELLERS = "bestsellers"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request on its way: who asks, what may be used, and until when."""

    request: DecideRequest
    person: PersonId | None
    moment: Moment
    next_items: Ladder
    rushed: bool
    explain: bool


class Rooms:
    """What the decider looks things up in."""

    def __init__(
        self, gate: Gate, resolver: Resolver, profiles: ProfileStore, catalog: Catalog
    ) -> None:
        self.gate = gate
        self.resolver = resolver
        self.profiles = profiles
        self.catalog = catalog


class Decider:
    """Decides for one workspace."""

    def __init__(
        self,
        rooms: Rooms,
        predictor: Predictor,
        placements: Placements,
        journal: Journal,
        clock: Clock,
        rng: np.random.Generator,
    ) -> None:
        self._rooms = rooms
        self.predictor = predictor
        self.placements = placements
        self._journal = journal
        self._clock = clock
        self._rng = rng
        self._last_known: OrderedDict[tuple[PersonId, str], tuple[ItemId, ...]] = OrderedDict()

    async def decide(
        self,
        request: DecideRequest,
        subject: Subject,
        signals: Choices,
        *,
        deadline_ms: float,
        explain: bool = False,
    ) -> DecideAnswer:
        """Return what to show in every placement that is asked for.

        Args:
            request: the request, within bounds.
            subject: whose it is, already vouched for.
            signals: consent that the request itself states.
            deadline_ms: how long the answer may take, from now.
            explain: add scores, sources and rejected candidates.

        Raises:
            UnknownPlacement: a placement does not exist; nothing was decided.
        """
        started = time.perf_counter()
        chosen = [(self.placements.get(slot.name), slot) for slot in request.placements]
        person, profile, permitted = await self._who(request, subject, signals)
        asked = self._asked(request, (person, profile, permitted), started, deadline_ms, explain)
        decision_id = f"d_{secrets.token_hex(8)}"
        decisions = tuple(
            self._fill(placement, slot, asked, f"{decision_id}-{index}")
            for index, (placement, slot) in enumerate(chosen)
        )
        took_ms = round((time.perf_counter() - started) * 1000, 3)
        if permitted and not request.dry_run:
            self._note(decision_id, asked, subject, decisions, took_ms)
        return DecideAnswer(decision_id=decision_id, decisions=decisions, took_ms=took_ms)

    async def _who(
        self, request: DecideRequest, subject: Subject, signals: Choices
    ) -> tuple[PersonId | None, Profile | None, bool]:
        consent = request.context.consent
        if consent is not None:
            signals = strictest(signals, from_context({"consent": consent}))
        permit = await self._rooms.gate.ask(subject, Purpose.PERSONALIZATION, signals)
        if isinstance(permit, Denied):
            return None, None, False
        person = await self._rooms.resolver.person(subject)
        profile = None if person is None else await self._read(permit, person)
        return person, profile, True

    async def _read(self, permit: Permit, person: PersonId) -> Profile | None:
        return await self._rooms.profiles.read(permit, person)

    def _asked(
        self,
        request: DecideRequest,
        who: tuple[PersonId | None, Profile | None, bool],
        started: float,
        deadline_ms: float,
        explain: bool,  # noqa: FBT001
    ) -> Asked:
        person, profile, permitted = who
        now_ms = self._clock()
        if not permitted:
            here = generic_moment(request.context, now_ms)
            return Asked(request, None, here, NOBODY, rushed=False, explain=explain)
        here = moment(profile, request.context, self.predictor, now_ms)
        left_ms = deadline_ms - (time.perf_counter() - started) * 1000
        if left_ms < self.predictor.session_ms * _SAFETY:
            self.predictor.skipped()
            return Asked(request, person, here, NOBODY, rushed=True, explain=explain)
        query = here.session if len(here.session) else here.past
        found = self.predictor.next_items(query)
        return Asked(request, person, here, found, rushed=False, explain=explain)

    def _fill(self, placement: Placement, slot: Slot, asked: Asked, stem: str) -> SlotDecision:
        match placement.kind:
            case PlacementKind.ITEMS:
                return self._items(placement, slot, asked, stem)
            case PlacementKind.CONTENT:
                return self._content(placement, asked, stem)
            case PlacementKind.OFFER:
                return self._decision(placement, Level.BESTSELLERS, offer=None)
            case PlacementKind.PAYMENT_METHODS:
                return self._payments(placement, slot, asked, stem)

    def _items(self, placement: Placement, slot: Slot, asked: Asked, stem: str) -> SlotDecision:
        limit = slot.limit or placement.limit
        if asked.rushed:
            return self._hurried(placement, limit, asked, stem)
        found = slate(placement, asked.moment, asked.next_items, self.predictor, limit, self._rng)
        level = level_of(asked.moment, found)
        items = self._shown(found, asked, stem)
        if asked.person is not None and not asked.request.dry_run:
            self._remember(asked.person, placement.name, tuple(ItemId(one.id) for one in items))
        return self._decision(
            placement,
            level,
            items=items,
            rejected=rejected(found, self.predictor) if asked.explain else None,
            notice=None if items else self._notice(),
        )

    def _hurried(self, placement: Placement, limit: int, asked: Asked, stem: str) -> SlotDecision:
        """Answer without asking a model: the person's last slate, else bestsellers."""
        table, popular = self.predictor.table, self.predictor.leaders.popular.codes
        known: tuple[ItemId, ...] = ()
        if asked.person is not None:
            known = self._last_known.get((asked.person, placement.name), ())
        codes = self.predictor.codes(known)
        source, level = Source.LAST_KNOWN, Level.LAST_KNOWN
        if not len(codes):
            codes, source, level = popular, Source.POPULAR, Level.BESTSELLERS
        codes = codes[table.available[codes] > 0][:limit]
        items = tuple(
            ShownItem(
                id=table.items.ids[code],
                position=place + 1,
                exposure_id=f"{stem}-{place + 1}",
                reason=reason(source, None, None, None),
            )
            for place, code in enumerate(codes.tolist())
        )
        notice = None if items else self._notice()
        return self._decision(placement, level, items=items, notice=notice)

    def _shown(
        self, found: Slate, asked: Asked, stem: str
    ) -> tuple[ShownItem | ExplainedItem, ...]:
        table = self.predictor.table
        words = Words(self, asked)
        shown: list[ShownItem | ExplainedItem] = []
        for place, code in enumerate(found.codes):
            source = _SOURCES[found.sources[place]]
            why = words.reason(code, source, found.facets[place])
            item = ShownItem(
                id=table.items.ids[code],
                position=place + 1,
                exposure_id=f"{stem}-{place + 1}",
                reason=why,
                explore=source is Source.EXPLORE,
            )
            shown.append(explained(item, place, found, self.predictor) if asked.explain else item)
        return tuple(shown)

    def _content(self, placement: Placement, asked: Asked, stem: str) -> SlotDecision:
        chosen = best_creative(placement.creatives, asked.moment, self.predictor.table.facets)
        if chosen is None:
            return self._decision(placement, Level.BESTSELLERS, content=None)
        creative, why, personal = chosen
        content = ShownContent(
            id=creative.id, exposure_id=f"{stem}-1", reason=why, data=creative.data
        )
        level = Level.PERSONAL if personal else Level.BESTSELLERS
        return self._decision(placement, level, content=content)

    def _payments(self, placement: Placement, slot: Slot, asked: Asked, stem: str) -> SlotDecision:
        ordered, personal = payment_order(
            tuple(str(one) for one in slot.candidates), asked.moment.profile
        )
        items = tuple(
            ShownItem(id=method, position=place + 1, exposure_id=f"{stem}-{place + 1}", reason=why)
            for place, (method, why) in enumerate(ordered)
        )
        level = Level.PERSONAL if personal else Level.BESTSELLERS
        return self._decision(placement, level, items=items)

    def _decision(self, placement: Placement, level: Level, **parts: object) -> SlotDecision:
        given = {
            name: part for name, part in parts.items() if part is not None or name in _NULLABLE
        }
        return SlotDecision(
            placement=placement.name,
            level=level.value,
            policy=placement.policy,
            model=self.predictor.models.name,
            **given,  # type: ignore[arg-type]
        )

    def _notice(self) -> str:
        return NO_CANDIDATES if len(self.predictor.table.items) else NO_CATALOG

    def title(self, code: int) -> str:
        """Return what an item is called; its id where the catalog has no title."""
        name = ItemId(self.predictor.table.items.ids[code])
        item = self._rooms.catalog.get(name)
        return clipped(item.title) if item is not None and item.title else name

    def _remember(self, person: PersonId, placement: str, items: tuple[ItemId, ...]) -> None:
        key = (person, placement)
        self._last_known.pop(key, None)
        self._last_known[key] = items
        if len(self._last_known) > _MOST_REMEMBERED:
            self._last_known.popitem(last=False)

    def forget(self, person: PersonId) -> None:
        """Forget what was last shown to a person."""
        for key in [key for key in self._last_known if key[0] == person]:
            del self._last_known[key]

    def _note(
        self,
        decision_id: str,
        asked: Asked,
        subject: Subject,
        decisions: tuple[SlotDecision, ...],
        took_ms: float,
    ) -> None:
        self._journal.note(
            DecisionRecord(
                decision_id=decision_id,
                at_ms=asked.moment.now_ms,
                person=asked.person,
                anonymous_id=subject.anonymous_id if asked.person is not None else None,
                user_id=subject.user_id if asked.person is not None else None,
                page=asked.request.context.page.path,
                took_ms=took_ms,
                decisions=decisions,
            )
        )


_NULLABLE = frozenset({"offer", "content"})
_FROM_SESSION = (Source.SESSION, Source.SIMILAR)
_SOURCES = tuple(Source)  # by number: calling the enumeration for each item costs ten times as much


class Words:
    """The words of one answer: titles of what items were found by, looked up once."""

    def __init__(self, decider: Decider, asked: Asked) -> None:
        self._decider = decider
        self._table = decider.predictor.table
        here = asked.moment
        session = here.session if len(here.session) else here.past
        self._session = session[-5:].tolist()
        self._anchors = here.anchors.tolist()
        self._titles: dict[int, str] = {}
        self._said: dict[tuple[Source, str | None, int], str] = {}
        self._place = (
            self._table.facets.ids[here.category].rpartition(" > ")[2].removeprefix("category:")
            if here.category >= 0
            else None
        )

    def reason(self, code: int, source: Source, facet: int) -> str:
        """Return the reason for one item; the same grounds are put into words once."""
        anchor = None
        if source in _FROM_SESSION:
            anchor = self._nearest(code, self._session)
        elif source is Source.COMPLEMENT:
            anchor = self._nearest(code, self._anchors)
        grounds = (source, anchor, facet)
        said = self._said.get(grounds)
        if said is None:
            leaning = self._table.facets.ids[facet] if facet >= 0 else None
            said = self._said[grounds] = reason(source, anchor, leaning, self._place)
        return said

    def _nearest(self, code: int, among: list[int]) -> str | None:
        """Name the item it was found by: the latest of the same narrow category, else the latest.

        The session's own item, shown again, is found by itself; that says nothing, so another is
        named.
        """
        others = among if code not in among else [one for one in among if one != code]
        if not others:
            return None
        found = others[-1]
        if len(others) > 1:
            leaf = self._table.leaf
            found = next((one for one in reversed(others) if leaf[one] == leaf[code]), found)
        if found not in self._titles:
            self._titles[found] = self._decider.title(found)
        return self._titles[found]


def level_of(here: Moment, found: Slate) -> Level:
    """Return how personal a slate is.

    Personal: there is a history beyond this visit, and it or the visit was used. Session: only
    this visit was used. Segment: only where the visitor came from or the page's category.
    """
    used = found.weighed & {Source.SESSION, Source.COMPLEMENT, Source.SIMILAR, Source.AFFINITY}
    if not here.generic and used:
        return Level.PERSONAL if _has_history(here) else Level.SESSION
    if not here.generic and (here.category >= 0 or here.channel is not None):
        return Level.SEGMENT
    return Level.BESTSELLERS


def _has_history(here: Moment) -> bool:
    profile = here.profile
    if profile is None:
        return False
    if profile.orders.kept or profile.orders.older:
        return True
    beyond = len(profile.touches) > len(here.session_ids) or (
        len(profile.touches) > 0 and not len(here.session)
    )
    return beyond and len(profile.presence.days) > 1
