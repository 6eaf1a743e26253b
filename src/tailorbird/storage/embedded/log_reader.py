"""Reading the event log: in its order, by person, and to its end."""

import sqlite3
from collections.abc import AsyncIterator, Sequence

import msgspec

from tailorbird.spine.events import Event, LoggedEvent
from tailorbird.spine.ids import IdentifierKey
from tailorbird.spine.turns import Turn
from tailorbird.storage.embedded.queries import load

_SQL = load("log")
_A_BATCH = 2_000
_A_TURN = 400  # events that are decoded before others may go on: some milliseconds
_ALL = 2**62


class LogReader:
    """A log's past, over a connection that only reads.

    Args:
        connection: to the log's file; closed by whoever opened it.
        up_to: the last offset that `follow` and `splits` tell of.
    """

    def __init__(self, connection: sqlite3.Connection, up_to: int = _ALL) -> None:
        self._connection = connection
        self._up_to = up_to
        self._decode = msgspec.msgpack.Decoder(Event).decode

    def read(self, after: int, limit: int) -> list[LoggedEvent]:
        """Return the events after an offset, in order."""
        return self._logged("read", after, limit)

    def at(self, offsets: Sequence[int]) -> list[LoggedEvent]:
        """Return the events at some offsets, in the order of the log."""
        return self._logged("at", msgspec.json.encode(offsets).decode())

    async def of_subjects(self, keys: Sequence[IdentifierKey]) -> Sequence[LoggedEvent]:
        found: dict[int, LoggedEvent] = {}
        turn = Turn(_A_TURN)
        for key in keys:
            kind, _, value = key.partition(":")
            for question in ("of_user" if kind == "user" else "of_anonymous", "of_previous"):
                async for page in self._pages(question, value, turn):
                    found.update({one.offset: one for one in page})
        return [found[offset] for offset in sorted(found)]

    async def _pages(
        self, question: str, value: str, turn: Turn
    ) -> AsyncIterator[list[LoggedEvent]]:
        """Yield what is found of one identifier, page by page: no question stays open meanwhile."""
        after = 0
        while page := self._logged(question, value, after, _A_TURN):
            yield page
            await turn.done(len(page))
            if len(page) < _A_TURN:
                return
            after = page[-1].offset
        await turn.done(1)

    async def splits(self) -> Sequence[LoggedEvent]:
        return [one for one in self._logged("splits") if one.offset <= self._up_to]

    async def follow(self, after: int) -> AsyncIterator[Sequence[LoggedEvent]]:
        """Yield what comes after an offset, up to where this reader goes, and end there."""
        while after < self._up_to:
            batch = [one for one in self.read(after, _A_BATCH) if one.offset <= self._up_to]
            if not batch:
                return
            yield batch
            after = batch[-1].offset

    def count(self) -> int:
        """Return how many events there are."""
        found: int = self._connection.execute(_SQL["count"]).fetchone()[0]
        return found

    def last_offset(self) -> int:
        """Return the last event's offset; 0 before the first.

        Not the last that was given: duplicates use some up, and nobody would ever fold up to those.
        """
        found: int = self._connection.execute(_SQL["last_offset"]).fetchone()[0]
        return found

    def _logged(self, question: str, *values: object) -> list[LoggedEvent]:
        rows = self._connection.execute(_SQL[question], values)
        return [LoggedEvent(offset=offset, event=self._decode(body)) for offset, body in rows]
