"""What privacy needs of every store: to show and to forget what it holds under identifiers."""

from collections.abc import Sequence
from typing import Protocol

from tailorbird.spine.ids import IdentifierKey


class PersonalStore(Protocol):
    """A store that can hold something of a person."""

    async def erase(self, keys: Sequence[IdentifierKey]) -> int: ...

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]: ...
