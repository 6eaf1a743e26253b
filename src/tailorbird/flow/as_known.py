"""The log as it was known: every event at the moment from which a decision could have heeded it.

An event that came in live is known from when it was received, however late it tells. An imported
one (a history) is known from when it happened, as if it had come in then; otherwise nothing could
be learned from the past of a shop that starts today. Either way nothing is known before it
happened, since the door takes no event from the future.
"""

from collections.abc import AsyncIterator, Sequence

import numpy as np
from msgspec.structs import replace

from tailorbird.flow.ports import Shelf
from tailorbird.spine.events import Event, LoggedEvent
from tailorbird.spine.ids import IdentifierKey

_A_BATCH = 2_000


class AsKnown:
    """A log in the order in which it became known; places in it count 1, 2, 3 and on.

    Attributes:
        known_ms: int64[events], from when each is known, ascending.
    """

    def __init__(self, log: Shelf) -> None:
        self._log = log
        offsets, known = _read(log)
        # Stable: live events keep the order of the log, in which the live state took them.
        order = np.argsort(known, kind="stable")
        self.known_ms = known[order]
        self._offsets = offsets[order]
        self._sorted = offsets
        self._place = np.empty(len(order), np.int64)
        self._place[order] = np.arange(1, len(order) + 1)

    def known_by(self, at_ms: int) -> int:
        """Return how many events are known at a moment, that very millisecond included."""
        return int(np.searchsorted(self.known_ms, at_ms, side="right"))

    def between(self, after: int, until: int) -> list[LoggedEvent]:
        """Return the events from a place (excluded) to a place (included)."""
        offsets = self._offsets[after:until]
        found = {one.offset: one.event for one in self._log.at(sorted(offsets.tolist()))}
        return [
            LoggedEvent(after + number, found[offset])
            for number, offset in enumerate(offsets.tolist(), 1)
        ]

    async def follow(self, after: int) -> AsyncIterator[Sequence[LoggedEvent]]:
        """Yield the events after a place, to the end."""
        while after < len(self._offsets):
            until = min(after + _A_BATCH, len(self._offsets))
            yield self.between(after, until)
            after = until

    async def of_subjects(self, keys: Sequence[IdentifierKey]) -> Sequence[LoggedEvent]:
        """Return the events of some identifiers, in order."""
        return self._placed(await self._log.of_subjects(keys))

    async def splits(self) -> Sequence[LoggedEvent]:
        """Return the splits, in order."""
        return self._placed(await self._log.splits())

    def _placed(self, logged: Sequence[LoggedEvent]) -> list[LoggedEvent]:
        # What came in since this was made is not part of it.
        last = self._sorted[-1] if len(self._sorted) else 0
        inside = [one for one in logged if one.offset <= last]
        places = self._place[np.searchsorted(self._sorted, [one.offset for one in inside])]
        pairs = zip(places.tolist(), inside, strict=True)
        return sorted((replace(one, offset=place) for place, one in pairs), key=_by_place)


def known_ms(event: Event, newest_ms: int) -> int:
    """Return from when an event is known.

    Args:
        event: any.
        newest_ms: when the newest live event before it in the log was received; two requests at
            once may be logged in the other order, and the log's is the one that was folded.
    """
    return event.occurred_at_ms if event.historical else max(event.received_at_ms, newest_ms)


def _read(log: Shelf) -> tuple["np.ndarray[tuple[int], np.dtype[np.int64]]", ...]:
    """Return int64[events] offsets and when each is known, in the order of the log."""
    offsets: list[int] = []
    known: list[int] = []
    after = newest_ms = 0
    while batch := log.read(after, _A_BATCH):
        for one in batch:
            at_ms = known_ms(one.event, newest_ms)
            if not one.event.historical:
                newest_ms = at_ms
            offsets.append(one.offset)
            known.append(at_ms)
        after = batch[-1].offset
    return np.array(offsets, np.int64), np.array(known, np.int64)


def _by_place(logged: LoggedEvent) -> int:
    return logged.offset
