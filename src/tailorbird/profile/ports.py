"""What profiles need from outside: one port to use them, another to fold them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tailorbird.consent.purposes import Permit
from tailorbird.profile.profile import Profile
from tailorbird.spine.ids import PersonId


class ProfileStore(Protocol):
    """Where profiles rest. Reading one needs a permit, so no caller can forget to ask."""

    async def read(self, permit: Permit, person: PersonId) -> Profile | None: ...


class ProfileFolds(Protocol):
    """The folding side: for the profiler alone, whose events were permitted at the door."""

    async def load(self, persons: Sequence[PersonId]) -> Mapping[PersonId, Profile]: ...

    async def save(self, profiles: Mapping[PersonId, Profile | None]) -> None: ...
