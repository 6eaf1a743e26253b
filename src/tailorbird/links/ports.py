"""What links need from outside: a place to rest, a log to read, and whose each browser is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from tailorbird.identity.graph import Link as Ownership
from tailorbird.identity.graph import Node
from tailorbird.links.finding import Link
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import IdentifierKey, PersonId


class Denial(msgspec.Struct, frozen=True):
    """A link that somebody has denied by hand: it is not found again."""

    browser: IdentifierKey
    user: IdentifierKey
    at_ms: int
    by: str


class Standing(msgspec.Struct, frozen=True):
    """What the last round rests on, and what logins have said of links since.

    Attributes:
        basis: `learned`, `stated` or `nothing`.
        why: the same in words.
        at_ms: when the round was.
        browsers, truths: logins that could be learned from, and those of somebody known.
        threshold: the least probability that was lent upon; None for never.
        held_links, held_right: held-out links above it, and how many were right.
        compared: how many anonymous browsers were looked at.
        settled, settled_right: links that a later login has settled, and how many were right.
    """

    basis: str = "nothing"
    why: str = "No round has been yet."
    at_ms: int = 0
    browsers: int = 0
    truths: int = 0
    threshold: float | None = None
    held_links: int = 0
    held_right: int = 0
    compared: int = 0
    settled: int = 0
    settled_right: int = 0


class Kept(msgspec.Struct, frozen=True):
    """All that a store of links holds."""

    links: tuple[Link, ...] = ()
    denials: tuple[Denial, ...] = ()
    standing: Standing = Standing()


class LinkStore(Protocol):
    """Where links and denials rest."""

    async def kept(self) -> Kept: ...

    async def put(self, links: Sequence[Link], standing: Standing) -> None: ...

    async def deny(self, denial: Denial) -> None: ...

    async def allow(self, browser: IdentifierKey, user: IdentifierKey) -> None: ...

    async def key(self, week: int | None) -> bytes: ...

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]: ...


class Readable(Protocol):
    """A log that can be read from any place in it."""

    @property
    def last_offset(self) -> int: ...

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]: ...


class Ownerships(Protocol):
    """Whose identifiers are, and who the persons are."""

    async def links(self, keys: Sequence[IdentifierKey]) -> Mapping[IdentifierKey, Ownership]: ...

    async def nodes(self, persons: Sequence[PersonId]) -> Mapping[PersonId, Node]: ...
