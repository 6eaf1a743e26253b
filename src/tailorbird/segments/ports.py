"""What segments need from outside: a place to rest, people to look at, and a log to tell."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from tailorbird.profile.profile import Profile
from tailorbird.segments.membership import Changes, Kind, Membership
from tailorbird.segments.segment import Segmentation
from tailorbird.spine.events import Event
from tailorbird.spine.ids import IdentifierKey, PersonId


class Known(NamedTuple):
    """Somebody who may be looked at: who, by which identifier, and what is known."""

    person: PersonId
    key: IdentifierKey
    profile: Profile


class People(Protocol):
    """Everybody whose consent allows it."""

    async def as_of(self) -> int:
        """Return the moment of the newest that is known: now in a live shop."""
        ...

    def known(self, as_of_ms: int) -> AsyncIterator[Known]:
        """Yield everybody, one after the other."""
        ...


Tell = Callable[[Sequence[Event]], Awaitable[None]]
"""Puts events into the log; those of somebody erased meanwhile are left out."""


class SegmentStore(Protocol):
    """Where segments and memberships rest; what the log is still to be told rests with them."""

    async def segmentation(self) -> Segmentation: ...

    async def members(self, kind: Kind) -> Mapping[PersonId, Membership]: ...

    async def inside(self, segment: str, after: str, limit: int) -> Sequence[Membership]: ...

    async def of_person(self, person: PersonId) -> Sequence[Membership]: ...

    async def counts(self) -> Mapping[str, int]: ...

    async def change(self, changes: Changes, segmentation: Segmentation | None = None) -> None: ...


class Outbox(Protocol):
    """What the log is still to be told: kept until it has been."""

    async def waiting(self, limit: int) -> Sequence[tuple[int, Event]]: ...

    async def told(self, numbers: Sequence[int]) -> None: ...


class Segments(SegmentStore, Outbox, Protocol):
    """A store with its outbox, which change together."""
