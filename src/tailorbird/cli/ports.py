"""What an import needs of the place where it goes."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

import msgspec

from tailorbird.catalog.catalog import ItemRejection
from tailorbird.collect.collector import Outcome


class Unread(msgspec.Struct, frozen=True):
    """A row that a reader refused: a name by which it is known again, why, and the row."""

    id: str
    reason: str
    body: str


class Destination(Protocol):
    """Takes what an import reads, in the order in which it is handed in.

    Items and unread rows are durable when it answers; events are once what it answers is awaited,
    so that the next can be handed in while these go to disk.
    """

    async def events(self, raws: Sequence[bytes]) -> Awaitable[Outcome]: ...

    async def items(self, raws: Sequence[bytes]) -> Sequence[ItemRejection]: ...

    async def unread(self, rows: Sequence[Unread]) -> None: ...
