"""What deciding needs from outside: a journal of its answers."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from tailorbird.spine.ids import IdentifierKey, PersonId


class DecisionRecord(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One answer, as the journal keeps it; decisions come back from it as plain objects.

    Attributes:
        ghosts: what other arms of experiments would have shown: `experiment`, `variant` and the
            `decision`.
        units: experiment → what it assigned, where that is not the person.
    """

    decision_id: str
    at_ms: int
    person: PersonId | None
    anonymous_id: str | None
    user_id: str | None
    page: str | None
    took_ms: float
    decisions: tuple[Any, ...]
    ghosts: tuple[Any, ...] = ()
    units: dict[str, str] = {}


class Journal(Protocol):
    """Every decision, written behind the answer in batches; what cannot be written is counted."""

    def note(self, record: DecisionRecord) -> None: ...

    async def of_person(self, person: PersonId, limit: int) -> Sequence[DecisionRecord]: ...

    async def latest(self, limit: int) -> Sequence[DecisionRecord]: ...

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]: ...

    async def sweep(self, before_ms: int, most: int) -> int:
        """Delete so many of the oldest decisions at most, made before a moment; return how many."""
        ...
