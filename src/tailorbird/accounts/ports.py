"""What accounts need from outside: people by id, their segments, and the catalog."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from tailorbird.identity.graph import Node
from tailorbird.profile.ports import ProfileStore
from tailorbird.profile.profile import Profile
from tailorbird.spine.ids import PersonId


class People(ProfileStore, Protocol):
    """Where persons and their profiles rest."""

    async def nodes(self, persons: Sequence[PersonId]) -> Mapping[PersonId, Node]: ...


Told = Callable[[Mapping[PersonId, Profile | None]], None]
"""Told of every profile that changes; None is one that is gone."""


class Source(Protocol):
    """Where profiles change."""

    told: Told | None

    async def in_accounts(self) -> Mapping[PersonId, Profile]:
        """Return the profiles of who is in an account."""
        ...


SegmentsOf = Callable[[PersonId], Awaitable[Sequence[str]]]
"""Returns the names of the segments that somebody is in."""
