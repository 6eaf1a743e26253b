"""The feed: the events folded last, kept in memory for whoever watches."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from tailorbird.identity.graph import Resolved
from tailorbird.spine.clock import SECOND_MS, Clock
from tailorbird.spine.ids import ItemId, PersonId

KEPT = 100
SECONDS_KEPT = 60
MOST_WAITING = 200


class Happening(msgspec.Struct, frozen=True):
    """One folded event in a few words; `worth_minor` is an order's revenue."""

    offset: int
    at_ms: int
    kind: str
    name: str
    person: PersonId
    known: bool
    items: tuple[ItemId, ...] = ()
    channel: str | None = None
    query: str | None = None
    path: str | None = None
    worth_minor: int | None = None
    currency: str | None = None


class Taken(msgspec.Struct, frozen=True):
    """What a viewer gets: news, oldest first; how many it was too slow for; whether it ends."""

    news: tuple[Happening, ...]
    missed: int
    ended: bool


class Viewer:
    """One watcher's queue: bounded, so that who reads slowly loses the oldest and is told so."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._waiting: deque[Happening] = deque(maxlen=most)
        self._missed = 0
        self._ended = False
        self._something = asyncio.Event()

    def offer(self, news: Sequence[Happening], unsaid: int = 0) -> None:
        """Add news without waiting; `unsaid` counts events of the same batch that are left out."""
        room = (self._waiting.maxlen or 0) - len(self._waiting)
        self._missed += unsaid + max(0, len(news) - room)
        self._waiting.extend(news)
        self._something.set()

    def end(self) -> None:
        """Let the watcher go once it has read what waits."""
        self._ended = True
        self._something.set()

    async def take(self, timeout_s: float) -> Taken:
        """Return what came since the last call, after at most `timeout_s` seconds of silence."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._something.wait()
        taken = Taken(tuple(self._waiting), self._missed, self._ended)
        self._waiting.clear()
        self._missed = 0
        if not self._ended:
            self._something.clear()
        return taken


class Feed:
    """One workspace's last events and their pace.

    Args:
        clock: tells in which second an event is counted.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest: deque[Resolved] = deque(maxlen=KEPT)
        self._seconds: dict[int, int] = {}
        self.viewers: set[Viewer] = set()
        self._ended = False

    def observe(self, batch: Sequence[Resolved]) -> None:
        """Take a folded batch; what is beyond the last 100 of it is only counted."""
        second = self._clock() // SECOND_MS
        if second not in self._seconds:
            for old in [one for one in self._seconds if one < second - SECONDS_KEPT]:
                del self._seconds[old]
        self._seconds[second] = self._seconds.get(second, 0) + len(batch)
        self.recall(batch)
        if self.viewers:
            news = [happening(one) for one in batch[-KEPT:]]
            for viewer in self.viewers:
                viewer.offer(news, len(batch) - len(news))

    def recall(self, batch: Sequence[Resolved]) -> None:
        """Keep events of before this process, without counting them as happening now."""
        self._latest.extend(batch[-KEPT:])

    def latest(self, person: PersonId | None = None) -> list[Happening]:
        """Return the last events, newest first; of one person if so asked."""
        return [happening(one) for one in reversed(self._latest) if person in {None, one.person}]

    def pace(self) -> list[int]:
        """Return how many events were folded in each of the last 60 whole seconds, oldest first."""
        now = self._clock() // SECOND_MS
        return [self._seconds.get(second, 0) for second in range(now - SECONDS_KEPT, now)]

    @contextlib.contextmanager
    def watch(self) -> Iterator[Viewer]:
        """Lend a viewer, who is told of everything until the block ends."""
        viewer = Viewer()
        if self._ended:
            viewer.end()
        self.viewers.add(viewer)
        try:
            yield viewer
        finally:
            self.viewers.discard(viewer)

    def forget(self, person: PersonId) -> None:
        """Drop what is kept of a person."""
        self._latest = deque((one for one in self._latest if one.person != person), maxlen=KEPT)

    def end(self) -> None:
        """Let all viewers go, now and from now on: the server is about to stop."""
        self._ended = True
        for viewer in self.viewers:
            viewer.end()


def happening(resolved: Resolved) -> Happening:
    """Return a folded event in a few words."""
    event = resolved.logged.event
    return Happening(
        offset=resolved.logged.offset,
        at_ms=event.occurred_at_ms,
        kind=event.kind,
        name=event.name,
        person=resolved.person,
        known=event.user_id is not None,
        items=tuple(line.id for line in event.items[:3]),
        channel=event.context.channel,
        query=event.query,
        path=event.context.path,
        worth_minor=None if event.order is None else event.order.revenue_minor,
        currency=event.currency,
    )
