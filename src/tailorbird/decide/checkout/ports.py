"""What the checkout needs from outside: a place for its counts, the log, and contact data."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from tailorbird.decide.checkout.attempts import Failure, Opened, Place
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import IdentifierKey


class KeptAttempts(msgspec.Struct, frozen=True):
    """The fold at rest: anonymous counts, what is still open, and how far the log was read."""

    offset: int = 0
    cells: tuple[tuple[Place, int, int], ...] = ()
    opened: tuple[Opened, ...] = ()
    failures: tuple[Failure, ...] = ()


class AttemptStore(Protocol):
    """Where the fold rests between starts."""

    async def load(self) -> KeptAttempts: ...

    async def save(self, kept: KeptAttempts) -> None: ...


class Payments(Protocol):
    """The log, as the fold reads it."""

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]: ...


class Contacts(Protocol):
    """The vault, as a checkout reads it: by identifier, contact data by field."""

    async def get(self, keys: Sequence[IdentifierKey]) -> Mapping[str, str]: ...
