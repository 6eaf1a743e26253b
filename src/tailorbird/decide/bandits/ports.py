"""What bandits need from outside: a place for what they learned, the journal, and the log."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from tailorbird.decide.bandits.state import BanditState
from tailorbird.decide.ports import DecisionRecord
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import PersonId


class Kept(msgspec.Struct, frozen=True):
    """What all bandits of a shop had learned.

    Attributes:
        offset: up to where of the log rewards are in it.
        saved_ms: up to when exposures are in it; 0 if nothing was ever stored.
        states: by placement.
    """

    offset: int = 0
    saved_ms: int = 0
    states: dict[str, BanditState] = {}


class BanditStore(Protocol):
    """Where what was learned rests: sums, and ids of exposures; nobody by name."""

    async def load(self) -> Kept: ...

    async def save(self, kept: Kept) -> None: ...


class Decisions(Protocol):
    """The journal, as bandits read it."""

    def since(self, at_ms: int) -> Iterator[DecisionRecord]: ...

    async def of_person(self, person: PersonId, limit: int) -> Sequence[DecisionRecord]: ...


class Events(Protocol):
    """The log, as bandits read it."""

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]: ...
