"""Everybody who may be looked at to find segments: known, still reachable, and not refusing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Denied, Purpose
from tailorbird.identity.graph import Node
from tailorbird.profile.ports import ProfileStore
from tailorbird.segments.ports import Known
from tailorbird.spine.clock import Clock
from tailorbird.spine.ids import IdentifierKey, PersonId, Subject, user_key

_AT_ONCE = 200


class Registry(Protocol):
    """The persons that there are, by id."""

    async def some(self, after: str, limit: int) -> Sequence[tuple[PersonId, Node]]:
        """Return persons behind an id, in order."""
        ...


class Everybody:
    """One workspace's people, one after the other.

    An anonymous browser that was away for longer than the stitching window is left out: if it
    comes back, it is somebody new.
    """

    def __init__(
        self, gate: Gate, registry: Registry, profiles: ProfileStore, clock: Clock, window_ms: int
    ) -> None:
        self._gate = gate
        self._registry = registry
        self._profiles = profiles
        self._clock = clock
        self._window_ms = window_ms

    async def __call__(self) -> AsyncIterator[Known]:
        """Yield everybody."""
        after = ""
        while some := await self._registry.some(after, _AT_ONCE):
            for person, node in some:
                known = await self._known(person, node)
                if known is not None:
                    yield known
            after = some[-1][0]

    async def _known(self, person: PersonId, node: Node) -> Known | None:
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
        if node.user_id is None and self._clock() - (last_ms or 0) > self._window_ms:
            return None
        return Known(person, key, profile)


def _subject(key: IdentifierKey) -> Subject:
    kind, _, value = key.partition(":")
    return Subject(user_id=value) if kind == "user" else Subject(anonymous_id=value)
