"""What experiments need from outside: a place for first exposures, and the decisions made."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from tailorbird.spine.ids import IdentifierKey, PersonId


class Seen(msgspec.Struct, frozen=True, gc=False):
    """The first exposure of a person to an experiment.

    Attributes:
        variant: the arm that they saw.
        at_ms: when.
        key: the identifier under which they saw it; by it they are erased.
    """

    variant: str
    at_ms: int
    key: IdentifierKey


class FirstExposures(Protocol):
    """First exposures by person and experiment; asked in the midst of answers, written behind."""

    def first(self, experiment: str, person: PersonId) -> Seen | None: ...

    def of_person(self, person: PersonId) -> Sequence[tuple[str, Seen]]: ...

    def put(self, experiment: str, person: PersonId, seen: Seen) -> None: ...

    def drop(self, experiment: str, person: PersonId) -> None: ...

    async def flush(self) -> None: ...

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]: ...

    def close(self) -> None: ...
