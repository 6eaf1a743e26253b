"""What collecting needs from outside: a durable log, a dead-letter list, a vault, a tally."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

import msgspec

from tailorbird.collect.contacts import Contact
from tailorbird.collect.refusals import DeadLetter
from tailorbird.spine.events import Event, LoggedEvent
from tailorbird.spine.ids import IdentifierKey, Subject


class Appended(msgspec.Struct, frozen=True):
    """What an append did: how many events are new, and up to where the log now reaches."""

    accepted: int
    duplicates: int
    last_offset: int


class EventLog(Protocol):
    """The truth: events in the order of arrival, once each, durable before `append` returns."""

    async def append(self, events: Sequence[Event]) -> Appended: ...

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]: ...

    async def of_subjects(self, keys: Sequence[IdentifierKey]) -> Sequence[LoggedEvent]: ...

    def follow(self, after: int) -> AsyncIterator[Sequence[LoggedEvent]]: ...

    async def splits(self) -> Sequence[LoggedEvent]: ...

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]: ...


class Refusal(msgspec.Struct, frozen=True):
    """A refused event on its way to the dead-letter list.

    With `once`, the same event (by source and message id) refused again makes no second letter,
    as when an interrupted import is taken up again.
    """

    at_ms: int
    source: str
    field: str
    reason: str
    message_id: str | None
    body: bytes
    keys: tuple[IdentifierKey, ...] = ()
    once: bool = False


class DeadLetters(Protocol):
    """Refused events, sealed, with their reasons, until they are mended or thrown away."""

    async def add(self, refusals: Sequence[Refusal]) -> None: ...

    async def page(self, limit: int, after: int = 0) -> Sequence[DeadLetter]: ...

    async def count(self) -> int: ...

    async def discard(self, ids: Sequence[int]) -> int: ...

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]: ...


class ContactCard(msgspec.Struct, frozen=True):
    """Contact data that came with an event, and whose it is."""

    subject: Subject
    contacts: Sequence[Contact]
    at_ms: int


class Vault(Protocol):
    """Contact data, encrypted, apart from behavior; found by identifier only."""

    async def put(self, cards: Sequence[ContactCard]) -> None: ...

    async def get(self, keys: Sequence[IdentifierKey]) -> Mapping[str, str]: ...

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]: ...


class Tally(Protocol):
    """Counts by day, source and kind: accepted, duplicates, refused, withheld, violations."""

    def add(self, day: int, source: str, kind: str, count: int = 1) -> None: ...

    async def by_day(self, since_day: int) -> Sequence[tuple[int, str, str, int]]: ...
