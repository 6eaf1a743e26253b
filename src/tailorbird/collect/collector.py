"""The collector: takes raw events in, asks for consent, and answers once they are in the log."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol

import msgspec

from tailorbird.collect.admit import CONSENT_UPDATED, Admitted, Door, House, admit
from tailorbird.collect.ports import ContactCard, DeadLetters, EventLog, Refusal, Tally, Vault
from tailorbird.collect.refusals import Refused
from tailorbird.collect.salvage import Salvaged, salvage, self_contained
from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Choices, Denied, Purpose, strictest
from tailorbird.consent.signals import NO_CHOICES
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.errors import BadRequest, Overloaded
from tailorbird.spine.events import Event
from tailorbird.spine.ids import IdentifierKey, Subject

Raw = bytes | msgspec.Raw
MOST_EVENTS_IN_FLIGHT = 50_000
# A request waits for one commit at a time, so with fewer requests than the writer has places
# (20,000), no request is turned away between its first commit and its last.
MOST_REQUESTS_IN_FLIGHT = 10_000
_ANY = contextlib.nullcontext()


class Rejection(msgspec.Struct, frozen=True, rename="camel"):
    """One event of a request that was not taken, and why."""

    index: int
    message_id: str | None
    reason: str
    field: str


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """What became of a request's events: accepted + duplicates + withheld + rejected = sent."""

    accepted: int
    duplicates: int
    withheld: int
    rejected: list[Rejection]
    success: bool = True


class Suppression(Protocol):
    """Who was erased, so that a late event brings nobody back."""

    def holds(self, keys: Sequence[IdentifierKey], at_ms: int) -> bool:
        """Return whether something of that time belongs to somebody erased since."""
        ...


class Stores(msgspec.Struct, frozen=True):
    """Where a collector puts things."""

    log: EventLog
    dead_letters: DeadLetters
    vault: Vault
    tally: Tally
    suppression: Suppression


class _Sorted:
    """A request's events on their way, each where it belongs."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.cards: list[ContactCard] = []
        self.rejected: list[Rejection] = []
        self.refusals: list[Refusal] = []
        self.withheld = 0


class Collector:
    """Admits events into one workspace's log.

    Args:
        stores: the log, the dead-letter list, the vault and the tally.
        gate: asked for every event before anything of it is stored.
        house: what admission needs to know of the workspace.
        knows: whether anything is stored of a subject already.
        folded: waits until the log has been folded up to an offset.
    """

    def __init__(
        self,
        stores: Stores,
        gate: Gate,
        house: House,
        knows: Callable[[Subject], Awaitable[bool]],
        folded: Callable[[int], Awaitable[None]],
    ) -> None:
        self._stores = stores
        self._gate = gate
        self._house = house
        self._knows = knows
        self._folded = folded
        self._in_flight = 0
        self._requests: set[asyncio.Future[None]] = set()
        self._in_line = asyncio.Lock()

    async def collect(
        self, raws: Sequence[Raw], door: Door, signals: Choices = NO_CHOICES
    ) -> Outcome:
        """Take a request's events; return once what was accepted is durable and folded.

        Args:
            raws: the events, each as JSON.
            door: what the request says for all of them.
            signals: consent that the request itself states (GPC).

        Raises:
            Overloaded: too much is in flight; nothing of the request was kept.
        """
        if self._in_flight and self._in_flight + len(raws) > MOST_EVENTS_IN_FLIGHT:
            raise Overloaded
        if len(self._requests) >= MOST_REQUESTS_IN_FLIGHT:
            raise Overloaded
        with self._under_way(len(raws)):
            return await self._stored(await self._sorted(raws, door, signals), door)

    async def hand_in(self, raws: Sequence[Raw], door: Door) -> asyncio.Task[Outcome]:
        """Take some of a long row of events; return once they are admitted, not yet stored.

        So the next of the row can be admitted while these go to disk. They come into the log in
        the order in which they were handed in; the task ends when they are durable and folded.

        Args:
            raws: the events, each as JSON.
            door: what holds for all of them.
        """
        admitted = asyncio.Event()

        async def take() -> Outcome:
            with self._under_way(len(raws)):
                try:
                    found = await self._sorted(raws, door, NO_CHOICES)
                finally:
                    admitted.set()
                return await self._stored(found, door, self._in_line)

        task = asyncio.create_task(take())
        await admitted.wait()
        return task

    @contextlib.contextmanager
    def _under_way(self, events: int) -> Iterator[None]:
        """Count events that are neither stored nor refused yet."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._in_flight += events
        self._requests.add(done)
        try:
            yield
        finally:
            self._in_flight -= events
            self._requests.discard(done)
            done.set_result(None)

    def imagined(self, raws: Sequence[Raw], door: Door) -> list[Event]:
        """Return the events of somebody who is only described, in the order in which they happen.

        They are admitted like real ones, and nothing of them is kept.

        Raises:
            BadRequest: one could not be admitted; says which and why.
        """
        events = []
        for index, raw in enumerate(raws):
            found = admit(raw, door, self._house)
            if isinstance(found, Refused):
                raise BadRequest(f"`person[{index}]` {found.field}: {found.reason}")
            events.append(found.event)
        return sorted(events, key=lambda event: event.occurred_at_ms)

    async def settled(self) -> None:
        """Return once every request that is in flight now is stored and folded, or has failed."""
        if self._requests:
            await asyncio.wait(set(self._requests))

    async def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Put on the dead-letter list what a reader of files could not make an event of."""
        if not refusals:
            return
        await self._stores.dead_letters.add(refusals)
        for refusal in refusals:
            self._stores.tally.add(refusal.at_ms // DAY_MS, refusal.source, "refused")

    async def _sorted(self, raws: Sequence[Raw], door: Door, signals: Choices) -> _Sorted:
        """Admit events, and ask for consent to each."""
        found = _Sorted()
        for index, raw in enumerate(raws):
            result = admit(raw, door, self._house)
            if isinstance(result, Refused):
                await self._refused(found, index, raw, (result, door, signals))
            elif await self._allowed(result, signals, door):
                self._admitted(found, result, door)
            else:
                found.withheld += 1
        return found

    async def _stored(
        self, found: _Sorted, door: Door, line: contextlib.AbstractAsyncContextManager[None] = _ANY
    ) -> Outcome:
        """Put what was admitted where it belongs; return once it is durable and folded."""
        async with line:
            if found.cards:
                # Before the log: a card without its event is harmless, the other way it is lost.
                await self._stores.vault.put(found.cards)
            appended = await self._stores.log.append(found.events)
        if found.refusals:
            # After the log: a request sent again then makes no second letter.
            await self._stores.dead_letters.add(found.refusals)
        if appended.accepted:
            await self._folded(appended.last_offset)
        outcome = Outcome(
            accepted=appended.accepted,
            duplicates=appended.duplicates,
            withheld=found.withheld,
            rejected=found.rejected,
        )
        self._count(outcome, door)
        return outcome

    def _admitted(self, found: _Sorted, admitted: Admitted, door: Door) -> None:
        found.events.append(admitted.event)
        if admitted.contacts:
            found.cards.append(_card(admitted, door))
        if admitted.violations:
            self._count_faults(admitted, door)

    async def _refused(
        self, found: _Sorted, index: int, raw: Raw, why: tuple[Refused, Door, Choices]
    ) -> None:
        refused, door, signals = why
        found.rejected.append(
            Rejection(
                index=index,
                message_id=refused.message_id,
                reason=refused.reason,
                field=refused.field,
            )
        )
        told = salvage(raw, door.context, self._house.pseudonyms)
        if await self._may_keep(told, signals):
            found.refusals.append(_refusal(raw, refused, door, told))

    async def _allowed(self, admitted: Admitted, signals: Choices, door: Door) -> bool:
        event, subject = admitted.event, admitted.event.subject
        said = strictest(signals, admitted.signals) if admitted.signals else signals
        if event.name == CONSENT_UPDATED:
            await self._gate.record(subject, admitted.signals, "event", door.received_at_ms)
        if self._stores.suppression.holds(subject.identifiers(), event.occurred_at_ms):
            return False
        answer = await self._gate.ask(subject, Purpose.PERSONALIZATION, said)
        if not isinstance(answer, Denied):
            return True
        if said.get(Purpose.PERSONALIZATION) is False and await self._knows(subject):
            # Somebody we know says no: that is a withdrawal, and holds from now on.
            await self._gate.record(subject, said, "event", door.received_at_ms)
        return False

    async def _may_keep(self, told: Salvaged, signals: Choices) -> bool:
        """Tell whether a refused event may go to the dead-letter list: it may say who it is of.

        When it happened is not known for sure, so of somebody who was erased nothing is kept.
        """
        if self._stores.suppression.holds(told.keys(), 0):
            return False
        said = strictest(signals, told.choices)
        answer = await self._gate.ask(told.subject, Purpose.PERSONALIZATION, said)
        return not isinstance(answer, Denied)

    def _count_faults(self, admitted: Admitted, door: Door) -> None:
        day = door.received_at_ms // DAY_MS
        for fault in admitted.violations:
            self._stores.tally.add(day, door.source, f"violation: {admitted.event.name}: {fault}")

    def _count(self, outcome: Outcome, door: Door) -> None:
        day = door.received_at_ms // DAY_MS
        for kind, count in (
            ("accepted", outcome.accepted),
            ("duplicates", outcome.duplicates),
            ("withheld", outcome.withheld),
            ("refused", len(outcome.rejected)),
        ):
            if count:
                self._stores.tally.add(day, door.source, kind, count)


def _card(admitted: Admitted, door: Door) -> ContactCard:
    return ContactCard(
        subject=admitted.event.subject, contacts=admitted.contacts, at_ms=door.received_at_ms
    )


def _refusal(raw: Raw, refused: Refused, door: Door, told: Salvaged) -> Refusal:
    return Refusal(
        at_ms=door.received_at_ms,
        source=door.source,
        field=refused.field,
        reason=refused.reason,
        message_id=refused.message_id,
        body=self_contained(raw, door),
        keys=told.keys(),
        once=door.historical,
    )
