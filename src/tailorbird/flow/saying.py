"""Saying: what a later room found out goes into the log as an event, but nothing of the erased."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from tailorbird.spine.events import Event
from tailorbird.spine.ids import IdentifierKey

KeptOut = Callable[[Sequence[IdentifierKey], int], bool]
"""Tells whether something of a time belongs to somebody who was erased since."""


class Appended(Protocol):
    """How far the log reaches now."""

    @property
    def last_offset(self) -> int:
        """The last event's offset."""
        ...


class Saying:
    """Puts events into one workspace's log, and waits until they are folded.

    Args:
        append: puts events into the log, each once by its message id.
        kept_out: who was erased.
        reached: waits until the log is folded up to an offset.
    """

    def __init__(
        self,
        append: Callable[[Sequence[Event]], Awaitable[Appended]],
        kept_out: KeptOut,
        reached: Callable[[int], Awaitable[None]],
    ) -> None:
        self._append = append
        self._kept_out = kept_out
        self._reached = reached

    async def __call__(self, events: Sequence[Event]) -> None:
        """Say it; return once it is durable and folded."""
        kept = [
            one
            for one in events
            if not self._kept_out(one.subject.identifiers(), one.occurred_at_ms)
        ]
        if kept:
            await self._reached((await self._append(kept)).last_offset)
