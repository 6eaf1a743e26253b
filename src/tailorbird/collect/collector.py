"""The collector: takes raw events in, asks for consent, and answers once they are in the log."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from tailorbird.collect.admit import CONSENT_UPDATED, Admitted, Door, House, admit
from tailorbird.collect.contacts import Pseudonyms
from tailorbird.collect.identifiers import is_junk
from tailorbird.collect.ports import ContactCard, DeadLetters, EventLog, Refusal, Tally, Vault
from tailorbird.collect.refusals import Refused
from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Choices, Denied, Purpose, strictest
from tailorbird.consent.signals import NO_CHOICES
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.errors import Overloaded
from tailorbird.spine.events import Event
from tailorbird.spine.ids import IdentifierKey, Subject, anonymous_key, user_key

Raw = bytes | msgspec.Raw
MOST_EVENTS_IN_FLIGHT = 50_000


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
        self._in_flight += len(raws)
        try:
            return await self._collect(raws, door, signals)
        finally:
            self._in_flight -= len(raws)

    async def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Put on the dead-letter list what a reader of files could not make an event of."""
        if not refusals:
            return
        await self._stores.dead_letters.add(refusals)
        for refusal in refusals:
            self._stores.tally.add(refusal.at_ms // DAY_MS, refusal.source, "refused")

    async def _collect(self, raws: Sequence[Raw], door: Door, signals: Choices) -> Outcome:
        events: list[Event] = []
        rejected: list[Rejection] = []
        refusals: list[Refusal] = []
        cards: list[ContactCard] = []
        withheld = 0
        for index, raw in enumerate(raws):
            result = admit(raw, door, self._house)
            if isinstance(result, Refused):
                rejected.append(
                    Rejection(
                        index=index,
                        message_id=result.message_id,
                        reason=result.reason,
                        field=result.field,
                    )
                )
                refusals.append(self._refusal(raw, result, door))
            elif await self._allowed(result, signals, door):
                events.append(result.event)
                if result.contacts:
                    cards.append(_card(result, door))
                self._count_faults(result, door)
            else:
                withheld += 1
        if cards:
            # Before the log: a card without its event is harmless, the other way it would be lost.
            await self._stores.vault.put(cards)
        if refusals:
            await self._stores.dead_letters.add(refusals)
        appended = await self._stores.log.append(events)
        if appended.accepted:
            await self._folded(appended.last_offset)
        outcome = Outcome(
            accepted=appended.accepted,
            duplicates=appended.duplicates,
            withheld=withheld,
            rejected=rejected,
        )
        self._count(outcome, door)
        return outcome

    async def _allowed(self, admitted: Admitted, signals: Choices, door: Door) -> bool:
        event = admitted.event
        said = strictest(signals, admitted.signals) if admitted.signals else signals
        if event.name == CONSENT_UPDATED:
            await self._gate.record(event.subject, admitted.signals, "event", door.received_at_ms)
        if self._stores.suppression.holds(event.subject.identifiers(), event.occurred_at_ms):
            return False
        answer = await self._gate.ask(event.subject, Purpose.PERSONALIZATION, said)
        if not isinstance(answer, Denied):
            return True
        if said.get(Purpose.PERSONALIZATION) is False and await self._knows(event.subject):
            # Somebody we know says no: that is a withdrawal, and holds from now on.
            await self._gate.record(event.subject, said, "event", door.received_at_ms)
        return False

    def _refusal(self, raw: Raw, refused: Refused, door: Door) -> Refusal:
        return Refusal(
            at_ms=door.received_at_ms,
            source=door.source,
            field=refused.field,
            reason=refused.reason,
            message_id=refused.message_id,
            body=bytes(raw),
            keys=_keys_in(raw, self._house.pseudonyms),
            once=door.historical,
        )

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


class _Ids(msgspec.Struct, rename="camel"):
    user_id: str | int | None = None
    anonymous_id: str | int | None = None


_decode_ids = msgspec.json.Decoder(_Ids, strict=False).decode


def _keys_in(raw: Raw, pseudonyms: Pseudonyms) -> tuple[IdentifierKey, ...]:
    """Whose a refused event is, as far as it can be read: an erasure must find it."""
    try:
        ids = _decode_ids(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    keys = []
    for value, key_of in ((ids.user_id, user_key), (ids.anonymous_id, anonymous_key)):
        text = "" if value is None else str(value).strip()
        if text and not is_junk(text):
            keys.append(key_of(pseudonyms.stand_in(text)))
    return tuple(keys)
