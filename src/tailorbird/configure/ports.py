"""What configuring needs from outside: a place that keeps versions and who made them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec


class StoredVersion(msgspec.Struct, frozen=True, rename="camel"):
    """One version as it is kept; what the files mean is read from them again.

    Attributes:
        version: its number, from 2 on; 1 is what the product ships.
        digest: of what it says.
        made_at_ms: when.
        made_by: the key or the command that made it.
        note: why, in the maker's words.
        files: texts by name.
        since: field → name → the version that changed the entry last.
    """

    version: int
    digest: str
    made_at_ms: int
    made_by: str
    note: str
    files: Mapping[str, str]
    since: Mapping[str, Mapping[str, int]]


class Deed(msgspec.Struct, frozen=True):
    """Who does something to the configuration, when, and why."""

    by: str
    at_ms: int
    note: str = ""


class VersionStore(Protocol):
    """One shop's versions; each change is durable when the call returns, with its audit line."""

    def active(self) -> int | None: ...

    def last(self) -> int | None: ...

    def get(self, version: int) -> StoredVersion | None: ...

    def all(self) -> Sequence[StoredVersion]: ...

    def activations(self) -> Sequence[tuple[int, int]]:
        """Return which version was put in force when (milliseconds since 1970), oldest first."""
        ...

    def add(self, stored: StoredVersion, deed: Deed) -> None: ...

    def activate(self, version: int, deed: Deed) -> None: ...
