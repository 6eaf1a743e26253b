"""What the corridor needs from outside: a log to follow, and state that changes in whole steps."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

from tailorbird.identity.ports import IdentityStore
from tailorbird.profile.ports import ProfileFolds
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import IdentifierKey


class Followed(Protocol):
    """A log that can be followed."""

    def follow(self, after: int) -> AsyncIterator[Sequence[LoggedEvent]]: ...


class History(Protocol):
    """A log in which people's events, and the splits, can be looked up."""

    async def of_subjects(self, keys: Sequence[IdentifierKey]) -> Sequence[LoggedEvent]: ...

    async def splits(self) -> Sequence[LoggedEvent]: ...


class Past(Followed, History, Protocol):
    """All of a log that folding it anew needs."""


class Shelf(History, Protocol):
    """A log that can be read from any place in it."""

    def read(self, after: int, limit: int) -> Sequence[LoggedEvent]: ...

    def at(self, offsets: Sequence[int]) -> Sequence[LoggedEvent]: ...


class Checkpoint(Protocol):
    """Derived state, and the offset of the log that it reflects."""

    @property
    def offset(self) -> int: ...

    @property
    def dirty(self) -> int: ...

    async def mark(self, offset: int) -> None: ...

    async def abandon(self) -> None: ...

    async def flush(self) -> None: ...


class DerivedState(IdentityStore, ProfileFolds, Checkpoint, Protocol):
    """All that is derived from a log and can be derived again."""


class ForgettingState(Checkpoint, Protocol):
    """Derived state that can show and forget people, and say whom they had met."""

    async def met_by(self, keys: Sequence[IdentifierKey]) -> set[IdentifierKey]: ...

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, Any]]: ...
