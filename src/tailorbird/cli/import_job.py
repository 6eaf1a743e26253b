"""An import at work: rows in, chunks out, everything counted, and where it stands on disk."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from tailorbird.cli.import_report import Counts
from tailorbird.cli.import_resume import Mark, Resume
from tailorbird.cli.ports import Destination, Unread
from tailorbird.collect.collector import Outcome
from tailorbird.collect.sources.rows import BadRow, ItemRow, Row, UnreadableFile, WireRow

_MOST_EVENTS = 2_000
_MOST_BYTES = 8 * 1024 * 1024  # a server takes 32 MiB at once
_MOST_VALUES = 10_000

_encode = msgspec.json.Encoder().encode


class Sent(msgspec.Struct, frozen=True):
    """An event or an item on its way: its JSON, and where it stands in the file."""

    body: bytes
    line: int
    rows: int


class Chunk:
    """What goes to the destination at once."""

    def __init__(self) -> None:
        self.events: list[Sent] = []
        self.items: list[Sent] = []
        self.bad: list[BadRow] = []
        self.values = 0
        self.line = 0
        self._bytes = 0

    def add(self, row: Row) -> None:
        """Take one value of the reader."""
        self.values += 1
        self.line = max(self.line, row.line)
        if isinstance(row, WireRow):
            self.events.append(self._sent(_encode(row.event), row))
        elif isinstance(row, ItemRow):
            self.items.append(self._sent(_encode(row.item), row))
        else:
            self.bad.append(row)

    @property
    def full(self) -> bool:
        """Whether it is time to send."""
        sent = max(len(self.events), len(self.items))
        return sent >= _MOST_EVENTS or self._bytes >= _MOST_BYTES or self.values >= _MOST_VALUES

    def _sent(self, body: bytes, row: WireRow | ItemRow) -> Sent:
        self._bytes += len(body)
        return Sent(body, row.line, row.rows)


class _HandedIn(NamedTuple):
    """A chunk on its way: the items of it that were refused, and what tells of its events."""

    chunk: Chunk
    refused: list[tuple[Sent, str]]
    stored: Awaitable[Outcome] | None


class Job:
    """One import.

    Args:
        destination: where it goes.
        resume: where it is noted how far it has come.
        name: the import's fingerprint; names the rows that could not be read.
        kind: `events` or `items`.
    """

    def __init__(self, destination: Destination, resume: Resume, name: str, kind: str) -> None:
        self._destination = destination
        self._resume = resume
        self._name = name
        self._items_are_the_matter = kind == "items"

    async def run(self, rows: Iterator[Row], mark: Mark, told: Callable[[], None]) -> Counts:
        """Send a file's rows on from where the mark stands; return the counts of the whole.

        Args:
            rows: the file from its beginning.
            mark: where an earlier run stopped; changed as this one goes on.
            told: called after each chunk.
        """
        for _ in islice(rows, mark.values):
            pass
        under_way: asyncio.Task[None] | None = None
        try:
            for chunk in _chunks(rows):
                # One chunk goes to disk while the next is read and handed in, in their order.
                handed_in = await self._hand_in(chunk)
                before = under_way
                under_way = asyncio.create_task(self._settle(handed_in, before, mark, told))
                if before is not None:
                    await before
        finally:
            if under_way is not None:
                await under_way
        self._resume.remove()
        return mark.counts

    async def _hand_in(self, chunk: Chunk) -> _HandedIn:
        """Bad rows and items go first: events are stamped with what the catalog knows."""
        await self._destination.unread([self._unread(row) for row in chunk.bad])
        refused = []
        if chunk.items:
            rejected = await self._destination.items([one.body for one in chunk.items])
            refused = [(chunk.items[one.index], one.reason) for one in rejected]
            await self._destination.unread([self._unsold(*one) for one in refused])
        events = [one.body for one in chunk.events]
        return _HandedIn(chunk, refused, await self._destination.events(events) if events else None)

    async def _settle(
        self,
        handed_in: _HandedIn,
        before: asyncio.Task[None] | None,
        mark: Mark,
        told: Callable[[], None],
    ) -> None:
        """Wait until a chunk and those before it are stored, then note that it is done."""
        chunk, counts = handed_in.chunk, mark.counts
        outcome = None if handed_in.stored is None else await handed_in.stored
        if before is not None:
            await before
        for row in chunk.bad:
            counts.refuse(row.reason, row.line, row.rows, taken=False)
        self._count_items(chunk.items, handed_in.refused, counts)
        if outcome is not None:
            self._count_events(chunk.events, outcome, counts)
        mark.values += chunk.values
        mark.line = max(mark.line, chunk.line)
        self._resume.write(mark)
        told()

    def _count_events(self, events: list[Sent], outcome: Outcome, counts: Counts) -> None:
        for one in events:
            counts.take(one.rows)
        counts.accepted += outcome.accepted
        counts.duplicates += outcome.duplicates
        counts.withheld += outcome.withheld
        for rejection in outcome.rejected:
            one = events[rejection.index]
            counts.refuse(rejection.reason, one.line, one.rows, taken=True)

    def _count_items(
        self, items: list[Sent], refused: list[tuple[Sent, str]], counts: Counts
    ) -> None:
        if not self._items_are_the_matter:
            counts.items_told += len(items) - len(refused)
            for one, reason in refused:
                counts.refuse_item(reason, one.line)
            return
        for one in items:
            counts.take(one.rows)
        counts.accepted += len(items) - len(refused)
        for one, reason in refused:
            counts.refuse(reason, one.line, one.rows, taken=True)

    def _unread(self, row: BadRow) -> Unread:
        return Unread(f"{self._name}:{row.line}", row.reason, row.raw)

    def _unsold(self, one: Sent, reason: str) -> Unread:
        return Unread(f"{self._name}:{one.line}:item", reason, one.body.decode())


def _chunks(rows: Iterator[Row]) -> Iterator[Chunk]:
    """Yield rows by the chunk; what came before a file turned out to be damaged comes, too."""
    chunk = Chunk()
    damage = None
    try:
        for row in rows:
            chunk.add(row)
            if chunk.full:
                yield chunk
                chunk = Chunk()
    except UnreadableFile as cause:
        damage = cause
    if chunk.values:
        yield chunk
    if damage is not None:
        raise damage
