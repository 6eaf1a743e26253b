"""Grants of offers in one SQLite file: limits are checked in the transaction that writes."""

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tailorbird.decide.offers.grants import (
    GRACE_MS,
    Grant,
    GrantState,
    Limits,
    Redemption,
    Refused,
    Spending,
    Wanted,
    day_of,
)
from tailorbird.spine.clock import format_time
from tailorbird.spine.ids import IdentifierKey
from tailorbird.storage.embedded.grant_book import Book, grants_of, over
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.reading import read_only
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("offers")
_UNUSED = frozenset({GrantState.OPEN, GrantState.EXPIRED})


class _Row(NamedTuple):
    """What settling needs of a grant."""

    id: int
    offer: str
    held: int
    given: int
    day: int
    state: str
    expires_ms: int

    @property
    def last_ms(self) -> int:
        """Until when an order may have been placed."""
        return self.expires_ms + GRACE_MS


class SqliteGrants:
    """One workspace's grants; `spending` always equals what the rows of grants and strays hold."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=True)
        self._reader = connect(path, fsync=False)

    def open_of(self, theirs: Sequence[IdentifierKey], now_ms: int) -> Sequence[Grant]:
        return _open_of(self._reader, theirs, now_ms)

    def refusal(self, wanted: Wanted, limits: Limits) -> Refused | None:
        return _refusal(self._reader, wanted, limits)

    async def grant(self, wanted: Wanted, limits: Limits) -> Grant | Refused:
        return await self._writer.submit_part(_granted, (wanted, limits))

    async def settle(self, orders: Sequence[Redemption], offset: int) -> None:
        def job(connection: sqlite3.Connection) -> None:
            for one in orders:
                _settle(connection, one)
            connection.execute(_SQL["reach"], (offset,))

        await self._writer.submit(job)

    async def expire(self, now_ms: int) -> int:
        return await self._writer.submit(lambda connection: _expire(connection, now_ms))

    async def settled(self) -> int | None:
        row = self._reader.execute(_SQL["progress"]).fetchone()
        return None if row is None else int(row[0])

    async def spending(self) -> Sequence[Spending]:
        return _spending(self._reader)

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        """Take a person out of their grants; what is held of budgets stays, and names nobody."""
        traces: list[str] = []

        def job(connection: sqlite3.Connection) -> int:
            gone = 0
            for key in keys:
                found = connection.execute(_SQL["traces"], (key,)).fetchall()
                traces.extend(order for (order,) in found if order)
                gone += connection.execute(_SQL["erase"], (key,)).rowcount
                gone += connection.execute(_SQL["erase_strays"], (key,)).rowcount
            return gone

        gone = await self._writer.submit(job)
        await self._writer.scrub([*map(value_of, keys), *(one.encode() for one in traces)])
        return gone

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        found: list[dict[str, object]] = []
        for key in keys:
            found += [
                _shown(one) for one in grants_of(self._reader.execute(_SQL["of_key"], (key,)))
            ]
            found += [
                {"order": order, "offer": offer, "discount_minor": held}
                for order, offer, held in self._reader.execute(_SQL["strays_of"], (key,))
            ]
        return found

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._writer.close()


def spending_in(path: Path) -> Sequence[Spending]:
    """Return what the offers of a file have given and hold; reads only, beside a server, too."""
    if not path.exists():
        return ()
    with contextlib.closing(read_only(path)) as reader:
        return _spending(reader)


def _spending(reader: sqlite3.Connection) -> Sequence[Spending]:
    counts = {row[0]: row[1:] for row in reader.execute(_SQL["counts"])}
    sums = {row[0]: row[1:] for row in reader.execute(_SQL["spending"])}
    found = []
    for offer in sorted(counts.keys() | sums.keys()):
        held, given, strays = sums.get(offer, (0, 0, 0))
        grants, opened, redeemed = counts.get(offer, (0, 0, 0))
        found.append(Spending(offer, held, given, grants, opened, redeemed, strays))
    return found


def _open_of(
    connection: sqlite3.Connection, theirs: Sequence[IdentifierKey], now_ms: int
) -> list[Grant]:
    return [
        one
        for key in theirs
        for one in grants_of(connection.execute(_SQL["open_of"], (key, now_ms)))
    ]


def _refusal(connection: sqlite3.Connection, wanted: Wanted, limits: Limits) -> Refused | None:
    since_ms = wanted.at_ms - limits.within_ms
    times = sum(
        connection.execute(_SQL["times"], (key, wanted.offer, since_ms)).fetchone()[0]
        for key in wanted.theirs
    )
    held, today = connection.execute(_SQL["held"], (day_of(wanted.at_ms), wanted.offer)).fetchone()
    return over(wanted, limits, times, held, today)


def _granted(
    connection: sqlite3.Connection, parts: Sequence[tuple[Wanted, Limits]]
) -> list[Grant | Refused]:
    """Grant what the limits allow, one after the other, in a handful of statements for all."""
    _expire(connection, max(wanted.at_ms for wanted, _ in parts))
    book = Book(connection, [wanted for wanted, _ in parts])
    results = [book.taken(wanted, limits) for wanted, limits in parts]
    book.write(connection)
    return results


def _expire(connection: sqlite3.Connection, now_ms: int) -> int:
    due = connection.execute(_SQL["due"], (now_ms - GRACE_MS,)).fetchall()
    for offer, day, held in due:
        connection.execute(_SQL["spend"], (offer, day, -held, 0, 0))
    return connection.execute(_SQL["expire"], (now_ms - GRACE_MS,)).rowcount if due else 0


def _settle(connection: sqlite3.Connection, order: Redemption) -> None:
    """Write down what an order took off; the same order again changes nothing."""
    if order.code is None:
        _cancel(connection, order)
        return
    if connection.execute(_SQL["of_order"], (order.order_id,)).fetchone() is not None:
        return
    rows = [
        _Row(*row)
        for key in order.theirs
        for row in connection.execute(_SQL["of_code_and_key"], (order.code, key))
    ]
    if not rows:
        # A code of one person may come with an order of a browser that nobody knows to be theirs.
        rows = [_Row(*row) for row in connection.execute(_SQL["of_code"], (order.code,))]
        if not rows:
            return
        if len(rows) > 1:
            _stray(connection, rows[0].offer, order)
            return
    unused = [row for row in rows if row.state in _UNUSED and order.at_ms <= row.last_ms]
    if not unused:
        _stray(connection, rows[0].offer, order)
        return
    one = unused[0]
    given = order.discount_minor or one.held
    connection.execute(_SQL["redeem"], (order.order_id, given, given, one.id))
    connection.execute(_SQL["spend"], (one.offer, one.day, given - one.held, given, 0))


def _stray(connection: sqlite3.Connection, offer: str, order: Redemption) -> None:
    """Count an order with a code that nothing was held for: it costs the budget all the same."""
    key = order.theirs[0] if order.theirs else None
    day, cost = day_of(order.at_ms), order.discount_minor
    placed = connection.execute(_SQL["stray"], (order.order_id, offer, day, cost, key))
    if placed.rowcount:
        connection.execute(_SQL["spend"], (offer, day, cost, cost, 1))


def _cancel(connection: sqlite3.Connection, order: Redemption) -> None:
    for row in connection.execute(_SQL["of_order"], (order.order_id,)).fetchall():
        one = _Row(*row)
        if one.state == GrantState.REDEEMED:
            connection.execute(_SQL["cancel"], (one.id,))
            connection.execute(_SQL["spend"], (one.offer, one.day, -one.held, -one.given, 0))


def _shown(one: Grant) -> dict[str, object]:
    return {
        "offer": one.offer,
        "depth": one.depth,
        "held_minor": one.held_minor,
        "code": one.code,
        "at": format_time(one.at_ms),
        "expires_at": format_time(one.expires_ms),
        "state": one.state,
        "order": one.order_id,
        "reason": one.reason,
    }
