"""The decider: answers what to show, within its deadline, falling back level by level."""

from __future__ import annotations

import asyncio
import copy
import time

import msgspec
import numpy as np

from tailorbird.accounts.registrar import Registrar
from tailorbird.accounts.terms import Standing
from tailorbird.catalog.catalog import Catalog
from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Choices, Denied, Purpose, strictest
from tailorbird.consent.signals import from_context
from tailorbird.decide.accounts import for_account, in_force, open_to
from tailorbird.decide.awaited import AWAITED, Completed, Part, Waiter, shopper_of
from tailorbird.decide.bandits.serving import BanditSlots
from tailorbird.decide.filling import SAFETY, Asked, Filler
from tailorbird.decide.moment import generic_moment, moment
from tailorbird.decide.numbering import Names
from tailorbird.decide.page import Completing, decided_together
from tailorbird.decide.placements import Placement, PlacementKind, Placements
from tailorbird.decide.ports import DecisionRecord, Journal
from tailorbird.decide.pricing import priced_moment
from tailorbird.decide.ranking import ranked
from tailorbird.decide.trials import UNTRIED, Chosen, Trials, Tried, unseen
from tailorbird.decide.wire import (
    DecideAnswer,
    DecideRequest,
    RankRequest,
    RequestContext,
    Slot,
    SlotDecision,
    answered,
)
from tailorbird.identity.resolver import Resolver
from tailorbird.links.lending import Lending, Loan
from tailorbird.predict.board import NOBODY
from tailorbird.predict.predictor import Predictor
from tailorbird.profile.ports import ProfileStore
from tailorbird.profile.profile import Profile
from tailorbird.spine.clock import Clock
from tailorbird.spine.ids import ItemId, PersonId, Subject

Who = tuple[PersonId | None, Profile | None, bool, Loan | None]
"""Who asks, what is known, whether personalization is allowed, and what is lent to them."""

_UNHURRIED_MS = 1_000.0


class Rooms:
    """What the decider looks things up in."""

    def __init__(
        self,
        gate: Gate,
        resolver: Resolver,
        profiles: ProfileStore,
        catalog: Catalog,
        bandits: BanditSlots | None = None,
        waiter: Waiter | None = None,
    ) -> None:
        self.bandits = bandits
        self.waiter = waiter
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
        self.waiter = rooms.waiter
        self._journal = journal
        self._clock = clock
        self._names = Names()
        self._filler = Filler(predictor, rooms.catalog, rng, rooms.bandits)
        self.trials: Trials | None = None
        self._noting: set[asyncio.Task[None]] = set()
        self.described: Profile | None = None
        self.accounts: Registrar | None = None
        self.lending = Lending(rooms.gate, rooms.profiles)

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
        chosen: Chosen = [(self.placements.get(slot.name), slot) for slot in request.placements]
        who = await self._who(request.context, subject, signals)
        _, profile, permitted, _ = who
        asked = self._asked(request, who, started, deadline_ms, explain)
        decision_id = self._names.next()
        chosen, tried = self._tried(chosen, asked, subject)
        standing = await self._standing(request.context, profile)
        if standing is not None:
            asked, find = self._for_account(asked, standing), self._rooms.catalog.get
            chosen = [(for_account(placement, standing, find), slot) for placement, slot in chosen]
        if self.placements.exclusive and self.waiter is not None:
            left_ms = deadline_ms - (time.perf_counter() - started) * 1000
            whole = await self._together(chosen, asked, subject, decision_id, left_ms)
            decisions, noted = whole.answered, whole.noted
        else:
            fill = self._filler.fill
            noted = decisions = tuple(
                [
                    fill(placement, slot, asked, f"{decision_id}-{index}")
                    for index, (placement, slot) in enumerate(chosen)
                ]
            )
            if self.waiter is not None and not AWAITED.isdisjoint([one.kind for one, _ in chosen]):
                left_ms = deadline_ms - (time.perf_counter() - started) * 1000
                parts = [(*one, done) for one, done in zip(chosen, decisions, strict=True)]
                whole = await self.waiter.completed(
                    parts, asked, subject, decision_id, left_ms, self._filler.fill
                )
                decisions, noted = whole.answered, whole.noted
        took_ms = round((time.perf_counter() - started) * 1000, 3)
        if permitted and not request.dry_run:
            record = self._record(decision_id, asked, subject, tried.told(noted), took_ms)
            self._note(record, asked, tried, subject)
        told = tuple([answered(one) for one in decisions])
        account = msgspec.UNSET if standing is None else in_force(standing)
        return DecideAnswer(decision_id, tried.told(told), took_ms, account)

    async def rank(
        self, request: RankRequest, subject: Subject, signals: Choices, *, deadline_ms: float
    ) -> DecideAnswer:
        """Return the shop's own list in the order that suits this visitor.

        Args:
            request: the request, within bounds.
            subject: whose it is, already vouched for.
            signals: consent that the request itself states.
            deadline_ms: how long the answer may take, from now.

        Raises:
            UnknownPlacement: the placement does not exist.
        """
        started = time.perf_counter()
        placement = self.placements.get(request.placement)
        who = await self._who(request.context, subject, signals)
        asked = self._asked(request, who, started, deadline_ms, explain=False)
        alone: Chosen = [(placement, Slot(placement.name))]
        [(placement, _)], tried = self._tried(alone, asked, subject)
        standing = await self._standing(request.context, who[1])
        if standing is not None:
            asked = self._for_account(asked, standing)
        decision_id = self._names.next()
        decision = self._ranked(placement, request, asked, f"{decision_id}-0")
        took_ms = round((time.perf_counter() - started) * 1000, 3)
        if who[2] and not request.dry_run:
            record = self._record(decision_id, asked, subject, tried.told((decision,)), took_ms)
            self._note(record, asked, msgspec.structs.replace(tried, ghosts=()))
        account = msgspec.UNSET if standing is None else in_force(standing)
        return DecideAnswer(decision_id, tried.told((decision,)), took_ms, account)

    def _ranked(
        self, placement: Placement, request: RankRequest, asked: Asked, stem: str
    ) -> SlotDecision:
        """Return the whole list in order; what is not for the account comes last."""
        names = tuple([ItemId(str(one)) for one in request.candidates])
        if placement.kind is PlacementKind.NAVIGATION:
            seen = set(open_to(names, placement, asked.standing))
            behind = tuple(one for one in names if one not in seen)
            ahead = tuple(one for one in names if one in seen)
            return self._filler.navigated(placement, (ahead, behind), None, asked, stem)
        arm = None
        if placement.bandit is not None:
            placement, arm = self._filler.armed(placement, asked, stem)
        found = ranked(
            placement, asked.moment, asked.next_items, self.predictor, names, asked.standing
        )
        decision = self._filler.listed(placement, found, asked, stem)
        return decision if arm is None else msgspec.structs.replace(decision, arm=arm)

    def _for_account(self, asked: Asked, standing: Standing) -> Asked:
        """Return a request as it is for an account: its prices, its part of the catalog."""
        here = priced_moment(asked.moment, self.predictor, standing.price_list)
        return msgspec.structs.replace(asked, moment=here, standing=standing)

    async def _together(
        self, chosen: Chosen, asked: Asked, subject: Subject, decision_id: str, left_ms: float
    ) -> Completed:
        """Return the decisions of a page on which some placements exclude each other."""
        fill, waiter = self._filler.fill, self.waiter
        if waiter is None:
            raise TypeError
        shopper = shopper_of(asked, subject, left_ms)

        def complete(part: Part, stem: str, withheld: bool) -> Completing:  # noqa: FBT001
            return waiter.one(part, asked, shopper, stem, fill, withheld=withheld)

        return await decided_together(chosen, asked, decision_id, fill, complete)

    async def _who(self, context: RequestContext, subject: Subject, signals: Choices) -> Who:
        if self.described is not None:
            return None, self.described, True, None
        consent = context.consent
        if consent is not None:
            signals = strictest(signals, from_context({"consent": consent}))
        permit = await self._rooms.gate.ask(subject, Purpose.PERSONALIZATION, signals)
        if isinstance(permit, Denied):
            return None, None, False, None
        person = await self._rooms.resolver.person(subject)
        profile = None if person is None else await self._rooms.profiles.read(permit, person)
        links = self.lending.links
        loan = None if person is None or person not in links else await self.lending.of(person)
        return person, profile, True, loan

    async def _standing(self, context: RequestContext, profile: Profile | None) -> Standing | None:
        if self.accounts is None or profile is None or not profile.accounts:
            return None
        return await self.accounts.standing(profile, context.account)

    def _asked(
        self,
        request: DecideRequest | RankRequest,
        who: Who,
        started: float,
        deadline_ms: float,
        explain: bool,  # noqa: FBT001
    ) -> Asked:
        person, profile, permitted, loan = who
        now_ms = self._clock()
        if not permitted:
            here = generic_moment(request.context, now_ms)
            return Asked(request, None, here, NOBODY, rushed=False, explain=explain)
        until_s = started + deadline_ms / 1000
        here = moment(profile, request.context, self.predictor, now_ms, loan)
        left_ms = (until_s - time.perf_counter()) * 1000
        if left_ms < self.predictor.session_ms * SAFETY:
            self.predictor.skipped()
            return Asked(request, person, here, NOBODY, rushed=True, explain=explain)
        query = here.session if len(here.session) else here.past
        found = self.predictor.next_items(query)
        return Asked(request, person, here, found, rushed=False, explain=explain, until_s=until_s)

    def under(
        self,
        placements: Placements,
        waiter: Waiter | None = None,
        described: Profile | None = None,
    ) -> Decider:
        """Return a decider by other placements, with the same models: for a look at a draft.

        Args:
            placements: the draft's.
            waiter: gives the draft's offers, and gives none away.
            described: whom to decide for in the place of whoever asks.
        """
        other = copy.copy(self)
        other.described = described
        other.placements = placements
        other.trials = None
        other.waiter = waiter or self.waiter
        return other

    def forget(self, person: PersonId) -> None:
        """Forget what was last shown to a person."""
        self._filler.last_shown.forget(person)

    def _tried(self, chosen: Chosen, asked: Asked, subject: Subject) -> tuple[Chosen, Tried]:
        if not self.trials:
            return chosen, UNTRIED
        return self.trials.of(chosen, asked, subject)

    def _note(
        self,
        record: DecisionRecord,
        asked: Asked,
        tried: Tried,
        subject: Subject | None = None,
    ) -> None:
        if self.trials is not None and tried is not UNTRIED:
            record = self.trials.noted(record, tried)
        if subject is not None and any(one.placement.kind in AWAITED for one in tried.ghosts):
            task = asyncio.create_task(self._note_awaited_ghosts(record, asked, tried, subject))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)
        elif tried.ghosts:
            # Once the answer has left: nobody waits for what they do not see.
            asyncio.get_running_loop().call_soon(self._note_ghosts, record, asked, tried)
        else:
            self._journal.note(record)

    def _note_ghosts(self, record: DecisionRecord, asked: Asked, tried: Tried) -> None:
        slots, aside = asked.request, unseen(asked)
        ghosts: list[dict[str, object]] = []
        try:
            for one in tried.ghosts:
                slot = slots.placements[one.place] if isinstance(slots, DecideRequest) else Slot("")
                stem = f"{record.decision_id}-{one.place}-ghost"
                shown = self._filler.fill(one.placement, slot, aside, stem)
                named = {"experiment": one.experiment, "variant": one.variant}
                ghosts.append({**named, "decision": shown})
        finally:
            self._journal.note(msgspec.structs.replace(record, ghosts=tuple(ghosts)))

    async def _note_awaited_ghosts(
        self, record: DecisionRecord, asked: Asked, tried: Tried, subject: Subject
    ) -> None:
        """Work out ghosts of which some must be waited for; nothing is given, nothing is held."""
        slots, aside, fill = asked.request, unseen(asked), self._filler.fill
        shopper = shopper_of(aside, subject, _UNHURRIED_MS)
        ghosts: list[dict[str, object]] = []
        try:
            for one in tried.ghosts:
                slot = slots.placements[one.place] if isinstance(slots, DecideRequest) else Slot("")
                stem = f"{record.decision_id}-{one.place}-ghost"
                shown = fill(one.placement, slot, aside, stem)
                if one.placement.kind in AWAITED and self.waiter is not None:
                    part = (one.placement, slot, shown)
                    _, shown = await self.waiter.one(part, aside, shopper, stem, fill)
                named = {"experiment": one.experiment, "variant": one.variant}
                ghosts.append({**named, "decision": shown})
        finally:
            self._journal.note(msgspec.structs.replace(record, ghosts=tuple(ghosts)))

    def _record(
        self,
        decision_id: str,
        asked: Asked,
        subject: Subject,
        decisions: tuple[SlotDecision, ...],
        took_ms: float,
    ) -> DecisionRecord:
        return DecisionRecord(
            decision_id=decision_id,
            at_ms=asked.moment.now_ms,
            person=asked.person,
            anonymous_id=subject.anonymous_id if asked.person is not None else None,
            user_id=subject.user_id if asked.person is not None else None,
            page=asked.request.context.page.path,
            took_ms=took_ms,
            decisions=decisions,
        )
