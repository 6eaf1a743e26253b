"""The people that rules speak of: found by the identifiers of an event, read with consent only."""

from collections.abc import Callable, Sequence

from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Denied, Purpose
from tailorbird.identity.resolver import Resolver
from tailorbird.profile.ports import ProfileStore
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.events import Event
from tailorbird.spine.ids import IdentifierKey, PersonId, Subject

KeptOut = Callable[[Sequence[IdentifierKey], int], bool]
"""Tells whether something of a time belongs to somebody who was erased since."""


class ConsentingPeople:
    """Everybody whose profile may be used for personalization now."""

    def __init__(
        self, gate: Gate, resolver: Resolver, profiles: ProfileStore, kept_out: KeptOut
    ) -> None:
        self._gate = gate
        self._resolver = resolver
        self._profiles = profiles
        self._kept_out = kept_out

    async def person(self, subject: Subject) -> PersonId | None:
        """Return who a subject is; None for somebody unknown."""
        return await self._resolver.person(subject)

    async def profile(self, subject: Subject, person: PersonId) -> Profile | None:
        """Return what is known of a person; None where its use is refused."""
        permit = await self._gate.ask(subject, Purpose.PERSONALIZATION)
        if isinstance(permit, Denied):
            return None
        return await self._profiles.read(permit, person) or EMPTY

    def kept_out(self, event: Event) -> bool:
        """Return whether an event is about somebody who was erased after it happened."""
        return self._kept_out(event.subject.identifiers(), event.occurred_at_ms)
