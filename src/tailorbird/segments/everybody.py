"""Everybody who may be looked at to find segments: known, still reachable, and not refusing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Denied, Purpose
from tailorbird.identity.graph import Node
from tailorbird.profile.ports import ProfileStore
from tailorbird.segments.ports import Known
from tailorbird.spine.events import OWN_SOURCE, LoggedEvent
from tailorbird.spine.ids import IdentifierKey, PersonId, Subject, user_key

_AT_ONCE = 200
_LAST = 5_000


class Registry(Protocol):
    """The persons that there are, by id."""

    async def some(self, after: str, limit: int) -> Sequence[tuple[PersonId, Node]]:
        """Return persons behind an id, in order."""
        ...


class Recent(Protocol):
    """A log of which the last part can be read."""

    @property
    def last_offset(self) -> int:
        """The last event's offset."""
        ...

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """Return events behind an offset."""
        ...


class Everybody:
    """One workspace's people, one after the other.

    An anonymous browser that was away for longer than the stitching window is left out: if it
    comes back, it is somebody new.
    """

    def __init__(
        self, gate: Gate, registry: Registry, profiles: ProfileStore, log: Recent, window_ms: int
    ) -> None:
        self._gate = gate
        self._registry = registry
        self._profiles = profiles
        self._log = log
        self._window_ms = window_ms

    async def as_of(self) -> int:
        """Return the newest moment among the last events; 0 where there are none.

        A shop that has imported the past and is not yet live is looked at as of then. What the
        engine itself has said does not count.
        """
        until = self._log.last_offset
        while until > 0:
            after = max(0, until - _LAST)
            moments = [
                one.event.occurred_at_ms
                for one in await self._log.read(after, _LAST)
                if one.offset <= until and not one.event.source.startswith(OWN_SOURCE)
            ]
            if moments:
                return max(moments)
            until = after
        return 0

    async def known(self, as_of_ms: int) -> AsyncIterator[Known]:
        """Yield everybody."""
        after = ""
        while some := await self._registry.some(after, _AT_ONCE):
            for person, node in some:
                known = await self._known(person, node, as_of_ms)
                if known is not None:
                    yield known
            after = some[-1][0]

    async def _known(self, person: PersonId, node: Node, as_of_ms: int) -> Known | None:
        if node.absorbed_by is not None or not node.identifiers:
            return None
        key = node.identifiers[0] if node.user_id is None else user_key(node.user_id)
        permit = await self._gate.ask(_subject(key), Purpose.PERSONALIZATION)
        if isinstance(permit, Denied):
            return None
        profile = await self._profiles.read(permit, person)
        if profile is None:
            return None
        last_ms = profile.presence.last_ms
        if node.user_id is None and as_of_ms - (last_ms or 0) > self._window_ms:
            return None
        return Known(person, key, profile)


def _subject(key: IdentifierKey) -> Subject:
    kind, _, value = key.partition(":")
    return Subject(user_id=value) if kind == "user" else Subject(anonymous_id=value)
