"""What identity needs from outside: a place for links and persons."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tailorbird.identity.graph import Link, Node
from tailorbird.spine.ids import IdentifierKey, PersonId


class IdentityStore(Protocol):
    """Where the identity graph rests."""

    async def links(self, keys: Sequence[IdentifierKey]) -> Mapping[IdentifierKey, Link]: ...

    async def nodes(self, persons: Sequence[PersonId]) -> Mapping[PersonId, Node]: ...

    async def put(
        self,
        links: Mapping[IdentifierKey, Link | None],
        nodes: Mapping[PersonId, Node | None],
    ) -> None: ...
