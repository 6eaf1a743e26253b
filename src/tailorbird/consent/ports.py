"""What the gate needs from outside: a ledger of choices."""

from collections.abc import Sequence
from typing import Protocol

from tailorbird.consent.purposes import Choices, Preference
from tailorbird.spine.ids import IdentifierKey, Subject


class ConsentLedger(Protocol):
    """Every choice ever made, appended and never overwritten; identifiers are kept as digests."""

    @property
    def silent(self) -> bool: ...

    async def choices(self, subject: Subject) -> Choices: ...

    async def append(self, subject: Subject, preferences: Sequence[Preference]) -> None: ...

    async def history(self, subject: Subject) -> Sequence[Preference]: ...

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]: ...
