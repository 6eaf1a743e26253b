"""What privacy needs of stores: to show and forget what they hold; and a place for receipts."""

from collections.abc import Sequence
from typing import Protocol

from tailorbird.privacy.requests import Receipt
from tailorbird.spine.ids import IdentifierKey


class PersonalStore(Protocol):
    """A store that can hold something of a person."""

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]: ...


class Receipts(Protocol):
    """The receipts of requests that were carried out, by request id; they name nobody."""

    async def put(self, receipt: Receipt, at_ms: int) -> None: ...

    async def get(self, request_id: str) -> Receipt | None: ...
